#include "report/load_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxRuns = 26;  // marks are letters, and a table must stay readable

std::string LastPart(std::string_view path) {
  const std::size_t end = path.find_last_not_of('/');
  path = path.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string TextOf(const Json& object, std::string_view key) {
  const Json* value = FindKey(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

// The model of every benchmark of the run where they agree, else the directory's name.
std::string NameOf(const RunResult& run) {
  std::set<std::string> models;
  for (const BenchmarkResult& result : run.benchmarks) {
    models.insert(TextOf(result.settings, "model"));
  }
  return models.size() == 1 && !models.begin()->empty() ? *models.begin() : LastPart(run.directory);
}

void TellApart(std::vector<RunResult>& runs) {
  for (const RunResult& run : runs) {
    const auto same = std::count_if(runs.begin(), runs.end(),
                                    [&](const RunResult& r) { return r.name == run.name; });
    if (same > 1) {
      const std::string name = run.name;
      for (RunResult& other : runs) {
        other.name += other.name == name ? fmt::format(" ({})", other.directory) : "";
      }
    }
  }
}

void ShortenNames(std::vector<RunResult>& runs) {
  std::map<std::string, int> uses;
  for (const RunResult& run : runs) {
    ++uses[LastPart(run.name)];
  }
  for (RunResult& run : runs) {
    const std::string last = LastPart(run.name);
    run.short_name = last.empty() || uses[last] > 1 ? run.name : last;
  }
}

Result<std::string> ChooseGrader(const std::vector<std::string>& graders,
                                 const std::string& wanted) {
  const auto has = [&](std::string_view name) {
    return std::find(graders.begin(), graders.end(), name) != graders.end();
  };
  if (!wanted.empty()) {
    return has(wanted) ? wanted : std::string();
  }
  return graders.empty() ? std::string() : has("strict") ? std::string("strict") : graders.front();
}

const Json& SettingsOf(const Json& manifest, const std::string& benchmark) {
  static const Json kNone = Json::object();
  const Json* benchmarks = FindKey(manifest, "benchmarks");
  const Json* entry = benchmarks == nullptr ? nullptr : FindKey(*benchmarks, benchmark);
  return entry == nullptr || !entry->is_object() ? kNone : *entry;
}

void NoteGaps(const std::string& where, const BenchmarkResult& result,
              std::vector<std::string>& notes) {
  const auto empty = std::count_if(result.graded.begin(), result.graded.end(),
                                   [](const GradedItem& item) { return item.samples.empty(); });
  if (empty > 0) {
    notes.push_back(fmt::format("{}: {} of {} items have no graded answer and do not count", where,
                                empty, result.graded.size()));
  }
  const auto most = static_cast<std::size_t>(SamplesPerItem(result));
  const auto fewer = std::count_if(
      result.graded.begin(), result.graded.end(),
      [&](const GradedItem& item) { return !item.samples.empty() && item.samples.size() < most; });
  if (fewer > 0) {
    notes.push_back(fmt::format("{}: {} items have fewer than {} answers", where, fewer, most));
  }
  if (result.ungraded_samples > 0) {
    notes.push_back(
        fmt::format("{}: {} answers have no verdict of the {} grader yet and do not "
                    "count; grade the run again",
                    where, result.ungraded_samples, result.grader));
  }
}

Result<BenchmarkResult> LoadBenchmark(RunStore& store, const BenchmarkDef& benchmark,
                                      const std::string& grader, std::vector<std::string> graders) {
  const std::string name(benchmark.name);
  BenchmarkResult result;
  result.benchmark = &benchmark;
  result.grader = grader;
  std::erase(graders, grader);
  result.other_graders = std::move(graders);
  result.settings = SettingsOf(store.manifest(), name);
  result.dataset_hash = TextOf(result.settings, "dataset_xxh3_128");
  FUSEO1_TRY(result.items, store.Items(name));
  FUSEO1_TRY(result.graded, store.LoadGraded(name, grader));
  result.metrics = ComputeMetrics(result.graded, {.votes = benchmark.kind != AnswerKind::kCode});
  FUSEO1_TRY(const std::int64_t stored, store.CountSamples(name));
  result.ungraded_samples = stored - result.metrics.samples;
  return result;
}

Result<RunResult> LoadRun(RunStore& store, const LoadOptions& options,
                          const std::vector<const BenchmarkDef*>& wanted,
                          std::vector<std::string>& notes) {
  RunResult run;
  run.directory = store.directory();
  const std::string where = Printable(run.directory, 200);
  std::int64_t samples = 0;
  std::set<std::string> seen_graders;
  FUSEO1_TRY(const std::vector<std::string> names, store.Benchmarks());
  for (const std::string& name : names) {
    const Result<const BenchmarkDef*> benchmark = FindBenchmark(name);
    if (!benchmark.ok()) {
      notes.push_back(
          fmt::format("{}: this version does not know its benchmark {}", where, Quoted(name, 60)));
      continue;
    }
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), *benchmark) == wanted.end()) {
      continue;
    }
    FUSEO1_TRY(std::vector<std::string> graders, store.Graders(name));
    seen_graders.insert(graders.begin(), graders.end());
    FUSEO1_TRY(const std::string grader, ChooseGrader(graders, options.grader));
    if (grader.empty()) {
      FUSEO1_TRY(const std::int64_t count, store.CountSamples(name));
      samples += count;
      notes.push_back(
          fmt::format("{}: {} has {} answers without verdicts{}", where, (*benchmark)->title, count,
                      options.grader.empty() ? "" : " of the grader " + options.grader));
      continue;
    }
    FUSEO1_TRY(BenchmarkResult result, LoadBenchmark(store, **benchmark, grader, graders));
    NoteGaps(fmt::format("{}: {}", where, (*benchmark)->title), result, notes);
    run.benchmarks.push_back(std::move(result));
  }
  if (!run.benchmarks.empty()) {
    run.name = NameOf(run);
    return run;
  }
  if (!options.grader.empty() && !seen_graders.empty()) {
    return UsageError(fmt::format(
        "{}: no verdicts of the grader {}; it has those of {}. 'fuseo1 grade BENCH --run DIR "
        "--grader NAME' adds them",
        Quoted(run.directory), Quoted(options.grader, 40), fmt::join(seen_graders, ", ")));
  }
  if (samples > 0) {
    return UsageError(fmt::format(
        "{}: {} answers and no verdicts; 'fuseo1 grade BENCH --run DIR' grades what a run holds",
        Quoted(run.directory), samples));
  }
  return UsageError(fmt::format("{}: the run holds no answers{}", Quoted(run.directory),
                                wanted.empty() ? "" : " of the benchmarks that were asked for"));
}

