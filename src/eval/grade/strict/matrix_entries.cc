#include "eval/grade/strict/matrix_entries.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace fuseo1 {
namespace {

struct Cells {
  std::vector<NodeId> nodes;  // by rows
  std::int32_t columns = 0;
};

bool IsMatrix(const Node& n) {
  return n.op == Op::kMatrix || n.op == Op::kTuple || n.op == Op::kAngle;
}

bool IsTransposed(const Tree& tree, const Node& power) {
  const Node& exponent = tree.at(power.kids[1]);
  return exponent.op == Op::kVar && (exponent.text == "T" || exponent.text == "top");
}

// The matrix among the factors of a product or the base of a power; -1: none, or two.
NodeId MatrixFactor(const Tree& tree, const Node& node) {
  NodeId found = -1;
  for (const NodeId kid : node.kids) {
    if (!IsMatrix(tree.at(kid))) continue;
    if (found >= 0) return -1;
    found = kid;
  }
  return found;
}

bool Holds(const Tree& tree, NodeId id) {
  const Node& node = tree.at(id);
  switch (node.op) {
    case Op::kMatrix:
      return true;
    case Op::kAdd:
      return std::all_of(node.kids.begin(), node.kids.end(),
                         [&](NodeId kid) { return IsMatrix(tree.at(kid)) || Holds(tree, kid); });
    case Op::kPow:
      if (tree.at(node.kids[0]).op == Op::kBracket) return IsTransposed(tree, node);  // [1, 2]^T
      return MatrixFactor(tree, node) >= 0;
    case Op::kMul:
    case Op::kNeg:
    case Op::kDiv:
      return MatrixFactor(tree, node) >= 0;
    default:
      return false;
  }
}

std::optional<Cells> Read(Tree* tree, NodeId id) {
  const Node outer = tree->at(id);
  Cells out;
  if (IsMatrix(outer)) {
    out.nodes = outer.kids;
    out.columns = outer.op == Op::kMatrix ? outer.aux : 1;
    return out.columns > 0 ? std::optional(std::move(out)) : std::nullopt;
  }
  if (outer.op == Op::kAdd) {
    for (const NodeId kid : outer.kids) {
      const auto part = Read(tree, kid);
      if (!part) return std::nullopt;
      if (out.columns == 0) {
        out = *part;
        continue;
      }
      if (part->columns != out.columns || part->nodes.size() != out.nodes.size())
        return std::nullopt;
      for (std::size_t k = 0; k < out.nodes.size(); ++k)
        out.nodes[k] = tree->Add(Op::kAdd, {out.nodes[k], part->nodes[k]});
    }
    return out;
  }
  if (!Holds(*tree, id)) return std::nullopt;
  if (outer.op == Op::kPow && tree->at(outer.kids[0]).op == Op::kBracket)
    return Cells{tree->at(outer.kids[0]).kids, 1};
  const NodeId matrix = MatrixFactor(*tree, outer);
  auto inner = Read(tree, matrix);
  if (!inner) return std::nullopt;
  if (outer.op == Op::kPow) {
    if (!IsTransposed(*tree, outer) || outer.kids[0] != matrix) return std::nullopt;
    // Written as a row of a tuple, (1, 2)^T is the column it means.
    if (tree->at(matrix).op != Op::kMatrix) return inner;
    const auto rows = static_cast<std::int32_t>(inner->nodes.size()) / inner->columns;
    for (std::int32_t c = 0; c < inner->columns; ++c) {
      for (std::int32_t r = 0; r < rows; ++r)
        out.nodes.push_back(inner->nodes[static_cast<std::size_t>(r * inner->columns + c)]);
    }
    out.columns = rows;
    return out;
  }
  if (outer.op == Op::kDiv && outer.kids[0] != matrix) return std::nullopt;
  for (NodeId& cell : inner->nodes) {
    if (outer.op == Op::kNeg) {
      cell = tree->Add(Op::kNeg, {cell});
    } else if (outer.op == Op::kDiv) {
      cell = tree->Add(Op::kDiv, {cell, outer.kids[1]});
    } else {
      std::vector<NodeId> factors = {cell};
      for (const NodeId kid : outer.kids) {
        if (kid != matrix) factors.push_back(kid);
      }
      cell = tree->Add(Op::kMul, std::move(factors));
    }
  }
  return inner;
}

}  // namespace

bool HasMatrix(const Expr& e) { return Holds(*e.tree, e.id); }

std::optional<Tree> MatrixEntries(const Expr& e) {
  if (!Holds(*e.tree, e.id)) return std::nullopt;
  Tree tree = *e.tree;
  auto cells = Read(&tree, e.id);
  if (!cells) return std::nullopt;
  tree.root = tree.Add(Op::kMatrix, std::move(cells->nodes), {}, cells->columns);
  return tree;
}

std::optional<Tree> RowsOfBrackets(const Expr& e) {
  std::vector<NodeId> cells;
  std::size_t columns = 0;
  for (const NodeId row : e.node().kids) {
    const Node& node = e.tree->at(row);
    if (node.op != Op::kBracket || (columns != 0 && node.kids.size() != columns))
      return std::nullopt;
    columns = node.kids.size();
    cells.insert(cells.end(), node.kids.begin(), node.kids.end());
  }
  Tree tree = *e.tree;
  tree.root = tree.Add(Op::kMatrix, std::move(cells), {}, static_cast<std::int32_t>(columns));
  return tree;
}

}  // namespace fuseo1
