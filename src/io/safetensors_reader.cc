// One walk over the header text that checks every entry on its own and keeps 32 bytes of it beside
// its name, then two over the entries sorted: equal names, then gaps and overlaps. Memory stays
// below three times the text whatever it says.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <tuple>
#include <vector>

#include "base/file_guess.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/errno_error.h"
#include "io/json_scanner.h"
#include "io/safetensors.h"
#include "io/safetensors_entry.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::size_t kMinEntryBytes = 50;  // "":{"dtype":"U8","shape":[],"data_offsets":[0,0]}
constexpr std::string_view kMetadataKey = "__metadata__";

std::uint64_t LittleEndian(const std::array<std::byte, kLengthBytes>& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) {
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  }
  return value;
}

class HeaderReader {
 public:
  HeaderReader(const File& file, Interner& interner) : file_(file), interner_(interner) {}

  Result<SafetensorsHeader> Read() {
    FUSEO1_TRY_VOID(Load());
    FUSEO1_TRY_VOID(Check());
    FUSEO1_TRY_VOID(CheckNames());
    FUSEO1_TRY_VOID(CheckRanges());
    return std::move(header_);
  }

 private:
  JsonScanner ScannerAt(std::size_t position) const {
    return {json_, kMaxSafetensorsJsonDepth, kLengthBytes, position};
  }

  // "FILE: header …": damage of the text itself.
  Status Load() {
    FUSEO1_TRY(const FileInfo info, file_.Info());
    std::array<std::byte, kLengthBytes> length_bytes = {};
    if (info.bytes < kLengthBytes) {
      return InputError(
          fmt::format("expected a safetensors file of at least 8 bytes, found {} bytes. The "
                      "download may be incomplete: fetch it again.",
                      info.bytes));
    }
    FUSEO1_TRY_VOID(file_.ReadAt(0, length_bytes));
    const std::uint64_t length = LittleEndian(length_bytes);
    if (length > kMaxSafetensorsHeaderBytes || length > info.bytes - kLengthBytes || length < 2) {
      return NoHeader(info.bytes, length);
    }
    data_bytes_ = info.bytes - kLengthBytes - length;
    header_.header_bytes = kLengthBytes + length;
    text_.resize(static_cast<std::size_t>(header_.header_bytes));
    const auto bytes = std::as_writable_bytes(std::span(text_));
    std::memcpy(bytes.data(), length_bytes.data(), kLengthBytes);
    FUSEO1_TRY_VOID(file_.ReadAt(kLengthBytes, bytes.subspan(kLengthBytes)));
    header_.header_hash = HashBytes(bytes);
    json_ = std::string_view(text_).substr(kLengthBytes);
    if (!IsValidUtf8(json_)) {
      return InputError("the header (byte 8 on) is not UTF-8 text: the file is damaged");
    }
    return {};
  }

