// `fuseo1 eval`: asks an engine for what a run still lacks, grades it, prints the scores; `fuseo1
// eval list`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eval/commands/command_io.h"
#include "eval/grading/batch_grader.h"
#include "generate/generator.h"

namespace fuseo1 {

struct EvalOptions {
  std::vector<std::string> benchmarks;
  std::string run;
  std::vector<std::string> data;  // one for each benchmark, one for all, or none (the Hub's cache)
  std::string model;              // a name for the manifest and the prompt family
  std::string family;             // "" for the model's own
  std::string preset = "fuseo1";
  std::string grader = "strict";
  std::optional<std::int64_t> samples;    // a item; by default the preset's, or all that are stored
  std::optional<std::int64_t> max_items;  // the first items only
  std::optional<std::uint64_t> seed;      // by default the preset's
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> max_tokens;
  double time_limit_s = 0;
  std::uint64_t memory_limit_bytes = 0;
  int threads = 0;
  bool json = false;
};

// The same command goes on where it was interrupted: samples that the run has are not asked for
// again.
Status RunEval(const EvalOptions& options, Generator& engine, const CommandIo& io);

// Every benchmark with its size, licence, metric, sampling and source.
Status RunEvalList(bool json, const CommandIo& io);

}  // namespace fuseo1
