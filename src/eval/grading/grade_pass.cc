#include "eval/grading/grade_pass.h"

#include "base/limits.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kBatchSamples = 512;
constexpr std::size_t kBatchPrograms =
    32;  // programs may run for minutes: a kill loses few of them
constexpr std::size_t kBatchBytes = 32 * kMiB;

}  // namespace

GradePass::GradePass(const Dataset& data, BatchGrader& grader, const std::atomic<bool>* stop,
                     Sink sink)
    : data_(data), grader_(grader), stop_(stop), sink_(std::move(sink)) {}

Status GradePass::Add(Sample sample) {
  batch_bytes_ += sample.response.size();
  batch_.push_back(std::move(sample));
  const bool runs_programs = data_.benchmark().kind == AnswerKind::kCode;
  const std::size_t most = runs_programs ? kBatchPrograms : kBatchSamples;
  return batch_.size() >= most || batch_bytes_ >= kBatchBytes ? GradeBatch() : Status();
}

void GradePass::AddKnown(const StoredVerdict& verdict) {
  if (const Problem* problem = data_.Find(verdict.id)) {
    static_cast<void>(grader_.ClassOf(*problem, verdict.answer));
  }
}

Status GradePass::GradeBatch() {
  FUSEO1_TRY(const std::vector<GradedAnswer> graded, grader_.Grade(batch_, stop_));
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    const GradedAnswer& answer = graded[i];
    StoredVerdict verdict;
    verdict.id = batch_[i].id;
    verdict.sample = batch_[i].sample;
    verdict.answer = answer.answer;
    verdict.correct = answer.correct;
    verdict.verdict = answer.verdict;
    verdict.reason = answer.reason;
    verdict.text_class = answer.text_class;
    verdict.answer_class = grader_.ClassOf(*data_.Find(verdict.id), answer.answer);
    FUSEO1_TRY_VOID(sink_(batch_[i], verdict));
  }
  batch_.clear();
  batch_bytes_ = 0;
  return {};
}

Status GradePass::Finish() { return batch_.empty() ? Status() : GradeBatch(); }

GradedSample MetricSample(const Sample& sample, const StoredVerdict& verdict) {
  GradedSample out;
  out.correct = verdict.correct;
  out.unparsed = verdict.verdict == "unparsed";
  out.truncated = IsTruncated(sample.finish_reason);
  out.timeout = verdict.verdict == "TLE";
  out.answer_class = static_cast<int>(verdict.answer_class);
  out.text_class = verdict.text_class;
  out.completion_tokens = sample.completion_tokens;
  return out;
}

}  // namespace fuseo1
