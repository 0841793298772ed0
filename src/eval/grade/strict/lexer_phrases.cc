// Short phrases and typed notations over several tokens: "all real numbers", "2 to 3", "]2, 5[",
// "<1, 2>", "3 x 10^5", and remarks that say nothing about the value.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "eval/grade/strict/lexer.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

bool IsPlainWord(const Token& token, std::string_view word) {
  return (token.kind == TokenKind::kWord || token.kind == TokenKind::kLetter) &&
         ToLowerAscii(token.text) == word;
}

// Whether the words stand at `at`, one token each; two letters may spell a word of two.
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

void DropBeforeEnd(std::vector<Token>* in, std::size_t at) {
  in->erase(in->begin() + static_cast<std::ptrdiff_t>(at), in->end() - 1);
}

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
        SetPhrase{{"positive", "reals"}, "bbR+"}, SetPhrase{{"rational", "numbers"}, "bbQ"}}) {
    const std::size_t used = Phrase(*in, i, phrase.words);
    if (used > 0 && (*in)[i + used].kind == TokenKind::kEnd)
      return Replace(in, 0, i + used, TokenKind::kCommand, phrase.command);
  }
}

// "n = 0, 1 (mod 4)": the modulus holds for each of the residues.
void SpreadModulus(std::vector<Token>* in) {
  std::size_t equiv = 0;
  std::size_t mod = 0;
  for (std::size_t i = 1; i + 1 < in->size(); ++i) {
    if ((*in)[i].IsCommand("equiv")) {
      if (equiv > 0) return;
      equiv = i;
    }
    if ((*in)[i].IsCommand("pmod") || (*in)[i].IsCommand("mod")) {
      if (mod > 0) return;
      mod = i;
    }
  }
  if (equiv == 0 || mod < equiv + 4) return;
  std::vector<Token> out(in->begin(), in->begin() + static_cast<std::ptrdiff_t>(equiv) + 1);
  bool spread = false;
  for (std::size_t i = equiv + 1; i < mod; ++i) {
    const Token& t = (*in)[i];
    const bool separates = t.Is(",") || t.IsWord("or") || t.IsWord("and");
    if (!separates) {
      if (t.kind != TokenKind::kNumber && !t.Is("-") && !t.IsCommand("pm")) return;
      out.push_back(t);
      continue;
    }
    if (out.back().IsCommand("equiv")) return;
    out.insert(out.end(), in->begin() + static_cast<std::ptrdiff_t>(mod), in->end() - 1);
    out.push_back(Made(t, TokenKind::kWord, "or"));
    out.insert(out.end(), in->begin(), in->begin() + static_cast<std::ptrdiff_t>(equiv) + 1);
    spread = true;
    if (t.Is(",") && (*in)[i + 1].kind == TokenKind::kWord) ++i;  // ", or"
  }
  if (!spread) return;
  out.insert(out.end(), in->begin() + static_cast<std::ptrdiff_t>(mod), in->end());
  *in = std::move(out);
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

// "(mod 5)" as \pmod{5}.
void MarkModulus(std::vector<Token>* in) {
  for (std::size_t i = 1; i + 3 < in->size(); ++i) {
    if (!(*in)[i].Is("(") || (!(*in)[i + 1].IsCommand("mod") && !(*in)[i + 1].IsWord("mod")))
      continue;
    std::size_t close = i + 2;
    while (close + 1 < in->size() && !(*in)[close].Is(")")) ++close;
    if (!(*in)[close].Is(")")) return;
    (*in)[close] = Made((*in)[close], TokenKind::kSymbol, "}");
    (*in)[i] = Made((*in)[i], TokenKind::kCommand, "pmod");
    (*in)[i + 1] = Made((*in)[i + 1], TokenKind::kSymbol, "{");
  }
}

// "The final answer is", "Answer:", "ans =" before the value.
void DropLeadIn(std::vector<Token>* in) {
  std::size_t i = 0;
  for (const std::string_view word : {"so", "thus", "hence", "therefore"})
    i += Phrase(*in, i, {word});
  if (i > 0 && (*in)[i].Is(",")) ++i;
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
  if ((verb > 0 || sign) && i + 1 < in->size())
    in->erase(in->begin(), in->begin() + static_cast<std::ptrdiff_t>(i));
}

// f : x \mapsto 2x defines f(x) = 2x.
void SpellMapping(std::vector<Token>* in) {
  if (in->size() < 6 || (*in)[0].kind != TokenKind::kLetter || !(*in)[1].Is(":") ||
      (*in)[2].kind != TokenKind::kLetter || !(*in)[3].IsCommand("mapsto")) {
    return;
  }
  (*in)[1] = Made((*in)[1], TokenKind::kSymbol, "(");
  (*in)[1].space = Space::kNone;
  (*in)[3] = Made((*in)[3], TokenKind::kSymbol, "=");
  in->insert(in->begin() + 3, Made((*in)[3], TokenKind::kSymbol, ")"));
}

// "(a) 3 (b) 5": each part under its own name.
void NameParts(std::vector<Token>* in) {
  const auto marks = [in](std::size_t at, char letter) {
    return at + 2 < in->size() && (*in)[at].Is("(") &&
           (*in)[at + 1].text == std::string(1, letter) && (*in)[at + 2].Is(")");
  };
  if (in->size() < 9 || !marks(0, 'a')) return;
  std::vector<Token> out;
  char letter = 'a';
  for (std::size_t i = 0; i < in->size(); ++i) {
    const bool new_part = marks(i, letter) && (i == 0 || i > 3);
    if (!new_part) {
      out.push_back((*in)[i]);
      continue;
    }
    if (!out.empty() && !out.back().Is(",") && !out.back().Is(";"))
      out.push_back(Made((*in)[i], TokenKind::kSymbol, ";"));
    out.push_back(Made((*in)[i], TokenKind::kWord, "part" + std::string(1, letter)));
    out.push_back(Made((*in)[i], TokenKind::kSymbol, "="));
    ++letter;
    i += 2;
  }
  if (letter > 'b') *in = std::move(out);
}

// "Alice: 5, Bob: 7": a word names the value after its colon.
void NameByColons(std::vector<Token>* in) {
  for (std::size_t i = 0; i + 2 < in->size(); ++i) {
    const bool starts =
        i == 0 || (*in)[i - 1].Is(",") || (*in)[i - 1].Is(";") || (*in)[i - 1].IsWord("and");
    if (!starts || (*in)[i].kind != TokenKind::kWord || !(*in)[i + 1].Is(":")) continue;
    const TokenKind value = (*in)[i + 2].kind;
    if (value == TokenKind::kNumber || (*in)[i + 2].Is("-") || (*in)[i + 2].Is("$"))
      (*in)[i + 1].text = "=";
  }
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

// "for all x", "where C is a constant" after the value.
void DropRemarks(std::vector<Token>* in) {
  for (std::size_t i = 1; i + 1 < in->size(); ++i) {
    std::size_t at = i;
    if ((*in)[at].Is(",")) ++at;
    std::size_t used = 0;
    for (const std::string_view word : {"all", "any", "every", "each"}) {
      for (const std::string_view kind : {"", "real", "integer"}) {
        const std::size_t head =
            kind.empty() ? Phrase(*in, at, {"for", word}) : Phrase(*in, at, {"for", word, kind});
        if (head == 0 || (*in)[at + head].kind != TokenKind::kLetter) continue;
        used = head + 1;
        if ((*in)[at + used].IsCommand("in") && (*in)[at + used + 1].IsCommand("bbR")) used += 2;
      }
    }
    if (const std::size_t head = Phrase(*in, at, {"where"});
        head > 0 && (*in)[at + head].kind == TokenKind::kLetter) {
      std::size_t k = head + 1;
      while (k > 0 && (*in)[at + k].Is("_") && at + k + 2 < in->size()) k += 2;
      const std::size_t is = Phrase(*in, at + k, {"is"});
      k += is;
      k += std::max(Phrase(*in, at + k, {"a"}), Phrase(*in, at + k, {"an"}));
      k += Phrase(*in, at + k, {"arbitrary"});
      k += Phrase(*in, at + k, {"real"});
      const std::size_t constant = Phrase(*in, at + k, {"constant"});
      if (is > 0 && constant > 0) used = k + constant;
    }
    if (used > 0 && (*in)[at + used].kind == TokenKind::kEnd) return DropBeforeEnd(in, i);
  }
}

// ]2, 5[ opens where others write (2, 5): only where the text starts or ends so.
void TurnOutwardBrackets(std::vector<Token>* in) {
  const Token& last = (*in)[in->size() - 2];
  const bool turned = in->front().Is("]") || last.Is("[");
  if (!turned) return;
  bool open = false;
  int inner = 0;
  for (Token& token : *in) {
    if (token.Is("(")) {
      if (open) ++inner;
      open = true;
    } else if (token.Is(")")) {
      if (inner > 0) {
        --inner;
      } else {
        open = false;
      }
    } else if (inner == 0 && (token.Is("[") || token.Is("]"))) {
      const bool outward = token.Is(open ? "[" : "]");
      if (outward) token.text = open ? ")" : "(";
      open = !open;
    }
  }
}

}  // namespace

void FinishPhrases(std::vector<Token>* in) {
  if (in->size() < 2) return;
  if (in->size() == 2 && in->front().kind == TokenKind::kWord) {
    if (const std::int64_t n = OrdinalWord(in->front().text); n > 0) {
      in->front().kind = TokenKind::kNumber;
      in->front().value = Rational(n);
      in->front().text = std::to_string(n);
      return;
    }
  }
  for (std::size_t i = 1; i + 1 < in->size(); ++i) {
    const bool after_number = (*in)[i - 1].kind == TokenKind::kNumber || (*in)[i - 1].Is("}");
    if (!after_number) continue;
    if (const std::size_t to = Phrase(*in, i, {"to"}); to > 0 && (*in)[i].space != Space::kNone &&
                                                       i + to < in->size() &&
                                                       (*in)[i + to].kind == TokenKind::kNumber) {
      Replace(in, i, to, TokenKind::kSymbol, ":");
    } else if (IsPlainWord((*in)[i], "x") && (*in)[i - 1].kind == TokenKind::kNumber &&
               (*in)[i].space != Space::kNone && (*in)[i + 1].text == "10" &&
               (*in)[i + 1].space != Space::kNone && i + 2 < in->size() && (*in)[i + 2].Is("^")) {
      Replace(in, i, 1, TokenKind::kSymbol, "*");  // 3 x 10^5
    } else if (const std::size_t of =
                   std::max({Phrase(*in, i, {"of", "a"}), Phrase(*in, i, {"of", "an"}),
                             Phrase(*in, i, {"of", "the"})});
               of > 0 && i + of < in->size() && (*in)[i + of].kind == TokenKind::kWord) {
      in->erase(in->begin() + static_cast<std::ptrdiff_t>(i),
                in->begin() + static_cast<std::ptrdiff_t>(i + of));  // 3/4 of a cup
    } else if (const std::size_t volts = std::max(Phrase(*in, i, {"electron", "volts"}),
                                                  Phrase(*in, i, {"electron", "volt"}));
               volts > 0) {
      Replace(in, i, volts, TokenKind::kWord, "eV");
    } else if (const std::size_t percent = Phrase(*in, i, {"per", "cent"}); percent > 0) {
      Replace(in, i, percent, TokenKind::kSymbol, "%");
    }
  }
  DropLeadIn(in);
  SpellMapping(in);
  NameParts(in);
  NameByColons(in);
  MarkModulus(in);
  SpreadModulus(in);
  NameMultiples(in);
  NameWholeSets(in);
  NameSets(in);
  NameIntegers(in);
  DropRemarks(in);
  if (in->size() > 3 && in->front().Is("<") && (*in)[in->size() - 2].Is(">")) {
    Replace(in, 0, 1, TokenKind::kCommand, "langle");
    Replace(in, in->size() - 2, 1, TokenKind::kCommand, "rangle");
  }
  TurnOutwardBrackets(in);
}

}  // namespace fuseo1
