#include "eval/grade/strict/notation.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuseo1 {
namespace {

// f(x, y) = ... as it is defined: the name, its letters, and the relation that says it.
struct Definition {
  NodeId relation = -1;
  std::string name;
  std::vector<std::string> letters;
};

std::vector<Definition> Definitions(const Tree& tree) {
  std::vector<Definition> found;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& node = tree.nodes[i];
    if (node.op != Op::kRelation || !node.text.starts_with('=')) continue;
    const Node& call = tree.at(node.kids[0]);
    if (call.op != Op::kCall) continue;
    Definition definition{static_cast<NodeId>(i), call.text, {}};
    for (const NodeId kid : call.kids) {
      const Node& letter = tree.at(kid);
      const bool fresh = std::find(definition.letters.begin(), definition.letters.end(),
                                   letter.text) == definition.letters.end();
      const bool lower = letter.text[0] >= 'a' && letter.text[0] <= 'z';
      if (letter.op != Op::kVar || !fresh || !lower) break;  // P(A) is about A
      definition.letters.push_back(letter.text);
    }
    if (definition.letters.size() == call.kids.size()) found.push_back(std::move(definition));
  }
  return found;
}

void Below(const Tree& tree, NodeId id, std::set<NodeId>* nodes) {
  if (!nodes->insert(id).second) return;
  for (const NodeId kid : tree.at(id).kids) Below(tree, kid, nodes);
}

void RenameLetters(const Definition& from, const std::vector<std::string>& to, Tree* tree) {
  std::set<NodeId> nodes;
  Below(*tree, from.relation, &nodes);
  const auto is_old = [&](const std::string& name) {
    return std::find(from.letters.begin(), from.letters.end(), name) != from.letters.end();
  };
  const auto is_new = [&](const std::string& name) {
    return std::find(to.begin(), to.end(), name) != to.end();
  };
  for (const NodeId id : nodes) {
    const Node& node = tree->at(id);
    const bool other_letter = node.op != Op::kVar && (is_old(node.text) || is_new(node.text));
    if (other_letter || (node.op == Op::kVar && is_new(node.text) && !is_old(node.text))) return;
  }
  for (const NodeId id : nodes) {
    Node& node = tree->at(id);
    if (node.op != Op::kVar) continue;
    const auto at = std::find(from.letters.begin(), from.letters.end(), node.text);
    if (at != from.letters.end())
      node.text = to[static_cast<std::size_t>(at - from.letters.begin())];
  }
}

void UnifyArguments(const Tree& gold, Tree* prediction) {
  const std::vector<Definition> wanted = Definitions(gold);
  if (wanted.empty()) return;
  for (const Definition& said : Definitions(*prediction)) {
    const std::vector<std::string>* letters = nullptr;
    bool one = true;
    for (const Definition& definition : wanted) {
      if (definition.name != said.name || definition.letters.size() != said.letters.size())
        continue;
      one = one && (letters == nullptr || *letters == definition.letters);
      letters = &definition.letters;
    }
    if (letters != nullptr && one && *letters != said.letters)
      RenameLetters(said, *letters, prediction);
  }
}

// The derivative that a name stands for.
struct Derivative {
  std::string of;
  std::size_t order = 0;
  std::string by;  // empty: not said
  bool dot = false;
};

bool TakeDigit(std::string_view* text, std::size_t* power) {
  if (text->size() < 2 || (*text)[0] != '^' || (*text)[1] < '1' || (*text)[1] > '9') return false;
  *power = static_cast<std::size_t>((*text)[1] - '0');
  text->remove_prefix(2);
  return true;
}

