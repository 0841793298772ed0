#include "eval/grade/strict/spelling.h"

#include <optional>
#include <string>
#include <vector>

#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

// Letters side by side spell a word where the other side is one: MR and \text{MR}.
std::optional<std::string> Spelling(const Expr& e) {
  const Node& n = e.node();
  if (n.op == Op::kWord || n.op == Op::kVar || n.op == Op::kText) return ToLowerAscii(n.text);
  if (n.op == Op::kE || n.op == Op::kI) return n.op == Op::kE ? "e" : "i";
  if (n.op != Op::kMul || e.tree->spaced_letters) return std::nullopt;
  std::string all;
  for (const NodeId kid : n.kids) {
    const auto part = e.tree->at(kid).op == Op::kMul ? std::nullopt : Spelling(e.With(kid));
    if (!part || part->size() != 1) return std::nullopt;
    all += *part;
  }
  return all;
}

}  // namespace

Decision CompareText(const Expr& a, const Expr& b) {
  const auto x = Spelling(a);
  const auto y = Spelling(b);
  if (!x || !y) return {Verdict::kUnequal, "different-kinds"};
  return *x == *y ? Decision{Verdict::kEqual, "text"}
                  : Decision{Verdict::kUnequal, "different-text"};
}

bool SameSpelling(const Expr& gold, const Expr& prediction) {
  std::vector<std::optional<std::string>> sides;
  bool words = false;
  for (const Expr* e : {&gold, &prediction}) {
    if (e->node().kids.size() != 2) return false;
    for (const NodeId kid : e->node().kids) {
      words = words || e->tree->at(kid).op == Op::kWord;
      sides.push_back(Spelling(e->With(kid)));
      if (!sides.back()) return false;
    }
  }
  return words && ((sides[0] == sides[2] && sides[1] == sides[3]) ||
                   (sides[0] == sides[3] && sides[1] == sides[2]));
}

}  // namespace fuseo1
