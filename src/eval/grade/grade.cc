#include "eval/grade/grade.h"

#include <optional>
#include <utility>

#include "base/limits.h"
#include "eval/grade/strict/canonical_text.h"
#include "eval/grade/strict/compare.h"
#include "eval/grade/strict/lexer.h"
#include "eval/grade/strict/parser.h"

namespace fuseo1 {
namespace {

// Text that an answer to mathematics never holds, but an attack on a grader that evaluates would.
constexpr std::string_view kProgramMarks[] = {"__",      "import ",    "exec(",   "eval(",
                                              "lambda ", "os.",        "system(", "print(",
                                              "open(",   "subprocess", "def ",    "<script"};

bool HasProgramMark(std::string_view text) {
  for (const std::string_view mark : kProgramMarks) {
    for (std::size_t at = text.find(mark); at != std::string_view::npos;
         at = text.find(mark, at + 1)) {
      const char before = at == 0 ? ' ' : text[at - 1];
      const bool inside_word =
          (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') || before == '\\';
      if (!inside_word) return true;
    }
  }
  return false;
}

// A brace that never closes, or closes what never opened: the answer broke off.
bool IsCutOff(std::string_view text) {
  std::int64_t open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++open;
    } else if (text[i] == '}' && --open < 0) {
      return true;
    }
  }
  return open > 0;
}

// The longest answer that is read at all, and the longest prose that is compared.
constexpr std::size_t kMaxAnswerBytes = 64 * kKiB;
constexpr std::size_t kMaxTextBytes = 20'000;

std::optional<Tree> Read(const std::string& canonical, bool split_thousands, bool* had_thousands,
                         std::string_view* error) {
  Tokens tokens = Tokenise(canonical, split_thousands);
  *had_thousands = tokens.has_comma_thousands;
  if (!tokens.error.empty()) {
    *error = tokens.error;
    return std::nullopt;
  }
  Parser parser(std::move(tokens.list));
  Tree tree;
  if (!parser.ParseAnswer(&tree)) {
    *error = parser.error();
    return std::nullopt;
  }
  return tree;
}

}  // namespace

struct ParsedAnswer::Data {
  std::string_view rule;      // why the answer is invalid; empty where it is valid
  std::optional<Tree> tree;   // none: prose
  std::optional<Tree> split;  // with "1,000" read as two numbers, where that is possible
  std::string key;            // as prose
};

// Fills `data`; returns the rule that makes the answer invalid, or "".
std::string_view ParsedAnswer::Fill(std::string_view text, Data* data) {
  if (text.size() > kMaxAnswerBytes) return "too-long";
  std::string canonical;
  if (const std::string_view rule = CanonicalText(text, &canonical); !rule.empty()) return rule;
  data->key = TextKey(canonical);
  if (data->key.empty() && canonical.find('}') == std::string::npos) return "empty";
  if (IsCutOff(canonical)) return "cut-off";
  if (HasProgramMark(canonical)) return "program-text";
  if (data->key == "nan") return "undefined";
  bool thousands = false;
  std::string_view error;
  data->tree = Read(canonical, false, &thousands, &error);
  if (data->tree && thousands) {
    bool unused = false;
    std::string_view split_error;
    data->split = Read(canonical, true, &unused, &split_error);
  }
  if (data->tree) return {};
  if (error != "not-mathematics") return error;
  if (data->key.size() > kMaxTextBytes) return "too-long";
  return data->key.empty() ? "empty" : "";
}

ParsedAnswer::ParsedAnswer(std::string_view text) {
  auto data = std::make_shared<Data>();
  data->rule = Fill(text, data.get());
  data_ = std::move(data);
}

bool ParsedAnswer::valid() const { return data_ != nullptr && data_->rule.empty(); }

std::string_view ParsedAnswer::rule() const { return data_ == nullptr ? "empty" : data_->rule; }

GradeResult GradeStrict(const ParsedAnswer& gold, const ParsedAnswer& prediction) {
  if (!gold.valid()) return {false, gold.rule()};
  if (!prediction.valid()) return {false, prediction.rule()};
  const ParsedAnswer::Data& g = *gold.data_;
  const ParsedAnswer::Data& p = *prediction.data_;
  if (!g.tree || !p.tree) {
    if (g.key == p.key) return {true, "text"};
    return {false, g.tree || p.tree ? "different-kinds" : "different-text"};
  }
  std::int64_t budget = kGradeBudget;
  Decision d = CompareTrees(*g.tree, *p.tree, &budget);
  // "1,000" against the list 1, 000 apart: the list's writer tells which reading was meant.
  const auto is_list = [](const Tree& t) {
    return t.at(t.root).op == Op::kList || t.at(t.root).op == Op::kSet;
  };
  if (!d.equal() && g.split && !p.split && is_list(*p.tree)) {
    d = CompareTrees(*g.split, *p.tree, &budget);
  } else if (!d.equal() && p.split && !g.split && is_list(*g.tree)) {
    d = CompareTrees(*g.tree, *p.split, &budget);
  }
  return {d.equal(), d.rule.empty() ? "undecided" : d.rule};
}

GradeResult GradeStrict(std::string_view gold, std::string_view prediction) {
  return GradeStrict(ParsedAnswer(gold), ParsedAnswer(prediction));
}

}  // namespace fuseo1
