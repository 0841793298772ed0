#include "eval/data/dataset.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "eval/data/locate.h"
#include "eval/data/parquet.h"
#include "io/line_reader.h"

namespace fuseo1 {
namespace {

// A LiveCodeBench record holds its packed tests.
constexpr std::uint64_t kMaxRecordBytes = kMaxTestBlobBytes;
constexpr std::size_t kMaxProblems = 1'000'000;

Result<Json> ParseRecord(std::string_view text) {
  const JsonLimits limits{.max_bytes = kMaxRecordBytes, .max_depth = kMaxJsonDepth};
  Result<Json> record = ParseJson(text, limits);
  // MBPP+ was written by Python and holds one row with infinite arguments.
  if (!record.ok() && (Contains(text, "NaN") || Contains(text, "Infinity"))) {
    Result<Json> quoted = ParseJson(QuoteNonFiniteNumbers(text), limits);
    if (quoted.ok()) return quoted;
  }
  return record;
}

}  // namespace

const Problem* Dataset::Find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &problems_[found->second];
}

Status Dataset::Add(const Json& record, RecordPlace place) {
  FUSEO1_TRY(Problem problem, benchmark_->read(record, problems_.size()));
  problem.place = place;
  if (benchmark_->kind == AnswerKind::kMaths && Trim(problem.gold).empty()) {
    return InputError("the reference answer is empty: no answer could be right");
  }
  if (problems_.size() >= kMaxProblems) {
    return InputError(fmt::format("more than {} problems", kMaxProblems));
  }
  if (!by_id_.emplace(problem.id, problems_.size()).second) {
    return InputError(fmt::format("id {} stands in the data twice", Quoted(problem.id)));
  }
  problems_.push_back(std::move(problem));
  return {};
}

Status Dataset::ReadJsonLines(FileSystem& fs, const std::string& path) {
  FUSEO1_TRY(LineReader reader, LineReader::Open(fs, path, kMaxRecordBytes));
  TextLine line;
  while (true) {
    FUSEO1_TRY(const bool more, reader.Next(line));
    if (!more) {
      break;
    }
    const std::string where = fmt::format("{}: line {}", path, line.number);
    if (line.is_too_long) {
      return InputError(fmt::format("{}: longer than {}", where, HumanBytes(kMaxRecordBytes)));
    }
    Result<Json> record = ParseRecord(line.text);
    if (!record.ok()) {
      return std::move(record).TakeError().In(where);
    }
    Status added = Add(*record, {files_.size(), line.offset, line.bytes});
    if (!added.ok()) {
      return std::move(added).TakeError().In(where);
    }
  }
  hash_ += reader.Hash().Hex();
  FUSEO1_TRY(std::unique_ptr<File> file, fs.OpenRead(path));
  files_.push_back(std::move(file));
  return {};
}

Status Dataset::ReadParquet(FileSystem& fs, const std::string& path) {
  const bool keep = benchmark_->kind == AnswerKind::kCode;
  std::uint64_t row = 0;
  FUSEO1_TRY(const std::string hash, ReadParquetRows(fs, path, [&](const Json& record) -> Status {
               const std::size_t place = records_.size();
               if (keep) {
                 records_.push_back(DumpJson(record, -1));
               }
               Status added = Add(record, {files_.size(), place, 0});
               ++row;
               return added.ok() ? Status()
                                 : Status(std::move(added).TakeError().In(
                                       fmt::format("{}: row {}", path, row - 1)));
             }));
  hash_ += hash;
  files_.emplace_back();
  return {};
}

Result<Dataset> Dataset::Open(FileSystem& fs, const BenchmarkDef& benchmark,
                              const std::string& path) {
  Dataset dataset;
  dataset.benchmark_ = &benchmark;
  FUSEO1_TRY(dataset.paths_, LocateData(fs, benchmark, path));
  for (const std::string& file : dataset.paths_) {
    FUSEO1_TRY_VOID(EndsWith(file, ".parquet") ? dataset.ReadParquet(fs, file)
                                               : dataset.ReadJsonLines(fs, file));
  }
  if (dataset.problems_.empty()) {
    return InputError(fmt::format("{}: no problems in it", dataset.paths_.front()));
  }
  if (dataset.paths_.size() > 1) {
    dataset.hash_ = HashText(dataset.hash_).Hex();
  }
  return dataset;
}

Result<JudgeProblem> Dataset::ReadJudgeProblem(const Problem& problem) const {
  std::string text;
  if (problem.place.bytes == 0) {  // a Parquet row
    text = records_[problem.place.offset];
  } else {
    text.resize(static_cast<std::size_t>(problem.place.bytes));
    FUSEO1_TRY_VOID(files_[problem.place.file]->ReadAt(
        problem.place.offset, std::as_writable_bytes(std::span<char>(text.data(), text.size()))));
  }
  FUSEO1_TRY(const Json record, ParseRecord(text));
  Result<JudgeProblem> judge = benchmark_->judge(record);
  if (!judge.ok()) {
    return InputError(fmt::format("{}: {}: {}; the data is damaged: get the file again",
                                  paths_[problem.place.file], Quoted(problem.id),
                                  judge.error().message()));
  }
  judge->id = problem.id;
  return judge;
}

}  // namespace fuseo1
