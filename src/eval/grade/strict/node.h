// What an answer says, as a tree: numbers, expressions and the containers around them.
//
// A Tree owns all its nodes; a NodeId is an index into it. Trees are built by the parser, then only
// read.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/exact.h"
#include "eval/grade/strict/units.h"

namespace fuseo1 {

using NodeId = std::int32_t;

enum class Op : std::uint8_t {
  // scalars
  kNumber,  // number; is_decimal with aux = the power of ten of the last digit
  kPi,
  kE,
  kI,
  kInfinity,
  kVar,  // text = name with subscript, accent and primes
  kNeg,
  kAdd,
  kMul,
  kDiv,
  kPow,
  kRoot,     // radicand, index
  kFunc,     // function; one argument
  kLog,      // argument, base
  kFreeLog,  // argument; base not said (\log)
  kAbs,
  kFloor,
  kCeil,
  kFactorial,
  kDoubleFactorial,
  kBinomial,
  kPermutation,
  kGcd,
  kLcm,
  kMin,
  kMax,
  kMod,
  kRe,
  kIm,
  kConjugate,
  kSign,
  kSum,
  kProduct,    // low, high, body; text = bound variable
  kIntegral,   // low, high, body; text = bound variable
  kLimit,      // target, body; text = bound variable; aux = side (-1, 0, 1)
  kPlusMinus,  // aux = which sign; flag = written \mp
  kPercent,
  kDegree,
  kQuantity,  // value; aux = index of the unit; flag = a single letter that may be a variable
  kCall,      // text = name; arguments
  kDeterminant,
  kEllipsis,  // terms before and after dots; text = "+" or "*"; flag = nothing follows the dots
  // everything else
  kBaseNumber,  // text = digits; aux = base
  kTime,        // text = hh:mm[:ss][am|pm]; aux = 1 where it may also be a ratio
  kRatio,
  kWord,
  kText,
  kList,  // aux = 'o' where "or" joins the items, 'a' for "and", ',' else
  kSet,
  kTuple,
  kAngle,
  kBracket,     // [a, b, ...]
  kInterval,    // a, b; aux bit 0: left end open, bit 1: right end open; one of the two
  kMatrix,      // entries by rows; aux = columns
  kRelation,    // operands; text = one character for each relation
  kSetBuilder,  // element, conditions...
  kUnion,
  kIntersection,
  kDifference,
  kNamedSet,
  kEmptySet,
  kPiece,  // value, condition: one row of a function defined by cases
  kDots,   // in a list: items that are left out
};

struct Node {
  Op op = Op::kText;
  bool flag = false;
  bool is_decimal = false;
  std::int32_t aux = 0;
  Ball::Function function = Ball::Function::kSin;
  std::vector<NodeId> kids;
  std::string text;
  Rational number;
};

struct Tree {
  std::vector<Node> nodes;
  std::vector<Unit> units;
  NodeId root = -1;
  int signs = 0;                // how many independent ± there are
  bool has_minus_plus = false;  // all ± and ∓ then go together
  bool spaced_letters = false;  // letters with blanks between them: y e s is no word
  bool plain_braces = false;    // the whole is {one item}: a group to TeX, a set to a typist

  const Node& at(NodeId id) const { return nodes[static_cast<std::size_t>(id)]; }
  Node& at(NodeId id) { return nodes[static_cast<std::size_t>(id)]; }

  NodeId Add(Op op, std::vector<NodeId> kids = {}, std::string text = {}, std::int32_t aux = 0) {
    Node node;
    node.op = op;
    node.kids = std::move(kids);
    node.text = std::move(text);
    node.aux = aux;
    nodes.push_back(std::move(node));
    return static_cast<NodeId>(nodes.size()) - 1;
  }
  NodeId AddNumber(Rational value) {
    const NodeId id = Add(Op::kNumber);
    at(id).number = std::move(value);
    return id;
  }
};

}  // namespace fuseo1
