// Sets and conditions in words and typed signs: "all real numbers except 1", "n = 1 (mod 4)", "for
// any integer k".
#include <algorithm>
#include <initializer_list>
#include <utility>

#include "eval/grade/strict/lexer_edit.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {

bool IsPlainWord(const Token& token, std::string_view word) {
  return (token.kind == TokenKind::kWord || token.kind == TokenKind::kLetter) &&
         ToLowerAscii(token.text) == word;
}

std::size_t Phrase(const std::vector<Token>& in, std::size_t at,
                   std::initializer_list<std::string_view> words) {
  std::size_t i = at;
  for (const std::string_view word : words) {
    if (i + 1 < in.size() && word.size() == 2 && IsPlainWord(in[i], word.substr(0, 1)) &&
        IsPlainWord(in[i + 1], word.substr(1))) {
      i += 2;
    } else if (i < in.size() && IsPlainWord(in[i], word)) {
      ++i;
    } else {
      return 0;
    }
  }
  return i - at;
}

Token Made(const Token& place, TokenKind kind, std::string_view text) {
  Token token;
  token.kind = kind;
  token.space = place.space;
  token.text = text;
  return token;
}

void Replace(std::vector<Token>* in, std::size_t at, std::size_t count, TokenKind kind,
             std::string_view text) {
  (*in)[at] = Made((*in)[at], kind, text);
  in->erase(in->begin() + static_cast<std::ptrdiff_t>(at + 1),
            in->begin() + static_cast<std::ptrdiff_t>(at + count));
}

void EraseFront(std::vector<Token>* in, std::size_t count) {
  in->erase(in->begin(), in->begin() + static_cast<std::ptrdiff_t>(count));
}

