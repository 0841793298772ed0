// Samples to verdicts for one benchmark: extraction and equality for maths, letters for choices,
// the judge for code; strict or by the published rules. Batches are graded on several threads, the
// results stand in the batch's order. Make one for each data set; Grade is called from one thread
// at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "eval/data/dataset.h"
#include "eval/grade/grade.h"
#include "generate/sample.h"

namespace fuseo1 {

enum class GraderKind { kStrict, kFuseO1 };
std::string_view GraderName(GraderKind grader);  // "strict", "fuseo1"
Result<GraderKind> FindGrader(std::string_view name);

struct GradeSettings {
  GraderKind grader = GraderKind::kStrict;
  std::optional<Comparator> comparator;  // code; by default the grader's own
  double time_limit_s = 0;               // code; 0: 6 s, FuseO1's 18 s under its grader
  std::uint64_t memory_limit_bytes = 0;  // code; 0: the sandbox's own
  int threads = 0;                       // 0: one for each core
};

struct GradedAnswer {
  std::optional<std::string> answer;
  bool correct = false;
  std::string verdict;
  std::string reason;
  std::string text_class;  // what the published vote compares
};

class BatchGrader {
 public:
  // orders[i]: how the options of problem i were shown. The data set must outlive the grader.
  BatchGrader(const Dataset& data, GradeSettings settings,
              std::vector<std::vector<std::size_t>> orders);
  ~BatchGrader();

  // Every sample's id must be known. Errors: kInput for a problem whose tests do not decode,
  // kSystem where the sandbox is not whole, kInterrupted when `stop` is set.
  Result<std::vector<GradedAnswer>> Grade(std::span<const Sample> samples,
                                          const std::atomic<bool>* stop);

  // Puts an item's answer into its class of equal answers; new answers are compared with the first
  // of each class, in order. -1 without an answer.
  int ClassOf(const Problem& problem, const std::optional<std::string>& answer);

  // What a stored verdict on a program depends on beside the program: "lcb-2025, 6 s, 4294967296
  // bytes". Empty but for code.
  std::string JudgedWith() const;

  // Says which reference answers the strict grader cannot read: no answer to them can be right.
  void WarnOfUnreadableGolds() const;

  // The reference answer as reports show it.
  std::string GoldText(const Problem& problem) const;

 private:
  struct MathsGold;
  struct Class {
    std::string text;
    ParsedAnswer parsed;
  };

  GradedAnswer GradeMaths(const Problem& problem, std::string_view response) const;
  GradedAnswer GradeChoice(const Problem& problem, std::string_view response) const;
  Status GradeCode(std::span<const Sample> samples, std::vector<GradedAnswer>& out,
                   const std::atomic<bool>* stop);
  Result<std::shared_ptr<const JudgeProblem>> PreparedProblem(const Problem& problem);
  JudgeOptions MakeJudgeOptions() const;

  const Dataset& data_;
  GradeSettings settings_;
  std::vector<std::vector<std::size_t>> orders_;
  std::vector<MathsGold> golds_;
  std::unordered_map<std::string, std::vector<Class>> classes_;
  std::list<std::shared_ptr<const JudgeProblem>> prepared_;  // the last used first
  std::size_t prepared_bytes_ = 0;
};

// Threads that work is worth on this machine.
int WorkerThreads(int wanted);

// Calls work(i) for i in [0, count) on several threads, in no order; on this thread alone where no
// thread can be had.
void ParallelFor(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace fuseo1
