#include "eval/grade/strict/unit_vectors.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace fuseo1 {
namespace {

// 0, 1, 2 for i, j, k (and x, y, z) under a hat, an arrow or nothing; -1 for all else.
int Axis(const Node& node) {
  if (node.op == Op::kI) return 0;
  if (node.op != Op::kVar) return -1;
  if (node.text.size() == 6 && node.text.starts_with("hat(") && node.text[4] >= 'x' &&
      node.text[4] <= 'z')
    return node.text[4] - 'x';  // \hat{x}, \hat{y}, \hat{z}
  std::string name = node.text;
  for (const std::string_view mark : {"hat(", "vec(", "overline("}) {
    if (name.starts_with(mark) && name.ends_with(')'))
      name = name.substr(mark.size(), name.size() - mark.size() - 1);
  }
  if (name == "i" || name == "imath") return 0;
  if (name == "j" || name == "jmath") return 1;
  return name == "k" ? 2 : -1;
}

bool HasAxis(const Tree& tree, NodeId id) {
  if (Axis(tree.at(id)) >= 0) return true;
  for (const NodeId kid : tree.at(id).kids) {
    if (HasAxis(tree, kid)) return true;
  }
  return false;
}

// The axis of one term and its coefficient as a new node; -1: no such term.
int Term(Tree* tree, NodeId id, NodeId* coefficient) {
  const Node node = tree->at(id);
  if (const int axis = Axis(node); axis >= 0) {
    *coefficient = tree->AddNumber(Rational(1));
    return axis;
  }
  if (node.op == Op::kNeg || node.op == Op::kDiv) {
    if (node.op == Op::kDiv && HasAxis(*tree, node.kids[1])) return -1;
    NodeId inner = -1;
    const int axis = Term(tree, node.kids[0], &inner);
    if (axis < 0) return -1;
    *coefficient = node.op == Op::kNeg ? tree->Add(Op::kNeg, {inner})
                                       : tree->Add(Op::kDiv, {inner, node.kids[1]});
    return axis;
  }
  if (node.op != Op::kMul) return -1;
  int axis = -1;
  std::vector<NodeId> rest;
  for (const NodeId kid : node.kids) {
    const int found = Axis(tree->at(kid));
    if (found < 0 && HasAxis(*tree, kid)) return -1;
    if (found >= 0 && axis >= 0) return -1;
    if (found >= 0) {
      axis = found;
    } else {
      rest.push_back(kid);
    }
  }
  *coefficient = rest.size() == 1 ? rest[0] : tree->Add(Op::kMul, std::move(rest));
  return axis;
}

}  // namespace

std::optional<Tree> AsUnitVectors(const Expr& e) {
  if (e.node().op != Op::kAdd || e.signs != 0 || e.node().kids.size() > 3) return std::nullopt;
  for (const NodeId kid : e.node().kids) {
    if (!HasAxis(*e.tree, kid)) return std::nullopt;
  }
  Tree tree = *e.tree;
  std::array<NodeId, 3> parts = {-1, -1, -1};
  const std::vector<NodeId> terms = e.node().kids;
  for (const NodeId kid : terms) {
    NodeId coefficient = -1;
    const int axis = Term(&tree, kid, &coefficient);
    if (axis < 0 || parts[static_cast<std::size_t>(axis)] >= 0) return std::nullopt;
    parts[static_cast<std::size_t>(axis)] = coefficient;
  }
  if (parts[1] < 0) return std::nullopt;
  const std::size_t size = parts[2] < 0 ? 2 : 3;
  std::vector<NodeId> entries;
  for (std::size_t k = 0; k < size; ++k)
    entries.push_back(parts[k] < 0 ? tree.AddNumber(Rational(0)) : parts[k]);
  tree.root = tree.Add(Op::kTuple, std::move(entries));
  return tree;
}

}  // namespace fuseo1
