// Units after a number and currencies before one.
#include <algorithm>
#include <cctype>
#include <utility>

#include "eval/grade/strict/parser.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

int PowerOfPrefix(const std::string& word) {
  const std::string w = ToLowerAscii(word);
  if (w == "square" || w == "sq") return 2;
  return w == "cubic" || w == "cu" ? 3 : 0;
}

bool IsPlainLetterUnit(const std::string& letter) {
  return letter == "m" || letter == "s" || letter == "g" || letter == "h" || letter == "L" ||
         letter == "N" || letter == "J" || letter == "V" || letter == "W" || letter == "Omega";
}

}  // namespace

bool Parser::EndsItem(std::size_t ahead) const {
  const Token& t = Peek(ahead);
  return t.kind == TokenKind::kEnd || t.Is(",") || t.Is(";") || t.Is(")") || t.Is("]") ||
         t.Is("\\}") || t.Is("}") || t.IsWord("and") || t.IsWord("or") || t.Is("&") ||
         t.Is("\\\\") || t.Is("=");
}

// One unit word or letter at the cursor, without moving. Letters in italics count only as
// *is_letter.
bool Parser::UnitAtom(Unit* unit, bool* is_letter) const {
  const Token& t = Peek();
  *is_letter = false;
  if (t.kind == TokenKind::kWord) {
    if (t.text == "and" || t.text == "or" || Peek(1).Is("_")) return false;
    if (FindUnit(t.text, true, unit)) return true;
    if (!IsCountNoun(t.text)) return false;
    *unit = NounUnit(t.text);
    return true;
  }
  if (t.kind == TokenKind::kSymbol)
    return t.text != "$" && static_cast<unsigned char>(t.text[0]) >= 0x80 &&
           FindUnit(t.text, true, unit);
  if (t.kind != TokenKind::kLetter || Peek(1).Is("_")) return false;
  if (t.roman) return FindUnit(t.text, true, unit);
  *is_letter = true;
  return IsPlainLetterUnit(t.text) && FindUnit(t.text, true, unit);
}

// Decides whether what follows the factors of a term is a unit rather than a variable.
bool Parser::UnitFollows(const std::vector<NodeId>& factors) const {
  Unit unit;
  bool letter = false;
  const Token& t = Peek();
  if (t.kind == TokenKind::kWord && (PowerOfPrefix(t.text) > 0 || t.text == "per")) return true;
  if (AtUnitFraction()) return true;
  if (!UnitAtom(&unit, &letter)) return false;
  if (!letter) return t.kind != TokenKind::kLetter || tree_.at(factors.back()).op != Op::kVar;
  // "5 m", "5\,m", "5 m/s": an italic letter that stands apart and ends the item. Ohms may touch.
  const bool one_number = std::all_of(factors.begin(), factors.end(), [&](NodeId id) {
    const Node& node = tree_.at(id);
    return node.op == Op::kNumber ||
           (node.op == Op::kPow && tree_.at(node.kids[0]).op == Op::kNumber && factors.size() > 1);
  });
  if (factors.size() == 1 && t.space != Space::kNone && Peek(1).kind == TokenKind::kNumber &&
      Peek(2).kind == TokenKind::kWord && EndsItem(3)) {  // 2 h 15 min
    return one_number && FindUnit(Peek(2).text, true, &unit);
  }
  if (t.text == "Omega" && one_number && EndsItem(1)) return true;
  if (t.space == Space::kNone) return false;
  std::size_t i = 1;
  if (AtUnitProduct()) return true;
  if (Peek(i).Is("/")) {
    const Token& below = Peek(i + 1);
    Unit word;
    const bool named = below.kind == TokenKind::kWord && FindUnit(below.text, true, &word);
    if (!named && (below.kind != TokenKind::kLetter || !IsPlainLetterUnit(below.text)))
      return false;
    i += 2;
  }
  if (Peek(i).Is("^")) {
    const bool braced = Peek(i + 1).Is("{");
    const std::size_t minus = Peek(i + (braced ? 2 : 1)).Is("-") ? 1 : 0;
    if (Peek(i + minus + (braced ? 2 : 1)).kind != TokenKind::kNumber) return false;
    i += minus + (braced ? 4 : 2);
  }
  if (!EndsItem(i)) return false;
  return t.space == Space::kTex || (one_number && (i > 1 || Peek(1).kind == TokenKind::kEnd));
}

