// Code: programs are judged a batch at a time; problems with large tests are kept only while they
// are near.
#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "eval/grading/batch_grader.h"
#include "eval/judge/extract_code.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kPreparedBytes = 128 * kMiB;
constexpr double kTimeLimitSeconds = 6;

std::size_t BytesOf(const JudgeProblem& problem) {
  std::size_t bytes = problem.inputs_json.size() + problem.test_code.size() +
                      problem.reference_code.size() + problem.prefix.size();
  for (const JudgeTest& test : problem.tests) {
    bytes += test.input.size() + test.output.size();
  }
  for (const std::string& output : problem.reference_outputs) {
    bytes += output.size();
  }
  return bytes;
}

}  // namespace

JudgeOptions BatchGrader::MakeJudgeOptions() const {
  const bool published = settings_.grader == GraderKind::kFuseO1;
  JudgeOptions options;
  options.comparator =
      settings_.comparator.value_or(published ? Comparator::kLcbFork : Comparator::kStrict);
  options.time_limit_s = settings_.time_limit_s;
  if (options.time_limit_s <= 0) {
    const double own = published ? data_.benchmark().published_time_limit_s : 0;
    options.time_limit_s = own > 0 ? own : kTimeLimitSeconds;
  }
  if (settings_.memory_limit_bytes > 0) {
    options.policy.memory_limit_bytes = settings_.memory_limit_bytes;
  }
  options.workers = settings_.threads;
  return options;
}

std::string BatchGrader::JudgedWith() const {
  if (data_.benchmark().kind != AnswerKind::kCode) {
    return {};
  }
  const JudgeOptions options = MakeJudgeOptions();
  return fmt::format("{}, {} s, {} bytes{}", ComparatorName(options.comparator),
                     options.time_limit_s, options.policy.memory_limit_bytes,
                     options.policy.unsafe_no_sandbox ? ", not sandboxed" : "");
}

Result<std::shared_ptr<const JudgeProblem>> BatchGrader::PreparedProblem(const Problem& problem) {
  for (auto it = prepared_.begin(); it != prepared_.end(); ++it) {
    if ((*it)->id == problem.id) {
      prepared_.splice(prepared_.begin(), prepared_, it);
      return prepared_.front();
    }
  }
  FUSEO1_TRY(JudgeProblem read, data_.ReadJudgeProblem(problem));
  FUSEO1_TRY_VOID(PrepareProblem(read, MakeJudgeOptions()));
  auto shared = std::make_shared<const JudgeProblem>(std::move(read));
  prepared_.push_front(shared);
  prepared_bytes_ += BytesOf(*shared);
  while (prepared_bytes_ > kPreparedBytes && prepared_.size() > 1) {
    prepared_bytes_ -= BytesOf(*prepared_.back());
    prepared_.pop_back();
  }
  return shared;
}

Status BatchGrader::GradeCode(std::span<const Sample> samples, std::vector<GradedAnswer>& out,
                              const std::atomic<bool>* stop) {
  const JudgeOptions options = MakeJudgeOptions();
  for (std::size_t begin = 0; begin < samples.size();) {
    // As many samples as fit with their problems in memory.
    std::vector<std::shared_ptr<const JudgeProblem>> problems;
    std::vector<JudgeJob> jobs;
    std::size_t bytes = 0;
    std::size_t end = begin;
    for (; end < samples.size() && bytes <= kPreparedBytes; ++end) {
      FUSEO1_TRY(std::shared_ptr<const JudgeProblem> problem,
                 PreparedProblem(*data_.Find(samples[end].id)));
      if (problems.empty() || problems.back() != problem) {
        bytes += BytesOf(*problem);
      }
      problems.push_back(problem);
      jobs.push_back({problem.get(), options.comparator == Comparator::kLcbFork
                                         ? ExtractCodeLcb(samples[end].response)
                                         : ExtractCode(samples[end].response)});
    }
    FUSEO1_TRY_VOID(JudgeMany(
        jobs, options,
        [&](std::size_t job, SampleVerdict verdict) {
          GradedAnswer& answer = out[begin + job];
          answer.verdict = std::string(VerdictName(verdict.verdict));
          answer.correct = verdict.verdict == CodeVerdict::kAccepted;
          answer.reason =
              verdict.unsandboxed ? "[not sandboxed] " + verdict.reason : verdict.reason;
        },
        stop));
    begin = end;
  }
  return {};
}

}  // namespace fuseo1
