// Reader of formulas: recursive descent over code points, with a depth and a node limit.
#include <algorithm>
#include <array>
#include <utility>

#include "eval/compat/formula.h"
#include "eval/compat/unicode_classes.h"

namespace fuseo1 {
namespace {

constexpr int kMaxDepth = 48;
constexpr std::size_t kMaxNodes = 2'000;
constexpr std::size_t kMaxFormulaRunes = 4'000;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

constexpr std::array<RuneView, 18> kFunctions = {
    U"sin",    U"cos",    U"tan",    U"csc",  U"sec",  U"cot",  U"arcsin", U"arccos", U"arctan",
    U"arccsc", U"arcsec", U"arccot", U"sinh", U"cosh", U"tanh", U"ln",     U"log",    U"exp"};

bool IsLetter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }

class Parser {
 public:
  explicit Parser(RuneView text) : text_(text) {}

  std::optional<Formula> Parse() {
    const std::size_t root = Whole();
    if (root == kNone || root + 1 != formula_.nodes.size()) {
      return std::nullopt;
    }
    return std::move(formula_);
  }

 private:
  std::size_t Add(FormulaKind kind, std::vector<std::size_t> children, Runes name = {}) {
    if (formula_.nodes.size() >= kMaxNodes ||
        std::find(children.begin(), children.end(), kNone) != children.end()) {
      return kNone;
    }
    FormulaNode node;
    node.kind = kind;
    node.name = std::move(name);
    node.children = std::move(children);
    formula_.nodes.push_back(std::move(node));
    return formula_.nodes.size() - 1;
  }

  std::size_t Number(long double value) {
    const std::size_t node = Add(FormulaKind::kNumber, {});
    if (node != kNone) {
      formula_.nodes[node].number = value;
    }
    return node;
  }

  void SkipSpace() {
    while (at_ < text_.size()) {
      if (IsUnicodeSpace(text_[at_])) {
        ++at_;
      } else if (text_[at_] == U'\\' && at_ + 1 < text_.size() &&
                 RuneView(U",;:!> ").find(text_[at_ + 1]) != RuneView::npos) {
        at_ += 2;
      } else if (StartsHere(U"\\quad")) {
        at_ += 5;
      } else {
        return;
      }
    }
  }

  bool StartsHere(RuneView what) const { return text_.substr(at_, what.size()) == what; }

  char32_t Peek() {
    SkipSpace();
    return at_ < text_.size() ? text_[at_] : U'\0';
  }

  bool Take(char32_t c) {
    if (Peek() != c || at_ >= text_.size()) {
      return false;
    }
    ++at_;
    return true;
  }

  // The command name here ("frac"), without moving; empty where none stands.
  RuneView PeekCommand() {
    if (Peek() != U'\\') {
      return {};
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && IsLetter(text_[end])) {
      ++end;
    }
    return text_.substr(at_ + 1, end - at_ - 1);
  }

  bool TakeCommand(RuneView name) {
    if (name.empty() || PeekCommand() != name) {
      return false;
    }
    at_ += name.size() + 1;
    return true;
  }

  std::size_t Whole() {
    if (const std::size_t matrix = Matrix(false); matrix != kNone) {
      return Peek() == U'\0' ? matrix : kNone;
    }
    const std::size_t left = Additive();
    if (left == kNone) {
      return kNone;
    }
    for (const RuneView relation :
         {RuneView(U"le"), RuneView(U"ge"), RuneView(U"lt"), RuneView(U"gt"), RuneView(U"ne")}) {
      if (TakeCommand(relation)) {
        return Add(FormulaKind::kRelation, {left, Additive()});
      }
    }
    const char32_t next = Peek();
    if (next == U'=' || next == U'<' || next == U'>') {
      ++at_;
      return Add(FormulaKind::kRelation, {left, Additive()});
    }
    // The reference's grammar does not ask for the end of the text: the rest is ignored there.
    return next == U'\0' || RuneView(U",;)]}_").find(next) != RuneView::npos || AtBareRoot()
               ? left
               : kNone;
  }

  std::size_t Additive() {
    if (++depth_ > kMaxDepth) {
      return kNone;
    }
    std::vector<std::size_t> terms = {Product()};
    while (terms.back() != kNone && (Peek() == U'+' || Peek() == U'-')) {
      const bool minus = text_[at_++] == U'-';
      const std::size_t term = Product();
      terms.push_back(minus ? Add(FormulaKind::kNegate, {term}) : term);
    }
    --depth_;
    return terms.size() == 1 ? terms[0] : Add(FormulaKind::kSum, std::move(terms));
  }

