#include "eval/grade/strict/binder.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fuseo1 {
namespace {

bool IsIntegers(const Node& node) {
  return node.op == Op::kNamedSet && !node.text.empty() &&
         (node.text[0] == 'Z' || node.text[0] == 'N');
}

// k in Z, k in N_+, ...
bool IsMembership(const Tree& tree, NodeId id) {
  const Node& node = tree.at(id);
  return node.op == Op::kRelation && node.text == "e" && tree.at(node.kids[0]).op == Op::kVar &&
         IsIntegers(tree.at(node.kids[1]));
}

bool IsRealMembership(const Tree& tree, const Node& node) {
  return node.op == Op::kRelation && node.text == "e" && tree.at(node.kids[0]).op == Op::kVar &&
         tree.at(node.kids[1]).op == Op::kNamedSet && tree.at(node.kids[1]).text == "R";
}

bool Mentions(const Tree& tree, NodeId id, const std::string& name) {
  const Node& node = tree.at(id);
  if (node.op == Op::kVar && node.text == name) return true;
  for (const NodeId kid : node.kids) {
    if (Mentions(tree, kid, name)) return true;
  }
  return false;
}

// "t in R" beside a value in t says what is meant anyway.
void DropReal(Tree* tree) {
  const Node root = tree->at(tree->root);
  if (root.op == Op::kSetBuilder) {  // {(t, 2t) : t in R}
    const Node& condition = tree->at(root.kids[1]);
    if (tree->at(root.kids[0]).op == Op::kTuple && IsRealMembership(*tree, condition) &&
        Mentions(*tree, root.kids[0], tree->at(condition.kids[0]).text)) {
      tree->root = root.kids[0];
    }
    return;
  }
  if (root.op != Op::kList) return;
  std::vector<NodeId> rest;
  std::string letter;
  for (const NodeId kid : root.kids) {
    const Node& node = tree->at(kid);
    if (IsRealMembership(*tree, node)) {
      letter = tree->at(node.kids[0]).text;
      continue;
    }
    if (node.op == Op::kRelation && node.text.find_first_of("<>lgn") != std::string::npos) return;
    rest.push_back(kid);
  }
  if (letter.empty() || rest.empty()) return;
  for (const NodeId kid : rest) {
    if (!Mentions(*tree, kid, letter)) return;
  }
  tree->root = rest.size() == 1 ? rest[0] : tree->Add(Op::kList, rest, {}, root.aux);
}

struct Family {
  std::string letter;  // empty: none
  std::string set;
};

// The parts after the element of a builder, or the items of a list.
std::vector<NodeId> Conditions(const Tree& tree, NodeId id) {
  const Node& node = tree.at(id);
  return node.op == Op::kList ? node.kids : std::vector<NodeId>{id};
}

// {x | x = 3k, ...} to {3k | ...}.
void MoveElement(Tree* tree) {
  const Node root = tree->at(tree->root);
  const Node& element = tree->at(root.kids[0]);
  if (element.op != Op::kVar) return;
  std::vector<NodeId> rest;
  NodeId moved = -1;
  for (const NodeId condition : Conditions(*tree, root.kids[1])) {
    const Node& node = tree->at(condition);
    if (moved < 0 && node.op == Op::kRelation && node.text == "=" &&
        tree->at(node.kids[0]).op == Op::kVar && tree->at(node.kids[0]).text == element.text &&
        !Mentions(*tree, node.kids[1], element.text)) {
      moved = node.kids[1];
    } else {
      rest.push_back(condition);
    }
  }
  if (moved < 0 || rest.empty()) return;
  const NodeId condition = rest.size() == 1 ? rest[0] : tree->Add(Op::kList, rest, {}, ',');
  tree->root = tree->Add(Op::kSetBuilder, {moved, condition});
}

Family Find(const Tree& tree) {
  const Node& root = tree.at(tree.root);
  if (root.op != Op::kList && root.op != Op::kSetBuilder) return {};
  const std::vector<NodeId> items =
      root.op == Op::kList ? root.kids : Conditions(tree, root.kids[1]);
  Family found;
  for (const NodeId item : items) {
    if (!IsMembership(tree, item)) continue;
    if (!found.letter.empty()) return {};
    found.letter = tree.at(tree.at(item).kids[0]).text;
    found.set = tree.at(tree.at(item).kids[1]).text;
  }
  return found;
}

void Rename(Tree* tree, const std::string& from, const std::string& to) {
  for (Node& node : tree->nodes) {
    if (node.op == Op::kVar && node.text == from) node.text = to;
  }
}

void DropMembership(Tree* tree, const std::string& letter) {
  const Node root = tree->at(tree->root);
  if (root.op != Op::kList) return;
  std::vector<NodeId> rest;
  for (const NodeId kid : root.kids) {
    if (!IsMembership(*tree, kid)) rest.push_back(kid);
    const Node& node = tree->at(kid);
    if (node.op == Op::kRelation && node.text.find_first_of("<>lg") != std::string::npos)
      return;  // 1 <= n <= 4, n in Z: the integers between
    if (node.op == Op::kRelation && node.text == "n" && tree->at(node.kids[0]).text == letter)
      return;  // x in Z, x != 2
  }
  if (rest.empty() || rest.size() == root.kids.size()) return;
  tree->root = rest.size() == 1 ? rest[0] : tree->Add(Op::kList, rest, {}, root.aux);
}

// Whether `condition` says nothing that the expression does not: x != 2 beside 1/(x - 2), n >= 1
// beside a sequence.
bool IsImplied(const Tree& tree, NodeId id, const Node& condition, std::int64_t* budget) {
  const Node& letter = tree.at(condition.kids[0]);
  const Node* bound = &tree.at(condition.kids[1]);
  const bool negative = bound->op == Op::kNeg;
  if (negative) bound = &tree.at(bound->kids[0]);
  if (letter.op != Op::kVar || bound->op != Op::kNumber || !Mentions(tree, id, letter.text)) {
    return false;
  }
  const Rational value = negative ? -bound->number : bound->number;
  if (condition.text == "g") {
    return letter.text == "n" && (value == Rational(1) || value.IsZero());
  }
  EvalOptions options;
  options.real_domain = true;
  Number unused;
  return condition.text == "n" &&
         Evaluator(tree, options, budget).EvalAt(id, letter.text, value, &unused) ==
             EvalStatus::kUndefined;
}

// x != a for one of the integers at which functions are compared for being defined.
bool ExcludesSmallInteger(const Tree& tree, NodeId id, const Node& condition) {
  const Node* bound = &tree.at(condition.kids[1]);
  if (bound->op == Op::kNeg) bound = &tree.at(bound->kids[0]);
  return condition.text == "n" && tree.at(condition.kids[0]).op == Op::kVar &&
         Mentions(tree, id, tree.at(condition.kids[0]).text) && bound->op == Op::kNumber &&
         bound->number.IsInteger() && bound->number.Compare(Rational(3)) <= 0;
}

}  // namespace

