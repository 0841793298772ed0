#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "generate/stored_answers.h"
#include "io/line_reader.h"

namespace fuseo1 {
namespace {

struct Place {
  std::size_t file = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

class Replay : public Generator {
 public:
  Status Read(FileSystem& fs, const std::vector<std::string>& paths, bool skip_bad_lines) {
    for (const std::string& path : paths) {
      FUSEO1_TRY_VOID(ReadOne(fs, path, skip_bad_lines));
    }
    return {};
  }

  Json Describe() const override {
    Json files = Json::array();
    for (const std::string& hash : hashes_) {
      files.push_back(hash);
    }
    return {{"name", "replay"}, {"samples", count_}, {"files_xxh3_128", files}};
  }

  std::optional<std::vector<std::int64_t>> Available(const std::string& id) const override {
    std::vector<std::int64_t> numbers;
    if (const auto item = places_.find(id); item != places_.end()) {
      for (const auto& [number, place] : item->second) {
        numbers.push_back(number);
      }
    }
    return numbers;
  }

  Status Generate(std::span<const GenerateRequest> requests, const Sampling& /*sampling*/,
                  const std::atomic<bool>* stop, const SampleSink& sink) override {
    for (const GenerateRequest& request : requests) {
      const auto item = places_.find(request.id);
      for (const GenerateRequest::Wanted& wanted : request.samples) {
        if (stop != nullptr && stop->load()) {
          return Error(ErrorCode::kInterrupted, "stopped; the same command goes on");
        }
        if (item == places_.end() || item->second.count(wanted.sample) == 0) {
          continue;  // Available said so
        }
        FUSEO1_TRY(Sample sample, ReadAt(item->second.at(wanted.sample)));
        FUSEO1_TRY_VOID(sink(std::move(sample)));
      }
    }
    return {};
  }

 private:
  Status ReadOne(FileSystem& fs, const std::string& path, bool skip_bad_lines) {
    FUSEO1_TRY(LineReader reader, LineReader::Open(fs, path, kMaxSampleLineBytes));
    FUSEO1_TRY(std::unique_ptr<File> file, fs.OpenRead(path));
    TextLine line;
    std::int64_t bad = 0;
    while (true) {
      FUSEO1_TRY(const bool more, reader.Next(line));
      if (!more) {
        break;
      }
      const Status added = Add(line);
      if (!added.ok() && !skip_bad_lines) {
        return Error(added.error()).In(fmt::format("{}: line {}", path, line.number));
      }
      bad += added.ok() ? 0 : 1;
    }
    if (bad > 0) {
      LogWarning(fmt::format("{}: {} bad lines left out", path, bad));
    }
    hashes_.push_back(reader.Hash().Hex());
    files_.push_back(std::move(file));
    return {};
  }

  Status Add(const TextLine& line) {
    if (line.is_too_long) {
      return InputError(fmt::format("longer than {}", HumanBytes(kMaxSampleLineBytes)));
    }
    FUSEO1_TRY(const Sample sample, ParseSampleLine(line.text));
    const Place place{files_.size(), line.offset, line.bytes};
    if (!places_[sample.id].emplace(sample.sample, place).second) {
      return InputError(
          fmt::format("a second answer for id {}, sample {}", Quoted(sample.id), sample.sample));
    }
    ++count_;
    return {};
  }

  Result<Sample> ReadAt(const Place& place) const {
    std::string text(static_cast<std::size_t>(place.bytes), '\0');
    FUSEO1_TRY_VOID(files_[place.file]->ReadAt(
        place.offset, std::as_writable_bytes(std::span<char>(text.data(), text.size()))));
    return ParseSampleLine(text);
  }

  std::vector<std::unique_ptr<File>> files_;
  std::vector<std::string> hashes_;
  std::map<std::string, std::map<std::int64_t, Place>> places_;
  std::int64_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<Generator>> OpenReplay(FileSystem& fs, const std::vector<std::string>& paths,
                                              bool skip_bad_lines) {
  auto replay = std::make_unique<Replay>();
  FUSEO1_TRY_VOID(replay->Read(fs, paths, skip_bad_lines));
  return std::unique_ptr<Generator>(std::move(replay));
}

}  // namespace fuseo1
