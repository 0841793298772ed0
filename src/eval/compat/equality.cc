#include "eval/compat/equality.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "eval/compat/extract.h"
#include "eval/compat/unicode_classes.h"

namespace fuseo1 {
namespace {

constexpr double kRelativeTolerance = 1e-4;
constexpr int kMaxNesting = 32;
constexpr int kFuel = 400'000;  // formula nodes visited per pair, some tens of milliseconds
constexpr std::size_t kMaxNumberRunes = 10'000;

struct State {
  int nesting = 0;
  int* fuel = nullptr;
  State Deeper() const { return {nesting + 1, fuel}; }
};

constexpr PublishedVerdict Accepted(std::string_view rule) { return {true, rule}; }
constexpr PublishedVerdict Refused(std::string_view rule) { return {false, rule}; }

// Digits with single underscores between them; appends them to `out` and moves `at` past them.
bool TakeDigits(RuneView text, std::size_t& at, std::string& out) {
  bool any = false;
  while (at < text.size()) {
    const int digit = UnicodeDigitValue(text[at]);
    if (digit >= 0) {
      out += static_cast<char>('0' + digit);
      any = true;
    } else if (text[at] != U'_' || !any || at + 1 >= text.size() ||
               UnicodeDigitValue(text[at + 1]) < 0) {
      break;
    }
    ++at;
  }
  return any;
}

std::optional<double> SpecialLiteral(RuneView text) {
  const Runes lower = LowerRunes(text);
  if (lower == U"inf" || lower == U"infinity") {
    return std::numeric_limits<double>::infinity();
  }
  return lower == U"nan" ? std::optional<double>(std::nan("")) : std::nullopt;
}

// What Python reads as a float: underscores between digits, full-width digits and outer space
// included.
std::optional<double> PythonFloat(RuneView text) {
  text = TrimSpace(text);
  const bool negative = !text.empty() && text.front() == U'-';
  if (!text.empty() && (text.front() == U'-' || text.front() == U'+')) {
    text.remove_prefix(1);
  }
  if (text.size() > kMaxNumberRunes) {
    return std::nullopt;
  }
  if (const std::optional<double> special = SpecialLiteral(text)) {
    return negative ? -*special : *special;
  }
  std::string digits;
  std::size_t at = 0;
  const bool whole = TakeDigits(text, at, digits);
  bool fraction = false;
  if (at < text.size() && text[at] == U'.') {
    ++at;
    digits += whole ? "." : "0.";
    fraction = TakeDigits(text, at, digits);
    digits += fraction ? "" : "0";
  }
  if (!whole && !fraction) {
    return std::nullopt;
  }
  bool tiny = false;
  if (at < text.size() && (text[at] == U'e' || text[at] == U'E')) {
    digits += 'e';
    ++at;
    if (at < text.size() && (text[at] == U'+' || text[at] == U'-')) {
      tiny = text[at] == U'-';
      digits += static_cast<char>(text[at++]);
    }
    if (!TakeDigits(text, at, digits)) {
      return std::nullopt;
    }
  }
  if (at != text.size()) {
    return std::nullopt;
  }
  // from_chars does not take "e+5".
  if (const std::size_t plus = digits.find('+'); plus != std::string::npos) {
    digits.erase(plus, 1);
  }
  double value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec == std::errc::result_out_of_range) {
    const bool zero = tiny || digits.front() == '0';
    value = zero ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

std::optional<double> AsNumber(RuneView text) {
  Runes plain(text);
  ReplaceAll(plain, U",", U"");
  if (const std::optional<double> value = PythonFloat(plain)) {
    return value;
  }
  if (plain.empty() || plain.back() != U'%') {
    return std::nullopt;
  }
  plain.pop_back();
  if (!plain.empty() && plain.back() == U'\\') {
    plain.pop_back();
  }
  const std::optional<double> percent = PythonFloat(plain);
  return percent ? std::optional<double>(*percent / 100) : std::nullopt;
}

bool IsClose(double a, double b) {
  if (a == b) {
    return true;
  }
  if (!std::isfinite(a) || !std::isfinite(b)) {
    return false;
  }
  return std::abs(a - b) <= kRelativeTolerance * std::fmax(std::abs(a), std::abs(b));
}

// The published percent rule: the gold itself, a hundredth and a hundredfold of it all count.
bool NumbersEqual(double prediction, double gold) {
  return IsClose(prediction, gold / 100) || IsClose(prediction, gold) ||
         IsClose(prediction, gold * 100);
}

// "{a,b}" in a gold as a column when the prediction is a matrix; its commas become one backslash.
Runes GoldAsColumn(RuneView gold) {
  gold = TrimSpace(gold);
  const std::size_t last = gold.rfind(U'}');
  const std::size_t comma = last == RuneView::npos ? last : gold.rfind(U',', last);
  const std::size_t open = gold.find(U'{');
  if (comma == RuneView::npos || open == RuneView::npos || open > comma) {
    return {};
  }
  Runes inside(TrimAny(gold.substr(open, last + 1 - open), U"{}"));
  ReplaceAll(inside, U",", U"\\");
  return U"\\begin{pmatrix}" + inside + U"\\end{pmatrix}";
}

bool Wrapped(RuneView text, char32_t open, char32_t close) {
  return !text.empty() && text.front() == open && text.back() == close;
}

bool BracketBlindEqual(RuneView prediction, RuneView gold) {
  const bool gold_round = !gold.empty() && gold.front() == U'(';
  const bool gold_square = !gold.empty() && gold.front() == U'[';
  if ((Wrapped(prediction, U'[', U']') && !gold_round) ||
      (Wrapped(prediction, U'(', U')') && !gold_square)) {
    prediction = TrimAny(prediction, U"[]()");
    gold = TrimAny(gold, U"[]()");
  }
  const auto bare = [](RuneView text) {
    Runes out;
    for (const char32_t c : text) {
      if (RuneView(U"{}()").find(c) == RuneView::npos) {
        out += UnicodeLower(c);
      }
    }
    return out;
  };
  return bare(prediction) == bare(gold);
}

// Begins with a bracket and has a closing one after at least one character, not necessarily last.
bool LooksLikeTuple(RuneView text) {
  return text.size() >= 3 && (text.front() == U'(' || text.front() == U'[') &&
         text.find_first_of(U")]", 2) != RuneView::npos;
}

PublishedVerdict Equal(RuneView prediction, RuneView gold, State state);

bool PartsEqual(const std::vector<RuneView>& a, const std::vector<RuneView>& b, State state) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!Equal(a[i], b[i], state.Deeper()).equal) {
      return false;
    }
  }
  return true;
}

