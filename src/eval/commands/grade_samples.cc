#include "eval/commands/grade_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "eval/commands/line_file.h"
#include "eval/commands/metrics_json.h"
#include "eval/commands/run_setup.h"
#include "eval/commands/sample_file.h"
#include "eval/commands/ticker.h"
#include "eval/grading/grade_pass.h"

namespace fuseo1 {
namespace {

Result<GradeSettings> SettingsOf(const GradeOptions& options) {
  GradeSettings settings;
  FUSEO1_TRY(settings.grader, FindGrader(options.grader));
  if (!options.comparator.empty()) {
    settings.comparator = FindComparator(options.comparator);
    if (!settings.comparator) {
      return UsageError(fmt::format("no comparator {}: strict, lcb-2025 or lcb-fork",
                                    Quoted(options.comparator)));
    }
  }
  settings.time_limit_s = options.time_limit_s;
  settings.memory_limit_bytes = options.memory_limit_bytes;
  settings.threads = options.threads;
  return settings;
}

struct Outcome {
  SampleFileCounts counts;
  std::vector<GradedItem> items;
};

// Without a run: one pass over the file, only the metrics' view of each sample is kept.
Result<Outcome> GradeFile(const GradeOptions& options, const Dataset& data,
                          const GradeSettings& settings, LineFile& verdicts, const CommandIo& io) {
  Outcome outcome;
  for (const Problem& problem : data.problems()) {
    outcome.items.push_back({problem.id, problem.difficulty, problem.subject, {}});
  }
  std::vector<std::vector<std::pair<std::int64_t, GradedSample>>> numbered(outcome.items.size());
  BatchGrader grader(data, settings, DefaultOrders(data, 0));
  grader.WarnOfUnreadableGolds();
  Ticker ticker(io, std::string(data.benchmark().name), "answers graded");
  GradePass pass(data, grader, io.stop,
                 [&](const Sample& sample, const StoredVerdict& verdict) -> Status {
                   numbered[data.Find(sample.id)->row].emplace_back(sample.sample,
                                                                    MetricSample(sample, verdict));
                   ticker.Tick();
                   return verdicts.Write(verdict);
                 });
  FUSEO1_TRY(outcome.counts, ReadSampleFile(io.fs, options.samples, data, [&](Sample sample) {
               return pass.Add(std::move(sample));
             }));
  FUSEO1_TRY_VOID(pass.Finish());
  for (std::size_t i = 0; i < numbered.size(); ++i) {
    std::sort(numbered[i].begin(), numbered[i].end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [number, sample] : numbered[i]) {
      outcome.items[i].samples.push_back(std::move(sample));
    }
  }
  return outcome;
}

// A sample that the run has already must be the same one: the same command may run twice.
Status ImportSample(RunStore& store, const std::string& benchmark, const Sample& sample,
                    const std::map<std::string, std::set<std::int64_t>>& stored) {
  const auto item = stored.find(sample.id);
  if (item == stored.end() || item->second.count(sample.sample) == 0) {
    return store.AddSampleGrouped(benchmark, sample);
  }
  FUSEO1_TRY(const std::optional<Sample> old,
             store.FindSample(benchmark, sample.id, sample.sample));
  if (!old || old->response != sample.response) {
    return InputError(fmt::format(
        "{}: id {}, sample {} is stored with another answer and stays as it is; use another run",
        store.directory(), Quoted(sample.id), sample.sample));
  }
  return {};
}

Result<Outcome> GradeInRun(const GradeOptions& options, const Dataset& data,
                           const GradeSettings& settings, LineFile& verdicts, const CommandIo& io) {
  FUSEO1_TRY(const std::unique_ptr<RunStore> store, RunStore::OpenForWriting(io.fs, options.run));
  const std::string name(data.benchmark().name);
  FUSEO1_TRY(const std::vector<std::vector<std::size_t>> orders, StoredOrders(*store, data, 0));
  FUSEO1_TRY_VOID(PutBenchmark(*store, data, Json::object(), orders, io.version));
  FUSEO1_TRY(const auto stored, store->StoredSamples(name));
  Outcome outcome;
  if (!options.samples.empty()) {
    FUSEO1_TRY(outcome.counts,
               ReadSampleFile(io.fs, options.samples, data, [&](Sample sample) -> Status {
                 if (io.stop != nullptr && io.stop->load(std::memory_order_relaxed)) {
                   return Error(ErrorCode::kInterrupted, "stopped; the same command goes on");
                 }
                 return ImportSample(*store, name, sample, stored);
               }));
  }
  FUSEO1_TRY_VOID(store->Flush());
  FUSEO1_TRY_VOID(GradeRun(*store, data, settings, orders, io,
                           [&](const StoredVerdict& verdict) { return verdicts.Write(verdict); }));
  FUSEO1_TRY(outcome.items, store->LoadGraded(name, std::string(GraderName(settings.grader))));
  return outcome;
}

Status PrintScore(const GradeOptions& options, const Dataset& data, const GradeSettings& settings,
                  const Outcome& outcome, const CommandIo& io) {
  const BenchmarkDef& benchmark = data.benchmark();
  const MetricSet metrics =
      ComputeMetrics(outcome.items, {.votes = benchmark.kind != AnswerKind::kCode});
  if (!options.json) {
    std::string text = MetricsText(benchmark, metrics);
    if (outcome.counts.outside_window > 0) {
      text += fmt::format("  left out, outside the window: {} samples\n",
                          outcome.counts.outside_window);
    }
    return io.out(text);
  }
  Json json = {
      {"benchmark", benchmark.name},     {"grader", GraderName(settings.grader)},
      {"dataset_xxh3_128", data.hash()}, {"dataset_items", data.problems().size()},
      {"bad_lines", outcome.counts.bad}, {"outside_window_samples", outcome.counts.outside_window}};
  json.update(MetricsJson(metrics));
  return io.out(DumpJson(json) + "\n");
}

Status CheckPaths(const GradeOptions& options, const CommandIo& io) {
  if (options.verdicts.empty()) {
    return {};
  }
  FUSEO1_TRY(const std::string verdicts, io.fs.Resolve(options.verdicts));
  for (const std::string& input : {options.samples, options.data}) {
    if (input.empty()) {
      continue;
    }
    FUSEO1_TRY(const std::string resolved, io.fs.Resolve(input));
    if (resolved == verdicts) {
      return UsageError(fmt::format("--verdicts {} is also an input", Quoted(options.verdicts)));
    }
  }
  return {};
}

Status CheckSamples(const GradeOptions& options, const CommandIo& io) {
  if (!options.samples.empty()) {
    FUSEO1_TRY(const FileInfo samples, io.fs.Info(options.samples));
    return samples.kind != FileKind::kMissing
               ? Status()
               : Status(UsageError(fmt::format("{}: no such file", Quoted(options.samples))));
  }
  if (options.run.empty()) {
    return UsageError("SAMPLES is missing; without it --run DIR grades the answers of a run");
  }
  // A run that is not there must not come into being.
  FUSEO1_TRY(const std::unique_ptr<RunStore> run, RunStore::OpenForReading(io.fs, options.run));
  FUSEO1_TRY(const BenchmarkDef* const benchmark, FindBenchmark(options.benchmark));
  FUSEO1_TRY(const std::int64_t answers, run->CountSamples(std::string(benchmark->name)));
  return answers > 0 ? Status()
                     : Status(UsageError(fmt::format("{}: no answers to {} in it",
                                                     Quoted(options.run), benchmark->name)));
}

}  // namespace

Status RunGrade(const GradeOptions& options, const CommandIo& io) {
  FUSEO1_TRY(const BenchmarkDef* const benchmark, FindBenchmark(options.benchmark));
  FUSEO1_TRY(const GradeSettings settings, SettingsOf(options));
  FUSEO1_TRY_VOID(CheckPaths(options, io));
  FUSEO1_TRY_VOID(CheckSamples(options, io));
  FUSEO1_TRY(const Dataset data, Dataset::Open(io.fs, *benchmark, options.data));
  FUSEO1_TRY(LineFile verdicts, LineFile::Create(io.fs, options.verdicts));
  FUSEO1_TRY(const Outcome outcome, options.run.empty()
                                        ? GradeFile(options, data, settings, verdicts, io)
                                        : GradeInRun(options, data, settings, verdicts, io));
  FUSEO1_TRY_VOID(verdicts.Publish());
  if (!options.samples.empty()) {
    FUSEO1_TRY_VOID(CheckBadLines(options.samples, outcome.counts, options.skip_bad_lines));
  }
  return PrintScore(options, data, settings, outcome, io);
}

}  // namespace fuseo1
