#include "eval/grading/batch_grader.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "eval/compat/choice_published.h"
#include "eval/compat/equality.h"
#include "eval/compat/extract.h"
#include "eval/extract/choice_answer.h"
#include "eval/grade/extract_answer.h"
#include "eval/prompts/render.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxAnswerBytes = 16 * kKiB;
constexpr std::size_t kMaxTextClassBytes = 80;

// The graded part: an answer stands at the end.
std::string_view GradedPart(std::string_view response) {
  if (response.size() <= kMaxCompletionBytes) {
    return response;
  }
  response.remove_prefix(response.size() - static_cast<std::size_t>(kMaxCompletionBytes));
  while (!response.empty() && (static_cast<unsigned char>(response.front()) & 0xC0U) == 0x80U) {
    response.remove_prefix(1);
  }
  return response;
}

// Votes are equal exactly when their texts are: a long text is as good as its hash.
std::string TextClass(std::string text) {
  return text.size() <= kMaxTextClassBytes ? text : "xxh3:" + HashText(text).Hex();
}

std::optional<double> PlainDecimal(std::string_view text) {
  text = Trim(text);
  while (!text.empty() && text.front() == '$') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == '$') {
    text.remove_suffix(1);
  }
  text = Trim(text);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

// The record's own absolute tolerance, where gold and answer are plain decimals.
bool WithinTolerance(const Problem& problem, std::string_view answer) {
  const std::optional<double> tolerance = PlainDecimal(problem.tolerance);
  const std::optional<double> gold = PlainDecimal(problem.gold);
  const std::optional<double> value = PlainDecimal(answer);
  return tolerance && gold && value && std::abs(*value - *gold) <= *tolerance * (1 + 1e-12);
}

GradedAnswer Unparsed(std::string reason) {
  GradedAnswer out;
  out.verdict = "unparsed";
  out.reason = std::move(reason);
  return out;
}

void SetCorrect(GradedAnswer& out, bool correct) {
  out.correct = correct;
  out.verdict = correct ? "correct" : "wrong";
}

}  // namespace

struct BatchGrader::MathsGold {
  ParsedAnswer strict;
  Runes published;
};

std::string_view GraderName(GraderKind grader) {
  return grader == GraderKind::kStrict ? "strict" : "fuseo1";
}

Result<GraderKind> FindGrader(std::string_view name) {
  if (name == "strict") {
    return GraderKind::kStrict;
  }
  if (name == "fuseo1") {
    return GraderKind::kFuseO1;
  }
  return UsageError(fmt::format("no grader {}: strict or fuseo1", Quoted(name)));
}

BatchGrader::BatchGrader(const Dataset& data, GradeSettings settings,
                         std::vector<std::vector<std::size_t>> orders)
    : data_(data), settings_(settings), orders_(std::move(orders)) {
  if (data.benchmark().kind == AnswerKind::kMaths) {
    golds_.resize(data.problems().size());
    ParallelFor(golds_.size(), settings_.threads, [&](std::size_t i) {
      const Problem& problem = data.problems()[i];
      golds_[i] = {ParsedAnswer(problem.gold),
                   PublishedGold(problem.published_gold, data.benchmark().gold_rule)};
    });
  }
}

BatchGrader::~BatchGrader() = default;

void BatchGrader::WarnOfUnreadableGolds() const {
  constexpr std::size_t kMaxSaid = 3;
  std::size_t count = 0;
  for (std::size_t i = 0; i < golds_.size() && settings_.grader == GraderKind::kStrict; ++i) {
    if (golds_[i].strict.valid() || ++count > kMaxSaid) continue;
    const Problem& problem = data_.problems()[i];
    LogWarning(
        fmt::format("{}: item {}: its reference answer {} cannot be read ({}): no answer "
                    "to it will be right",
                    data_.benchmark().name, Quoted(problem.id), Quoted(problem.gold, 80),
                    golds_[i].strict.rule()));
  }
  if (count > kMaxSaid) {
    LogWarning(
        fmt::format("{}: {} reference answers cannot be read", data_.benchmark().name, count));
  }
}

std::string BatchGrader::GoldText(const Problem& problem) const {
  switch (data_.benchmark().kind) {
    case AnswerKind::kMaths:
      return problem.gold;
    case AnswerKind::kChoice:
      return {CorrectLetter(data_.benchmark(), problem, orders_[problem.row])};
    case AnswerKind::kCode:
      return {};
  }
  return {};
}