  // The length is none: what is this file?
  Status NoHeader(std::uint64_t file_bytes, std::uint64_t length) const {
    std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(file_bytes, kGuessBytes)),
                      ' ');
    FUSEO1_TRY_VOID(file_.ReadAt(0, std::as_writable_bytes(std::span(start))));
    if (const FileGuess guess = GuessFile(start); !guess.what.empty()) {
      return InputError(guess.Message("a safetensors file"));
    }
    if (LooksLikeText(start)) {
      return InputError(
          fmt::format("expected a safetensors file, found {}: {}. {}",
                      start.front() == '{' ? "plain JSON without the 8 length bytes" : "text",
                      Quoted(start, 60),
                      "The download failed or another file took its place: fetch it again."));
    }
    const std::string expected =
        length < 2 ? "at least 2, the bytes of {}"
        : length > kMaxSafetensorsHeaderBytes
            ? fmt::format("at most {}", kMaxSafetensorsHeaderBytes)
            : fmt::format("at most {}, the bytes left in the file", file_bytes - kLengthBytes);
    return InputError(fmt::format(
        "header length at byte 0: expected {}, found {}. The download may be incomplete or the "
        "file no safetensors file: fetch it again.",
        expected, length));
  }

  // Every entry on its own, its place kept.
  Status Check() {
    JsonScanner scanner = ScannerAt(0);
    FUSEO1_TRY_VOID(scanner.Expect('{', "'{', the start of the header"));
    // One brace opens each entry, and no entry is shorter than its three keys: room for exactly the
    // tensors that come, whatever else the braces are.
    const auto braces = static_cast<std::size_t>(std::count(json_.begin(), json_.end(), '{'));
    header_.tensors.reserve(std::min(braces, json_.size() / kMinEntryBytes));
    bool is_first = true;
    std::size_t metadata_position = 0;
    bool has_metadata = false;
    while (!scanner.TakeIf('}')) {
      if (!is_first) {
        FUSEO1_TRY_VOID(scanner.Expect(',', "',' or '}'"));
      }
      is_first = false;
      scanner.Peek();
      const std::size_t position = scanner.position();
      FUSEO1_TRY(const std::string name, scanner.String("a tensor name in quotes"));
      FUSEO1_TRY_VOID(scanner.Expect(':', "':' after a name"));
      if (name == kMetadataKey) {
        if (has_metadata) {
          return scanner.ErrorAt(position, fmt::format("__metadata__ a second time, first at byte "
                                                       "{}; names must differ",
                                                       kLengthBytes + metadata_position));
        }
        has_metadata = true;
        metadata_position = position;
        FUSEO1_TRY_VOID(ReadMetadata(&scanner));
        continue;
      }
      FUSEO1_TRY_VOID(CheckName(name, position));
      auto entry = ReadEntry(&scanner);
      if (!entry.ok()) {
        return std::move(entry).TakeError().In("tensor " + Quoted(name));
      }
      if (header_.tensors.size() >= kMaxTensorsPerCheckpoint) {
        return scanner.ErrorAt(position,
                               fmt::format("more than {} tensors", kMaxTensorsPerCheckpoint));
      }
      if (entry->end > data_bytes_) {
        return scanner.ErrorAt(
            position,
            fmt::format("tensor {}: data_offsets end at {}, the file has {} bytes of data. The "
                        "download may be incomplete: fetch it again.",
                        Quoted(name), entry->end, data_bytes_));
      }
      header_.tensors.push_back(
          {.name = interner_.Intern(name),
           .shape = interner_.Intern(std::span(entry->extents).first(entry->rank)),
           .offset = header_.header_bytes + entry->begin,
           .file = 0,
           .dtype = entry->dtype});
    }
    return scanner.AtEnd() ? Status() : scanner.Unexpected("only spaces after the header's '}'");
  }

  Status CheckName(const std::string& name, std::size_t position) const {
    std::string_view problem;
    if (name.size() > kMaxTensorNameBytes) {
      problem = "is longer than 1024 bytes";
    } else if (HasControlCharacters(name)) {
      problem = "holds a control character";
    } else {
      return {};
    }
    return ScannerAt(position).ErrorAt(position,
                                       fmt::format("tensor name {} {}", Quoted(name, 80), problem));
  }

  Status ReadMetadata(JsonScanner* scanner) {
    if (scanner->Peek() == 'n') {
      return scanner->Skip();  // null: the reference reader takes it for none
    }
    FUSEO1_TRY_VOID(scanner->Expect('{', "an object of strings as __metadata__"));
    bool is_first = true;
    while (!scanner->TakeIf('}')) {
      if (!is_first) {
        FUSEO1_TRY_VOID(scanner->Expect(',', "',' or '}' in __metadata__"));
      }
      is_first = false;
      scanner->Peek();
      const std::size_t position = scanner->position();
      FUSEO1_TRY(std::string key, scanner->String("a key of __metadata__ in quotes"));
      FUSEO1_TRY_VOID(scanner->Expect(':', "':' after a key of __metadata__"));
      FUSEO1_TRY(std::string value, scanner->String("a string as a value of __metadata__"));
      if (!header_.metadata.emplace(key, std::move(value)).second) {
        return scanner->ErrorAt(position,
                                fmt::format("__metadata__ has the key {} twice", Quoted(key)));
      }
    }
    return {};
  }

  // Equal names are one place of the interner. Of several, the first by bytes is told.
  Status CheckNames() {
    std::vector<Name> names;
    names.reserve(header_.tensors.size());
    for (const StoredTensor& tensor : header_.tensors) {
      names.push_back(tensor.name);
    }
    std::sort(names.begin(), names.end(),
              [](Name a, Name b) { return std::less<>()(a.place(), b.place()); });
    const Name* twice = nullptr;
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i - 1].place() == names[i].place() && (twice == nullptr || names[i] < *twice)) {
        twice = &names[i];
      }
    }
    if (twice == nullptr) {
      return {};
    }
    return InputError(
        fmt::format("tensor {} occurs twice in the header, at byte {}; names must differ",
                    Quoted(*twice), PlacesOf(*twice)));
  }

  // Where a name stands in the text, which is known to be good: once, or twice.
  std::string PlacesOf(std::string_view wanted) const {
    std::vector<std::size_t> places;
    JsonScanner scanner = ScannerAt(0);
    scanner.TakeIf('{');
    while (places.size() < 2 && !scanner.TakeIf('}')) {
      scanner.TakeIf(',');
      scanner.Peek();
      const std::size_t position = scanner.position();
      const auto name = scanner.String("a name");
      if (!name.ok() || !scanner.TakeIf(':') || !scanner.Skip(1).ok()) {
        break;
      }
      if (*name == wanted) {
        places.push_back(kLengthBytes + position);
      }
    }
    return fmt::format("{}", fmt::join(places, " and at byte "));
  }

  Status CheckRanges() {
    std::vector<StoredTensor>& tensors = header_.tensors;
    const auto order = [](const StoredTensor& a, const StoredTensor& b) {
      return std::tuple(a.offset, a.Bytes(), a.name.view()) <
             std::tuple(b.offset, b.Bytes(), b.name.view());
    };
    // Writers list tensors as they lie.
    if (!std::is_sorted(tensors.begin(), tensors.end(), order)) {
      std::sort(tensors.begin(), tensors.end(), order);
    }
    std::uint64_t expected = header_.header_bytes;
    for (const StoredTensor& tensor : tensors) {
      if (tensor.offset != expected) {
        return InputError(fmt::format(
            "tensor {} (header byte {}): data_offsets begin at {}, expected {} where the tensor "
            "before it ends: the file has {}",
            Quoted(tensor.name), PlacesOf(tensor.name), tensor.offset - header_.header_bytes,
            expected - header_.header_bytes,
            tensor.offset < expected ? "overlapping tensors" : "bytes of no tensor"));
      }
      expected += tensor.Bytes();
    }
    const std::uint64_t end = expected - header_.header_bytes;
    if (end != data_bytes_) {
      return InputError(
          fmt::format("the tensors end at byte {} of the data, the file has {}: {} bytes belong to "
                      "no tensor",
                      end, data_bytes_, data_bytes_ - end));
    }
    return {};
  }

  const File& file_;
  Interner& interner_;
  std::string text_;       // with the 8 length bytes
  std::string_view json_;  // without them
  std::uint64_t data_bytes_ = 0;
  SafetensorsHeader header_;
};

}  // namespace

Result<SafetensorsHeader> ReadSafetensorsHeader(const File& file, Interner& interner) {
  auto header = HeaderReader(file, interner).Read();
  if (header.ok() || header.error().code() != ErrorCode::kInput ||
      StartsWith(header.error().message(), ShownPath(file.path()))) {
    return header;
  }
  const std::string& words = header.error().message();
  return InputError(
      fmt::format("{}: {}{}", ShownPath(file.path()), words,
                  words.back() == '.' ? "" : ". The file is damaged: fetch it again."));
}

}  // namespace fuseo1
