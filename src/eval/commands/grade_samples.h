// `fuseo1 grade BENCH SAMPLES.jsonl` and `fuseo1 grade pairs FILE`: verdicts and scores for stored
// answers.
#pragma once

#include <string>

#include "eval/commands/command_io.h"
#include "eval/grading/batch_grader.h"

namespace fuseo1 {

struct GradeOptions {
  std::string benchmark;
  std::string samples;   // "": with a run, the answers that it holds
  std::string data;      // "" for the Hub's cache
  std::string verdicts;  // "" for none
  std::string run;       // "" for none
  std::string grader = "strict";
  std::string comparator;  // "" for the grader's own
  double time_limit_s = 0;
  std::uint64_t memory_limit_bytes = 0;
  int threads = 0;
  bool skip_bad_lines = false;
  bool json = false;
};

// Errors: kUsage for options, kInput for damaged samples (after grading the rest) or data, and the
// rest.
Status RunGrade(const GradeOptions& options, const CommandIo& io);

struct PairOptions {
  std::string file;
  std::string grader = "strict";
  int threads = 0;
};

// One line {"equal": bool, "rule": str} for each line {"gold": str, "pred": str}, in order. A line
// that cannot be read is unequal with the rule "bad line", and the command ends with kInput.
Status RunGradePairs(const PairOptions& options, const CommandIo& io);

}  // namespace fuseo1