bool TuplesEqual(RuneView a, RuneView b, State state) {
  return PartsEqual(SplitRunes(a.substr(1, a.size() - 2), U","),
                    SplitRunes(b.substr(1, b.size() - 2), U","), state);
}

bool IsMatrix(RuneView text) {
  constexpr std::size_t kOpenRunes = 15;
  const auto edge = [&](RuneView round, RuneView square, std::size_t at) {
    const RuneView here = text.substr(at, round.size());
    return here == round || here == square;
  };
  return text.size() >= kOpenRunes + 13 && edge(U"\\begin{pmatrix}", U"\\begin{bmatrix}", 0) &&
         edge(U"\\end{pmatrix}", U"\\end{bmatrix}", text.size() - 13);
}

std::vector<RuneView> MatrixRows(RuneView text) {
  std::vector<RuneView> rows;
  for (const RuneView row : SplitRunes(text.substr(15, text.size() - 28), U"\\\\")) {
    if (!TrimSpace(row).empty()) {
      rows.push_back(TrimSpace(row));
    }
  }
  return rows;
}

bool MatricesEqual(RuneView a, RuneView b, State state) {
  const std::vector<RuneView> x = MatrixRows(a);
  const std::vector<RuneView> y = MatrixRows(b);
  if (x.size() != y.size()) {
    return false;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!PartsEqual(SplitRunes(x[i], U"&"), SplitRunes(y[i], U"&"), state)) {
      return false;
    }
  }
  return true;
}