// \frac{\text{mi}}{\text{h}}: both parts upright units. After a number, to the end of the item,
// also \frac{m}{s^2}.
bool Parser::AtUnitFraction() const {
  if (!Peek().IsCommand("frac") || !Peek(1).Is("{")) return false;
  const bool upright = Peek(2).roman;
  if (!upright && (pos_ == 0 || tokens_[pos_ - 1].kind != TokenKind::kNumber)) return false;
  std::size_t i = 2;
  for (int part = 0; part < 2; ++part) {
    bool any = false;
    for (; !Peek(i).Is("}"); ++i) {
      Unit unit;
      const Token& t = Peek(i);
      const bool letter = !upright && t.kind == TokenKind::kLetter && IsPlainLetterUnit(t.text);
      const bool name =
          letter || (t.roman && (t.kind == TokenKind::kWord || t.kind == TokenKind::kLetter) &&
                     (FindUnit(t.text, true, &unit) || IsCountNoun(t.text)));
      if (!name && !(any && (t.Is("^") || t.kind == TokenKind::kNumber))) return false;
      any = true;
    }
    if (!any) return false;
    if (part == 0 && !Peek(++i).Is("{")) return false;
    ++i;
  }
  return upright || EndsItem(i);
}

// "m s^{-2}" in italics after one number: letters of units apart, one of them with a negative
// power, to the end of the item.
bool Parser::AtUnitProduct() const {
  std::size_t i = 0;
  int atoms = 0;
  bool negative = false;
  while (Peek(i).kind == TokenKind::kLetter && IsPlainLetterUnit(Peek(i).text) &&
         Peek(i).space != Space::kNone) {
    ++i;
    ++atoms;
    if (!Peek(i).Is("^")) continue;
    const bool braced = Peek(i + 1).Is("{");
    std::size_t k = i + (braced ? 2 : 1);
    if (Peek(k).Is("-")) {
      negative = true;
      ++k;
    }
    if (Peek(k).kind != TokenKind::kNumber || (braced && !Peek(k + 1).Is("}"))) return false;
    i = k + (braced ? 2 : 1);
  }
  return atoms > 1 && negative && EndsItem(i);
}

