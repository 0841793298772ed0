#include "io/safetensors_entry.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>

#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

std::string ShapeText(const TensorEntry& entry) {
  return fmt::format("[{}]", fmt::join(std::span(entry.extents).first(entry.rank), ", "));
}

// Bytes of a tensor: the product of its extents and its width in bits, in whole bytes.
Result<std::uint64_t> CheckedBytes(const TensorEntry& entry) {
  std::optional<std::uint64_t> bits = 1;
  for (std::size_t i = 0; bits && i < entry.rank; ++i) {
    bits = CheckedMul(*bits, entry.extents[i]);
  }
  const auto width = static_cast<std::uint64_t>(DTypeBits(entry.dtype));
  // Whole bytes are multiplied as bytes: 2^61 bytes are legal, though not as bits.
  if (bits && width % 8 == 0) {
    if (const auto bytes = CheckedMul(*bits, width / 8)) {
      return *bytes;
    }
  } else if (bits) {
    bits = CheckedMul(*bits, width);
    if (bits && *bits % 8 != 0) {
      return InputError(fmt::format("shape {} of {} ends inside a byte ({} bits)", ShapeText(entry),
                                    DTypeName(entry.dtype), *bits));
    }
    if (bits) {
      return *bits / 8;
    }
  }
  return InputError(fmt::format("shape {} of {} has more than 2^64 bytes", ShapeText(entry),
                                DTypeName(entry.dtype)));
}

class EntryReader {
 public:
  explicit EntryReader(JsonScanner* scanner) : scanner_(*scanner) {}

  Result<TensorEntry> Read() {
    FUSEO1_TRY_VOID(scanner_.Expect('{', "'{' of a tensor's entry"));
    const std::size_t start = scanner_.position() - 1;
    bool is_first = true;
    while (!scanner_.TakeIf('}')) {
      if (!is_first) {
        FUSEO1_TRY_VOID(scanner_.Expect(',', "',' or '}'"));
      }
      is_first = false;
      FUSEO1_TRY_VOID(ReadMember());
    }
    if (!has_dtype_ || !has_shape_ || !has_offsets_) {
      return scanner_.ErrorAt(start, fmt::format("{} is missing", !has_dtype_   ? "dtype"
                                                                  : !has_shape_ ? "shape"
                                                                                : "data_offsets"));
    }
    if (entry_.begin > entry_.end) {
      return scanner_.ErrorAt(start, fmt::format("data_offsets begin at {}, after their end at {}",
                                                 entry_.begin, entry_.end));
    }
    const auto bytes = CheckedBytes(entry_);
    if (!bytes.ok()) {
      return scanner_.ErrorAt(start, bytes.error().message());
    }
    if (*bytes != entry_.end - entry_.begin) {
      return scanner_.ErrorAt(
          start, fmt::format("shape {} of {} takes {} bytes, data_offsets {} to {} hold {}",
                             ShapeText(entry_), DTypeName(entry_.dtype), *bytes, entry_.begin,
                             entry_.end, entry_.end - entry_.begin));
    }
    return entry_;
  }

 private:
  Status ReadMember() {
    scanner_.Peek();
    const std::size_t position = scanner_.position();
    FUSEO1_TRY(const std::string key, scanner_.String("a key in quotes"));
    FUSEO1_TRY_VOID(scanner_.Expect(':', "':' after a key"));
    bool* const seen = key == "dtype"          ? &has_dtype_
                       : key == "shape"        ? &has_shape_
                       : key == "data_offsets" ? &has_offsets_
                                               : nullptr;
    if (seen == nullptr) {
      return scanner_.Skip(2);
    }
    if (*seen) {
      return scanner_.ErrorAt(position, fmt::format("{} a second time", key));
    }
    *seen = true;
    if (seen == &has_dtype_) {
      return ReadDType();
    }
    if (seen == &has_shape_) {
      return ReadShape();
    }
    FUSEO1_TRY_VOID(scanner_.Expect('[', "'[', two numbers as data_offsets"));
    FUSEO1_TRY(entry_.begin, scanner_.Unsigned("a whole number in data_offsets"));
    FUSEO1_TRY_VOID(scanner_.Expect(',', "',' between two data_offsets"));
    FUSEO1_TRY(entry_.end, scanner_.Unsigned("a whole number in data_offsets"));
    return scanner_.Expect(']', "']' after two data_offsets");
  }

  Status ReadShape() {
    FUSEO1_TRY_VOID(scanner_.Expect('[', "'[', a list as shape"));
    while (!scanner_.TakeIf(']')) {
      if (entry_.rank > 0) {
        FUSEO1_TRY_VOID(scanner_.Expect(',', "',' or ']' in shape"));
      }
      const std::size_t position = scanner_.position();
      FUSEO1_TRY(const std::uint64_t extent, scanner_.Unsigned("a whole number in shape"));
      if (entry_.rank == kMaxRank) {
        return scanner_.ErrorAt(position,
                                fmt::format("shape has more than {} dimensions", kMaxRank));
      }
      entry_.extents[entry_.rank++] = extent;
    }
    return {};
  }

  Status ReadDType() {
    scanner_.Peek();
    const std::size_t position = scanner_.position();
    FUSEO1_TRY(const std::string name, scanner_.String("a dtype in quotes"));
    const auto dtype = DTypeFromName(name);
    if (!dtype) {
      return scanner_.ErrorAt(position, fmt::format("unknown dtype {}, expected one of the "
                                                    "safetensors format such as BF16 or F32",
                                                    Quoted(name, 40)));
    }
    entry_.dtype = *dtype;
    return {};
  }

  JsonScanner& scanner_;
  TensorEntry entry_;
  bool has_dtype_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
};

}  // namespace

Result<TensorEntry> ReadEntry(JsonScanner* scanner) { return EntryReader(scanner).Read(); }

}  // namespace fuseo1
