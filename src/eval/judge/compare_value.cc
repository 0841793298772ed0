#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "eval/judge/compare.h"

namespace fuseo1 {
namespace {

using Kind = Value::Kind;

// How two values are compared. Python's == takes True for 1; ours does not.
struct Rules {
  bool bool_is_number = false;
  double atol = -1, rtol = 0;  // floats; atol < 0: exactly
};

bool IsNumber(const Value& value, const Rules& rules) {
  return value.kind == Kind::kInt || value.kind == Kind::kFloat ||
         (rules.bool_is_number && value.kind == Kind::kBool);
}

// The digits of an integer, true as 1; for a whole float, its exact digits.
std::string Digits(const Value& value) {
  if (value.kind == Kind::kBool) return value.boolean ? "1" : "0";
  if (value.kind == Kind::kInt) return value.text;
  if (!std::isfinite(value.number) || value.number != std::floor(value.number)) return "";
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, "%.0f", value.number == 0 ? 0.0 : value.number);
  return buffer;
}

double AsDouble(const Value& value) {
  return value.kind == Kind::kFloat ? value.number : std::strtod(Digits(value).c_str(), nullptr);
}

bool SameNumber(const Value& a, const Value& b, const Rules& rules) {
  const bool exact = rules.atol < 0 || (a.kind != Kind::kFloat && b.kind != Kind::kFloat);
  if (a.kind == Kind::kFloat && b.kind == Kind::kFloat && a.number == b.number) return true;
  if (a.kind != Kind::kFloat || b.kind != Kind::kFloat) {
    const std::string left = Digits(a);
    if (!left.empty() && left == Digits(b)) return true;
  }
  if (exact) return false;
  const double x = AsDouble(a), y = AsDouble(b);
  if (std::isnan(x) && std::isnan(y)) return true;
  return std::abs(x - y) <= rules.atol + rules.rtol * std::abs(y);
}

bool Same(const Value& a, const Value& b, const Rules& rules);

// Every item of one has an equal of its own in the other. Quadratic: sets in tests are small.
bool SameUnordered(const Value& a, const Value& b, std::size_t stride, const Rules& rules) {
  if (a.items.size() != b.items.size()) return false;
  std::vector<bool> used(b.items.size(), false);
  for (std::size_t i = 0; i < a.items.size(); i += stride) {
    std::size_t k = i;  // most often the same order
    for (std::size_t tried = 0; tried < b.items.size();
         tried += stride, k = (k + stride) % b.items.size()) {
      if (!used[k] && Same(a.items[i], b.items[k], rules) &&
          (stride == 1 || Same(a.items[i + 1], b.items[k + 1], rules))) {
        break;
      }
    }
    if (used[k] || !Same(a.items[i], b.items[k], rules) ||
        (stride == 2 && !Same(a.items[i + 1], b.items[k + 1], rules))) {
      return false;
    }
    used[k] = true;
  }
  return true;
}

bool Same(const Value& a, const Value& b, const Rules& rules) {
  if (IsNumber(a, rules) && IsNumber(b, rules)) return SameNumber(a, b, rules);
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.boolean == b.boolean;
    case Kind::kString:
    case Kind::kBytes:
      return a.text == b.text;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kComplex:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                        [&rules](const Value& x, const Value& y) { return Same(x, y, rules); });
    case Kind::kSet:
      return SameUnordered(a, b, 1, rules);
    case Kind::kDict:
      return SameUnordered(a, b, 2, rules);
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kOther:
      return false;
  }
  return false;
}

void TopTupleToList(Value& value) {
  if (value.kind == Kind::kTuple) value.kind = Kind::kList;
}

// JSON has only text as keys. Ours: a result's integer keys become text. The published way: the
// expected keys become integers where all of them look like one.
void KeysToText(Value& value) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    Value& item = value.items[i];
    if (value.kind == Kind::kDict && i % 2 == 0 && item.kind == Kind::kInt)
      item.kind = Kind::kString;
    KeysToText(item);
  }
}

void KeysToIntegers(Value& value) {
  for (Value& item : value.items) KeysToIntegers(item);
  if (value.kind != Kind::kDict) return;
  for (std::size_t i = 0; i < value.items.size(); i += 2) {
    const std::string& key = value.items[i].text;
    const std::size_t sign = !key.empty() && key[0] == '-' ? 1 : 0;
    if (key.size() == sign || key.size() > 4000 ||
        key.find_first_not_of("0123456789", sign) != std::string::npos)
      return;
  }
  for (std::size_t i = 0; i < value.items.size(); i += 2) value.items[i].kind = Kind::kInt;
}

}  // namespace

bool SameValue(const Value& result, const Value& expected, Comparator comparator) {
  Value left = result, right = expected;
  TopTupleToList(left);
  if (comparator == Comparator::kStrict) {
    KeysToText(left);
    return Same(left, right, {});
  }
  KeysToIntegers(right);
  const Rules python{.bool_is_number = true};
  if (Same(left, right, python)) return true;
  return comparator == Comparator::kLcbFork && right.kind == Kind::kList && !right.items.empty() &&
         Same(left, right.items.front(), python);
}

bool CloseValue(const Value& result, const Value& expected, double atol) {
  return Same(result, expected,
              {.bool_is_number = true, .atol = atol > 0 ? atol : 1e-6, .rtol = 1e-7});
}

bool SameAsSets(const Value& result, const Value& expected, double atol) {
  const auto covers = [atol](const Value& all, const Value& some) {
    return std::all_of(some.items.begin(), some.items.end(), [&](const Value& item) {
      return std::any_of(all.items.begin(), all.items.end(),
                         [&](const Value& other) { return CloseValue(item, other, atol); });
    });
  };
  const auto holds_items = [](const Value& value) {
    return value.kind == Kind::kList || value.kind == Kind::kTuple || value.kind == Kind::kSet;
  };
  return holds_items(result) && holds_items(expected) && covers(result, expected) &&
         covers(expected, result);
}

}  // namespace fuseo1
