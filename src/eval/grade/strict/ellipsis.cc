#include "eval/grade/strict/ellipsis.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxTemplateNodes = 200;
constexpr std::size_t kMaxEllipsisNodes = 20'000;  // of the tree that substitutions grow
// A name that no text can have.
constexpr std::string_view kIndex = "#k";

// A copy of a subtree with a variable replaced by a node; -1 where it grows too large.
NodeId Substitute(Tree* tree, NodeId id, const std::string& variable, NodeId value) {
  if (tree->nodes.size() > kMaxEllipsisNodes) return -1;
  if (tree->at(id).op == Op::kVar && tree->at(id).text == variable) return value;
  Node copy = tree->at(id);
  for (NodeId& kid : copy.kids) {
    kid = Substitute(tree, kid, variable, value);
    if (kid < 0) return -1;
  }
  const bool power = copy.op == Op::kPow && tree->at(copy.kids[1]).op == Op::kNumber;
  if (power && tree->at(copy.kids[1]).number.IsZero()) return tree->AddNumber(Rational(1));
  tree->nodes.push_back(std::move(copy));
  return static_cast<NodeId>(tree->nodes.size()) - 1;
}

std::vector<std::string> Variables(const Tree& tree, NodeId id) {
  Traits traits;
  CollectTraits(tree, id, &traits);
  return {traits.variables.begin(), traits.variables.end()};
}

bool Same(const Tree& tree, NodeId a, NodeId b, std::int64_t* budget) {
  return CompareScalars(Expr{&tree, a}, Expr{&tree, b}, {}, budget).equal();
}

struct Law {
  NodeId low = -1;
  NodeId high = -1;
  NodeId body = -1;
};

// 1^2 + 2^2 + ... + n^2: the last term says the law; n(n-1)...1: the first one does, downwards.
std::optional<Law> FromLetter(Tree* tree, const std::vector<NodeId>& terms, NodeId last,
                              bool descending, std::int64_t* budget) {
  const NodeId source = descending ? terms[0] : last;
  for (const std::string& variable : Variables(*tree, source)) {
    for (const int low : {1, 0, 2, 3}) {
      bool fits = true;
      if (descending) {
        const NodeId number = tree->AddNumber(Rational(low));
        const NodeId end = Substitute(tree, source, variable, number);
        fits = end >= 0 && Same(*tree, end, last, budget);
        for (std::size_t k = 1; fits && k < terms.size(); ++k) {
          const NodeId name = tree->Add(Op::kVar, {}, variable);
          const NodeId step = tree->AddNumber(Rational(-static_cast<std::int64_t>(k)));
          const NodeId next = Substitute(tree, source, variable, tree->Add(Op::kAdd, {name, step}));
          fits = next >= 0 && Same(*tree, next, terms[k], budget);
        }
      } else {
        for (std::size_t k = 0; fits && k < terms.size(); ++k) {
          const NodeId number = tree->AddNumber(Rational(low + static_cast<std::int64_t>(k)));
          const NodeId next = Substitute(tree, source, variable, number);
          fits = next >= 0 && Same(*tree, next, terms[k], budget);
        }
      }
      if (!fits) continue;
      Law law;
      law.low = tree->AddNumber(Rational(low));
      law.high = tree->Add(Op::kVar, {}, variable);
      law.body = Substitute(tree, source, variable, tree->Add(Op::kVar, {}, std::string(kIndex)));
      if (law.body >= 0) return law;
    }
  }
  return std::nullopt;
}

// Where all terms are one shape and only numbers in it change: those places of the first term.
bool Changing(const Tree& tree, NodeId a, NodeId b, std::vector<std::pair<NodeId, NodeId>>* out) {
  const Node& m = tree.at(a);
  const Node& n = tree.at(b);
  if (out->size() > kMaxTemplateNodes) return false;
  if (m.op == Op::kNumber && n.op == Op::kNumber) {
    out->emplace_back(a, b);
    return true;
  }
  if (m.op != n.op || m.text != n.text || m.aux != n.aux || m.flag != n.flag ||
      m.kids.size() != n.kids.size() || (m.op == Op::kFunc && m.function != n.function)) {
    return false;
  }
  for (std::size_t k = 0; k < m.kids.size(); ++k) {
    if (!Changing(tree, m.kids[k], n.kids[k], out)) return false;
  }
  return true;
}

NodeId Fill(Tree* tree, NodeId id, const std::vector<std::pair<NodeId, NodeId>>& leaves) {
  for (const auto& [leaf, value] : leaves) {
    if (leaf == id) return value;
  }
  Node copy = tree->at(id);
  for (NodeId& kid : copy.kids) kid = Fill(tree, kid, leaves);
  tree->nodes.push_back(std::move(copy));
  return static_cast<NodeId>(tree->nodes.size()) - 1;
}

