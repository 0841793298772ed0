#include "eval/grade/strict/inverse.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace fuseo1 {
namespace {

struct Solved {
  std::string letter;
  Expr value;
};

bool Mentions(const Expr& e, const std::string& name) {
  Traits traits;
  CollectTraits(*e.tree, e.id, &traits);
  return std::find(traits.variables.begin(), traits.variables.end(), name) !=
         traits.variables.end();
}

std::optional<Solved> SolvedFor(const Expr& e) {
  const Node& node = e.node();
  if (node.kids.size() != 2 || !e.tree->units.empty() || e.tree->signs > 0) return std::nullopt;
  for (const int side : {0, 1}) {
    const Node& letter = e.tree->at(node.kids[static_cast<std::size_t>(side)]);
    const Expr value = e.With(node.kids[static_cast<std::size_t>(1 - side)]);
    if (letter.op == Op::kVar && value.node().op < Op::kBaseNumber && !Mentions(value, letter.text))
      return Solved{letter.text, value};
  }
  return std::nullopt;
}

// Whether outer(inner(x)) = x wherever inner is defined.
bool Undoes(const Solved& outer, const Solved& inner, std::int64_t* budget) {
  auto [tree, inner_id] = Substitute(*outer.value.tree, inner.letter, inner.value);
  // x + f - f is x where f is defined.
  const NodeId letter = tree.Add(Op::kVar, {}, outer.letter);
  const NodeId where = tree.Add(Op::kAdd, {letter, inner_id, tree.Add(Op::kNeg, {inner_id})});
  return CompareScalars(Expr{&tree, outer.value.id}, Expr{&tree, where}, {}, budget).equal();
}

}  // namespace

std::pair<Tree, NodeId> Substitute(const Tree& host, const std::string& name, const Expr& guest) {
  Tree tree = host;
  const auto offset = static_cast<NodeId>(host.nodes.size());
  for (const Node& node : guest.tree->nodes) {
    Node& copy = tree.nodes.emplace_back(node);
    for (NodeId& kid : copy.kids) kid += offset;
  }
  const NodeId root = guest.id + offset;
  for (NodeId id = 0; id < offset; ++id) {
    if (host.at(id).op == Op::kVar && host.at(id).text == name) {
      const Node value = tree.at(root);
      tree.at(id) = value;
    }
  }
  return {std::move(tree), root};
}

Decision CompareInverse(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  const auto g = SolvedFor(gold);
  const auto p = SolvedFor(prediction);
  const bool each_other = g && p && g->letter != p->letter && Mentions(g->value, p->letter) &&
                          Mentions(p->value, g->letter);
  if (each_other && Undoes(*g, *p, budget) && Undoes(*p, *g, budget))
    return {Verdict::kEqual, "inverse-functions"};
  return {};
}

}  // namespace fuseo1
