#include "eval/grade/strict/lexer.h"

#include <algorithm>
#include <utility>

#include "eval/grade/strict/lexer_tables.h"
#include "eval/grade/strict/units.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

class Lexer {
 public:
  Lexer(std::string_view text, bool split_thousands)
      : text_(text), split_thousands_(split_thousands) {}

  Tokens Run() {
    FindCurrencyDollar();
    while (at_ < text_.size() && out_.error.empty()) {
      if (out_.list.size() > kMaxAnswerTokens) out_.error = "too-many-tokens";
      Step();
    }
    Emit(TokenKind::kEnd, "");
    if (out_.error.empty()) FinishTokens(&out_);
    return std::move(out_);
  }

 private:
  struct Group {
    bool keep = true;  // emits its braces
    bool roman = false;
    bool prose = false;                 // letters are words
    std::string_view environment = {};  // its brace ends this: \pmatrix{...}
  };

  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Prose() const { return !groups_.empty() && groups_.back().prose; }
  bool Roman() const { return !groups_.empty() && groups_.back().roman; }

  Token& Emit(TokenKind kind, std::string_view text) {
    Token token;
    token.kind = kind;
    token.text = text;
    token.space = space_;
    token.roman = Roman();
    space_ = Space::kNone;
    out_.list.push_back(std::move(token));
    return out_.list.back();
  }
  void Symbol(std::string_view text) { Emit(TokenKind::kSymbol, text); }