// "lhs = rhs" as the text "lhs - (rhs)".
Runes Difference(RuneView equation) {
  const std::vector<RuneView> sides = SplitRunes(equation, U"=");
  return Runes(TrimSpace(sides[0])) + U" - (" + Runes(TrimSpace(sides[1])) + U")";
}

PublishedVerdict EquationRules(RuneView prediction, RuneView gold, State state) {
  const std::size_t in_prediction = CountRunes(prediction, U"=");
  const std::size_t in_gold = CountRunes(gold, U"=");
  const auto short_name = [](RuneView text) {
    return TrimSpace(text.substr(0, text.find(U'='))).size() <= 2;
  };
  const auto right = [](RuneView text) { return text.substr(text.find(U'=') + 1); };
  if (in_prediction == 1 && in_gold == 1) {
    const Runes a = Difference(prediction);
    const Runes b = Difference(gold);
    if (SymbolicallyEqual(a, b, *state.fuel) ||
        SymbolicallyEqual(U"-(" + a + U")", b, *state.fuel)) {
      return Accepted("equation");
    }
  } else if (in_prediction == 1 && in_gold == 0 && short_name(prediction)) {
    if (Equal(right(prediction), gold, state.Deeper()).equal) {
      return Accepted("name");
    }
  } else if (in_gold == 1 && in_prediction == 0 && short_name(gold)) {
    if (Equal(prediction, right(gold), state.Deeper()).equal) {
      return Accepted("name");
    }
  }
  return Refused("symbolic");
}

PublishedVerdict Equal(RuneView prediction, RuneView gold, State state) {
  if (LowerRunes(TrimSpace(prediction)) == LowerRunes(TrimSpace(gold))) {
    return Accepted("text");
  }
  if (gold.size() == 1 && gold[0] >= U'A' && gold[0] <= U'E' &&
      CleanChoiceSimple(prediction) == gold) {
    return Accepted("choice");
  }
  if (const std::optional<double> p = AsNumber(prediction)) {
    if (const std::optional<double> g = AsNumber(gold)) {
      return {NumbersEqual(*p, *g), "number"};
    }
  }
  if (prediction.empty() || state.nesting >= kMaxNesting) {
    return Refused(prediction.empty() ? "empty" : "nesting");
  }
  Runes column;
  if (ContainsRunes(prediction, U"pmatrix") && !ContainsRunes(gold, U"pmatrix")) {
    column = GoldAsColumn(gold);
    gold = column;
  }
  if (BracketBlindEqual(prediction, gold)) {
    return Accepted("brackets");
  }
  if (LooksLikeTuple(prediction) && LooksLikeTuple(gold) && TuplesEqual(prediction, gold, state)) {
    return Accepted("tuple");
  }
  if (IsMatrix(prediction) && IsMatrix(gold) && MatricesEqual(prediction, gold, state)) {
    return Accepted("matrix");
  }
  if (const PublishedVerdict equation = EquationRules(prediction, gold, state); equation.equal) {
    return equation;
  }
  return {SymbolicallyEqual(prediction, gold, *state.fuel), "symbolic"};
}

}  // namespace

PublishedVerdict PublishedEqual(RuneView prediction, RuneView gold) {
  int fuel = kFuel;
  return Equal(prediction, gold, {0, &fuel});
}

PublishedVerdict GradePublishedPair(std::string_view gold, std::string_view prediction) {
  const Runes reference = PublishedGold(gold, GoldRule::kTwicePassed);
  const Runes boxed = U"\\boxed{" + RunesFromUtf8(prediction) + U"}";
  return PublishedEqual(NormaliseAnswer(ExtractPublished(boxed)), reference);
}

}  // namespace fuseo1
