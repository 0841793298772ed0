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

// C = 4h + 4 where the gold says C(h) = 4h + 4, and the other way round.
void UnifyCalls(const Tree& gold, Tree* prediction) {
  const auto calls = [](const Tree& tree, const std::string& name) {
    return std::any_of(tree.nodes.begin(), tree.nodes.end(),
                       [&](const Node& n) { return n.op == Op::kCall && n.text == name; });
  };
  const auto plain = [](const Tree& tree) {
    std::vector<std::pair<NodeId, std::string>> found;  // the name before "="
    for (const Node& node : tree.nodes) {
      if (node.op == Op::kRelation && node.text.starts_with('=') &&
          tree.at(node.kids[0]).op == Op::kVar)
        found.emplace_back(node.kids[0], tree.at(node.kids[0]).text);
    }
    return found;
  };
  const std::vector<Definition> wanted = Definitions(gold);
  const std::vector<Definition> said = Definitions(*prediction);
  if (wanted.size() == 1 && said.empty()) {
    for (const auto& [id, name] : plain(*prediction)) {
      if (name != wanted[0].name || calls(*prediction, name)) continue;
      std::vector<NodeId> letters;
      for (const std::string& letter : wanted[0].letters)
        letters.push_back(prediction->Add(Op::kVar, {}, letter));
      prediction->at(id).op = Op::kCall;
      prediction->at(id).kids = std::move(letters);
    }
  } else if (said.size() == 1 && wanted.empty()) {
    for (const auto& [id, name] : plain(gold)) {
      if (name != said[0].name || calls(gold, name)) continue;
      Node& call = prediction->at(prediction->at(said[0].relation).kids[0]);
      call.op = Op::kVar;
      call.kids.clear();
    }
  }
}

// Constants of integration: c and C, c_1 and C_1 are one where besides them only one variable
// occurs, and they stand alone in a sum or before an exponential or another function.
struct Constants {
  std::vector<std::string> names;  // as often as they occur
  bool lower = false;
  bool upper = false;
  bool plain = true;  // all of them stand so
  std::size_t others = 0;
};

bool IsConstantName(const std::string& name) {
  if (name.empty() || (name[0] != 'c' && name[0] != 'C')) return false;
  return name.size() == 1 ||
         (name[1] == '_' && name.size() == 3 && name[2] >= '0' && name[2] <= '9');
}

bool Varies(const Tree& tree, NodeId id) {
  const Node& node = tree.at(id);
  if (node.op == Op::kFunc || (node.op == Op::kPow && tree.at(node.kids[1]).op != Op::kNumber))
    return true;
  if (node.op == Op::kPow) return tree.at(node.kids[0]).op == Op::kVar;
  return node.op == Op::kDiv && Varies(tree, node.kids[1]);
}

Constants FindConstants(const Tree& tree) {
  Constants out;
  std::set<std::string> others;
  std::size_t good = 0;
  std::size_t all = 0;
  const Node& root = tree.at(tree.root);
  const bool named_root = root.op == Op::kRelation && root.text == "=";
  const std::string named = named_root && tree.at(root.kids[0]).op == Op::kVar
                                ? tree.at(root.kids[0]).text
                                : std::string();
  const auto is_constant = [&](NodeId id) {
    return tree.at(id).op == Op::kVar && IsConstantName(tree.at(id).text);
  };
  for (const Node& node : tree.nodes) {
    if (node.op == Op::kVar && IsConstantName(node.text)) {
      ++all;
      out.names.push_back(node.text);
      (node.text[0] == 'c' ? out.lower : out.upper) = true;
    } else if (node.op == Op::kVar && node.text != named) {
      others.insert(node.text);
    }
    const bool varies = (node.op == Op::kMul || node.op == Op::kDiv) &&
                        std::any_of(node.kids.begin(), node.kids.end(),
                                    [&](NodeId kid) { return Varies(tree, kid); });
    if (node.op != Op::kAdd && !varies) continue;
    for (const NodeId kid : node.kids) good += is_constant(kid) ? 1U : 0U;
  }
  out.plain = good == all;
  out.others = others.size();
  return out;
}

