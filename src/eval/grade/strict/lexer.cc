#include "eval/grade/strict/lexer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "eval/grade/strict/units.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <std::size_t N>
bool OneOf(std::string_view word, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

constexpr std::string_view kTextFonts[] = {"text",       "mbox",   "hbox",   "textbf", "textrm",
                                           "textit",     "textup", "texttt", "textsf", "emph",
                                           "textnormal", "textsc", "textmd"};
constexpr std::string_view kRomanFonts[] = {"mathrm", "operatorname", "rm", "unit", "mathop"};
constexpr std::string_view kFonts[] = {
    "mathbf",    "mathit",   "mathsf",  "mathcal",   "boldsymbol", "bm",
    "mathtt",    "mathfrak", "mathscr", "boxed",     "fbox",       "framebox",
    "underline", "bf",       "it",      "pmb",       "mathnormal", "ensuremath",
    "mathord",   "mathbin",  "mathrel", "underbrace"};
constexpr std::string_view kIgnored[] = {
    "displaystyle", "textstyle", "scriptstyle", "limits",  "nolimits", "big",       "Big",
    "bigg",         "Bigg",      "bigl",        "bigr",    "Bigl",     "Bigr",      "biggl",
    "biggr",        "Biggl",     "Biggr",       "middle",  "strut",    "mathstrut", "hfill",
    "noindent",     "bigm",      "Large",       "large",   "huge",     "Huge",      "small",
    "normalsize",   "hline",     "allowbreak",  "nonumber"};
constexpr std::string_view kSpaces[] = {"quad",  "qquad",        "thinspace", "enspace",
                                        "space", "nobreakspace", "medspace"};
constexpr std::string_view kGreek[] = {
    "alpha", "beta",     "gamma",    "delta", "epsilon", "varepsilon", "zeta",   "eta",
    "theta", "vartheta", "iota",     "kappa", "lambda",  "mu",         "nu",     "xi",
    "rho",   "sigma",    "varsigma", "tau",   "upsilon", "phi",        "varphi", "chi",
    "psi",   "omega",    "Gamma",    "Delta", "Theta",   "Lambda",     "Xi",     "Pi",
    "Sigma", "Upsilon",  "Phi",      "Psi",   "Omega",   "ell",        "hbar",   "varrho",
    "varpi", "nabla",    "partial",  "odot",  "star",    "aleph",      "mho"};
constexpr std::string_view kFunctionNames[] = {
    "sin",   "cos",   "tan",   "cot",    "sec",   "csc",       "arcsin",  "arccos",  "arctan",
    "sinh",  "cosh",  "tanh",  "ln",     "log",   "lg",        "exp",     "gcd",     "lcm",
    "max",   "min",   "sqrt",  "cbrt",   "det",   "asin",      "acos",    "atan",    "abs",
    "floor", "ceil",  "pi",    "mod",    "binom", "sgn",       "arcsinh", "arccosh", "arctanh",
    "asinh", "acosh", "atanh", "arccot", "cosec", "factorial", "comb"};
// Short words that are not products of variables.
constexpr std::string_view kShortWords[] = {
    "yes", "no",  "odd", "all", "any", "not", "none", "the", "of",  "is",  "if",  "red",
    "are", "for", "or",  "and", "nan", "NaN", "DNE",  "dne", "Yes", "No",  "Odd", "but",
    "USD", "EUR", "RMB", "Rs",  "old", "via", "per",  "NO",  "YES", "sum", "non"};
// Multi-letter units that may touch the number before them.
constexpr std::string_view kTightUnits[] = {"cm",  "mm",  "km",  "dm",  "kg",  "mg",   "ft",  "yd",
                                            "lb",  "lbs", "oz",  "mL",  "ml",  "hr",   "hrs", "Hz",
                                            "kHz", "MHz", "km",  "mph", "min", "mins", "deg", "rad",
                                            "kJ",  "kW",  "kPa", "Pa",  "mol", "eV",   "sec"};

constexpr std::pair<std::string_view, std::string_view> kSynonyms[] = {
    {"leq", "le"},
    {"leqslant", "le"},
    {"leqq", "le"},
    {"geq", "ge"},
    {"geqslant", "ge"},
    {"geqq", "ge"},
    {"neq", "ne"},
    {"dfrac", "frac"},
    {"tfrac", "frac"},
    {"cfrac", "frac"},
    {"sfrac", "frac"},
    {"nicefrac", "frac"},
    {"dbinom", "binom"},
    {"tbinom", "binom"},
    {"lt", "<"},
    {"gt", ">"},
    {"varnothing", "emptyset"},
    {"infin", "infty"},
    {"inf", "infty"},
    {"infinity", "infty"},
    {"dots", "ldots"},
    {"cdots", "ldots"},
    {"vdots", "ldots"},
    {"asin", "arcsin"},
    {"acos", "arccos"},
    {"atan", "arctan"},
    {"asinh", "arcsinh"},
    {"acosh", "arccosh"},
    {"atanh", "arctanh"},
    {"cosec", "csc"},
    {"tg", "tan"},
    {"ctg", "cot"},
    {"arctg", "arctan"},
    {"rightarrow", "to"},
    {"smallsetminus", "setminus"},
    {"backslash", "setminus"},
    {"overrightarrow", "vec"},
    {"bigcup", "cup"},
    {"bigcap", "cap"},
    {"ast", "cdot"},
    {"thicksim", "sim"},
    {"isin", "in"},
    {"varepsilon", "epsilon"},
    {"vartheta", "theta"},
    {"varphi", "phi"},
    {"varsigma", "sigma"},
    {"varrho", "rho"},
    {"widehat", "hat"},
    {"widetilde", "tilde"},
    {"comb", "binom"},
    {"bmod", "mod"},
    {"surd", "sqrt"},
    {"square", "square"}};

std::string_view Synonym(std::string_view name) {
  for (const auto& [from, to] : kSynonyms) {
    if (from == name) return to;
  }
  return name;
}

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
    bool prose = false;  // letters are words
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

  void Punctuation(char c) {
    ++at_;
    if (c == '{') {
      Open({true, Roman(), Prose()});
    } else if (c == '}') {
      if (groups_.empty()) {
        Symbol("}");
        return;
      }
      const Group group = groups_.back();
      groups_.pop_back();
      if (group.keep) Symbol("}");
    } else if (c == '"') {
      return;
    } else if (c == '.' && Peek() == '.' && Peek(1) == '.') {
      at_ += 2;
      Emit(TokenKind::kCommand, "ldots");
    } else if ((c == '<' || c == '>' || c == '!' || c == '=') && Peek() == '=') {
      ++at_;
      if (c == '=') return Symbol("=");
      Emit(TokenKind::kCommand, c == '<' ? "le" : c == '>' ? "ge" : "ne");
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
        name == "label" || name == "hphantom" || name == "tag") {
      Braced();
      space_ = Space::kTex;
      return;
    }
    if (name == "left" || name == "right") return Sized(name == "left");
    if (name == "begin" || name == "end") {
      const std::string_view environment = Braced();
      environments_ += name == "begin" ? 1 : -1;
      if (name == "begin" && (environment == "array" || environment == "tabular")) Braced();
      Emit(TokenKind::kCommand, std::string(name) + ":" + std::string(environment));
      return;
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

  bool AfterNumber() const {
    if (out_.list.empty()) return false;
    const Token* back = &out_.list.back();
    if (back->Is(".") && out_.list.size() > 1) back = &out_.list[out_.list.size() - 2];  // sq. in.
    const Token& last = *back;
    if (last.IsWord("sq") || last.IsWord("cu")) return true;
    return last.kind == TokenKind::kNumber || last.IsCommand("pi") || last.Is("}") ||
           last.Is(")") || last.roman;
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
      Emit(TokenKind::kWord, run);
      return;
    }
    if (run == "U" && AfterBracket() && BeforeBracket())
      return void(Emit(TokenKind::kCommand, "cup"));  // a union, typed
    if (run.size() == 1) return void(Emit(TokenKind::kLetter, run));
    const std::string_view plain = Synonym(run);
    if (run == "min" && AfterNumber() && !BeforeBracket())
      return void(Emit(TokenKind::kWord, run));  // minutes
    if (OneOf(plain, kFunctionNames) || run == "inf" || run == "infinity" || run == "Infinity" ||
        run == "infty") {
      return void(Emit(TokenKind::kCommand, run == "Infinity" ? "infty" : plain));
    }
    if (OneOf(plain, kGreek) && run.size() > 3) return void(Emit(TokenKind::kLetter, plain));
    Unit unit;
    if (AfterNumber() && (space_ != Space::kNone || OneOf(run, kTightUnits)) &&
        (FindUnit(run, false, &unit) || (run.size() == 3 && IsCountNoun(run)))) {
      return void(Emit(TokenKind::kWord, run));
    }
    if (AfterNumber() && space_ != Space::kNone && (run == "sq" || run == "cu"))
      return void(Emit(TokenKind::kWord, run));
    const std::string lower = ToLowerAscii(run);
    if (AfterNumber() && (lower == "am" || lower == "pm"))
      return void(Emit(TokenKind::kWord, lower));
    if (Roman() && FindUnit(run, false, &unit)) return void(Emit(TokenKind::kWord, run));
    if (run.size() >= 4 || OneOf(run, kShortWords) || (run.size() >= 3 && IsNumberWord(run))) {
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
  Space space_ = Space::kNone;
  std::vector<Group> groups_;
  Tokens out_;
};

}  // namespace

Tokens Tokenise(std::string_view canonical, bool split_thousands) {
  return Lexer(canonical, split_thousands).Run();
}

std::string TextKey(std::string_view canonical) {
  std::string out;
  bool space = false;
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    char c = canonical[i];
    if (c == '\\') {
      std::size_t end = i + 1;
      while (end < canonical.size() && IsLetter(canonical[end])) ++end;
      const std::string_view name = canonical.substr(i + 1, end - i - 1);
      if (const std::string_view plain = Synonym(name); plain != name || name == "ldots") {
        out += plain == "ldots" ? "..." : "\\" + std::string(plain);
        i = end - 1;
        continue;
      }
      if (name.empty() || OneOf(name, kTextFonts) || OneOf(name, kRomanFonts) ||
          OneOf(name, kFonts) || OneOf(name, kSpaces) || OneOf(name, kIgnored) || name == "left" ||
          name == "right") {
        space = space || OneOf(name, kSpaces);
        if (name.empty() && i + 1 < canonical.size()) {
          const char next = canonical[i + 1];
          if (next == '{' || next == '}') {
            out.push_back(next);
          } else {
            space = true;
          }
          ++i;
        } else {
          i = end - 1;
        }
        continue;
      }
    }
    if (c == '{' || c == '}' || c == '$' || c == '"') continue;
    if (c == ' ' || c == '~') {
      space = true;
      continue;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto wordlike = [](char k) {
      return IsLetter(k) || IsDigit(k) || static_cast<unsigned char>(k) >= 0x80;
    };
    if (space && !out.empty() && wordlike(out.back()) && wordlike(c)) out.push_back(' ');
    space = false;
    out.push_back(c);
  }
  if (!out.ends_with("..") && out.ends_with('.')) out.pop_back();  // "..." is no full stop
  return out;
}

}  // namespace fuseo1
