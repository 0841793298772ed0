// Answers as tokens: LaTeX and plain text alike, with fonts, dollars, boxes and spacing gone.
//
// Numbers come out whole (thousands separators, exponents, recurring parts, number words). Linear
// in the text's size, which CanonicalText has cleaned before. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "eval/grade/strict/exact.h"

namespace fuseo1 {

inline constexpr std::size_t kMaxAnswerDigits = 10'000;  // of one number
inline constexpr std::size_t kMaxAnswerTokens = 4'000;

enum class TokenKind : std::uint8_t {
  kNumber,   // value; text = its digits as written
  kLetter,   // a variable: one letter, or a Greek command's name
  kWord,     // two or more letters that stand for a word, or any letters inside \text
  kCommand,  // a LaTeX command or the plain name of a function; "begin:pmatrix"
  kSymbol,   // punctuation; "\{" and "\}" are set braces, "abs(" and "abs)" sized bars, "\\" a new
             // row
  kEnd,
};

enum class Space : std::uint8_t { kNone, kPlain, kTex };  // before the token

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Space space = Space::kNone;
  bool roman = false;           // inside \text, \mathrm and their like
  bool is_decimal = false;      // a number with a point or an exponent
  std::int32_t last_digit = 0;  // the power of ten of a decimal's last digit
  std::string text;
  Rational value;

  bool Is(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
  bool IsCommand(std::string_view name) const {
    return kind == TokenKind::kCommand && text == name;
  }
  bool IsWord(std::string_view word) const { return kind == TokenKind::kWord && text == word; }
};

struct Tokens {
  std::vector<Token> list;           // ends with one kEnd
  bool has_comma_thousands = false;  // "1,000" was read as one number where it could be two
  std::string_view error;            // a rule name, or empty
};

// split_thousands: read "1,000" as two numbers.
Tokens Tokenise(std::string_view canonical, bool split_thousands);

// The text as prose: fonts, braces and dollars gone, lower case, single spaces, no final stop.
std::string TextKey(std::string_view canonical);

// For lexer.cc: reads the number at *at (a digit, or a point before a digit). False: too long.
bool ScanNumber(std::string_view text, std::size_t* at, bool inside_brackets, bool split_thousands,
                Tokens* tokens, Token* token);

// For lexer_finish.cc: the value of the number words at `from` and how many tokens they take (0:
// none).
std::size_t ReadNumberWords(const std::vector<Token>& in, std::size_t from, Rational* value);

// For lexer.cc: number words, "12 million", degree signs, ordinal suffixes, the final full stop.
void FinishTokens(Tokens* tokens);

// For lexer_finish.cc: short phrases ("all real numbers", "2 to 3") and typed notations.
void FinishPhrases(std::vector<Token>* tokens);

}  // namespace fuseo1
