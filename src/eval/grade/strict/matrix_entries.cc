#include "eval/grade/strict/matrix_entries.h"

#include <utility>
#include <vector>

namespace fuseo1 {
namespace {

bool MatrixFactorOp(const Node& n) {
  return n.op == Op::kMatrix || n.op == Op::kTuple || n.op == Op::kAngle;
}

// The matrix among the factors of a product or the base of a transpose; -1: none.
NodeId MatrixFactor(const Expr& e) {
  const Node& node = e.node();
  if (node.op == Op::kMatrix) return e.id;
  if (node.op == Op::kMul || node.op == Op::kNeg || node.op == Op::kPow || node.op == Op::kDiv) {
    NodeId found = -1;
    for (const NodeId kid : node.kids) {
      if (MatrixFactorOp(e.tree->at(kid)) && found < 0) {
        found = kid;
      } else if (MatrixFactorOp(e.tree->at(kid))) {
        return -1;
      }
    }
    return found;
  }
  return -1;
}

}  // namespace

bool HasMatrix(const Expr& e) { return MatrixFactor(e) >= 0; }

std::optional<Tree> MatrixEntries(const Expr& e) {
  const NodeId matrix = MatrixFactor(e);
  if (matrix < 0) return std::nullopt;
  Tree tree = *e.tree;
  const Node outer = e.node();
  Node m = tree.at(matrix);
  std::int32_t columns = m.op == Op::kMatrix ? m.aux : 1;
  std::vector<NodeId> cells = m.kids;
  if (outer.op == Op::kPow) {
    const Node& exponent = tree.at(outer.kids[1]);
    const bool transposed =
        exponent.op == Op::kVar && (exponent.text == "T" || exponent.text == "top");
    if (!transposed || outer.kids[0] != matrix || columns <= 0) return std::nullopt;
    const auto rows = static_cast<std::int32_t>(cells.size()) / columns;
    std::vector<NodeId> turned;
    for (std::int32_t c = 0; c < columns; ++c) {
      for (std::int32_t r = 0; r < rows; ++r)
        turned.push_back(cells[static_cast<std::size_t>(r * columns + c)]);
    }
    // Written as a row of a tuple, (1, 2)^T is the column it means.
    if (m.op == Op::kMatrix) {
      cells = turned;
      columns = rows;
    }
  } else if (outer.op == Op::kNeg) {
    for (NodeId& cell : cells) cell = tree.Add(Op::kNeg, {cell});
  } else if (outer.op == Op::kDiv) {
    if (outer.kids[0] != matrix) return std::nullopt;
    for (NodeId& cell : cells) cell = tree.Add(Op::kDiv, {cell, outer.kids[1]});
  } else if (outer.op == Op::kMul) {
    for (NodeId& cell : cells) {
      std::vector<NodeId> factors = {cell};
      for (const NodeId kid : outer.kids) {
        if (kid != matrix) factors.push_back(kid);
      }
      cell = tree.Add(Op::kMul, std::move(factors));
    }
  }
  tree.root = tree.Add(Op::kMatrix, std::move(cells), {}, columns);
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