  bool TakeTimes() {
    return Take(U'*') || TakeCommand(U"cdot") || TakeCommand(U"times") || Take(U'·') || Take(U'×');
  }
  bool TakeDivision() { return Take(U'/') || Take(U':') || TakeCommand(U"div") || Take(U'÷'); }

  // Factors with signs, explicit and implicit multiplication and division, left to right.
  std::size_t Product() {
    std::size_t left = Signed();
    while (left != kNone) {
      if (TakeTimes()) {
        left = Add(FormulaKind::kProduct, {left, Signed()});
      } else if (TakeDivision()) {
        left = Add(FormulaKind::kQuotient, {left, Signed()});
      } else {
        return left;
      }
    }
    return left;
  }

  std::size_t Signed() {
    bool negative = false;
    while (Peek() == U'+' || Peek() == U'-') {
      negative = negative != (text_[at_++] == U'-');
    }
    const std::size_t factors = Factors(true);
    return negative ? Add(FormulaKind::kNegate, {factors}) : factors;
  }

  bool AtDifferential() {
    return in_integral_ && Peek() == U'd' && at_ + 1 < text_.size() && IsLetter(text_[at_ + 1]);
  }

  // \sqrt without a brace group ends the formula there: 4\sqrt(2) is read as 4.
  bool AtBareRoot() {
    return PeekCommand() == U"sqrt" &&
           (at_ + 5 >= text_.size() || (text_[at_ + 5] != U'{' && text_[at_ + 5] != U'['));
  }

  bool FactorStarts(bool functions) {
    const char32_t c = Peek();
    if (c == U'\0' || AtDifferential()) {
      return false;
    }
    if (c == U'|') {
      return !in_abs_;
    }
    if (c != U'\\') {
      return IsLetter(c) || IsDigit(c) || c == U'.' || c == U'(' || c == U'[' || c == U'{';
    }
    const RuneView name = PeekCommand();
    constexpr std::array<RuneView, 13> kStops = {U"cdot", U"times", U"div", U"le",     U"ge",
                                                 U"lt",   U"gt",    U"ne",  U"rfloor", U"rceil",
                                                 U"end",  U"leq",   U"geq"};
    if (name.empty() || AtBareRoot() ||
        std::find(kStops.begin(), kStops.end(), name) != kStops.end()) {
      return false;
    }
    return functions || std::find(kFunctions.begin(), kFunctions.end(), name) == kFunctions.end();
  }

  std::size_t Factors(bool functions) {
    std::vector<std::size_t> factors = {Power()};
    while (factors.back() != kNone && FactorStarts(functions)) {
      factors.push_back(Power());
    }
    return factors.size() == 1 ? factors[0] : Add(FormulaKind::kProduct, std::move(factors));
  }

  std::size_t Power() {
    std::size_t base = Atom();
    while (base != kNone && Take(U'!')) {
      base = Add(FormulaKind::kFactorial, {base});
    }
    if (base != kNone && Take(U'^')) {
      base = Add(FormulaKind::kPower, {base, Script()});
      while (base != kNone && Take(U'!')) {
        base = Add(FormulaKind::kFactorial, {base});
      }
    }
    return base;
  }

  // What stands after ^ or _: a brace group, a number or one symbol.
  std::size_t Script() {
    if (Peek() == U'{') {
      return Group(U'{', U'}');
    }
    if (Peek() == U'-' || Peek() == U'(') {
      return kNone;
    }
    return Atom();
  }

  std::size_t Group(char32_t open, char32_t close) {
    if (!Take(open)) {
      return kNone;
    }
    const bool abs = std::exchange(in_abs_, false);
    const bool integral = std::exchange(in_integral_, false);
    const std::size_t inside = Additive();
    in_abs_ = abs;
    in_integral_ = integral;
    return inside != kNone && Take(close) ? inside : kNone;
  }

  std::size_t Atom() {
    const char32_t c = Peek();
    if (IsDigit(c) || c == U'.') {
      return Literal();
    }
    switch (c) {
      case U'(':
        return Group(U'(', U')');
      case U'[':
        return Group(U'[', U']');
      case U'{':
        return Group(U'{', U'}');
      case U'|':
        return Bars();
      case U'\\':
        return Command();
      default:
        break;
    }
    if (!IsLetter(c)) {
      return kNone;
    }
    ++at_;
    return SymbolOrCall(Runes(1, c));
  }

  std::size_t Bars() {
    ++at_;
    const bool outer = std::exchange(in_abs_, true);
    const std::size_t inside = Additive();
    in_abs_ = outer;
    return Take(U'|') ? Add(FormulaKind::kAbs, {inside}) : kNone;
  }