void UnifyConstants(const Tree& gold, Tree* prediction) {
  const Constants g = FindConstants(gold);
  const Constants p = FindConstants(*prediction);
  if (!g.plain || !p.plain || g.others != 1 || p.others != 1) return;
  const auto one = [](const Constants& c) {
    return !c.names.empty() && std::count(c.names.begin(), c.names.end(), c.names[0]) ==
                                   static_cast<std::ptrdiff_t>(c.names.size());
  };
  if (one(g) && one(p)) {  // c for C_1
    for (Node& node : prediction->nodes) {
      if (node.op == Op::kVar && node.text == p.names[0]) node.text = g.names[0];
    }
    return;
  }
  const bool apart = g.lower != g.upper && p.lower != p.upper && g.lower != p.lower;
  if (!apart) return;
  for (Node& node : prediction->nodes) {
    if (node.op == Op::kVar && IsConstantName(node.text)) node.text[0] = g.lower ? 'c' : 'C';
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
    const std::size_t close = name.find(')');
    if (!name.starts_with(head) || close == std::string::npos) continue;
    if (close + 1 == name.size() || name[close + 1] == '_') {  // \ddot{v}_o
      out.of = name.substr(head.size(), close - head.size()) + name.substr(close + 1);
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

bool ByOneLetter(const std::vector<NamedDerivative>& derivatives) {
  std::string_view by;
  for (const NamedDerivative& d : derivatives) {
    if (d.derivative.by.empty()) continue;
    if (!by.empty() && by != d.derivative.by) return false;
    by = d.derivative.by;
  }
  return true;
}

void UnifyDerivatives(const Tree& gold, Tree* prediction) {
  const std::vector<NamedDerivative> wanted = Derivatives(gold);
  const std::vector<NamedDerivative> said = Derivatives(*prediction);
  if (!ByOneLetter(said) || !ByOneLetter(wanted)) return;
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
      if (node.op == Op::kCall) return true;
      if (node.op != Op::kVar) return false;
      return IsConstantName(node.text) || node.text.find('/') != std::string::npos ||
             node.text.find('\'') != std::string::npos ||
             node.text.find("dot(") != std::string::npos;
    });
  };
  return marked(gold) || marked(prediction);
}

std::vector<Tree> WithOtherConstants(const Tree& gold, const Tree& prediction) {
  constexpr std::size_t kMost = 3;
  Constants g = FindConstants(gold);
  Constants p = FindConstants(prediction);
  std::sort(g.names.begin(), g.names.end());
  std::sort(p.names.begin(), p.names.end());
  const bool once = std::adjacent_find(p.names.begin(), p.names.end()) == p.names.end();
  const bool indexed = std::all_of(p.names.begin(), p.names.end(),
                                   [](const std::string& name) { return name.size() == 3; });
  if (!once || !indexed || g.names != p.names || p.names.size() < 2 || p.names.size() > kMost ||
      !g.plain || !p.plain || g.others != 1 || p.others != 1) {
    return {};
  }
  std::vector<Tree> out;
  std::vector<std::string> order = p.names;
  while (std::next_permutation(order.begin(), order.end())) {
    Tree& tree = out.emplace_back(prediction);
    for (Node& node : tree.nodes) {
      const auto at = std::find(p.names.begin(), p.names.end(), node.text);
      if (node.op == Op::kVar && at != p.names.end())
        node.text = order[static_cast<std::size_t>(at - p.names.begin())];
    }
  }
  return out;
}

void UnifyNotation(const Tree& gold, Tree* prediction) {
  UnifyArguments(gold, prediction);
  UnifyCalls(gold, prediction);
  UnifyConstants(gold, prediction);
  UnifyDerivatives(gold, prediction);
}

}  // namespace fuseo1
