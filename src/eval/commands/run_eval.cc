#include "eval/commands/run_eval.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "eval/commands/metrics_json.h"
#include "eval/commands/run_setup.h"
#include "eval/data/parquet.h"
#include "eval/prompts/render.h"

namespace fuseo1 {
namespace {

struct Plan {
  const BenchmarkDef* benchmark = nullptr;
  Preset preset = Preset::kFuseO1;
  ModelFamily family = ModelFamily::kR1;
  GradeSettings grading;
  Sampling sampling;
  std::uint64_t seed = 0;
};

Result<Plan> MakePlan(const EvalOptions& options, const std::string& name) {
  Plan plan;
  FUSEO1_TRY(plan.benchmark, FindBenchmark(name));
  FUSEO1_TRY(plan.preset, FindPreset(options.preset));
  plan.family = FamilyOfModel(options.model);
  if (!options.family.empty()) {
    FUSEO1_TRY(plan.family, FindFamily(options.family));
  }
  FUSEO1_TRY(plan.grading.grader, FindGrader(options.grader));
  plan.grading.time_limit_s = options.time_limit_s;
  if (options.time_limit_s <= 0 && options.preset == "fuseo1") {
    plan.grading.time_limit_s = plan.benchmark->published_time_limit_s;
  }
  plan.grading.memory_limit_bytes = options.memory_limit_bytes;
  plan.grading.threads = options.threads;
  plan.sampling = SamplingOf(*plan.benchmark, plan.preset, plan.family);
  plan.sampling.temperature = options.temperature.value_or(plan.sampling.temperature);
  plan.sampling.top_p = options.top_p.value_or(plan.sampling.top_p);
  plan.sampling.max_tokens = options.max_tokens.value_or(plan.sampling.max_tokens);
  plan.seed = options.seed.value_or(plan.benchmark->sampling.seed);
  return plan;
}

// What the answers depend on: a run goes on only with the same.
Json Entry(const Plan& plan, const EvalOptions& options, const Generator& engine) {
  return {{"model", options.model},
          {"engine", engine.Describe()},
          {"preset", PresetName(plan.preset)},
          {"prompt_family", FamilyName(plan.family)},
          {"seed", plan.seed},
          {"sampling",
           {{"temperature", plan.sampling.temperature},
            {"top_p", plan.sampling.top_p},
            {"top_k", plan.sampling.top_k},
            {"max_tokens", plan.sampling.max_tokens},
            {"stop", plan.sampling.stop},
            {"stop_token_ids", plan.sampling.stop_token_ids}}}};
}

Json PromptJson(const Prompt& prompt) {
  if (prompt.messages.empty()) {
    return {{"prompt", prompt.text}};
  }
  Json messages = Json::array();
  for (const ChatMessage& message : prompt.messages) {
    messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  return {{"messages", messages}};
}

std::vector<std::int64_t> WantedSamples(const EvalOptions& options, const Plan& plan,
                                        const Generator& engine, const std::string& id) {
  const auto available = engine.Available(id);
  if (available && !options.samples) {
    return *available;
  }
  std::vector<std::int64_t> wanted;
  const std::int64_t count = options.samples.value_or(plan.benchmark->sampling.samples);
  for (std::int64_t i = 0; i < count; ++i) {
    if (!available || std::binary_search(available->begin(), available->end(), i)) {
      wanted.push_back(i);
    }
  }
  return wanted;
}

// The requests for what the run lacks, in chunks of items so that prompts are not all in memory at
// once.
Status Generate(RunStore& store, const Dataset& data, const Plan& plan, const EvalOptions& options,
                const std::vector<std::vector<std::size_t>>& orders, Generator& engine,
                const CommandIo& io) {
  constexpr std::size_t kItemsAtOnce = 1'024;
  const std::string name(plan.benchmark->name);
  FUSEO1_TRY(const auto stored, store.StoredSamples(name));
  std::vector<GenerateRequest> requests;
  std::int64_t asked = 0;
  std::int64_t answered = 0;
  const auto ask = [&]() -> Status {
    FUSEO1_TRY_VOID(store.Flush());
    const Status generated =
        engine.Generate(requests, plan.sampling, io.stop, [&](Sample sample) -> Status {
          FUSEO1_TRY_VOID(store.AddSample(name, sample));
          if (++answered % 100 == 0 && io.progress) {
            io.progress(fmt::format("{}: {} answers", name, answered));
          }
          return {};
        });
    requests.clear();
    return generated;
  };
  std::int64_t items = 0;
  for (const Problem& problem : data.problems()) {
    if (problem.outside_window || (options.max_items && items >= *options.max_items)) {
      continue;
    }
    ++items;
    GenerateRequest request;
    request.id = problem.id;
    const auto have = stored.find(problem.id);
    for (const std::int64_t sample : WantedSamples(options, plan, engine, problem.id)) {
      if (have == stored.end() || have->second.count(sample) == 0) {
        request.samples.push_back({sample, SampleSeed(plan.seed, name, problem.id, sample)});
      }
    }
    if (request.samples.empty()) {
      continue;
    }
    asked += static_cast<std::int64_t>(request.samples.size());
    request.prompt =
        RenderPrompt(*plan.benchmark, problem, plan.preset, plan.family, orders[problem.row]);
    FUSEO1_TRY_VOID(store.PutPrompt(name, problem.id, DumpJson(PromptJson(request.prompt), -1)));
    requests.push_back(std::move(request));
    if (requests.size() >= kItemsAtOnce) {
      FUSEO1_TRY_VOID(ask());
    }
  }
  FUSEO1_TRY_VOID(ask());
  if (answered < asked) {
    LogWarning(fmt::format("{}: the engine gave {} of {} answers", name, answered, asked));
  }
  return {};
}

Result<Json> EvalOne(RunStore& store, const Dataset& data, const Plan& plan,
                     const EvalOptions& options, Generator& engine, const CommandIo& io) {
  FUSEO1_TRY(const std::vector<std::vector<std::size_t>> orders,
             StoredOrders(store, data, options.seed.value_or(0)));
  FUSEO1_TRY_VOID(PutBenchmark(store, data, Entry(plan, options, engine), orders, io.version));
  FUSEO1_TRY_VOID(Generate(store, data, plan, options, orders, engine, io));
  FUSEO1_TRY_VOID(GradeRun(store, data, plan.grading, orders, io,
                           [](const StoredVerdict&) { return Status(); }));
  const std::string grader(GraderName(plan.grading.grader));
  FUSEO1_TRY(const std::vector<GradedItem> items,
             store.LoadGraded(std::string(plan.benchmark->name), grader));
  const MetricSet metrics =
      ComputeMetrics(items, {.votes = plan.benchmark->kind != AnswerKind::kCode});
  if (!options.json) {
    FUSEO1_TRY_VOID(io.out(MetricsText(*plan.benchmark, metrics)));
  }
  Json json = {{"grader", grader}, {"dataset_xxh3_128", data.hash()}};
  json.update(MetricsJson(metrics));
  return json;
}

Result<std::string> DataPath(const EvalOptions& options, std::size_t index, FileSystem& fs,
                             std::string_view name) {
  if (options.data.empty()) {
    return std::string();
  }
  if (options.data.size() > 1) {
    return options.data[index];
  }
  // One path for all: a folder may hold a folder or a file for each.
  for (const char* suffix : {"", ".jsonl", ".parquet"}) {
    const std::string path = options.data[0] + "/" + std::string(name) + suffix;
    FUSEO1_TRY(const FileInfo info, fs.Info(path));
    if (info.kind == FileKind::kRegular || info.kind == FileKind::kDirectory) {
      return path;
    }
  }
  return options.data[0];
}

}  // namespace

Status RunEval(const EvalOptions& options, Generator& engine, const CommandIo& io) {
  if (options.benchmarks.empty()) {
    return UsageError("no benchmark given; `fuseo1 eval list` shows them");
  }
  if (options.data.size() > 1 && options.data.size() != options.benchmarks.size()) {
    return UsageError(
        fmt::format("--data is given {} times for {} benchmarks: once, or once for each",
                    options.data.size(), options.benchmarks.size()));
  }
  // Everything is read and checked before the first question is asked.
  std::vector<Plan> plans;
  std::vector<Dataset> sets;
  for (std::size_t i = 0; i < options.benchmarks.size(); ++i) {
    FUSEO1_TRY(Plan plan, MakePlan(options, options.benchmarks[i]));
    FUSEO1_TRY(const std::string path, DataPath(options, i, io.fs, plan.benchmark->name));
    FUSEO1_TRY(Dataset data, Dataset::Open(io.fs, *plan.benchmark, path));
    plans.push_back(std::move(plan));
    sets.push_back(std::move(data));
  }
  FUSEO1_TRY(const std::unique_ptr<RunStore> store, RunStore::OpenForWriting(io.fs, options.run));
  Json document = {{"run", options.run}, {"model", options.model}, {"benchmarks", Json::object()}};
  for (std::size_t i = 0; i < plans.size(); ++i) {
    FUSEO1_TRY(Json json, EvalOne(*store, sets[i], plans[i], options, engine, io));
    document["benchmarks"][std::string(plans[i].benchmark->name)] = std::move(json);
  }
  return options.json ? io.out(DumpJson(document) + "\n") : Status();
}

Status RunEvalList(bool json, const CommandIo& io) {
  Json list = Json::array();
  std::string text;
  for (const BenchmarkDef* b : Benchmarks()) {
    list.push_back({{"name", b->name},
                    {"title", b->title},
                    {"items", b->items},
                    {"metric", b->metric},
                    {"licence", b->licence},
                    {"source", b->source},
                    {"run_by_fuseo1", b->run_by_fuseo1},
                    {"samples", b->sampling.samples},
                    {"temperature", b->sampling.temperature},
                    {"top_p", b->sampling.top_p},
                    {"max_tokens", b->sampling.max_tokens},
                    {"seed", b->sampling.seed}});
    text +=
        fmt::format("{:<15} {:>6} items  {:<16} n={:<3} T={} top_p={}  {}\n{:<15} licence: {}\n",
                    b->name, b->items, b->metric, b->sampling.samples, b->sampling.temperature,
                    b->sampling.top_p, b->source, "", b->licence);
  }
  text += HasParquet() ? "" : "Parquet: not in this build (needs the pinned pyarrow)\n";
  return io.out(json ? DumpJson(list) + "\n" : text);
}

}  // namespace fuseo1
