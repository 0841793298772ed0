#include "eval/commands/sample_file.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "io/line_reader.h"

namespace fuseo1 {
namespace {

constexpr std::int64_t kMaxReported = 8;

Result<Sample> CheckedSample(
    const TextLine& line, const Dataset& data,
    std::unordered_map<std::string, std::unordered_set<std::int64_t>>& seen) {
  if (line.is_too_long) {
    return InputError(fmt::format("longer than {}", HumanBytes(kMaxSampleLineBytes)));
  }
  FUSEO1_TRY(Sample sample, ParseSampleLine(line.text));
  if (data.Find(sample.id) == nullptr) {
    return InputError(fmt::format("{} has no item {}", data.benchmark().name, Quoted(sample.id)));
  }
  if (!seen[sample.id].insert(sample.sample).second) {
    return InputError(fmt::format("a second answer for id {}, sample {}; the first one counts",
                                  Quoted(sample.id), sample.sample));
  }
  return sample;
}

}  // namespace

Result<SampleFileCounts> ReadSampleFile(FileSystem& fs, const std::string& path,
                                        const Dataset& data,
                                        const std::function<Status(Sample sample)>& visit) {
  FUSEO1_TRY(const FileInfo info, fs.Info(path));
  if (info.kind == FileKind::kMissing) {
    return UsageError(fmt::format("{}: no such file", Quoted(path)));
  }
  FUSEO1_TRY(LineReader reader, LineReader::Open(fs, path, kMaxSampleLineBytes));
  std::unordered_map<std::string, std::unordered_set<std::int64_t>> seen;
  SampleFileCounts counts;
  TextLine line;
  while (true) {
    FUSEO1_TRY(const bool more, reader.Next(line));
    if (!more) {
      return counts;
    }
    ++counts.lines;
    Result<Sample> sample = CheckedSample(line, data, seen);
    if (!sample.ok()) {
      const std::string what = fmt::format("line {}: {}", line.number, sample.error().message());
      if (counts.bad++ == 0) {
        counts.first_bad = what;
      }
      if (counts.bad <= kMaxReported) {
        LogWarning(fmt::format("{}: {}", Printable(path), what));
      }
      continue;
    }
    ++counts.good;
    if (data.Find(sample->id)->outside_window) {
      ++counts.outside_window;
      continue;
    }
    FUSEO1_TRY_VOID(visit(std::move(sample).value()));
  }
}

Status CheckBadLines(const std::string& path, const SampleFileCounts& counts, bool skip_bad_lines) {
  if (counts.bad == 0) {
    return counts.lines > 0 ? Status()
                            : Status(InputError(fmt::format("{}: no samples in it", Quoted(path))));
  }
  const std::string what = fmt::format("{}: {} of {} lines are bad; the first is {}",
                                       Printable(path), counts.bad, counts.lines, counts.first_bad);
  if (skip_bad_lines) {
    LogWarning(what + "; left out as asked");
    return {};
  }
  return InputError(what +
                    ". The others are graded, but no score is printed; --skip-bad-lines prints it");
}

}  // namespace fuseo1