  // Digits with thousands commas, and a decimal part.
  std::size_t Literal() {
    const auto digit = [&](std::size_t i) { return i < text_.size() && IsDigit(text_[i]); };
    long double value = 0;
    bool any = false;
    const auto take = [&] {
      for (; digit(at_); ++at_) {
        value = value * 10 + static_cast<long double>(text_[at_] - U'0');
        any = true;
      }
    };
    take();
    const auto group_after = [&](std::size_t i) {
      return digit(i) && digit(i + 1) && digit(i + 2) && !digit(i + 3);
    };
    while (any && ((StartsHere(U",") && group_after(at_ + 1)) ||
                   (StartsHere(U"\\,") && group_after(at_ + 2)))) {
      at_ += text_[at_] == U',' ? 1 : 2;
      take();
    }
    if (at_ < text_.size() && text_[at_] == U'.' && digit(at_ + 1)) {
      ++at_;
      any = true;
      long double fraction = 0;
      long double scale = 1;
      for (; digit(at_); ++at_) {
        fraction = fraction * 10 + static_cast<long double>(text_[at_] - U'0');
        scale *= 10;
      }
      value += fraction / scale;
    }
    return any ? Number(value) : kNone;
  }

  // A subscript is part of the name: a_1 and a_{1} are the same symbol.
  void TakeSubscript(Runes& name) {
    if (!Take(U'_')) {
      return;
    }
    name += U'_';
    if (Take(U'{')) {
      for (int depth = 1; at_ < text_.size(); ++at_) {
        depth += text_[at_] == U'{' ? 1 : text_[at_] == U'}' ? -1 : 0;
        if (depth == 0) {
          ++at_;
          return;
        }
        name += text_[at_];
      }
    } else if (at_ < text_.size() && IsDigit(text_[at_])) {
      for (; at_ < text_.size() && IsDigit(text_[at_]); ++at_) {
        name += text_[at_];
      }
    } else if (at_ < text_.size()) {
      name += text_[at_++];
    }
  }

  std::size_t SymbolOrCall(Runes name) {
    TakeSubscript(name);
    if (Peek() != U'(') {
      return Add(FormulaKind::kSymbol, {}, std::move(name));
    }
    ++at_;
    std::vector<std::size_t> arguments;
    const bool abs = std::exchange(in_abs_, false);
    do {
      arguments.push_back(Additive());
    } while (arguments.back() != kNone && Take(U','));
    in_abs_ = abs;
    return Take(U')') ? Add(FormulaKind::kCall, std::move(arguments), std::move(name)) : kNone;
  }

  std::size_t Function(RuneView name) {
    std::size_t power = kNone;
    std::size_t base = kNone;
    bool has_power = false;
    bool has_base = false;
    while (Peek() == U'^' || Peek() == U'_') {
      const bool up = text_[at_++] == U'^';
      (up ? has_power : has_base) = true;
      // \log_28 is the logarithm of 8 to the base 2.
      const bool one_digit = !up && IsDigit(Peek());
      (up ? power : base) =
          one_digit ? Number(static_cast<long double>(text_[at_++] - U'0')) : Script();
    }
    if ((has_power && power == kNone) || (has_base && base == kNone)) {
      return kNone;
    }
    const std::size_t argument = Peek() == U'(' ? Group(U'(', U')') : Factors(false);
    std::vector<std::size_t> children = {argument};
    if (has_base) {
      children.push_back(base);
    }
    const std::size_t call = Add(FormulaKind::kFunction, std::move(children), Runes(name));
    return has_power ? Add(FormulaKind::kPower, {call, power}) : call;
  }

  std::size_t FractionPart() {
    if (Peek() == U'{') {
      return Group(U'{', U'}');
    }
    return IsDigit(Peek()) ? Number(static_cast<long double>(text_[at_++] - U'0')) : kNone;
  }

  std::size_t Root() {
    std::size_t degree = kNone;
    const bool has_degree = Peek() == U'[';
    if (has_degree) {
      degree = Group(U'[', U']');
    }
    const std::size_t inside = Group(U'{', U'}');
    return has_degree ? Add(FormulaKind::kRoot, {inside, degree})
                      : Add(FormulaKind::kRoot, {inside, Number(2)});
  }

  // \sum_{k=1}^{3} body and \prod likewise.
  std::size_t Series(FormulaKind kind) {
    if (!Take(U'_') || !Take(U'{') || !IsLetter(Peek())) {
      return kNone;
    }
    Runes index(1, text_[at_++]);
    const std::size_t first = Take(U'=') ? Additive() : kNone;
    if (first == kNone || !Take(U'}') || !Take(U'^')) {
      return kNone;
    }
    const std::size_t last = Script();
    const std::size_t body = last == kNone ? kNone : Product();
    return Add(kind, {body, first, last}, std::move(index));
  }