  // An odd dollar sign before a digit is a currency; all others only quote mathematics.
  void FindCurrencyDollar() {
    std::size_t count = 0;
    std::size_t first = std::string_view::npos;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] != '$' || (i > 0 && text_[i - 1] == '\\')) continue;
      if (count++ == 0) first = i;
    }
    if (count == 1 && first + 1 < text_.size() &&
        (IsDigit(text_[first + 1]) || text_[first + 1] == '.')) {
      currency_at_ = first;
    }
  }

  void Step() {
    const char c = Peek();
    if (c == ' ' || c == '~') {
      if (space_ == Space::kNone) space_ = c == '~' ? Space::kTex : Space::kPlain;
      ++at_;
    } else if (c == '$') {
      if (at_ == currency_at_) Symbol("$");
      ++at_;
    } else if (c == '\\') {
      Backslash();
    } else if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) {
      Token& token = Emit(TokenKind::kNumber, "");
      if (!ScanNumber(text_, &at_, depth_ > 0, split_thousands_, &out_, &token))
        out_.error = "too-many-digits";
    } else if (IsLetter(c)) {
      Letters();
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      Foreign();
    } else {
      Punctuation(c);
    }
  }

  void Open(Group group) {
    if (group.keep) Symbol("{");
    groups_.push_back(group);
  }

  // 12.4 {eV}, 1.9e6 {~m} / {s}: a group of one unit after a number, as \mathrm would hold it.
  bool HoldsUnit() const {
    if (out_.list.empty()) return false;
    const Token& last = out_.list.back();
    const bool below =
        last.Is("/") && out_.list.size() > 1 && out_.list[out_.list.size() - 2].roman;
    if (last.kind != TokenKind::kNumber && !below) return false;
    std::size_t i = at_;
    const bool apart = space_ != Space::kNone || Peek() == '~' || below;
    while (i < text_.size() && (text_[i] == '~' || text_[i] == ' ')) ++i;
    std::size_t end = i;
    while (end < text_.size() && IsLetter(text_[end])) ++end;
    const std::string_view name = text_.substr(i, end - i);
    Unit unit;
    return apart && end < text_.size() && text_[end] == '}' && FindUnit(name, true, &unit) &&
           (name.size() > 1 || below || Peek() == '~');
  }

  void Punctuation(char c) {
    ++at_;
    if (c == '{') {
      if (HoldsUnit()) return Open({false, true, false});
      Open({true, Roman(), Prose()});
    } else if (c == '}') {
      if (groups_.empty()) {
        Symbol("}");
        return;
      }
      const Group group = groups_.back();
      groups_.pop_back();
      if (group.keep) Symbol("}");
      if (!group.environment.empty()) {
        --environments_;
        Emit(TokenKind::kCommand, "end:" + std::string(group.environment));
      }
    } else if (c == '"') {
      const std::size_t n = out_.list.size();
      if (n < 2 || out_.list[n - 1].kind != TokenKind::kNumber || !out_.list[n - 2].Is("'")) return;
      Symbol("'");  // 5'4" in feet and inches
      Symbol("'");
    } else if (c == '&' && !aligned_.empty() && aligned_.back()) {
      return;  // x &= 1 in lines that stand below each other
    } else if (c == '.' && Peek() == '.' && Peek(1) == '.') {
      at_ += 2;
      Emit(TokenKind::kCommand, "ldots");
    } else if ((c == '<' || c == '>' || c == '!' || c == '=') && Peek() == '=') {
      ++at_;
      if (c == '=') return Symbol("=");
      Emit(TokenKind::kCommand, c == '<' ? "le" : c == '>' ? "ge" : "ne");
    } else if (c == ':' && Peek() == '=') {
      ++at_;
      Symbol("=");
    } else if (c == '+' && Peek() == '/' && (Peek(1) == '-')) {
      at_ += 2;
      Emit(TokenKind::kCommand, "pm");
    } else if (c == '*' && Peek() == '*') {
      ++at_;
      Symbol("^");
    } else {
      if (c == '(' || c == '[') ++depth_;
      if (c == ')' || c == ']') depth_ = std::max(0, depth_ - 1);
      Symbol(std::string_view(&c, 1));
    }
  }

  void SkipSpaces() {
    while (Peek() == ' ') ++at_;
  }

  std::string_view Braced() {  // {name} after \begin and \end; empty where there is none
    SkipSpaces();
    if (Peek() != '{') return {};
    const std::size_t close = text_.find('}', at_);
    if (close == std::string_view::npos) return {};
    const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    return inside;
  }

  void Backslash() {
    ++at_;
    const char c = Peek();
    if (!IsLetter(c)) {
      ++at_;
      switch (c) {
        case ',':
        case ';':
        case ':':
        case ' ':
        case '/':
          space_ = Space::kTex;
          return;
        case '!':
        case '(':
        case ')':
        case '-':
          return;
        case '[':
        case ']':
          return;
        case '{':
          ++depth_;
          return Symbol("\\{");
        case '}':
          depth_ = std::max(0, depth_ - 1);
          return Symbol("\\}");
        case '\\':
          return RowEnd();
        case '|':
          return Symbol("||");
        case '&':
          if (environments_ == 0) return void(Emit(TokenKind::kWord, "and"));
          return Symbol("&");
        case '%':
        case '$':
        case '#':
        case '_':
          return Symbol(std::string_view(&c, 1));
        case '\0':
          out_.error = "cut-off";
          return;
        default:
          --at_;
          return;  // \<digit>, \<mark>: the backslash alone is noise
      }
    }
    std::size_t end = at_;
    while (end < text_.size() && IsLetter(text_[end])) ++end;
    const std::string_view name = text_.substr(at_, end - at_);
    at_ = end;
    Command(name);
  }

  void RowEnd() {
    // \\[2pt] spaces rows; and a doubled backslash before a command name is one that was escaped
    // twice.
    if (Peek() == '[') {
      const std::size_t close = text_.find(']', at_);
      if (close != std::string_view::npos && close - at_ < 10 && text_[close - 1] != ' ' &&
          IsLetter(text_[close - 1])) {
        at_ = close + 1;
      }
    }
    if (environments_ == 0 && IsLetter(Peek())) {
      --at_;
      return;
    }
    Symbol("\\\\");
  }

  void Command(std::string_view name) {
    if (OneOf(name, kTextFonts)) return OpenFont({false, true, true});
    if (OneOf(name, kRomanFonts)) return OpenFont({false, true, false});
    if (OneOf(name, kFonts)) return OpenFont({true, Roman(), false});
    if (OneOf(name, kIgnored)) {
      if (Peek() == '.' && name == "middle") ++at_;
      return;
    }
    if (OneOf(name, kSpaces)) {
      space_ = Space::kTex;
      return;
    }
    if (name == "hspace" || name == "phantom" || name == "vspace" || name == "color" ||
        name == "label" || name == "hphantom" || name == "tag" || name == "textcolor" ||
        name == "colorbox") {
      Braced();
      space_ = Space::kTex;
      return;
    }
    if (name == "left" || name == "right") return Sized(name == "left");
    if (name == "begin" || name == "end") {
      const std::string_view environment = Braced();
      environments_ += name == "begin" ? 1 : -1;
      if (name == "begin") {
        aligned_.push_back(environment == "aligned" || environment.starts_with("align") ||
                           environment == "split");
      } else if (!aligned_.empty()) {
        aligned_.pop_back();
      }
      if (name == "begin" && (environment == "array" || environment == "tabular")) Braced();
      const bool system = name == "begin" ? system_ : !systems_.empty() && systems_.back();
      if (name == "begin") {
        systems_.push_back(system_);
        system_ = false;
      } else if (!systems_.empty()) {
        systems_.pop_back();
      }
      if (system || environment == "dcases" || environment == "rcases")
        return void(Emit(TokenKind::kCommand, std::string(name) + ":cases"));
      Emit(TokenKind::kCommand, std::string(name) + ":" + std::string(environment));
      return;
    }
    if (name == "matrix" || name == "pmatrix" || name == "bmatrix") {  // plain TeX
      SkipSpaces();
      if (Peek() != '{') return void(Emit(TokenKind::kCommand, name));
      ++at_;
      ++environments_;
      Emit(TokenKind::kCommand, "begin:" + std::string(name));
      return Open({false, Roman(), false, name});
    }
    if (name == "mathbb" || name == "Bbb" || name == "mathds") {
      SkipSpaces();
      std::string_view letter = Peek() == '{' ? Braced() : text_.substr(at_++, 1);
      while (letter.starts_with(' ')) letter.remove_prefix(1);
      while (letter.ends_with(' ')) letter.remove_suffix(1);
      Emit(TokenKind::kCommand, "bb" + std::string(letter));
      return;
    }
    if (name == "cr" || name == "newline") return Symbol("\\\\");
    if (name == "lbrace" || name == "rbrace") return Symbol(name == "lbrace" ? "\\{" : "\\}");
    if (name == "lvert" || name == "rvert") return Symbol(name == "lvert" ? "abs(" : "abs)");
    if (name == "vert") return Symbol("|");
    if (name == "Vert" || name == "lVert" || name == "rVert") return Symbol("||");
    if (name == "lbrack" || name == "rbrack") return Symbol(name == "lbrack" ? "[" : "]");
    if (name == "lparen" || name == "rparen") return Symbol(name == "lparen" ? "(" : ")");
    if (name == "colon") return Symbol(":");
    if (name == "land" || name == "wedge") return void(Emit(TokenKind::kWord, "and"));
    if (name == "lor" || name == "vee") return void(Emit(TokenKind::kWord, "or"));
    if (name == "AA") return void(Emit(TokenKind::kWord, "angstrom"));
    if (name == "pounds") return Symbol("\xc2\xa3");
    if (name == "euro") return Symbol("\xe2\x82\xac");
    if (name == "dollar" || name == "textdollar" || name == "mathdollar") return Symbol("$");
    if (name == "percent") return Symbol("%");
    if (name == "prime") return Symbol("'");
    if (name == "not") {
      SkipSpaces();
      if (Peek() == '=') ++at_;
      return void(Emit(TokenKind::kCommand, "ne"));
    }
    const std::string_view plain = Synonym(name);
    if (plain == "<" || plain == ">") return Symbol(plain);
    if (OneOf(plain, kGreek)) return void(Emit(TokenKind::kLetter, plain));
    Emit(TokenKind::kCommand, plain);
  }

  void OpenFont(Group group) {
    SkipSpaces();
    if (Peek() != '{') return;  // {\bf x}, \mathbf x: only the font is dropped
    ++at_;
    Open(group);
  }

  void Sized(bool is_left) {
    SkipSpaces();
    if (Peek() == '.') {
      ++at_;
    } else if (is_left && text_.substr(at_).starts_with("\\{") && OpensSystem()) {
      at_ += 2;
      system_ = true;
    } else if (Peek() == '|') {
      ++at_;
      Symbol(is_left ? "abs(" : "abs)");
    } else if (text_.substr(at_).starts_with("\\vert")) {
      at_ += 5;
      Symbol(is_left ? "abs(" : "abs)");
    } else if (Peek() == '<' || Peek() == '>') {
      Emit(TokenKind::kCommand, Peek() == '<' ? "langle" : "rangle");
      ++at_;
    }
  }

  // \left\{ before an array or aligned lines that a \right. closes: equations that hold together.
  bool OpensSystem() const {
    std::string_view rest = text_.substr(at_ + 2);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const bool lines = rest.starts_with("\\begin{array}") || rest.starts_with("\\begin{aligned}") ||
                       rest.starts_with("\\begin{matrix}");
    std::size_t right = rest.rfind("\\right");
    if (!lines || right == std::string_view::npos) return false;
    right += 6;
    while (right < rest.size() && rest[right] == ' ') ++right;
    return right < rest.size() && rest[right] == '.';
  }

  bool AfterNumber() const {
    if (out_.list.empty()) return false;
    const Token* back = &out_.list.back();
    if (back->Is(".") && out_.list.size() > 1) back = &out_.list[out_.list.size() - 2];  // sq. in.
    const Token& last = *back;
    if (last.IsWord("sq") || last.IsWord("cu")) return true;
    return last.kind == TokenKind::kNumber || last.IsCommand("pi") || last.Is("}") ||
           last.Is(")") || last.roman;
  }

  // The divisor of a unit: kJ/mol, g/cm, m/sec.
  bool AfterUnitSlash() const {
    const std::size_t n = out_.list.size();
    if (n < 3 || !out_.list[n - 1].Is("/")) return false;
    const Token& above = out_.list[n - 2];
    const bool upright = above.roman || above.kind == TokenKind::kWord;
    const bool letter = above.kind == TokenKind::kLetter &&
                        out_.list[n - 3].kind == TokenKind::kNumber && above.space != Space::kNone;
    const bool power = n > 4 && (above.kind == TokenKind::kNumber || above.Is("}"));
    bool word = false;
    for (std::size_t k = 3; power && k <= 6 && k <= n; ++k)
      word = word || out_.list[n - k].kind == TokenKind::kWord || out_.list[n - k].roman;
    return upright || letter || (power && word);
  }

  bool AfterBracket() const {
    return !out_.list.empty() &&
           (out_.list.back().Is(")") || out_.list.back().Is("]") || out_.list.back().Is("\\}"));
  }
  bool BeforeBracket() const {
    std::size_t i = at_;
    while (i < text_.size() && text_[i] == ' ') ++i;
    return i < text_.size() && (text_[i] == '(' || text_[i] == '[' || text_[i] == '\\');
  }

  // 2mg\sin\theta, 2mg(h + r): what looked like a unit goes on as a product.
  bool BeforeFactor() const {
    if (Peek() == '(') return true;
    if (Peek() != '\\') return false;
    std::size_t end = at_ + 1;
    while (end < text_.size() && IsLetter(text_[end])) ++end;
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    return OneOf(name, kFunctionNames) || OneOf(name, kGreek) || name == "frac" || name == "left";
  }

  // GMmr, 3abcd: no word has a capital inside, or touches a number.
  bool IsProduct(std::string_view run) const {
    if (run.size() > 6) return false;
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const bool capital_inside = std::find_if_not(run.begin() + 1, run.end(), lower) != run.end();
    if (capital_inside) return std::any_of(run.begin(), run.end(), lower);
    const bool touches = space_ == Space::kNone && !out_.list.empty() &&
                         out_.list.back().kind == TokenKind::kNumber && lower(run[0]);
    Unit unit;
    Rational scale;
    return touches && run.size() == 4 && !FindUnit(run, false, &unit) && !IsCountNoun(run) &&
           !IsScaleWord(run, &scale);
  }

  void Letters() {
    std::size_t end = at_;
    while (end < text_.size() && IsLetter(text_[end])) ++end;
    std::string_view run = text_.substr(at_, end - at_);
    if ((run == "np" || run == "math" || run == "numpy") && end < text_.size() &&
        text_[end] == '.') {
      at_ = end + 1;
      return;
    }
    at_ = end;
    if (Prose()) {
      if (run == "pi") return void(Emit(TokenKind::kCommand, "pi"));
      if (run == "infinity" || run == "Infinity") return void(Emit(TokenKind::kCommand, "infty"));
      Emit(TokenKind::kWord, run);
      return;
    }
    if (run == "U" && AfterBracket() && BeforeBracket())
      return void(Emit(TokenKind::kCommand, "cup"));  // a union, typed
    if (run.size() == 1) return void(Emit(TokenKind::kLetter, run));
    const std::string_view plain = Synonym(run);
    if (run == "min" && AfterNumber() && !BeforeBracket())
      return void(Emit(TokenKind::kWord, run));  // minutes
    if (Unit below; AfterUnitSlash() && !BeforeBracket() && FindUnit(run, false, &below))
      return void(Emit(TokenKind::kWord, run));
    if (OneOf(plain, kFunctionNames) || run == "inf" || run == "infinity" || run == "Infinity" ||
        run == "infty") {
      return void(Emit(TokenKind::kCommand, run == "Infinity" ? "infty" : plain));
    }
    if (OneOf(plain, kGreek) && run.size() > 3) return void(Emit(TokenKind::kLetter, plain));
    Unit unit;
    const bool tight = OneOf(run, kTightUnits) && !BeforeFactor();
    if (AfterNumber() && (space_ != Space::kNone || tight) &&
        (FindUnit(run, false, &unit) || (run.size() == 3 && IsCountNoun(run)))) {
      return void(Emit(TokenKind::kWord, run));
    }
    if (AfterNumber() && space_ != Space::kNone && (run == "sq" || run == "cu"))
      return void(Emit(TokenKind::kWord, run));
    if (run.size() > 2 && !out_.list.empty() && out_.list.back().IsWord("per"))
      return void(Emit(TokenKind::kWord, run));
    const std::string lower = ToLowerAscii(run);
    if (AfterNumber() && (lower == "am" || lower == "pm"))
      return void(Emit(TokenKind::kWord, lower));
    if (Roman() && (run == "Re" || run == "Im")) return void(Emit(TokenKind::kCommand, run));
    if (Roman() && FindUnit(run, false, &unit)) return void(Emit(TokenKind::kWord, run));
    if ((run.size() >= 4 && !IsProduct(run)) || OneOf(run, kShortWords) ||
        (run.size() >= 3 && IsNumberWord(run))) {
      return void(Emit(TokenKind::kWord, run));
    }
    for (const std::string_view head : {"sin", "cos", "tan"}) {  // sinx
      if (run.size() == 4 && run.starts_with(head)) {
        Emit(TokenKind::kCommand, head);
        return void(Emit(TokenKind::kLetter, run.substr(3)));
      }
    }
    for (std::size_t i = 0; i < run.size(); ++i) Emit(TokenKind::kLetter, run.substr(i, 1));
  }

  // Characters that CanonicalText did not know: currency signs, or a run that is one word.
  void Foreign() {
    std::size_t end = at_;
    std::size_t characters = 0;
    while (end < text_.size() && static_cast<unsigned char>(text_[end]) >= 0x80) {
      if ((static_cast<unsigned char>(text_[end]) & 0xC0U) != 0x80U) ++characters;
      ++end;
    }
    const std::string_view run = text_.substr(at_, end - at_);
    at_ = end;
    Unit unit;
    if (FindUnit(run, true, &unit)) return Symbol(run);
    Emit(characters > 1 ? TokenKind::kWord : TokenKind::kLetter, run);
  }

  std::string_view text_;
  bool split_thousands_;
  std::size_t at_ = 0;
  std::size_t currency_at_ = std::string_view::npos;
  int depth_ = 0;
  int environments_ = 0;
  bool system_ = false;        // the next environment stands behind a brace alone
  std::vector<bool> systems_;  // of the open environments
  std::vector<bool> aligned_;  // likewise: whether "&" only aligns
  Space space_ = Space::kNone;
  std::vector<Group> groups_;
  Tokens out_;
};

}  // namespace

Tokens Tokenise(std::string_view canonical, bool split_thousands) {
  return Lexer(canonical, split_thousands).Run();
}

}  // namespace fuseo1
