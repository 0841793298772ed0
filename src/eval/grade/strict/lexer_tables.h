// Commands and words that the lexer knows by name, for lexer.cc and text_key.cc only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

namespace fuseo1 {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <std::size_t N>
bool OneOf(std::string_view word, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

inline constexpr std::string_view kTextFonts[] = {
    "text",   "mbox",   "hbox", "textbf",     "textrm", "textit", "textup",
    "texttt", "textsf", "emph", "textnormal", "textsc", "textmd"};
inline constexpr std::string_view kRomanFonts[] = {"mathrm", "operatorname", "rm", "unit",
                                                   "mathop"};
inline constexpr std::string_view kFonts[] = {
    "mathbf",    "mathit",   "mathsf",  "mathcal",   "boldsymbol", "bm",
    "mathtt",    "mathfrak", "mathscr", "boxed",     "fbox",       "framebox",
    "underline", "bf",       "it",      "pmb",       "mathnormal", "ensuremath",
    "mathord",   "mathbin",  "mathrel", "underbrace"};
inline constexpr std::string_view kIgnored[] = {
    "displaystyle", "textstyle", "scriptstyle", "limits",  "nolimits", "big",       "Big",
    "bigg",         "Bigg",      "bigl",        "bigr",    "Bigl",     "Bigr",      "biggl",
    "biggr",        "Biggl",     "Biggr",       "middle",  "strut",    "mathstrut", "hfill",
    "noindent",     "bigm",      "Large",       "large",   "huge",     "Huge",      "small",
    "normalsize",   "hline",     "allowbreak",  "nonumber"};
inline constexpr std::string_view kSpaces[] = {"quad",  "qquad",        "thinspace", "enspace",
                                               "space", "nobreakspace", "medspace"};
inline constexpr std::string_view kGreek[] = {
    "alpha", "beta",     "gamma",    "delta", "epsilon", "varepsilon", "zeta",   "eta",
    "theta", "vartheta", "iota",     "kappa", "lambda",  "mu",         "nu",     "xi",
    "rho",   "sigma",    "varsigma", "tau",   "upsilon", "phi",        "varphi", "chi",
    "psi",   "omega",    "Gamma",    "Delta", "Theta",   "Lambda",     "Xi",     "Pi",
    "Sigma", "Upsilon",  "Phi",      "Psi",   "Omega",   "ell",        "hbar",   "varrho",
    "varpi", "nabla",    "partial",  "odot",  "star",    "aleph",      "mho"};
inline constexpr std::string_view kFunctionNames[] = {
    "sin",   "cos",   "tan",   "cot",   "sec",    "csc",   "arcsin",    "arccos",  "arctan",
    "sinh",  "cosh",  "tanh",  "ln",    "log",    "lg",    "exp",       "gcd",     "lcm",
    "max",   "min",   "sqrt",  "cbrt",  "det",    "asin",  "acos",      "atan",    "abs",
    "floor", "ceil",  "pi",    "mod",   "binom",  "sgn",   "arcsinh",   "arccosh", "arctanh",
    "cis",   "asinh", "acosh", "atanh", "arccot", "cosec", "factorial", "comb",    "diag"};
// Short words that are not products of variables.
inline constexpr std::string_view kShortWords[] = {
    "The", "yes", "no", "odd", "all", "any", "not", "none", "the", "of",  "is",  "if",  "red",
    "are", "for", "or", "and", "nan", "NaN", "DNE", "dne",  "Yes", "No",  "Odd", "but", "USD",
    "EUR", "RMB", "Rs", "old", "via", "per", "NO",  "YES",  "sum", "non", "out"};
// Multi-letter units that may touch the number before them.
inline constexpr std::string_view kTightUnits[] = {
    "cm",  "mm",  "km", "dm",  "kg",  "mg",  "ft",  "yd", "lb",  "lbs", "oz",
    "mL",  "ml",  "hr", "hrs", "Hz",  "kHz", "MHz", "km", "mph", "min", "mins",
    "deg", "rad", "kJ", "kW",  "kPa", "Pa",  "mol", "eV", "sec"};

inline constexpr std::pair<std::string_view, std::string_view> kSynonyms[] = {
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
    {"lnot", "neg"},
    {"implies", "Rightarrow"},
    {"Longrightarrow", "Rightarrow"},
    {"iff", "Leftrightarrow"},
    {"Longleftrightarrow", "Leftrightarrow"},
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

inline std::string_view Synonym(std::string_view name) {
  for (const auto& [from, to] : kSynonyms) {
    if (from == name) return to;
  }
  return name;
}

}  // namespace fuseo1
