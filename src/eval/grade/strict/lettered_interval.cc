#include "eval/grade/strict/lettered_interval.h"

#include <algorithm>
#include <string>
#include <vector>

#include "eval/grade/strict/quantity.h"

namespace fuseo1 {

std::optional<Decision> CompareLetteredInterval(const Expr& interval, const Expr& relation,
                                                std::int64_t* budget) {
  const Decision different{Verdict::kUnequal, "different-sets"};
  const Node& ends = interval.node();
  const Node& chain = relation.node();
  const bool is_interval =
      ends.kids.size() == 2 &&
      (ends.op == Op::kInterval || ends.op == Op::kTuple || ends.op == Op::kBracket);
  if (!is_interval || chain.op != Op::kRelation || chain.text.size() > 2 ||
      chain.text.find_first_not_of("<>lg") != std::string::npos) {
    return std::nullopt;
  }
  std::vector<Expr> kids;
  for (const NodeId kid : chain.kids) kids.push_back(relation.With(kid));
  std::string ops = chain.text;
  if (ops[0] == '>' || ops[0] == 'g') {
    std::reverse(kids.begin(), kids.end());
    std::reverse(ops.begin(), ops.end());
    for (char& c : ops) c = c == '>' ? '<' : c == 'g' ? 'l' : '!';
  }
  if (ops.find_first_not_of("<l") != std::string::npos) return std::nullopt;
  Traits traits;
  CollectTraits(*interval.tree, interval.id, &traits);
  const auto is_name = [&](const Expr& e) {
    return e.node().op == Op::kVar && std::find(traits.variables.begin(), traits.variables.end(),
                                                e.node().text) == traits.variables.end();
  };
  const std::size_t name = kids.size() == 3 ? 1 : is_name(kids[0]) ? 0 : 1;
  if (traits.variables.empty() || !is_name(kids[name])) return std::nullopt;
  for (const bool low : {true, false}) {
    const bool open =
        ends.op == Op::kTuple || (ends.op == Op::kInterval && (ends.aux & (low ? 1 : 2)) != 0);
    const Expr end = interval.With(ends.kids[low ? 0 : 1]);
    if (low ? name == 0 : name + 1 == kids.size()) {
      if (!open || InfinitySign(end) != (low ? -1 : 1)) return different;
      continue;
    }
    if (open != (ops[low ? name - 1 : name] == '<')) return different;
    if (const Decision d = CompareQuantities(end, kids[low ? name - 1 : name + 1], budget);
        !d.equal()) {
      return d;
    }
  }
  return Decision{Verdict::kEqual, "same-interval"};
}

}  // namespace fuseo1
