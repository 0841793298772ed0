#include "io/safetensors_entry.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <span>
#include <string>

#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

struct Shape {
  std::array<std::uint64_t, kMaxRank> dims = {};
  std::size_t rank = 0;

  std::string Text() const {
    return fmt::format("[{}]", fmt::join(std::span(dims).first(rank), ", "));
  }
};

Result<Shape> ReadShape(JsonScanner* scanner) {
  Shape shape;
  FUSEO1_TRY_VOID(scanner->Expect('[', "'[', a list as shape"));
  while (!scanner->TakeIf(']')) {
    if (shape.rank > 0) {
      FUSEO1_TRY_VOID(scanner->Expect(',', "',' or ']' in shape"));
    }
    const std::size_t position = scanner->position();
    FUSEO1_TRY(const std::uint64_t dim, scanner->Unsigned("a whole number in shape"));
    if (shape.rank == kMaxRank) {
      return scanner->ErrorAt(position, fmt::format("shape has more than {} dimensions", kMaxRank));
    }
    shape.dims[shape.rank++] = dim;
  }
  return shape;
}

// Bytes of a tensor: the product of its dimensions and its width in bits, in whole bytes.
Result<std::uint64_t> BytesOf(const Shape& shape, DType dtype) {
  std::optional<std::uint64_t> bits = 1;
  for (std::size_t i = 0; bits && i < shape.rank; ++i) {
    bits = CheckedMul(*bits, shape.dims[i]);
  }
  const auto width = static_cast<std::uint64_t>(DTypeBits(dtype));
  // Whole bytes are multiplied as bytes: 2^61 bytes are legal, though not as bits.
  if (bits && width % 8 == 0) {
    if (const auto bytes = CheckedMul(*bits, width / 8)) {
      return *bytes;
    }
  } else if (bits) {
    bits = CheckedMul(*bits, width);
    if (bits && *bits % 8 != 0) {
      return InputError(fmt::format("shape {} of {} ends inside a byte ({} bits)", shape.Text(),
                                    DTypeName(dtype), *bits));
    }
    if (bits) {
      return *bits / 8;
    }
  }
  return InputError(
      fmt::format("shape {} of {} has more than 2^64 bytes", shape.Text(), DTypeName(dtype)));
}

class EntryReader {
 public:
  explicit EntryReader(JsonScanner* scanner) : scanner_(*scanner) {}

  Result<EntryRange> Read(std::vector<std::uint64_t>* shape) {
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
    if (range_.begin > range_.end) {
      return scanner_.ErrorAt(start, fmt::format("data_offsets begin at {}, after their end at {}",
                                                 range_.begin, range_.end));
    }
    auto bytes = BytesOf(shape_, range_.dtype);
    if (!bytes.ok()) {
      return scanner_.ErrorAt(start, bytes.error().message());
    }
    if (*bytes != range_.end - range_.begin) {
      return scanner_.ErrorAt(
          start, fmt::format("shape {} of {} takes {} bytes, data_offsets {} to {} hold {}",
                             shape_.Text(), DTypeName(range_.dtype), *bytes, range_.begin,
                             range_.end, range_.end - range_.begin));
    }
    if (shape != nullptr) {
      shape->assign(shape_.dims.begin(),
                    shape_.dims.begin() + static_cast<std::ptrdiff_t>(shape_.rank));
    }
    return range_;
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
      FUSEO1_TRY(shape_, ReadShape(&scanner_));
      return {};
    }
    FUSEO1_TRY_VOID(scanner_.Expect('[', "'[', two numbers as data_offsets"));
    FUSEO1_TRY(range_.begin, scanner_.Unsigned("a whole number in data_offsets"));
    FUSEO1_TRY_VOID(scanner_.Expect(',', "',' between two data_offsets"));
    FUSEO1_TRY(range_.end, scanner_.Unsigned("a whole number in data_offsets"));
    return scanner_.Expect(']', "']' after two data_offsets");
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
    range_.dtype = *dtype;
    return {};
  }

  JsonScanner& scanner_;
  EntryRange range_;
  Shape shape_;
  bool has_dtype_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
};

}  // namespace

Result<EntryRange> ReadEntry(JsonScanner* scanner, std::vector<std::uint64_t>* shape) {
  return EntryReader(scanner).Read(shape);
}

}  // namespace fuseo1
