#include "eval/grade/strict/inverse.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace fuseo1 {
namespace {

// letter = value, where value is a node of a tree of its own.
struct Solved {
  std::string letter;
  Tree tree;
  NodeId id = -1;

  Expr value() const { return Expr{&tree, id}; }
};

bool Mentions(const Tree& tree, NodeId id, const std::string& name) {
  Traits traits;
  CollectTraits(tree, id, &traits);
  return std::find(traits.variables.begin(), traits.variables.end(), name) !=
         traits.variables.end();
}

// What turns `side` = `value` into letter = value: e^y, a^y, \ln y and \log_b y are undone.
bool Undo(NodeId side, Solved* out) {
  const Node node = out->tree.at(side);
  if (node.op == Op::kVar) {
    out->letter = node.text;
    return true;
  }
  const auto is_letter = [&](NodeId id) { return out->tree.at(id).op == Op::kVar; };
  const auto is_base = [&](NodeId id) {
    const Node& base = out->tree.at(id);
    return base.op == Op::kE || (base.op == Op::kNumber && base.number.Sign() > 0);
  };
  if (node.op == Op::kPow && is_base(node.kids[0]) && is_letter(node.kids[1])) {
    out->letter = out->tree.at(node.kids[1]).text;
    out->id = out->tree.Add(Op::kLog, {out->id, node.kids[0]});
    return true;
  }
  const bool natural = node.op == Op::kFunc && node.function == Ball::Function::kLog;
  if ((!natural && node.op != Op::kLog) || !is_letter(node.kids[0])) return false;
  if (!natural && !is_base(node.kids[1])) return false;
  out->letter = out->tree.at(node.kids[0]).text;
  const NodeId base = natural ? out->tree.Add(Op::kE) : node.kids[1];
  out->id = out->tree.Add(Op::kPow, {base, out->id});
  return true;
}

std::optional<Solved> SolvedFor(const Expr& e) {
  const Node& node = e.node();
  if (node.kids.size() != 2 || !e.tree->units.empty() || e.tree->signs > 0) return std::nullopt;
  for (const std::size_t side : {0, 1}) {
    Solved out{{}, *e.tree, node.kids[1 - side]};
    if (out.value().node().op < Op::kBaseNumber && Undo(node.kids[side], &out) &&
        !Mentions(out.tree, out.id, out.letter)) {
      return out;
    }
  }
  return std::nullopt;
}

// Whether outer(inner(x)) = x wherever inner is defined.
bool Undoes(const Solved& outer, const Solved& inner, std::int64_t* budget) {
  auto [tree, inner_id] = Substitute(outer.tree, inner.letter, inner.value());
  // x + f - f is x where f is defined.
  const NodeId letter = tree.Add(Op::kVar, {}, outer.letter);
  const NodeId where = tree.Add(Op::kAdd, {letter, inner_id, tree.Add(Op::kNeg, {inner_id})});
  return CompareScalars(Expr{&tree, outer.id}, Expr{&tree, where}, {}, budget).equal();
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
  if (!g || !p) return {};
  if (g->letter == p->letter) {
    const Decision d = CompareScalars(g->value(), p->value(), {}, budget);
    return d.equal() ? Decision{Verdict::kEqual, "same-function"} : Decision{};
  }
  const bool each_other =
      Mentions(g->tree, g->id, p->letter) && Mentions(p->tree, p->id, g->letter);
  if (each_other && Undoes(*g, *p, budget) && Undoes(*p, *g, budget))
    return {Verdict::kEqual, "inverse-functions"};
  return {};
}

}  // namespace fuseo1
