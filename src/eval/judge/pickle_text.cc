#include "eval/judge/pickle_text.h"

#include <cstdint>
#include <string>

#include "base/text.h"

namespace fuseo1 {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t offset() const { return at_; }
  bool Done() const { return at_ == bytes_.size(); }

  bool TakeOpcode(unsigned char opcode) {
    if (Done() || static_cast<unsigned char>(bytes_[at_]) != opcode) return false;
    ++at_;
    return true;
  }
  bool TakeNumber(std::size_t width, std::uint64_t& value) {
    if (bytes_.size() - at_ < width) return false;
    value = 0;
    for (std::size_t i = width; i > 0; --i)
      value = value << 8 | static_cast<unsigned char>(bytes_[at_ + i - 1]);
    at_ += width;
    return true;
  }
  bool TakeText(std::uint64_t size, std::string_view& text) {
    if (bytes_.size() - at_ < size) return false;
    text = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return true;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::string_view> ReadPickledText(std::string_view bytes) {
  Reader reader(bytes);
  std::uint64_t number = 0;
  const auto bad = [&](const char* expected) {
    return InputError("pickled tests: expected " + std::string(expected) + " at byte " +
                      std::to_string(reader.offset()) + " of " + std::to_string(bytes.size()));
  };
  if (!reader.TakeOpcode(0x80) || !reader.TakeNumber(1, number) || number < 2 || number > 5)
    return bad("protocol 2 to 5");
  if (reader.TakeOpcode(0x95)) {
    if (!reader.TakeNumber(8, number) || number > bytes.size() - reader.offset())
      return bad("a frame's length");
  }
  std::size_t width = 0;
  if (reader.TakeOpcode(0x8c)) {
    width = 1;
  } else if (reader.TakeOpcode('X')) {
    width = 4;
  } else if (reader.TakeOpcode(0x8d)) {
    width = 8;
  } else {
    return bad("one string (nothing else is read)");
  }
  std::string_view text;
  if (!reader.TakeNumber(width, number) || !reader.TakeText(number, text))
    return bad("the whole string");
  if (reader.TakeOpcode('q')) {
    if (!reader.TakeNumber(1, number)) return bad("a memo index");
  } else if (reader.TakeOpcode('r')) {
    if (!reader.TakeNumber(4, number)) return bad("a memo index");
  } else {
    reader.TakeOpcode(0x94);
  }
  if (!reader.TakeOpcode('.') || !reader.Done()) return bad("the end");
  if (!IsValidUtf8(text)) return InputError("pickled tests: the string is not UTF-8");
  return text;
}

}  // namespace fuseo1
