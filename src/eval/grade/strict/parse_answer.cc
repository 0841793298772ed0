// The whole answer: patterns that no expression grammar covers, then a list of items.
#include <utility>

#include "eval/grade/strict/parser.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {

bool Parser::Take(std::string_view symbol) {
  if (!Peek().Is(symbol)) return false;
  ++pos_;
  return true;
}

NodeId Parser::Fail(std::string_view rule) {
  if (error_.empty()) error_ = rule;
  return kFailed;
}

bool Parser::ParseAnswer(Tree* tree) {
  if (tokens_.size() <= 1) {
    Fail("empty");
    return false;
  }
  NodeId root = ParseTime();
  if (root == kFailed) root = ParseBaseNumber();
  if (root == kFailed) {
    pos_ = 0;
    const bool braces = Peek().Is("{");
    root = ParseList();
    tree_.plain_braces = braces && ClosesWhole();
    if (!Failed() && !AtEnd()) Unexpected();
    if (!Failed() && !WordsAreWhole()) Fail("not-mathematics");
  }
  if (Failed()) return false;
  tree_.root = root;
  for (std::size_t i = 1; i < tokens_.size(); ++i) {
    tree_.spaced_letters = tree_.spaced_letters || (tokens_[i].kind == TokenKind::kLetter &&
                                                    tokens_[i].space == Space::kPlain &&
                                                    tokens_[i - 1].kind == TokenKind::kLetter);
  }
  *tree = std::move(tree_);
  return true;
}

// Whether the brace that opens the text is the one that closes it.
bool Parser::ClosesWhole() const {
  int open = 0;
  for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
    open += tokens_[i].Is("{") ? 1 : tokens_[i].Is("}") ? -1 : 0;
    if (open == 0) return i + 2 == tokens_.size();
  }
  return false;
}

// A word is an answer, an item of a list, or the name before "="; anything else is prose.
bool Parser::WordsAreWhole() const {
  std::vector<bool> allowed(tree_.nodes.size(), false);
  for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
    const Node& node = tree_.nodes[i];
    if (node.op == Op::kList || node.op == Op::kRelation || node.op == Op::kSet ||
        node.op == Op::kTuple || node.op == Op::kPiece) {
      for (const NodeId kid : node.kids) allowed[static_cast<std::size_t>(kid)] = true;
    }
  }
  for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
    if (tree_.nodes[i].op == Op::kWord && !allowed[i] && i + 1 != tree_.nodes.size()) return false;
  }
  return true;
}

// 11:30, 1:58 a.m., 5 pm. Without am or pm the numbers are kept, since it may be a ratio.
NodeId Parser::ParseTime() {
  std::vector<Token> parts;
  std::size_t i = 0;
  while (i < 6 && Peek(i).kind == TokenKind::kNumber && !Peek(i).is_decimal) {
    parts.push_back(Peek(i));
    ++i;
    if (!Peek(i).Is(":")) break;
    ++i;
  }
  if (parts.empty()) return kFailed;
  std::string half;
  const std::string first = ToLowerAscii(Peek(i).text);
  if (Peek(i).kind == TokenKind::kWord && (first == "am" || first == "pm")) {
    half = first;
    ++i;
  } else if (first == "a" || first == "p") {
    std::size_t next = i + 1;
    if (Peek(next).Is(".")) ++next;
    if (ToLowerAscii(Peek(next).text) == "m" &&
        (Peek(i + 1).Is(".") || Peek(next).space == Space::kNone)) {
      if (parts.size() == 1 && !Peek(i + 1).Is(".") && !Peek(i).roman &&
          Peek(i).space == Space::kNone && Peek(i).text != "a" && Peek(i).text != "p") {
        return kFailed;
      }
      half = first + "m";
      i = next + 1;
    }
  }
  if (Peek(i).kind != TokenKind::kEnd || (parts.size() == 1 && half.empty()) || parts.size() > 3)
    return kFailed;
  std::string text;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const auto value = parts[k].value.ToInt();
    if (!value || *value > (k == 0 ? 24 : 59) || (k > 0 && parts[k].text.size() != 2))
      return kFailed;
    text += (k == 0 ? "" : ":") + (k == 0 ? std::to_string(*value) : parts[k].text);
  }
  if (parts.size() == 1) text += ":00";
  std::vector<NodeId> numbers;
  for (Token& part : parts) numbers.push_back(tree_.AddNumber(part.value));
  pos_ = i;
  return tree_.Add(Op::kTime, half.empty() ? numbers : std::vector<NodeId>{}, text + half,
                   half.empty() ? 1 : 0);
}

// 4210_5, (4210)_{5}, \overline{4210}_5, A3_{16}, 4210 (base 5).
NodeId Parser::ParseBaseNumber() {
  const bool barred = Peek(0).IsCommand("overline") && Peek(1).Is("{");
  const bool wrapped = barred || Peek(0).Is("(");
  std::size_t i = barred ? 2 : wrapped ? 1 : 0;
  std::string digits;
  bool any_digit = false;
  const std::size_t start = i;
  while (digits.size() < 200) {
    const Token& token = Peek(i);
    if (i > start && token.space != Space::kNone) break;
    if (token.kind == TokenKind::kNumber && !token.is_decimal) {
      digits += token.text;
      any_digit = true;
    } else if (token.kind == TokenKind::kWord &&
               token.text.find_first_not_of("ABCDEF") == std::string::npos) {
      digits += token.text;
      any_digit = true;
    } else if (const char c = static_cast<char>(token.text[0] & ~0x20);
               token.kind == TokenKind::kLetter && token.text.size() == 1 && c >= 'A' &&
               c <= 'F') {  // 2a_{16} too
      digits += c;
    } else {
      break;
    }
    ++i;
  }
  if (wrapped && !Peek(i++).Is(barred ? "}" : ")")) return kFailed;
  const bool letters = !any_digit && digits.size() > 1;  // BEE_{16}
  if (!any_digit && !letters) return kFailed;
  const bool subscript = Peek(i).Is("_");
  if (subscript) ++i;
  int open = 0;
  while (Peek(i).Is("{") || Peek(i).Is("(")) {
    ++i;
    ++open;
  }
  const bool says_base = ToLowerAscii(Peek(i).text) == "base" && Peek(i).kind == TokenKind::kWord;
  if (says_base) ++i;
  if (!subscript && !says_base) return kFailed;
  const auto base = Peek(i).kind == TokenKind::kNumber ? Peek(i).value.ToInt() : std::nullopt;
  if (!base || *base < 2 || *base > 36 || (Peek(i).text.size() > 1 && Peek(i).text[0] == '0'))
    return kFailed;
  if (letters && *base != 16) return kFailed;
  ++i;
  for (; open > 0; --open) {
    if (!Peek(i).Is("}") && !Peek(i).Is(")")) return kFailed;
    ++i;
  }
  if (Peek(i).kind != TokenKind::kEnd) return kFailed;
  for (const char c : digits) {
    const int value = c >= 'A' ? c - 'A' + 10 : c - '0';
    if (value >= *base) return Fail("digit-too-large-for-base");
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  pos_ = i;
  return tree_.Add(Op::kBaseNumber, {}, digits, static_cast<std::int32_t>(*base));
}

}  // namespace fuseo1