void ReadCondition(Tree* tree, std::int64_t* budget) {
  const Node root = tree->at(tree->root);
  if (root.op != Op::kList || root.kids.size() != 2 || root.aux == 'o') return;
  const Node said = tree->at(root.kids[0]);
  const Node condition = tree->at(root.kids[1]);
  const bool named = said.op == Op::kRelation && said.text == "=" && said.kids.size() == 2;
  const NodeId value = named ? said.kids[1] : root.kids[0];
  if (tree->at(value).op >= Op::kBaseNumber || condition.op != Op::kRelation ||
      condition.kids.size() != 2) {
    return;
  }
  if (IsImplied(*tree, value, condition, budget)) {
    tree->root = root.kids[0];
    return;
  }
  const bool function = !named || tree->at(said.kids[0]).op == Op::kCall;
  if (!function || !ExcludesSmallInteger(*tree, value, condition)) return;
  // x + 1, x != 1 is x + 1 where 1/(x - 1) is defined.
  const NodeId gap =
      tree->Add(Op::kAdd, {condition.kids[0], tree->Add(Op::kNeg, {condition.kids[1]})});
  const NodeId pole = tree->Add(Op::kDiv, {tree->AddNumber(Rational(1)), gap});
  const NodeId restricted = tree->Add(Op::kAdd, {value, pole, tree->Add(Op::kNeg, {pole})});
  if (named) tree->at(root.kids[0]).kids[1] = restricted;
  tree->root = named ? root.kids[0] : restricted;
}

bool MayBeFamily(const Tree& tree) {
  for (const Node& node : tree.nodes) {
    if (IsIntegers(node) || IsRealMembership(tree, node)) return true;
  }
  return false;
}

void UnifyFamilies(Tree* gold, Tree* prediction) {
  const auto any_integers = [](const Tree* tree) {
    return std::any_of(tree->nodes.begin(), tree->nodes.end(), IsIntegers);
  };
  const bool integers = any_integers(gold) || any_integers(prediction);
  for (Tree* tree : {gold, prediction}) {
    if (tree->at(tree->root).op == Op::kSetBuilder) MoveElement(tree);
    if (!integers) DropReal(tree);
  }
  const Family g = Find(*gold);
  const Family p = Find(*prediction);
  if (!g.letter.empty() && !p.letter.empty()) {
    if (g.set != p.set) return;
    // A name that no text can have, so that nothing else is caught by it.
    Rename(gold, g.letter, "#");
    Rename(prediction, p.letter, "#");
  } else if ((g.set == "Z" && g.letter.size() == 1) || g.letter == "n") {
    DropMembership(gold, g.letter);
  } else if ((p.set == "Z" && p.letter.size() == 1) || p.letter == "n") {
    DropMembership(prediction, p.letter);
  }
}

}  // namespace fuseo1
