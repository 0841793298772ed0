#include "eval/commands/run_setup.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "base/text.h"
#include "eval/commands/ticker.h"
#include "eval/grading/grade_pass.h"
#include "eval/prompts/render.h"

namespace fuseo1 {
namespace {

using Orders = std::vector<std::vector<std::size_t>>;

std::string OrderText(const std::vector<std::size_t>& order) {
  std::string text;
  for (const std::size_t option : order) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", option);
  }
  return text;
}

// A stored order, or nothing where it is no permutation of the options.
std::optional<std::vector<std::size_t>> ParseOrder(std::string_view text, std::size_t options) {
  std::vector<std::size_t> order;
  std::vector<bool> used(options, false);
  while (!text.empty()) {
    std::size_t option = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), option);
    if (read.ec != std::errc() || option >= options || used[option]) {
      return std::nullopt;
    }
    used[option] = true;
    order.push_back(option);
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    text.remove_prefix(text.empty() ? 0 : 1);
  }
  return order.size() == options ? std::optional(order) : std::nullopt;
}

Status CheckEntry(const RunStore& store, const Dataset& data, const Json& stored,
                  const Json& entry) {
  const std::string_view name = data.benchmark().name;
  const Json* hash = FindKey(stored, "dataset_xxh3_128");
  if (hash == nullptr || !hash->is_string() || hash->get<std::string>() != data.hash()) {
    return InputError(fmt::format(
        "{}/run.json: {} was run on data with hash {}, {} has {}; use the same data or another run",
        store.directory(), name,
        hash != nullptr && hash->is_string() ? Printable(hash->get<std::string>(), 40) : "unknown",
        Printable(data.paths().front()), data.hash()));
  }
  for (const auto& [key, value] : entry.items()) {
    const Json* old = FindKey(stored, key);
    if (old != nullptr && *old != value) {
      return InputError(fmt::format(
          "{}/run.json: {}: {} was {}, now it is {}; use the same settings or another run",
          store.directory(), name, key, Printable(DumpJson(*old, -1), 120),
          Printable(DumpJson(value, -1), 120)));
    }
  }
  return {};
}

// Verdicts on programs are kept for the settings that they were made with: others are dropped
// first, so that a run never holds a mixture.
Status KeepVerdictsOf(RunStore& store, const std::string& benchmark, const std::string& grader,
                      const std::string& judged_with) {
  Json manifest = store.manifest();
  Json& entry = manifest["benchmarks"][benchmark]["judged_with"];
  if (!entry.is_null() && !entry.is_object()) {
    return InputError(store.directory() + "/run.json: \"judged_with\" must be an object");
  }
  const Json* old = FindKey(entry, grader);
  if (old != nullptr && *old == Json(judged_with)) {
    return {};
  }
  FUSEO1_TRY_VOID(store.DropVerdicts(benchmark, grader));
  entry[grader] = judged_with;
  return store.SetManifest(manifest);
}

