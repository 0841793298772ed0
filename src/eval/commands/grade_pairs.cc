#include <fmt/format.h>

#include "base/json.h"
#include "base/json_any_text.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "eval/commands/grade_samples.h"
#include "eval/compat/equality.h"
#include "io/line_reader.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxPairLineBytes = 8 * kMiB;
constexpr std::size_t kBatchPairs = 4'096;
constexpr std::size_t kBatchBytes = 16 * kMiB;
constexpr std::int64_t kMaxReported = 8;

struct Pair {
  std::string line;
  std::uint64_t number = 0;
  bool is_too_long = false;
  std::string result;
  std::string problem;  // why the line is bad, "" where it is good
};

Result<std::string> Text(const Json& json, const char* key) {
  const Json* value = FindKey(json, key);
  if (value == nullptr || !value->is_string()) {
    return InputError(fmt::format("\"{}\" must be a text", key));
  }
  return value->get<std::string>();
}

Result<std::string> GradeLine(const Pair& pair, GraderKind grader) {
  if (pair.is_too_long) {
    return InputError(fmt::format("longer than {}", HumanBytes(kMaxPairLineBytes)));
  }
  FUSEO1_TRY(const Json json, ParseJsonOfAnyText(pair.line, {.max_bytes = kMaxPairLineBytes,
                                                             .max_depth = kMaxJsonDepth}));
  FUSEO1_TRY(const std::string gold, Text(json, "gold"));
  FUSEO1_TRY(const std::string prediction, Text(json, "pred"));
  bool equal = false;
  std::string rule;
  if (grader == GraderKind::kStrict) {
    const GradeResult result = GradeStrict(gold, prediction);
    equal = result.equal;
    rule = result.rule;
  } else {
    const PublishedVerdict verdict = GradePublishedPair(gold, prediction);
    equal = verdict.equal;
    rule = verdict.rule;
  }
  return DumpJson({{"equal", equal}, {"rule", rule}}, -1) + "\n";
}

void GradeOne(Pair& pair, GraderKind grader) {
  Result<std::string> line = GradeLine(pair, grader);
  if (line.ok()) {
    pair.result = std::move(line).value();
  } else {
    pair.problem = line.error().message();
    pair.result = "{\"equal\":false,\"rule\":\"bad line\"}\n";
  }
}

}  // namespace

Status RunGradePairs(const PairOptions& options, const CommandIo& io) {
  FUSEO1_TRY(const GraderKind grader, FindGrader(options.grader));
  FUSEO1_TRY(const FileInfo info, io.fs.Info(options.file));
  if (info.kind == FileKind::kMissing) {
    return UsageError(fmt::format("{}: no such file", Quoted(options.file)));
  }
  FUSEO1_TRY(LineReader reader, LineReader::Open(io.fs, options.file, kMaxPairLineBytes));
  std::int64_t bad = 0;
  for (bool more = true; more;) {
    std::vector<Pair> batch;
    std::size_t bytes = 0;
    TextLine line;
    while (batch.size() < kBatchPairs && bytes < kBatchBytes) {
      FUSEO1_TRY(more, reader.Next(line));
      if (!more) {
        break;
      }
      bytes += line.text.size();
      batch.push_back({std::string(line.text), line.number, line.is_too_long, "", ""});
    }
    ParallelFor(batch.size(), options.threads, [&](std::size_t i) { GradeOne(batch[i], grader); });
    if (io.stop != nullptr && io.stop->load()) {
      return Error(ErrorCode::kInterrupted, "grading stopped");
    }
    std::string text;
    for (const Pair& pair : batch) {
      text += pair.result;
      if (!pair.problem.empty() && ++bad <= kMaxReported) {
        LogWarning(
            fmt::format("{}: line {}: {}", Printable(options.file), pair.number, pair.problem));
      }
    }
    FUSEO1_TRY_VOID(io.out(text));
  }
  return bad == 0 ? Status()
                  : Status(InputError(
                        fmt::format("{}: {} lines are bad", Printable(options.file), bad)));
}

}  // namespace fuseo1