// unit (("/" | "per" | "*" | nothing) unit)*, each with "square", "squared" or ^n.
bool Parser::ParseUnit(Unit* unit, bool* used_letter) {
  int sign = 1;
  bool any = false;
  if (AtUnitFraction()) {
    for (int part = 0; part < 2; ++part) {
      Unit inner;
      pos_ += part == 0 ? 2 : 1;  // \frac{ and then {
      if (!ParseUnit(&inner, used_letter) || !Take("}")) return false;
      unit->Multiply(inner, part == 0 ? 1 : -1);
    }
    return true;
  }
  for (int count = 0; count < 8; ++count) {
    int power = 0;
    if (any && Peek().Is("/") && Peek(1).Is("(")) {  // J/(mol K)
      const std::size_t back = pos_;
      pos_ += 2;
      Unit below;
      const bool read = ++depth_ <= kMaxAnswerDepth && ParseUnit(&below, used_letter) && Take(")");
      --depth_;
      if (!read) {
        pos_ = back;
        break;
      }
      unit->Multiply(below, -1);
      continue;
    }
    if (Peek().IsWord("per") || (any && Peek().Is("/"))) {
      const std::size_t back = pos_;
      ++pos_;
      Unit probe;
      bool letter = false;
      const bool counted = tokens_[back].IsWord("per") && Peek().kind == TokenKind::kWord &&
                           Peek().text.size() > 2 && EndsItem(1);  // per pulse
      if (!UnitAtom(&probe, &letter) && PowerOfPrefix(Peek().text) == 0) {
        if (counted && any) {
          unit->Multiply(NounUnit(Peek().text), -1);
          ++pos_;
          break;
        }
        pos_ = back;
        break;
      }
      sign = -1;
    } else if (any && (Peek().IsCommand("cdot") || Peek().Is("*") || Peek().Is("-"))) {
      const std::size_t back = pos_;
      ++pos_;
      Unit probe;
      bool letter = false;
      if (!UnitAtom(&probe, &letter)) {
        pos_ = back;
        break;
      }
      sign = 1;
    }
    if (Peek().kind == TokenKind::kWord && PowerOfPrefix(Peek().text) > 0) {
      Unit probe;
      bool letter = false;
      power = PowerOfPrefix(Peek().text);
      ++pos_;
      if (!UnitAtom(&probe, &letter)) {  // "5 squares" counts squares
        --pos_;
        power = 0;
      }
    }
    Unit atom;
    bool letter = false;
    if (!UnitAtom(&atom, &letter)) break;
    *used_letter = *used_letter || letter;
    ++pos_;
    if (power == 0) power = 1;
    if (Peek().IsWord("squared") || Peek().IsWord("cubed")) {
      power *= Peek().text == "squared" ? 2 : 3;
      ++pos_;
    }
    if (Peek().Is("^")) {
      const bool braced = Peek(1).Is("{");
      std::size_t i = braced ? 2 : 1;
      const bool negative = Peek(i).Is("-");
      if (negative) ++i;
      const auto value = Peek(i).kind == TokenKind::kNumber ? Peek(i).value.ToInt() : std::nullopt;
      if (!value || *value > 9 || (braced && !Peek(i + 1).Is("}"))) return false;
      power *= static_cast<int>(negative ? -*value : *value);
      pos_ += i + (braced ? 2 : 1);
    } else if (Peek().kind == TokenKind::kNumber && Peek().space == Space::kNone &&
               (Peek().text == "2" || Peek().text == "3")) {  // cm2
      power *= Peek().text == "2" ? 2 : 3;
      ++pos_;
    }
    unit->Multiply(atom, sign * power);
    sign = 1;
    any = true;
  }
  // "20 cups of feed": what fills them.
  if (any && Peek().IsWord("of") && Peek(1).kind == TokenKind::kWord) {
    std::size_t words = 2;
    while (words < 4 && Peek(words).kind == TokenKind::kWord && !EndsItem(words)) ++words;
    if (EndsItem(words)) pos_ += words;
  }
  // What is said about the thing counted, not about its number.
  if (any && Peek().kind == TokenKind::kWord && EndsItem(1)) {
    for (const std::string_view remark : {"old", "each", "total", "long", "tall", "high", "wide",
                                          "deep", "away", "apart", "ago", "later", "altogether"}) {
      if (Peek().text == remark) {
        ++pos_;
        break;
      }
    }
  }
  return any;
}