std::vector<StoredItem> ItemsOf(const Dataset& data, const Orders& orders,
                                const BatchGrader& grader) {
  std::vector<StoredItem> items;
  for (const Problem& problem : data.problems()) {
    if (problem.outside_window) {
      continue;
    }
    StoredItem item;
    item.id = problem.id;
    item.row = static_cast<std::int64_t>(problem.row);
    item.difficulty = problem.difficulty;
    item.subject = problem.subject;
    item.question = problem.question;
    item.gold = grader.GoldText(problem);
    item.option_order =
        data.benchmark().shuffles_options ? OrderText(orders[problem.row]) : std::string();
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

Orders DefaultOrders(const Dataset& data, std::uint64_t seed) {
  Orders orders;
  for (const Problem& problem : data.problems()) {
    orders.push_back(OptionOrder(data.benchmark(), problem, seed));
  }
  return orders;
}

Result<Orders> StoredOrders(RunStore& store, const Dataset& data, std::uint64_t seed) {
  Orders orders = DefaultOrders(data, seed);
  if (!data.benchmark().shuffles_options) {
    return orders;
  }
  FUSEO1_TRY(const std::vector<StoredItem> items, store.Items(std::string(data.benchmark().name)));
  for (const StoredItem& item : items) {
    const Problem* problem = data.Find(item.id);
    if (problem == nullptr || item.option_order.empty()) {
      continue;
    }
    const auto order = ParseOrder(item.option_order, problem->options.size());
    if (!order) {
      return InputError(fmt::format("{}: the stored option order of item {} is damaged",
                                    store.directory(), Quoted(item.id)));
    }
    orders[problem->row] = *order;
  }
  return orders;
}

Status PutBenchmark(RunStore& store, const Dataset& data, const Json& entry, const Orders& orders,
                    std::string_view version) {
  const std::string name(data.benchmark().name);
  Json manifest = store.manifest();
  if (const Json* benchmarks = FindKey(manifest, "benchmarks")) {
    if (!benchmarks->is_object()) {
      return InputError(store.directory() + "/run.json: \"benchmarks\" must be an object");
    }
  }
  const Json* stored = nullptr;
  if (const Json* benchmarks = FindKey(manifest, "benchmarks")) {
    stored = FindKey(*benchmarks, name.c_str());
  }
  if (stored != nullptr) {
    FUSEO1_TRY_VOID(CheckEntry(store, data, *stored, entry));
  }
  const BatchGrader grader(data, GradeSettings(), orders);
  FUSEO1_TRY_VOID(store.PutItems(name, ItemsOf(data, orders, grader)));
  if (manifest.empty()) {
    manifest = {{"format", kRunFormat}, {"fuseo1", version}};
  }
  Json& target = manifest["benchmarks"][name];
  target["dataset_xxh3_128"] = data.hash();
  target["dataset_items"] = data.problems().size();
  for (const auto& [key, value] : entry.items()) {
    target[key] = value;
  }
  return manifest == store.manifest() ? Status() : store.SetManifest(manifest);
}

Status GradeRun(RunStore& store, const Dataset& data, const GradeSettings& settings,
                const Orders& orders, const CommandIo& io,
                const std::function<Status(const StoredVerdict& verdict)>& seen) {
  const std::string name(data.benchmark().name);
  const std::string grader_name(GraderName(settings.grader));
  const bool keep = data.benchmark().kind == AnswerKind::kCode;
  BatchGrader grader(data, settings, orders);
  grader.WarnOfUnreadableGolds();
  std::map<std::pair<std::string, std::int64_t>, StoredVerdict> known;
  if (keep) {
    FUSEO1_TRY_VOID(KeepVerdictsOf(store, name, grader_name, grader.JudgedWith()));
    FUSEO1_TRY_VOID(store.ForEachGraded(name, grader_name, [&](const GradedRow& row) -> Status {
      if (row.verdict.verdict != "harness_error") {
        known.emplace(std::pair(row.verdict.id, row.verdict.sample), row.verdict);
      }
      return {};
    }));
  }
  Ticker ticker(io, name, "answers graded");
  // Verdicts of a batch are stored while the samples' cursor stands still: it reads one snapshot.
  GradePass pass(data, grader, io.stop, [&](const Sample&, const StoredVerdict& verdict) -> Status {
    FUSEO1_TRY_VOID(store.PutVerdictGrouped(name, grader_name, verdict));
    ticker.Tick();
    return seen(verdict);
  });
  const auto visit = [&](Sample sample) -> Status {
    const auto old = known.find({sample.id, sample.sample});
    if (old != known.end()) {
      FUSEO1_TRY_VOID(pass.Finish());  // keeps the samples' order
      return seen(old->second);
    }
    if (data.Find(sample.id) == nullptr) {
      return InputError(fmt::format("{}: the store has a sample of an item {} that the data lacks",
                                    store.directory(), Quoted(sample.id)));
    }
    return pass.Add(std::move(sample));
  };
  FUSEO1_TRY_VOID(store.ForEachSample(name, visit));
  FUSEO1_TRY_VOID(pass.Finish());
  return store.Flush();
}

}  // namespace fuseo1