// 1/(1*2) + 1/(2*3) + ... + 1/(9*10): every number that changes does so in even steps, and as many
// of them lead to the last term.
std::optional<Law> FromNumbers(Tree* tree, const std::vector<NodeId>& terms, NodeId last) {
  std::vector<std::vector<std::pair<NodeId, NodeId>>> places(terms.size());
  for (std::size_t k = 1; k < terms.size(); ++k) {
    if (!Changing(*tree, terms[0], terms[k], &places[k])) return std::nullopt;
  }
  std::vector<std::pair<NodeId, NodeId>> ends;
  if (!Changing(*tree, terms[0], last, &ends)) return std::nullopt;
  std::optional<std::int64_t> steps;
  std::vector<std::pair<NodeId, NodeId>> leaves;
  for (std::size_t p = 0; p < ends.size(); ++p) {
    const Rational first = tree->at(ends[p].first).number;
    const Rational step = tree->at(places[1][p].second).number - first;
    for (std::size_t k = 2; k < terms.size(); ++k) {
      if (!(tree->at(places[k][p].second).number ==
            first + step * Rational(static_cast<std::int64_t>(k)))) {
        return std::nullopt;
      }
    }
    const Rational way = tree->at(ends[p].second).number - first;
    if (step.IsZero()) {
      if (!way.IsZero()) return std::nullopt;
      continue;
    }
    const Rational count = way / step;
    const auto n = count.IsInteger() ? count.ToInt() : std::nullopt;
    if (!n || *n < static_cast<std::int64_t>(terms.size()) || (steps && *steps != *n))
      return std::nullopt;
    steps = n;
    const NodeId index = tree->Add(Op::kVar, {}, std::string(kIndex));
    const NodeId far = tree->Add(Op::kMul, {tree->AddNumber(step), index});
    leaves.emplace_back(ends[p].first, tree->Add(Op::kAdd, {tree->AddNumber(first), far}));
  }
  if (!steps) return std::nullopt;
  Law law;
  law.low = tree->AddNumber(Rational(0));
  law.high = tree->AddNumber(Rational(*steps));
  law.body = Fill(tree, terms[0], leaves);
  return law;
}

// 1 + 2 + 4 + ... + 1024, and without an end where the ratio is below one.
std::optional<Rational> Geometric(const Tree& tree, const std::vector<NodeId>& terms, NodeId last,
                                  std::int64_t* budget) {
  if (terms.size() < 3) return std::nullopt;
  std::vector<Rational> values;
  std::vector<NodeId> all = terms;
  if (last >= 0) all.push_back(last);
  for (const NodeId id : all) {
    if (!Variables(tree, id).empty()) return std::nullopt;
    Evaluator evaluator(tree, {}, budget);
    Number value;
    if (evaluator.Eval(id, &value) != EvalStatus::kOk || !value.exact || value.rational.IsZero())
      return std::nullopt;
    values.push_back(std::move(value.rational));
  }
  const Rational ratio = values[1] / values[0];
  for (std::size_t k = 1; k < terms.size(); ++k) {
    if (!(values[k] == values[k - 1] * ratio)) return std::nullopt;
  }
  const Rational one(1);
  if (ratio == one || ratio == -one) return std::nullopt;
  if (last < 0) {
    if (ratio.Abs().Compare(one) >= 0) return std::nullopt;
    return values[0] / (one - ratio);
  }
  Rational term = values[terms.size() - 1];
  for (int k = 0; k < 2000; ++k) {
    if (term == values.back()) return (term * ratio - values[0]) / (ratio - one);
    term = term * ratio;
    if (term.Bits() > 4096) break;
  }
  return std::nullopt;
}

}  // namespace

bool HasEllipsis(const Tree& tree) {
  return std::any_of(tree.nodes.begin(), tree.nodes.end(),
                     [](const Node& node) { return node.op == Op::kEllipsis; });
}

void ResolveEllipses(Tree* tree, std::int64_t* budget) {
  int resolved = 0;
  for (std::size_t i = 0; i < tree->nodes.size() && resolved < 4; ++i) {
    if (tree->nodes[i].op != Op::kEllipsis) continue;
    ++resolved;
    const Node node = tree->nodes[i];
    const bool product = node.text == "*";
    std::vector<NodeId> terms = node.kids;
    NodeId last = -1;
    if (!node.flag) {  // the flag says that nothing follows the dots
      last = terms.back();
      terms.pop_back();
    }
    std::optional<Law> law;
    if (last >= 0) {
      law = FromLetter(tree, terms, last, false, budget);
      if (!law && Variables(*tree, last).empty()) law = FromLetter(tree, terms, last, true, budget);
      if (!law) law = FromNumbers(tree, terms, last);
    }
    if (law) {
      Node& place = tree->nodes[i];
      place.op = product ? Op::kProduct : Op::kSum;
      place.kids = {law->low, law->high, law->body};
      place.text = kIndex;
      place.flag = false;
    } else if (const auto total = product ? std::nullopt : Geometric(*tree, terms, last, budget)) {
      Node& place = tree->nodes[i];
      place = Node{};
      place.op = Op::kNumber;
      place.number = *total;
    }
  }
}

void FillDots(Tree* tree, std::vector<NodeId>* items, std::size_t limit) {
  const auto is_dots = [&](NodeId id) { return tree->at(id).op == Op::kDots; };
  const auto dots = std::find_if(items->begin(), items->end(), is_dots);
  if (dots == items->end() || items->end() - dots != 2 || dots - items->begin() < 2) return;
  std::vector<std::int64_t> values;
  for (const NodeId id : *items) {
    if (is_dots(id)) continue;
    const Node& node = tree->at(id);
    const Node& digits = node.op == Op::kNeg ? tree->at(node.kids[0]) : node;
    const auto value = digits.op == Op::kNumber && digits.number.IsInteger() && !digits.is_decimal
                           ? digits.number.ToInt()
                           : std::nullopt;
    if (!value || *value > 1'000'000) return;
    values.push_back(node.op == Op::kNeg ? -*value : *value);
  }
  const std::int64_t step = values[1] - values[0];
  const std::size_t written = values.size() - 1;
  for (std::size_t k = 1; k < written; ++k) {
    if (values[k] - values[k - 1] != step) return;
  }
  const std::int64_t way = values.back() - values[written - 1];
  if (step == 0 || way % step != 0 || way / step < 1) return;
  const auto more = static_cast<std::size_t>(way / step);
  if (written + more > limit) return;
  items->resize(written);
  for (std::size_t k = 1; k <= more; ++k) {
    items->push_back(
        tree->AddNumber(Rational(values[written - 1] + step * static_cast<std::int64_t>(k))));
  }
}

}  // namespace fuseo1
