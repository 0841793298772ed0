#include "engine/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kMagic = "FUSEO1J1";
constexpr std::uint32_t kMaxPayloadBytes = 64 * kMiB;

// A frame: payload length, a check of that length, the payload, its checksum. The length has a
// check of its own so that damage to it is not taken for a torn tail. A frame is what one sync
// makes durable, so only the last one can be torn; frames are multiples of 8 bytes, so a head lies
// in one block of the disk and is there or is zeros.
constexpr std::uint64_t kFrameHeadBytes = 8;
constexpr std::uint64_t kFrameTailBytes = 8;
constexpr std::size_t kFrameAlign = 8;
// Records of one frame, about.
constexpr std::size_t kFrameBytes = kMiB;

void PutU32(std::string* out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

void PutU64(std::string* out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

void PutText(std::string* out, std::string_view text) {
  PutU32(out, static_cast<std::uint32_t>(text.size()));
  out->append(text);
}

// Reads what Put… wrote; every read checks what is left. A short payload sets ok to false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t Number(std::size_t width) {
    if (bytes_.size() < width) {
      ok = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[i])) << (8 * i);
    }
    bytes_.remove_prefix(width);
    return value;
  }
  std::uint32_t U32() { return static_cast<std::uint32_t>(Number(4)); }
  std::uint64_t U64() { return Number(8); }
  std::string Text() {
    const std::uint32_t size = U32();
    if (bytes_.size() < size) {
      ok = false;
      return {};
    }
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  bool AtEnd() const {  // but for the zeros that align the frame
    return bytes_.size() < kFrameAlign && bytes_.find_first_not_of('\0') == std::string_view::npos;
  }

  bool ok = true;

 private:
  std::string_view bytes_;
};

std::uint32_t LengthCheck(std::uint64_t offset, std::uint32_t length) {
  std::string text;
  PutU64(&text, offset);
  PutU32(&text, length);
  return static_cast<std::uint32_t>(HashText(text).low);
}

// The offset is hashed too: a record copied to another place does not pass.
std::uint64_t PayloadCheck(std::uint64_t offset, std::string_view payload) {
  std::string text;
  PutU64(&text, offset);
  text.append(payload);
  return HashText(text).low;
}

std::string Frame(std::uint64_t offset, std::string payload) {
  payload.resize((payload.size() + kFrameAlign - 1) / kFrameAlign * kFrameAlign, '\0');
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::string frame;
  frame.reserve(payload.size() + kFrameHeadBytes + kFrameTailBytes);
  PutU32(&frame, length);
  PutU32(&frame, LengthCheck(offset, length));
  frame.append(payload);
  PutU64(&frame, PayloadCheck(offset, payload));
  return frame;
}

enum class FrameState { kGood, kTorn, kDamaged };

// The frame at `offset` of the journal's bytes.
FrameState ReadFrame(std::string_view all, std::uint64_t offset, std::string_view* payload,
                     std::uint64_t* next) {
  const std::string_view rest = all.substr(offset);
  const std::string_view first = rest.substr(0, kFrameHeadBytes);
  if (first.size() < kFrameHeadBytes || first.find_first_not_of('\0') == std::string_view::npos) {
    return FrameState::kTorn;  // whatever other blocks of it the disk has kept
  }
  Reader head(rest);
  const std::uint32_t length = head.U32();
  const std::uint32_t check = head.U32();
  if (check != LengthCheck(offset, length) || length > kMaxPayloadBytes) {
    return FrameState::kDamaged;
  }
  if (rest.size() - kFrameHeadBytes < length + kFrameTailBytes) {
    return FrameState::kTorn;
  }
  *payload = rest.substr(kFrameHeadBytes, length);
  *next = offset + kFrameHeadBytes + length + kFrameTailBytes;
  Reader tail(rest.substr(kFrameHeadBytes + length));
  if (tail.U64() != PayloadCheck(offset, *payload)) {
    // Blocks of the last frame may be missing after a power loss. Before it, nothing may.
    return *next == all.size() ? FrameState::kTorn : FrameState::kDamaged;
  }
  return FrameState::kGood;
}

void Encode(const JournalRecord& record, std::string* out) {
  PutU32(out, record.job);
  PutU64(out, record.outcome.hash.high);
  PutU64(out, record.outcome.hash.low);
  for (const std::uint64_t count : {record.outcome.nan_in, record.outcome.inf_in,
                                    record.outcome.nan_out, record.outcome.inf_out}) {
    PutU64(out, count);
  }
  PutU32(out, static_cast<std::uint32_t>(record.outcome.notes.texts().size()));
  for (const std::string& note : record.outcome.notes.texts()) {
    PutText(out, note);
  }
}

