// What stands before or behind a value and says nothing about it: "The answer is", \therefore,
// "exactly", \checkmark.
#include <algorithm>
#include <initializer_list>

#include "eval/grade/strict/lexer_edit.h"
#include "eval/grade/strict/units.h"

namespace fuseo1 {
namespace {

// "The final answer is", "Answer:", "ans =" before the value.
void DropLeadIn(std::vector<Token>* in) {
  std::size_t i = 0;
  for (const std::string_view word : {"so", "thus", "hence", "therefore"})
    i += Phrase(*in, i, {word});
  if (i > 0 && (*in)[i].Is(",")) ++i;
  const bool goes_on = (*in)[i].kind == TokenKind::kLetter || (*in)[i].kind == TokenKind::kNumber;
  if (i > 0 && goes_on) {  // so x = 2
    EraseFront(in, i);
    return;
  }
  i += Phrase(*in, i, {"the"});
  for (const std::string_view word : {"final", "correct", "required"}) i += Phrase(*in, i, {word});
  std::size_t head = 0;
  for (const std::string_view word : {"answer", "answers", "ans", "solution", "result"})
    head = std::max(head, Phrase(*in, i, {word}));
  if (head == 0) return;
  i += head;
  const std::size_t verb = std::max(Phrase(*in, i, {"is"}), Phrase(*in, i, {"are"}));
  i += verb;
  const bool sign = (*in)[i].Is(":") || (*in)[i].Is("=");
  if (sign) ++i;
  if ((verb > 0 || sign) && i + 1 < in->size()) EraseFront(in, i);
}

// "the point (1, 2)", "the line x = 2": what kind of thing the value is.
void DropKind(std::vector<Token>* in) {
  std::size_t i = Phrase(*in, 0, {"the"});
  for (const std::string_view word : {"vertical", "horizontal", "ordered", "closed", "open"})
    i += Phrase(*in, i, {word});
  std::size_t noun = 0;
  for (const std::string_view word :
       {"point", "points", "line", "pair", "pairs", "triple", "triples", "interval", "function",
        "equation", "vector", "matrix"}) {
    noun = std::max(noun, Phrase(*in, i, {word}));
  }
  const Token& next = (*in)[std::min(i + noun, in->size() - 1)];
  const bool opens = next.Is("(") || next.Is("[") || next.IsCommand("begin:pmatrix") ||
                     next.IsCommand("begin:bmatrix") || next.IsCommand("langle");
  const bool equation =
      i + noun + 3 < in->size() && next.kind == TokenKind::kLetter && !(*in)[i + noun + 1].Is(",");
  if (noun > 0 && (opens || equation)) EraseFront(in, i + noun);
}

// \therefore x = 2 \quad \checkmark
void DropMarks(std::vector<Token>* in) {
  const auto is_mark = [](const Token& t, std::initializer_list<std::string_view> names) {
    return t.kind == TokenKind::kCommand &&
           std::find(names.begin(), names.end(), t.text) != names.end();
  };
  std::size_t front = 0;
  while (front + 2 < in->size() &&
         is_mark((*in)[front], {"therefore", "Rightarrow", "to", "Leftrightarrow"})) {
    ++front;
  }
  EraseFront(in, front);
  while (in->size() > 2 &&
         is_mark((*in)[in->size() - 2], {"checkmark", "blacksquare", "qed", "Box", "qedhere"})) {
    in->erase(in->end() - 2);
  }
}

// "exactly 5", "5 in total", "only x = 2".
void DropAdverbs(std::vector<Token>* in) {
  for (const std::string_view word : {"exactly", "only", "just", "precisely", "is"}) {
    const std::size_t used = Phrase(*in, 0, {word});
    if (used == 0 || used + 1 >= in->size() || (*in)[used].kind == TokenKind::kWord) continue;
    EraseFront(in, used);
  }
  for (const auto& words : {std::initializer_list<std::string_view>{"in", "total"},
                            {"in", "all"},
                            {"total"},
                            {"altogether"},
                            {"exactly"},
                            {"only"}}) {
    if (in->size() < words.size() + 2) continue;
    const std::size_t at = in->size() - 1 - words.size();
    const bool value = (*in)[at - 1].kind == TokenKind::kNumber || (*in)[at - 1].Is("}");
    if (!value || Phrase(*in, at, words) != words.size()) continue;
    in->erase(in->begin() + static_cast<std::ptrdiff_t>(at), in->end() - 1);
  }
}

// "x is 2", "x equals 2" as x = 2; 5 (cm) as 5 cm; "five (5)" as 5.
void ReadPlainWords(std::vector<Token>* in) {
  if (in->size() > 3 && (*in)[0].kind == TokenKind::kLetter) {
    const std::size_t verb = std::max(Phrase(*in, 1, {"is"}), Phrase(*in, 1, {"equals"}));
    const Token& value = (*in)[std::min(1 + verb, in->size() - 1)];
    const bool number =
        value.kind == TokenKind::kNumber || value.Is("-") || value.IsCommand("frac");
    if (verb > 0 && number) Replace(in, 1, verb, TokenKind::kSymbol, "=");
  }
  const std::size_t sign = std::max(Phrase(*in, 0, {"negative"}), Phrase(*in, 0, {"minus"}));
  if (sign > 0 && (*in)[sign].kind == TokenKind::kNumber)
    Replace(in, 0, sign, TokenKind::kSymbol, "-");  // negative seven
  const std::size_t size = in->size();
  if (size < 5 || !(*in)[size - 2].Is(")") || !(*in)[size - 4].Is("(")) return;
  const Token& inside = (*in)[size - 3];
  const Token& before = (*in)[size - 5];
  Unit unit;
  const bool of_unit = inside.kind == TokenKind::kWord &&
                       (FindUnit(inside.text, false, &unit) || inside.text == "units") &&
                       (before.kind == TokenKind::kNumber || before.Is("}"));
  const bool said_twice = size == 5 && before.kind == TokenKind::kNumber &&
                          inside.kind == TokenKind::kNumber && before.value == inside.value &&
                          (before.text.empty() || inside.text.empty());
  if (said_twice) {
    in->erase(in->begin() + 1, in->end() - 1);
  } else if (of_unit) {
    in->erase(in->end() - 2);
    in->erase(in->end() - 3);
  }
}

}  // namespace

void DropNoise(std::vector<Token>* in) {
  DropMarks(in);
  DropLeadIn(in);
  DropKind(in);
  DropAdverbs(in);
  ReadPlainWords(in);
}

}  // namespace fuseo1