GradedAnswer BatchGrader::GradeMaths(const Problem& problem, std::string_view response) const {
  const MathsGold& gold = golds_[problem.row];
  const Runes prediction =
      PublishedPrediction(RunesFromUtf8(response), gold.published, data_.benchmark().unit_step);
  GradedAnswer out;
  if (settings_.grader == GraderKind::kFuseO1) {
    const PublishedVerdict verdict = PublishedEqual(prediction, gold.published);
    out.answer = Utf8FromRunes(prediction);
    SetCorrect(out, verdict.equal);
    out.reason = std::string(verdict.rule);
  } else if (const std::optional<std::string> answer = ExtractAnswer(response);
             !answer || answer->empty()) {
    out = Unparsed("no balanced box and no anchored phrase");
  } else if (answer->size() > kMaxAnswerBytes) {
    out = Unparsed(fmt::format("the answer is longer than {}", HumanBytes(kMaxAnswerBytes)));
  } else {
    const GradeResult result = GradeStrict(gold.strict, ParsedAnswer(*answer));
    const bool near = !result.equal && WithinTolerance(problem, *answer);
    out.answer = *answer;
    SetCorrect(out, result.equal || near);
    out.reason = near ? "the record's tolerance" : std::string(result.rule);
  }
  out.text_class = TextClass(Utf8FromRunes(prediction));
  return out;
}

GradedAnswer BatchGrader::GradeChoice(const Problem& problem, std::string_view response) const {
  const std::vector<std::size_t>& order = orders_[problem.row];
  const std::string right(1, CorrectLetter(data_.benchmark(), problem, order));
  const std::optional<std::string> published =
      data_.benchmark().ten_options ? PublishedChoiceOfTen(response)
                                    : std::optional<std::string>(PublishedChoice(response));
  GradedAnswer out;
  if (settings_.grader == GraderKind::kFuseO1) {
    // Without a letter the extractor for four options gives the whole text, which may be one sign.
    const char last = data_.benchmark().ten_options ? 'J' : 'D';
    if (!published || published->size() != 1 || published->front() < 'A' ||
        published->front() > last) {
      out = Unparsed("no stand-alone letter");
    } else {
      out.answer = *published;
      SetCorrect(out, *published == right);
      out.reason = "published extractor";
    }
  } else {
    std::vector<std::string> shown;
    for (const std::size_t option : order) {
      shown.push_back(problem.options[option]);
    }
    const ChoiceAnswer choice = ExtractChoice(response, shown);
    if (choice.letter) {
      out.answer = std::string(1, *choice.letter);
      SetCorrect(out, *out.answer == right);
      out.reason = std::string(choice.rule);
    } else {
      out = Unparsed(std::string(choice.rule));
    }
  }
  out.text_class = TextClass(published.value_or(""));
  return out;
}

Result<std::vector<GradedAnswer>> BatchGrader::Grade(std::span<const Sample> samples,
                                                     const std::atomic<bool>* stop) {
  std::vector<GradedAnswer> out(samples.size());
  if (data_.benchmark().kind == AnswerKind::kCode) {
    FUSEO1_TRY_VOID(GradeCode(samples, out, stop));
  } else {
    ParallelFor(samples.size(), settings_.threads, [&](std::size_t i) {
      if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
        return;
      }
      const Problem& problem = *data_.Find(samples[i].id);
      const std::string_view response = GradedPart(samples[i].response);
      out[i] = data_.benchmark().kind == AnswerKind::kMaths ? GradeMaths(problem, response)
                                                            : GradeChoice(problem, response);
    });
  }
  if (stop != nullptr && stop->load()) {
    return Error(ErrorCode::kInterrupted, "grading stopped; the same command goes on");
  }
  return out;
}

int BatchGrader::ClassOf(const Problem& problem, const std::optional<std::string>& answer) {
  if (!answer || answer->empty() || data_.benchmark().kind == AnswerKind::kCode) {
    return -1;
  }
  if (data_.benchmark().kind == AnswerKind::kChoice) {
    return (*answer)[0] - 'A';
  }
  std::vector<Class>& classes = classes_[problem.id];
  const bool strict = settings_.grader == GraderKind::kStrict;
  Class fresh{*answer, strict ? ParsedAnswer(*answer) : ParsedAnswer()};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const bool same =
        classes[i].text == *answer ||
        (strict ? GradeStrict(classes[i].parsed, fresh.parsed).equal
                : PublishedEqual(RunesFromUtf8(*answer), RunesFromUtf8(classes[i].text)).equal);
    if (same) {
      return static_cast<int>(i);
    }
  }
  classes.push_back(std::move(fresh));
  return static_cast<int>(classes.size()) - 1;
}

}  // namespace fuseo1