Status CheckDirectories(FileSystem& fs, const LoadOptions& options) {
  if (options.directories.size() > kMaxRuns) {
    return UsageError(
        fmt::format("{} runs, at most {} fit a report", options.directories.size(), kMaxRuns));
  }
  if (!options.names.empty() && options.names.size() != options.directories.size()) {
    return UsageError(fmt::format("--name is given {} times for {} runs: once for each, or never",
                                  options.names.size(), options.directories.size()));
  }
  std::set<std::string> seen;
  for (const std::string& directory : options.directories) {
    FUSEO1_TRY(const std::string resolved, fs.Resolve(directory));
    if (!seen.insert(resolved).second) {
      return UsageError(fmt::format("the run {} is given twice", Quoted(directory)));
    }
  }
  return {};
}

}  // namespace

Result<LoadedRuns> LoadRuns(FileSystem& fs, const LoadOptions& options) {
  FUSEO1_TRY_VOID(CheckDirectories(fs, options));
  std::vector<const BenchmarkDef*> wanted;
  for (const std::string& name : options.benchmarks) {
    FUSEO1_TRY(const BenchmarkDef* const benchmark, FindBenchmark(name));
    wanted.push_back(benchmark);
  }
  LoadedRuns loaded;
  for (std::size_t i = 0; i < options.directories.size(); ++i) {
    FUSEO1_TRY(std::unique_ptr<RunStore> store,
               RunStore::OpenForReading(fs, options.directories[i]));
    FUSEO1_TRY(RunResult run, LoadRun(*store, options, wanted, loaded.notes));
    if (!options.names.empty()) {
      run.name = options.names[i];
    }
    run.letter = std::string(1, static_cast<char>('a' + i));
    loaded.runs.push_back(std::move(run));
    loaded.stores.push_back(std::move(store));
  }
  TellApart(loaded.runs);
  ShortenNames(loaded.runs);
  return loaded;
}

}  // namespace fuseo1