// Appends the records of one frame.
bool Decode(std::string_view payload, std::uint32_t job_count,
            std::vector<JournalRecord>* records) {
  Reader in(payload);
  do {
    JournalRecord record;
    record.job = in.U32();
    record.outcome.hash.high = in.U64();
    record.outcome.hash.low = in.U64();
    record.outcome.nan_in = in.U64();
    record.outcome.inf_in = in.U64();
    record.outcome.nan_out = in.U64();
    record.outcome.inf_out = in.U64();
    std::vector<std::string> notes;
    for (std::uint32_t count = in.U32(); count > 0 && in.ok; --count) {
      notes.push_back(in.Text());
    }
    record.outcome.notes = Notes(std::move(notes));
    if (!in.ok || record.job >= job_count) {
      return false;
    }
    records->push_back(std::move(record));
  } while (!in.AtEnd());
  return true;
}

std::string JournalPath(const std::string& directory) {
  return directory + "/" + std::string(kJournalName);
}

Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

Error Damaged(const std::string& path, std::uint64_t offset) {
  return InputError(
      fmt::format("{}: the record at byte {} is damaged. Remove the output folder and merge again.",
                  path, offset));
}

// What differs between two lists of "fact: value" lines, at most a few.
std::string Difference(const std::vector<std::string>& before,
                       const std::vector<std::string>& now) {
  std::string text;
  int shown = 0;
  const std::set<std::string> old_lines(before.begin(), before.end());
  const std::set<std::string> new_lines(now.begin(), now.end());
  const auto show = [&](const char* label, const std::string& line) {
    if (++shown <= 6) {
      text += fmt::format("\n  {}: {}", label, Printable(line));
    }
  };
  for (const std::string& line : before) {
    if (!new_lines.contains(line)) {
      show("then", line);
    }
  }
  for (const std::string& line : now) {
    if (!old_lines.contains(line)) {
      show("now ", line);
    }
  }
  return text;
}

}  // namespace

Result<Journal> Journal::Create(FileSystem& fs, const std::string& directory,
                                const std::vector<std::string>& identity) {
  std::string payload;
  PutU32(&payload, static_cast<std::uint32_t>(identity.size()));
  for (const std::string& line : identity) {
    PutText(&payload, line);
  }
  std::string contents(kMagic);
  contents += Frame(kMagic.size(), payload);
  const std::string path = JournalPath(directory);
  FUSEO1_TRY_VOID(WriteFileDurably(fs, path, contents));
  FUSEO1_TRY(auto file, fs.OpenWrite(path));
  return Journal(std::move(file), contents.size());
}

Result<Journal> Journal::Open(FileSystem& fs, const std::string& directory,
                              const std::vector<std::string>& identity, std::uint32_t job_count,
                              std::vector<JournalRecord>* records) {
  const std::string path = JournalPath(directory);
  FUSEO1_TRY(const std::string all, ReadWholeFile(fs, path, kMaxJournalBytes));
  std::string_view payload;
  std::uint64_t offset = kMagic.size();
  std::uint64_t next = 0;
  // The header was published whole by a rename: it has no torn form.
  if (!all.starts_with(kMagic) || ReadFrame(all, offset, &payload, &next) != FrameState::kGood) {
    return Damaged(path, 0);
  }
  Reader in(payload);
  std::vector<std::string> recorded;
  for (std::uint32_t lines = in.U32(); lines > 0 && in.ok; --lines) {
    recorded.push_back(in.Text());
  }
  if (!in.ok || !in.AtEnd()) {
    return Damaged(path, offset);
  }
  if (recorded != identity) {
    return InputError(
        fmt::format("{}: an interrupted merge lies here, and what it was made of has changed "
                    "since. Restore it, "
                    "or remove the folder to begin anew.{}",
                    directory, Difference(recorded, identity)));
  }
  offset = next;
  while (offset < all.size()) {
    const FrameState state = ReadFrame(all, offset, &payload, &next);
    if (state == FrameState::kTorn) {
      break;
    }
    if (state == FrameState::kDamaged || !Decode(payload, job_count, records)) {
      return Damaged(path, offset);
    }
    offset = next;
  }
  FUSEO1_TRY(auto file, fs.OpenWrite(path));
  if (offset < all.size()) {
    // Durably, before anything is written there: what a disk keeps of the old tail must not come
    // behind a new frame.
    FUSEO1_TRY_VOID(file->Truncate(offset));
    FUSEO1_TRY_VOID(file->Sync());
  }
  return Journal(std::move(file), offset);
}

Status Journal::Append(std::span<const JournalRecord> records) {
  std::string payload;
  for (std::size_t i = 0; i < records.size(); ++i) {
    Encode(records[i], &payload);
    if (payload.size() >= kFrameBytes || i + 1 == records.size()) {
      const std::string frame = Frame(end_, std::move(payload));
      payload.clear();
      FUSEO1_TRY_VOID(file_->WriteAt(end_, AsBytes(frame)));
      FUSEO1_TRY_VOID(file_->Sync());
      end_ += frame.size();
    }
  }
  return {};
}

}  // namespace fuseo1