namespace {

// "all real numbers except 1 and 2" as R \setminus \{1, 2\}.
void ExceptFrom(std::vector<Token>* in, std::size_t at, std::size_t used) {
  std::size_t i = at + used;
  if ((*in)[i].kind == TokenKind::kLetter) ++i;  // all real numbers x except ...
  if ((*in)[i].Is(",")) ++i;
  std::size_t word = 0;
  for (const auto& words : {std::initializer_list<std::string_view>{"except", "for"},
                            {"except"},
                            {"excluding"},
                            {"but"},
                            {"other", "than"},
                            {"not", "equal", "to"}}) {
    if (word == 0) word = Phrase(*in, i, words);
  }
  if (word == 0) return;
  std::vector<Token> out(in->begin(), in->begin() + static_cast<std::ptrdiff_t>(at));
  out.push_back(Made((*in)[at], TokenKind::kCommand, "bbR"));
  out.push_back(Made((*in)[i], TokenKind::kCommand, "setminus"));
  out.push_back(Made((*in)[i], TokenKind::kSymbol, "\\{"));
  for (i += word; i + 1 < in->size(); ++i) {
    const bool named = (*in)[i].kind == TokenKind::kLetter &&
                       ((*in)[i + 1].Is("=") || (*in)[i + 1].IsCommand("ne"));
    if (named) {
      ++i;
    } else {
      out.push_back((*in)[i]);
    }
  }
  out.push_back(Made(in->back(), TokenKind::kSymbol, "\\}"));
  out.push_back(in->back());
  *in = std::move(out);
}

// "all odd integers" as 2k + 1 with k in Z; the text ends with it.
void NameMultiples(std::vector<Token>* in) {
  const std::size_t all = Phrase(*in, 0, {"all"});
  if (const std::size_t of = Phrase(*in, all, {"multiples", "of"});
      of > 0 && (*in)[all + of].kind == TokenKind::kNumber && in->size() == all + of + 2) {
    const Token number = (*in)[all + of];
    const Token end = in->back();
    const Token k = Made(end, TokenKind::kLetter, "k");
    *in = {number,
           k,
           Made(end, TokenKind::kSymbol, ","),
           k,
           Made(end, TokenKind::kCommand, "in"),
           Made(end, TokenKind::kCommand, "bbZ"),
           end};
    return;
  }
  std::size_t i = std::max(Phrase(*in, 0, {"all"}), Phrase(*in, 0, {"the"}));
  const bool odd = Phrase(*in, i, {"odd"}) > 0;
  if (!odd && Phrase(*in, i, {"even"}) == 0) return;
  ++i;
  const std::size_t noun = std::max(Phrase(*in, i, {"integers"}), Phrase(*in, i, {"numbers"}));
  if (i == 1 || noun == 0 || (*in)[i + noun].kind != TokenKind::kEnd) return;
  const Token end = in->back();
  Token two = Made(end, TokenKind::kNumber, "2");
  two.value = Rational(2);
  Token one = Made(end, TokenKind::kNumber, "1");
  one.value = Rational(1);
  const Token letter = Made(end, TokenKind::kLetter, "k");
  *in = {two, letter};
  if (odd) {
    in->push_back(Made(end, TokenKind::kSymbol, "+"));
    in->push_back(one);
  }
  in->push_back(Made(end, TokenKind::kSymbol, ","));
  in->push_back(letter);
  in->push_back(Made(end, TokenKind::kCommand, "in"));
  in->push_back(Made(end, TokenKind::kCommand, "bbZ"));
  in->push_back(end);
}

// "no solution" and its like say the empty set; "all positive integers" and others sets of
// integers.
struct SetPhrase {
  std::initializer_list<std::string_view> words;
  std::string_view command;
};

void NameWholeSets(std::vector<Token>* in) {
  std::size_t i = 0;
  bool all = false;
  for (const auto& words : {std::initializer_list<std::string_view>{"there", "is"},
                            {"there", "are"},
                            {"the", "equation", "has"},
                            {"it", "has"},
                            {"has"}}) {
    if (i == 0) i = Phrase(*in, 0, words);
  }
  const std::size_t no = Phrase(*in, i, {"no"});
  if (no > 0) {
    std::size_t k = i + no;
    k += Phrase(*in, k, {"real"});
    const std::size_t noun = std::max(Phrase(*in, k, {"solution"}), Phrase(*in, k, {"solutions"}));
    k += noun;
    k += std::max(Phrase(*in, k, {"exists"}), Phrase(*in, k, {"exist"}));
    if (noun > 0 && (*in)[k].kind == TokenKind::kEnd)
      Replace(in, 0, k, TokenKind::kCommand, "emptyset");
    return;
  }
  if (i > 0) return;
  for (const auto& words : {std::initializer_list<std::string_view>{"the", "set", "of", "all"},
                            {"set", "of", "all"},
                            {"the", "set", "of"},
                            {"set", "of"},
                            {"all", "the"},
                            {"all"},
                            {"any"},
                            {"every"},
                            {"the"}}) {
    if (!all) {
      i = Phrase(*in, 0, words);
      all = i > 0;
    }
  }
  if (!all) return;
  for (const SetPhrase& phrase :
       {SetPhrase{{"positive", "integers"}, "bbZ+"}, SetPhrase{{"positive", "integer"}, "bbZ+"},
        SetPhrase{{"negative", "integers"}, "bbZ-"},
        SetPhrase{{"nonnegative", "integers"}, "bbZ_ge0"}, SetPhrase{{"natural", "numbers"}, "bbN"},
        SetPhrase{{"integers"}, "bbZ"}, SetPhrase{{"integer"}, "bbZ"},
        SetPhrase{{"positive", "real", "numbers"}, "bbR+"},
        SetPhrase{{"positive", "reals"}, "bbR+"},
        SetPhrase{{"nonnegative", "real", "numbers"}, "bbR_ge0"},
        SetPhrase{{"nonnegative", "reals"}, "bbR_ge0"},
        SetPhrase{{"negative", "real", "numbers"}, "bbR-"},
        SetPhrase{{"rational", "numbers"}, "bbQ"}}) {
    const std::size_t used = Phrase(*in, i, phrase.words);
    if (used > 0 && (*in)[i + used].kind == TokenKind::kEnd)
      return Replace(in, 0, i + used, TokenKind::kCommand, phrase.command);
  }
}

// "all real numbers" as a whole value.
void NameSets(std::vector<Token>* in) {
  for (std::size_t i = 0; i + 1 < in->size(); ++i) {
    const bool starts =
        i == 0 || (*in)[i - 1].Is("=") || (*in)[i - 1].IsCommand("in") || (*in)[i - 1].Is("{");
    if (!starts) continue;
    std::size_t used = 0;
    bool empty = false;
    for (const auto& words : {std::initializer_list<std::string_view>{"all", "real", "numbers"},
                              {"all", "reals"},
                              {"the", "real", "numbers"},
                              {"real", "numbers"},
                              {"set", "of", "all", "real", "numbers"},
                              {"set", "of", "real", "numbers"},
                              {"the", "set", "of", "all", "real", "numbers"},
                              {"the", "set", "of", "real", "numbers"},
                              {"any", "real", "number"},
                              {"all", "real", "values"},
                              {"all", "real"},
                              {"all", "numbers"}}) {
      if (used == 0) used = Phrase(*in, i, words);
    }
    if (used == 0) {
      used = std::max(Phrase(*in, i, {"empty", "set"}), Phrase(*in, i, {"the", "empty", "set"}));
      empty = used > 0;
    }
    if (used == 0) continue;
    if ((*in)[i + used].kind == TokenKind::kEnd) {
      Replace(in, i, used, TokenKind::kCommand, empty ? "emptyset" : "bbR");
    } else if (!empty) {
      ExceptFrom(in, i, used);
    }
  }
}

bool IsRelation(const Token& token) {
  if (token.Is("=") || token.Is("<") || token.Is(">")) return true;
  for (const std::string_view name : {"le", "ge", "ne", "in"}) {
    if (token.IsCommand(name)) return true;
  }
  return false;
}

// x \in Z, N^*: a set of numbers without its double stroke.
void NameNumberSets(std::vector<Token>* in) {
  for (std::size_t i = 0; i + 2 < in->size(); ++i) {
    Token& set = (*in)[i + 1];
    if ((*in)[i].IsCommand("in") && set.kind == TokenKind::kLetter && set.text.size() == 1 &&
        std::string_view("RZNQ").find(set.text[0]) != std::string_view::npos) {
      set.kind = TokenKind::kCommand;
      set.text = "bb" + set.text;
    }
  }
}

// "some integer" before the letter of a condition at `at`, k >= 1: its letter says as much.
void DropIntegerWords(std::vector<Token>* in, std::size_t at) {
  std::size_t i = at;
  for (const std::string_view word : {"some", "any", "every", "all"}) i += Phrase(*in, i, {word});
  const std::size_t noun = std::max(Phrase(*in, i, {"integer"}), Phrase(*in, i, {"integers"}));
  i += noun;
  if (noun == 0 || i + 2 >= in->size() || (*in)[i].kind != TokenKind::kLetter ||
      !((*in)[i + 1].IsCommand("ge") || (*in)[i + 1].Is(">"))) {
    return;
  }
  in->erase(in->begin() + static_cast<std::ptrdiff_t>(at),
            in->begin() + static_cast<std::ptrdiff_t>(i));
}

// A condition in brackets or after "for", "where", "with", "when" at the end: a further item.
void MarkConditions(std::vector<Token>* in) {
  const std::size_t size = in->size();
  if (size < 6) return;
  if ((*in)[size - 2].Is(")")) {
    std::size_t open = size - 2;
    int depth = 0;
    bool related = false;
    do {
      depth += (*in)[open].Is(")") ? 1 : (*in)[open].Is("(") ? -1 : 0;
      related = related || (depth == 1 && IsRelation((*in)[open]));
    } while (depth > 0 && open-- > 0);
    if (depth != 0 || !related || open == 0 || (*in)[open + 1].kind != TokenKind::kLetter) return;
    const Token& before = (*in)[open - 1];
    const bool calls = before.kind == TokenKind::kLetter &&
                       std::string_view("PEDVfghFGH").find(before.text) != std::string_view::npos;
    const bool operand = before.kind == TokenKind::kNumber || before.Is("}") || before.Is(")") ||
                         before.Is("]") || before.Is("\\}") || before.kind == TokenKind::kLetter;
    if (calls || !operand) return;
    (*in)[open] = Made((*in)[open], TokenKind::kSymbol, ",");
    in->erase(in->end() - 2);
    return;
  }
  for (std::size_t i = 1; i + 3 < in->size(); ++i) {
    const bool word = (*in)[i].IsWord("for") || (*in)[i].IsWord("where") ||
                      (*in)[i].IsWord("with") || (*in)[i].IsWord("when");
    if (word) DropIntegerWords(in, i + 1);
    if (i + 3 >= in->size()) return;
    if (word && (*in)[i + 1].kind == TokenKind::kLetter && IsRelation((*in)[i + 2])) {
      if ((*in)[i - 1].Is(",")) {
        in->erase(in->begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        (*in)[i] = Made((*in)[i], TokenKind::kSymbol, ",");
      }
      return;
    }
  }
}

// "all n >= 3", "all integers n >= 3": the condition is the answer.
void DropAll(std::vector<Token>* in) {
  std::size_t i = Phrase(*in, 0, {"all"});
  if (i == 0) return;
  const std::size_t real = Phrase(*in, i, {"real"});
  const std::size_t positive = real > 0 ? 0 : Phrase(*in, i, {"positive"});
  i += real + positive;
  const std::size_t integers = std::max(Phrase(*in, i, {"integers"}), Phrase(*in, i, {"integer"}));
  i += integers > 0 ? integers : Phrase(*in, i, {"numbers"});
  if (positive > 0 && integers == 0) return;
  if (i + 3 >= in->size() || (*in)[i].kind != TokenKind::kLetter || !IsRelation((*in)[i + 1]))
    return;
  const Token letter = (*in)[i];
  const Token end = in->back();
  EraseFront(in, i);
  if (integers == 0) return;
  in->pop_back();
  in->push_back(Made(end, TokenKind::kSymbol, ","));
  in->push_back(letter);
  in->push_back(Made(end, TokenKind::kCommand, "in"));
  in->push_back(Made(end, TokenKind::kCommand, positive > 0 ? "bbZ+" : "bbZ"));
  in->push_back(end);
}

// "where k in Z", "(k in Z)", "for any integer k", "k is an integer" at the end: all ", k in Z".
void NameIntegers(std::vector<Token>* in) {
  const auto rewrite = [in](std::size_t at, const Token& letter, const Token& set) {
    const Token name = letter;
    const Token integers = set;
    const Token end = in->back();
    in->resize(at);
    in->push_back(Made(end, TokenKind::kSymbol, ","));
    in->push_back(name);
    in->push_back(Made(end, TokenKind::kCommand, "in"));
    in->push_back(integers);
    in->push_back(end);
  };
  for (std::size_t i = 1; i + 3 < in->size(); ++i) {
    std::size_t at = i;
    if ((*in)[at].Is(",")) ++at;
    const std::size_t open = at;
    if ((*in)[at].Is("(")) ++at;
    for (const std::string_view word : {"where", "for", "with"}) at += Phrase(*in, at, {word});
    const bool marked = at > i;
    if (marked && Phrase(*in, at, {"all"}) > 0 && (*in)[at + 1].kind == TokenKind::kLetter) ++at;
    if (!marked || at + 2 >= in->size()) continue;
    const Token set = Made(in->back(), TokenKind::kCommand, "bbZ");
    const auto ends = [&](std::size_t k) {
      if (k < in->size() && (*in)[open].Is("(") && (*in)[k].Is(")")) ++k;
      return k < in->size() && (*in)[k].kind == TokenKind::kEnd;
    };
    const bool letter = (*in)[at].kind == TokenKind::kLetter;
    if (letter && (*in)[at + 1].IsCommand("in") && ends(at + 3) &&
        ((*in)[at + 2].text == "bbZ" || (*in)[at + 2].text == "Z")) {
      return rewrite(i, (*in)[at], set);
    }
    for (const auto& words : {std::initializer_list<std::string_view>{"is", "an", "integer"},
                              {"is", "any", "integer"},
                              {"any", "integer"},
                              {"is", "integer"}}) {
      const std::size_t used = letter ? Phrase(*in, at + 1, words) : 0;
      if (used > 0 && ends(at + 1 + used)) return rewrite(i, (*in)[at], set);
    }
    for (const auto& words : {std::initializer_list<std::string_view>{"any", "integer"},
                              {"all", "integers"},
                              {"every", "integer"},
                              {"integer"},
                              {"some", "integer"}}) {
      const std::size_t used = Phrase(*in, at, words);
      if (used > 0 && (*in)[at + used].kind == TokenKind::kLetter && ends(at + used + 1))
        return rewrite(i, (*in)[at + used], set);
    }
  }
}

}  // namespace

void FinishSets(std::vector<Token>* in) {
  ReadParity(in);
  // "all real x" names its letter at the end.
  const bool whole = Phrase(*in, 0, {"all"}) > 0 || Phrase(*in, 0, {"every"}) > 0;
  if (whole && in->size() > 3 && (*in)[in->size() - 2].kind == TokenKind::kLetter &&
      (*in)[in->size() - 3].kind == TokenKind::kWord) {
    in->erase(in->end() - 2);
  }
  NameNumberSets(in);
  DropAll(in);
  FinishCongruences(in);
  NameMultiples(in);
  NameWholeSets(in);
  NameSets(in);
  NameIntegers(in);
}

void FinishConditions(std::vector<Token>* in) { MarkConditions(in); }

}  // namespace fuseo1
