// Answers that name their values: x = 2, y = -3; (x, y) = (2, -3); x_1 = 2, x_2 = 3.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/comparer.h"

namespace fuseo1 {

// k in {1, 2} against c = 1, c = 2: a list whose items all give one value to another letter.
bool Comparer::OtherNames(const Named& named, const Expr& other) {
  const Node& list = other.node();
  if (named.name.size() != 1 || list.op != Op::kList) return false;
  std::string common;
  for (const NodeId kid : list.kids) {
    const std::string name = StripName(other.With(kid), budget_).name;
    const std::string stem = name.substr(0, name.find('_'));
    if (stem.size() != 1 || (!common.empty() && common != stem)) return false;
    common = stem;
  }
  return common != named.name;
}

// (x, y) = (1, 2), or (1, 2), against x = 1, y = 2; but (y, x) = (1, 2) is another point.
Decision Comparer::CompareNamedTuples(const Named& g, const Expr& gold, const Named& p,
                                      const Expr& prediction) {
  const auto turned = [](const std::vector<std::string>& names) {
    const bool axes = std::all_of(names.begin(), names.end(), [](const std::string& name) {
      return name == "x" || name == "y" || name == "z";
    });
    return axes && !std::is_sorted(names.begin(), names.end());
  };
  if ((g.parts.empty() && turned(p.parts)) || (p.parts.empty() && turned(g.parts)))
    return {Verdict::kUnequal, "different-names"};
  const Decision d = CompareNamedList(g, prediction, true);
  return d.verdict != Verdict::kUndecided ? d : CompareNamedList(p, gold, false);
}

// A tuple, its places named in it or by their usual letters, against a list of names.
Decision Comparer::CompareNamedList(const Named& tuple, const Expr& other, bool tuple_is_gold) {
  const Node& list = other.node();
  const Node& node = tuple.value.node();
  const bool vector =
      node.op == Op::kTuple || node.op == Op::kAngle || (node.op == Op::kMatrix && node.aux == 1);
  if (list.op != Op::kList || list.aux == 'o' || !vector || list.kids.size() != node.kids.size() ||
      (!tuple.parts.empty() && tuple.parts.size() != node.kids.size()) ||
      (tuple.parts.empty() && !tuple.name.empty())) {
    return {};
  }
  std::vector<Named> items;
  std::vector<std::string> parts;
  for (const NodeId kid : list.kids) {
    items.push_back(StripName(other.With(kid), budget_));
    parts.push_back(items.back().name);
  }
  std::sort(parts.begin(), parts.end());
  if (!tuple.parts.empty()) {
    parts = tuple.parts;
  } else {
    std::string letters;
    for (const std::string& part : parts) letters += part;
    if (letters != "xy" && letters != "xyz" && letters != "ab" && letters != "abc" &&
        letters != "mn" && letters != "rtheta" && letters != "pq") {
      return {};
    }
  }
  for (const Named& item : items) {
    const auto at = std::find(parts.begin(), parts.end(), item.name);
    if (item.name.empty() || at == parts.end()) return kDifferentKinds;
    const Expr part = tuple.value.With(node.kids[static_cast<std::size_t>(at - parts.begin())]);
    const Decision d = tuple_is_gold ? Compare(part, item.value) : Compare(item.value, part);
    if (!d.equal()) return d;
  }
  return {Verdict::kEqual, "named-values"};
}

// x = 2, y = -3 against 2, -3, which names nothing: then the order tells, and a set does not.
std::optional<Decision> Comparer::CompareBareWithNamed(const Expr& gold, const std::vector<Expr>& g,
                                                       const Expr& prediction,
                                                       const std::vector<Expr>& p) {
  bool g_bare = false;
  bool p_bare = false;
  const auto g_orders = OrdersOfNamed(g, true, &g_bare, budget_);
  const auto p_orders = OrdersOfNamed(p, false, &p_bare, budget_);
  const Decision different{Verdict::kUnequal, "different-order"};
  if (!g_orders.empty() && p_bare) {
    if (prediction.node().op != Op::kList) return different;
    for (const auto& order : g_orders) {
      if (const Decision d = CompareInOrder(order, p); d.equal()) return d;
    }
    return different;
  }
  if (!p_orders.empty() && g_bare) {
    if (gold.node().op != Op::kList) return different;
    for (const auto& order : p_orders) {
      if (const Decision d = CompareInOrder(g, order); d.equal()) return d;
    }
    return different;
  }
  return std::nullopt;
}

// x_1 = 3, x_2 = -1 against x = 3, x = -1 (or x = 3, -1): the indices only count the values.
std::optional<std::pair<std::vector<Expr>, std::vector<Expr>>> Comparer::WithoutIndices(
    const std::vector<Expr>& gold, const std::vector<Expr>& prediction) {
  std::vector<Expr> values[2];
  std::string base;
  int indexed = -1;
  for (int side = 0; side < 2; ++side) {
    for (const Expr& item : side == 0 ? gold : prediction) {
      const Named named = StripName(item, budget_);
      values[side].push_back(named.value);
      const std::size_t mark = named.name.find('_');
      if (mark != std::string::npos) {
        if (indexed == 1 - side ||
            named.name.find_first_not_of("0123456789", mark + 1) != std::string::npos) {
          return std::nullopt;
        }
        indexed = side;
      }
      const std::string stem = named.name.substr(0, mark);
      if (stem.empty()) continue;
      if (!base.empty() && base != stem) return std::nullopt;
      base = stem;
    }
  }
  if (indexed < 0 || base.size() != 1 || values[indexed].size() < 2) return std::nullopt;
  return std::pair{std::move(values[0]), std::move(values[1])};
}

}  // namespace fuseo1