// d^2y/dx^2, y'', \ddot{y}.
std::optional<Derivative> ReadDerivative(const std::string& name) {
  Derivative out;
  for (const auto& [head, order] :
       {std::pair<std::string_view, std::size_t>{"dot(", 1}, {"ddot(", 2}}) {
    if (name.starts_with(head) && name.ends_with(')')) {
      out.of = name.substr(head.size(), name.size() - head.size() - 1);
      out.order = order;
      out.dot = true;
      return out;
    }
  }
  if (const std::size_t primes = name.find('\''); primes != std::string::npos) {
    if (primes == 0 || name.find_first_not_of('\'', primes) != std::string::npos)
      return std::nullopt;
    out.of = name.substr(0, primes);
    out.order = name.size() - primes;
    return out;
  }
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos || name[0] != 'd' || name[slash + 1] != 'd') return std::nullopt;
  std::string_view above = std::string_view(name).substr(1, slash - 1);
  std::string_view below = std::string_view(name).substr(slash + 2);
  out.order = 1;
  TakeDigit(&above, &out.order);
  std::size_t power = 1;
  if (below.size() > 2 && below[below.size() - 2] == '^') {
    std::string_view tail = below.substr(below.size() - 2);
    if (!TakeDigit(&tail, &power)) return std::nullopt;
    below.remove_suffix(2);
  }
  if (above.empty() || below.empty() || power != out.order) return std::nullopt;
  out.of = above;
  out.by = below;
  return out;
}

struct NamedDerivative {
  std::string name;
  Derivative derivative;
};

std::vector<NamedDerivative> Derivatives(const Tree& tree) {
  std::vector<NamedDerivative> found;
  for (const Node& node : tree.nodes) {
    if (node.op != Op::kVar || node.text.size() < 2) continue;
    if (std::any_of(found.begin(), found.end(),
                    [&](const NamedDerivative& d) { return d.name == node.text; })) {
      continue;
    }
    if (auto derivative = ReadDerivative(node.text))
      found.push_back({node.text, std::move(*derivative)});
  }
  return found;
}

// A dot is a derivative by time; a prime does not say by what.
bool SameDerivative(const Derivative& a, const Derivative& b) {
  if (a.of != b.of || a.order != b.order) return false;
  if (a.by.empty() && b.by.empty()) return a.dot != b.dot;
  if (a.by.empty()) return !a.dot || b.by == "t";
  return b.by.empty() && (!b.dot || a.by == "t");
}

void UnifyDerivatives(const Tree& gold, Tree* prediction) {
  const std::vector<NamedDerivative> wanted = Derivatives(gold);
  const std::vector<NamedDerivative> said = Derivatives(*prediction);
  std::string by;
  for (const NamedDerivative& p : said) {  // all of them by one letter
    if (p.derivative.by.empty()) continue;
    if (!by.empty() && by != p.derivative.by) return;
    by = p.derivative.by;
  }
  by.clear();
  for (const NamedDerivative& g : wanted) {
    if (g.derivative.by.empty()) continue;
    if (!by.empty() && by != g.derivative.by) return;
    by = g.derivative.by;
  }
  for (const NamedDerivative& p : said) {
    for (const NamedDerivative& g : wanted) {
      if (g.name == p.name || !SameDerivative(g.derivative, p.derivative)) continue;
      const bool taken = std::any_of(said.begin(), said.end(),
                                     [&](const NamedDerivative& d) { return d.name == g.name; });
      if (taken) continue;
      for (Node& node : prediction->nodes) {
        if (node.op == Op::kVar && node.text == p.name) node.text = g.name;
      }
      break;
    }
  }
}

}  // namespace

bool MayBeRenamed(const Tree& gold, const Tree& prediction) {
  const auto marked = [](const Tree& tree) {
    return std::any_of(tree.nodes.begin(), tree.nodes.end(), [](const Node& node) {
      return node.op == Op::kCall || (node.op == Op::kVar && node.text.size() > 1 &&
                                      (node.text.find('/') != std::string::npos ||
                                       node.text.find('\'') != std::string::npos ||
                                       node.text.find("dot(") != std::string::npos));
    });
  };
  return marked(gold) && marked(prediction);
}

void UnifyNotation(const Tree& gold, Tree* prediction) {
  UnifyArguments(gold, prediction);
  UnifyDerivatives(gold, prediction);
}

}  // namespace fuseo1
