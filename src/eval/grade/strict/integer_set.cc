// Sets of integers: Z, N and what inequalities leave of them.
#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "eval/grade/strict/real_set.h"

namespace fuseo1 {
namespace {

constexpr std::int64_t kMaxListedIntegers = 100;  // a bounded set of integers up to here is a list

}  // namespace

std::optional<Rational> RealSetBuilder::Floor(const Expr& e, bool up) {
  EvalOptions options;
  options.precision = 256;
  options.signs = e.signs;
  Evaluator evaluator(*e.tree, options, budget_);
  Number value;
  if (e.minus >= 0 || evaluator.Eval(e.id, &value) != EvalStatus::kOk) return std::nullopt;
  const Rational sign(up ? -1 : 1);
  if (value.exact) {
    const Rational scaled = (value.rational + e.offset) * e.scale;
    return (scaled * sign).Floor() * sign;
  }
  if (!value.ball.IsReal() || !(e.scale == Rational(1)) || !e.offset.IsZero()) return std::nullopt;
  const auto floor = (up ? value.ball.Negated() : value.ball).Floor();
  return floor ? std::optional<Rational>(*floor * sign) : std::nullopt;
}

// A set of integers in its normal form: spans from integer to integer with gaps between them, or a
// list of points where it is short.
std::optional<RealSet> RealSetBuilder::Settle(RealSet set) {
  if (!set.integers) return set;
  Spans whole;
  std::int64_t count = 0;
  std::optional<Rational> last;  // the end before
  for (const Span& span : set.spans) {
    Span s = span;
    std::optional<Rational> ends[2];
    for (const bool low : {true, false}) {
      Expr& end = low ? s.low : s.high;
      bool& open = low ? s.low_open : s.high_open;
      if (InfinitySign(end) != 0) {
        open = true;
        continue;
      }
      auto integer = Floor(end, low);
      if (!integer) return std::nullopt;
      const auto order = open ? CompareOrder(end, Constant(*integer), budget_) : std::optional(1);
      if (!order) return std::nullopt;
      if (*order == 0) integer = *integer + Rational(low ? 1 : -1);
      ends[low ? 0 : 1] = integer;
      end = Constant(*integer);
      open = false;
    }
    if (ends[0] && ends[1] && ends[0]->Compare(*ends[1]) > 0) continue;
    if (ends[0] && last && *ends[0] == *last + Rational(1)) {
      whole.back().high = s.high;
      whole.back().high_open = s.high_open;
    } else {
      whole.push_back(s);
    }
    last = ends[1];
    const auto length = ends[0] && ends[1] ? (*ends[1] - *ends[0]).ToInt() : std::nullopt;
    count = length && *length < kMaxListedIntegers ? count + *length + 1 : kMaxListedIntegers + 1;
  }
  set.spans = std::move(whole);
  if (set.zero_unclear) {
    const auto zero = Normalise({{Constant(Rational(0)), Constant(Rational(0)), false, false}});
    const auto inside = zero ? Intersect(set.spans, *zero) : std::nullopt;
    if (!inside) return std::nullopt;
    set.zero_unclear = !inside->empty();
  }
  if (count > kMaxListedIntegers || set.zero_unclear) return set;
  Spans points;
  for (const Span& span : set.spans) {
    for (Rational at = *Floor(span.low, false); at.Compare(*Floor(span.high, false)) <= 0;
         at = at + Rational(1)) {
      points.push_back({Constant(at), Constant(at), false, false});
    }
  }
  set.spans = std::move(points);
  set.integers = false;
  return set;
}

// {1, 2, 3, ...}: consecutive integers without an end.
std::optional<RealSet> RealSetBuilder::Onwards(const Expr& e) {
  const Node& node = e.node();
  if (node.kids.size() < 3 || e.tree->at(node.kids.back()).op != Op::kDots) return std::nullopt;
  std::optional<Rational> first;
  for (std::size_t k = 0; k + 1 < node.kids.size(); ++k) {
    const Node& item = e.tree->at(node.kids[k]);
    if (item.op != Op::kNumber || !item.number.IsInteger()) return std::nullopt;
    if (!first) first = item.number;
    if (!(item.number == *first + Rational(static_cast<std::int64_t>(k)))) return std::nullopt;
  }
  const auto spans = HalfLine('g', Constant(*first));
  if (!spans) return std::nullopt;
  RealSet set;
  set.spans = *spans;
  set.integers = true;
  return set;
}

// Z, N and their parts by name.
std::optional<RealSet> RealSetBuilder::Integers(const std::string& name) {
  RealSet set;
  set.integers = true;
  std::optional<Spans> spans;
  const Expr zero = Constant(Rational(0));
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (name == "Z") {
    spans = Complement({});
  } else if (is({"Z+", "Z_+", "Z_>0", "Z*_+", "N*", "N_+", "N+", "N_>0", "Z_ge1", "N_ge1"})) {
    spans = HalfLine('g', Constant(Rational(1)));
  } else if (is({"Z_ge0", "N_0", "N0", "N_ge0"})) {
    spans = HalfLine('g', zero);
  } else if (is({"Z-", "Z_-", "Z_<0"})) {
    spans = HalfLine('l', Constant(Rational(-1)));
  } else if (name == "N") {
    spans = HalfLine('g', zero);
    set.zero_unclear = true;
  }
  if (!spans) return std::nullopt;
  set.spans = std::move(*spans);
  return set;
}

}  // namespace fuseo1