// value with the unit at the cursor (after "/" where inverse). Degrees become Op::kDegree.
NodeId Parser::AttachUnit(NodeId value, bool inverse) {
  Unit unit;
  bool letter = false;
  if (tree_.at(value).op == Op::kDegree &&
      (ToLowerAscii(Peek().text) == "celsius" || ToLowerAscii(Peek().text) == "fahrenheit")) {
    value = tree_.at(value).kids[0];
  }
  if ((Peek().IsWord("degrees") || Peek().IsWord("degree")) && Peek(1).kind == TokenKind::kWord) {
    Unit scale;
    const std::string name = ToLowerAscii(Peek(1).text);
    if (name == "celsius" || name == "c" || name == "fahrenheit" || name == "f") {
      FindUnit(name[0] == 'c' ? "degC" : "degF", false, &scale);
      pos_ += 2;
      tree_.units.push_back(scale);
      return tree_.Add(Op::kQuantity, {value}, {},
                       static_cast<std::int32_t>(tree_.units.size()) - 1);
    }
  }
  const std::string first_letter = Peek().text;
  const std::size_t before = pos_;
  if (!ParseUnit(&unit, &letter)) return Unexpected();
  const bool one_letter = letter && pos_ == before + 1;
  if (inverse) {
    Unit inverted;
    inverted.Multiply(unit, -1);
    unit = std::move(inverted);
  }
  if (unit.is_degree && unit.bases.empty()) {
    const Token& last = tokens_[pos_ - 1];
    if (last.kind == TokenKind::kNumber || last.Is("}"))
      return Fail("not-mathematics");  // degrees^2
    return tree_.Add(Op::kDegree, {value});
  }
  if (tree_.at(value).op == Op::kQuantity) {  // "$5 per hour"; "$5 dollars" says it twice
    Unit& first = tree_.units[static_cast<std::size_t>(tree_.at(value).aux)];
    if (first.bases == unit.bases && first.scale == unit.scale) return value;
    first.Multiply(unit, 1);
    return value;
  }
  tree_.units.push_back(std::move(unit));
  const NodeId node =
      tree_.Add(Op::kQuantity, {value}, {}, static_cast<std::int32_t>(tree_.units.size()) - 1);
  tree_.at(node).flag = letter;
  if (one_letter) tree_.at(node).text = first_letter;  // it may be a variable after all
  return node;
}

// 7 ft 6 in, 1 hour and 30 minutes: the sum, in the last unit. After "and" only where the larger
// unit is no power of ten of the smaller, or is money: 5 cm and 12 mm are two lengths.
NodeId Parser::WithSmallerUnits(NodeId quantity) {
  for (int count = 0; count < 2; ++count) {
    const std::size_t back = pos_;
    const bool joined = Peek().IsWord("and");
    if (Peek(joined ? 1 : 0).kind != TokenKind::kNumber || tree_.at(quantity).op != Op::kQuantity) {
      return quantity;
    }
    if (joined) ++pos_;
    const Token number = Peek();
    ++pos_;
    Unit unit;
    bool letter = false;
    const bool read = ParseUnit(&unit, &letter);
    const Unit& larger = tree_.units[static_cast<std::size_t>(tree_.at(quantity).aux)];
    if (!read || letter || unit.bases != larger.bases || larger.bases.empty() ||
        unit.scale.Compare(larger.scale) >= 0) {
      pos_ = back;
      return quantity;
    }
    const Rational steps = larger.scale / unit.scale;
    const bool decimal = steps == Rational(10) || steps == Rational(100) ||
                         steps == Rational(1000) || !steps.IsInteger();
    if (joined && decimal && larger.bases.front().first != "USD") {
      pos_ = back;
      return quantity;
    }
    const NodeId ratio = tree_.AddNumber(steps);
    const NodeId large = tree_.Add(Op::kMul, {tree_.at(quantity).kids[0], ratio});
    const NodeId sum = tree_.Add(Op::kAdd, {large, tree_.AddNumber(number.value)});
    tree_.units.push_back(std::move(unit));
    quantity =
        tree_.Add(Op::kQuantity, {sum}, {}, static_cast<std::int32_t>(tree_.units.size()) - 1);
  }
  return quantity;
}

// A currency sign and its number.
NodeId Parser::ParseCurrency() {
  Unit unit;
  if (!FindUnit(Peek().text, true, &unit)) return Unexpected();
  ++pos_;
  if (Peek().kind != TokenKind::kNumber && !Peek().Is("-") && Peek().kind != TokenKind::kCommand &&
      !Peek().Is("{")) {
    return Unexpected();
  }
  const NodeId value = ParseFactor();
  if (value == kFailed) return kFailed;
  tree_.units.push_back(std::move(unit));
  return tree_.Add(Op::kQuantity, {value}, {}, static_cast<std::int32_t>(tree_.units.size()) - 1);
}

}  // namespace fuseo1
