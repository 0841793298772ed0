#include "eval/commands/export_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "eval/benchmark.h"
#include "eval/commands/line_file.h"
#include "eval/store/run_store.h"

namespace fuseo1 {
namespace {

struct Exporter {
  RunStore& store;
  const std::string& directory;
  const CommandIo& io;
  Json files = Json::array();

  Status CheckStop() const {
    return io.stop != nullptr && io.stop->load(std::memory_order_relaxed)
               ? Status(
                     Error(ErrorCode::kInterrupted, "stopped; files that are there are complete"))
               : Status();
  }

  Status Finish(LineFile& file, const std::string& path, std::int64_t lines) {
    FUSEO1_TRY_VOID(file.Publish());
    files.push_back({{"path", path}, {"lines", lines}});
    if (io.progress) {
      io.progress(fmt::format("{}: {} lines", Printable(path), lines));
    }
    return {};
  }

  std::string PathOf(const std::string& benchmark, const std::string& kind) const {
    return fmt::format("{}/{}.{}.jsonl", directory, benchmark, kind);
  }

  Status Samples(const std::string& benchmark) {
    const std::string path = PathOf(benchmark, "samples");
    FUSEO1_TRY(LineFile file, LineFile::Create(io.fs, path));
    std::int64_t lines = 0;
    const auto write = [&](const Sample& sample) -> Status {
      FUSEO1_TRY_VOID(CheckStop());
      ++lines;
      return file.WriteLine(SampleLine(sample));
    };
    FUSEO1_TRY_VOID(store.ForEachSample(benchmark, write));
    return Finish(file, path, lines);
  }

  Status Verdicts(const std::string& benchmark, const std::string& grader) {
    const std::string path = PathOf(benchmark, "verdicts." + grader);
    FUSEO1_TRY(LineFile file, LineFile::Create(io.fs, path));
    std::int64_t lines = 0;
    const auto write = [&](const GradedRow& row) -> Status {
      FUSEO1_TRY_VOID(CheckStop());
      ++lines;
      return file.Write(row.verdict);
    };
    FUSEO1_TRY_VOID(store.ForEachGraded(benchmark, grader, write));
    return Finish(file, path, lines);
  }

  // Stored as {"messages": …} or {"prompt": …}; the contract wants the id in front.
  Status Prompts(const std::string& benchmark) {
    FUSEO1_TRY(const std::vector<StoredItem> items, store.Items(benchmark));
    const std::string path = PathOf(benchmark, "prompts");
    FUSEO1_TRY(LineFile file, LineFile::Create(io.fs, path));
    std::int64_t lines = 0;
    for (const StoredItem& item : items) {
      FUSEO1_TRY(const std::string stored, store.Prompt(benchmark, item.id));
      if (stored.empty()) {
        continue;
      }
      Result<Json> prompt = ParseJson(stored);
      if (!prompt.ok() || !prompt->is_object()) {
        return InputError(fmt::format("{}: the stored prompt of item {} is damaged",
                                      store.directory(), Quoted(item.id)));
      }
      Json line = {{"id", item.id}};
      line.update(*prompt);
      ++lines;
      FUSEO1_TRY_VOID(file.WriteLine(DumpJson(line, -1)));
    }
    return lines == 0 ? Status() : Finish(file, path, lines);
  }
};

// A grader's name becomes part of a file's name.
bool IsPlainName(std::string_view name) {
  return !name.empty() && name.size() < 100 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
         });
}

Status CheckDirectory(FileSystem& fs, const std::string& run, const std::string& directory) {
  if (directory.empty()) {
    return UsageError("where do the files go? -o DIR");
  }
  FUSEO1_TRY(const FileInfo info, fs.Info(directory));
  if (info.kind != FileKind::kMissing && info.kind != FileKind::kDirectory) {
    return UsageError(fmt::format("-o {}: not a directory", Quoted(directory)));
  }
  FUSEO1_TRY(const std::string from, fs.Resolve(run));
  FUSEO1_TRY(const std::string to, fs.Resolve(directory));
  return from == to ? Status(UsageError(fmt::format("-o {} is the run", Quoted(directory))))
                    : Status();
}

}  // namespace

Status ShowRun(const std::string& run, bool json, const CommandIo& io) {
  FUSEO1_TRY(const std::unique_ptr<RunStore> store, RunStore::OpenForReading(io.fs, run));
  Json document = {{"run", run}, {"benchmarks", Json::object()}};
  std::string text;
  FUSEO1_TRY(const std::vector<std::string> names, store->Benchmarks());
  for (const std::string& name : names) {
    FUSEO1_TRY(const std::vector<StoredItem> items, store->Items(name));
    FUSEO1_TRY(const auto stored, store->StoredSamples(name));
    std::size_t answers = 0;
    for (const auto& [id, samples] : stored) {
      answers += samples.size();
    }
    text += fmt::format("{}: {} items, {} of them answered, {} answers\n", Printable(name, 60),
                        items.size(), stored.size(), answers);
    Json graders = Json::object();
    FUSEO1_TRY(const std::vector<std::string> grader_names, store->Graders(name));
    for (const std::string& grader : grader_names) {
      std::int64_t verdicts = 0;
      FUSEO1_TRY_VOID(store->ForEachGraded(name, grader, [&](const GradedRow&) {
        ++verdicts;
        return Status();
      }));
      graders[grader] = verdicts;
      text += fmt::format("  {} verdicts of the grader {}\n", verdicts, Printable(grader, 60));
    }
    document["benchmarks"][name] = {{"items", items.size()},
                                    {"answered_items", stored.size()},
                                    {"samples", answers},
                                    {"verdicts", std::move(graders)}};
  }
  document["manifest"] = store->manifest();
  return io.out(json ? DumpJson(document) + "\n" : text);
}

Status ExportRun(const std::string& run, const std::string& directory, const std::string& benchmark,
                 bool json, const CommandIo& io) {
  FUSEO1_TRY_VOID(CheckDirectory(io.fs, run, directory));
  FUSEO1_TRY(const std::unique_ptr<RunStore> store, RunStore::OpenForReading(io.fs, run));
  FUSEO1_TRY(std::vector<std::string> names, store->Benchmarks());
  if (!benchmark.empty()) {
    FUSEO1_TRY(const BenchmarkDef* const wanted, FindBenchmark(benchmark));
    std::erase_if(names, [&](const std::string& name) { return name != wanted->name; });
  }
  if (names.empty()) {
    return UsageError(fmt::format("{}: nothing to export", Quoted(run)));
  }
  FUSEO1_TRY_VOID(io.fs.MakeDirectories(directory));
  Exporter exporter{*store, directory, io};
  for (const std::string& name : names) {
    FUSEO1_TRY(const std::vector<std::string> graders, store->Graders(name));
    const bool plain = std::all_of(graders.begin(), graders.end(), IsPlainName);
    if (!plain || !IsPlainName(name)) {
      return InputError(
          fmt::format("{}: a benchmark or grader in it has a name that is none", Quoted(run)));
    }
    FUSEO1_TRY_VOID(exporter.Samples(name));
    for (const std::string& grader : graders) {
      FUSEO1_TRY_VOID(exporter.Verdicts(name, grader));
    }
    FUSEO1_TRY_VOID(exporter.Prompts(name));
  }
  return json ? io.out(DumpJson({{"run", run}, {"files", exporter.files}}) + "\n") : Status();
}

}  // namespace fuseo1