  std::size_t Integral() {
    const std::size_t from = Take(U'_') ? Script() : kNone;
    const std::size_t to = from != kNone && Take(U'^') ? Script() : kNone;
    if (to == kNone) {
      return kNone;
    }
    const bool outer = std::exchange(in_integral_, true);
    const std::size_t body = AtDifferential() ? Number(1) : Additive();
    const bool closed = AtDifferential();
    in_integral_ = outer;
    if (!closed) {
      return kNone;
    }
    Runes variable(1, text_[at_ + 1]);
    at_ += 2;
    return Add(FormulaKind::kIntegral, {body, from, to}, std::move(variable));
  }

  // A matrix environment; with `determinant` only vmatrix, else every other style.
  std::size_t Matrix(bool determinant) {
    const std::size_t start = at_;
    for (const RuneView style :
         {RuneView(U"vmatrix"), RuneView(U"pmatrix"), RuneView(U"bmatrix"), RuneView(U"matrix")}) {
      const Runes open = U"\\begin{" + Runes(style) + U"}";
      if ((style == U"vmatrix") != determinant || Peek() != U'\\' || !StartsHere(open)) {
        continue;
      }
      at_ += open.size();
      const std::size_t node =
          MatrixCells(U"\\end{" + Runes(style) + U"}",
                      determinant ? FormulaKind::kDeterminant : FormulaKind::kMatrix);
      if (node != kNone) {
        return node;
      }
    }
    at_ = start;
    return kNone;
  }

  std::size_t MatrixCells(const Runes& close, FormulaKind kind) {
    std::vector<std::size_t> cells;
    std::size_t width = 0;
    std::size_t in_row = 0;
    while (true) {
      cells.push_back(Additive());
      ++in_row;
      if (cells.back() == kNone) {
        return kNone;
      }
      if (Take(U'&')) {
        continue;
      }
      if (width != 0 && in_row != width) {
        return kNone;
      }
      width = in_row;
      in_row = 0;
      SkipSpace();
      if (StartsHere(U"\\\\")) {
        at_ += 2;
        SkipSpace();
      }
      if (StartsHere(close)) {
        at_ += close.size();
        break;
      }
    }
    const std::size_t node = Add(kind, std::move(cells));
    if (node != kNone) {
      formula_.nodes[node].width = width;
    }
    return node;
  }

  std::size_t Command() {
    const Runes name(PeekCommand());
    if (name.empty()) {
      return kNone;
    }
    if (name == U"begin") {
      return Matrix(true);
    }
    at_ += name.size() + 1;
    if (std::find(kFunctions.begin(), kFunctions.end(), RuneView(name)) != kFunctions.end()) {
      return Function(name);
    }
    if (name == U"frac") {
      const std::size_t top = FractionPart();
      return top == kNone ? kNone : Add(FormulaKind::kQuotient, {top, FractionPart()});
    }
    if (name == U"binom") {
      const std::size_t top = FractionPart();
      return top == kNone ? kNone : Add(FormulaKind::kBinomial, {top, FractionPart()});
    }
    if (name == U"sqrt") {
      return Root();
    }
    if (name == U"sum" || name == U"prod") {
      return Series(name == U"sum" ? FormulaKind::kSeries : FormulaKind::kSequence);
    }
    if (name == U"int") {
      return Integral();
    }
    if (name == U"lfloor" || name == U"lceil") {
      const std::size_t inside = Additive();
      const bool floor = name == U"lfloor";
      return TakeCommand(floor ? U"rfloor" : U"rceil")
                 ? Add(floor ? FormulaKind::kFloor : FormulaKind::kCeiling, {inside})
                 : kNone;
    }
    constexpr std::array<RuneView, 5> kUnread = {U"over", U"begin", U"end", U"lim", U"in"};
    if (std::find(kUnread.begin(), kUnread.end(), RuneView(name)) != kUnread.end()) {
      return kNone;
    }
    return SymbolOrCall(U"\\" + name);
  }

  RuneView text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool in_abs_ = false;
  bool in_integral_ = false;
  Formula formula_;
};

}  // namespace

std::optional<Formula> ParseFormula(RuneView text) {
  if (text.size() > kMaxFormulaRunes) {
    return std::nullopt;
  }
  return Parser(text).Parse();
}

}  // namespace fuseo1
