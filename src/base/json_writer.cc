#include "base/json_writer.h"

#include <utility>

namespace fuseo1 {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kFlushBytes = 64 * 1024;

}  // namespace

JsonWriter::JsonWriter(TextSink sink) : sink_(std::move(sink)) { Begin('{', '}'); }

void JsonWriter::Begin(char open, char close) {
  text_ += open;
  open_.push_back({.close = close});
}

void JsonWriter::NextLine() {
  text_ += '\n';
  text_.append(open_.size() * kIndent, ' ');
}

void JsonWriter::Key(std::string_view key) {
  text_ += open_.back().count++ == 0 ? "" : ",";
  NextLine();
  text_ += DumpJson(Json(key)) + ": ";
}

// The value's own lines begin deeper by what is open. Texts hold no line ends.
void JsonWriter::Value(const Json& value) {
  for (const char c : DumpJson(value, kIndent)) {
    c == '\n' ? NextLine() : text_.push_back(c);
  }
  if (text_.size() > kFlushBytes) {
    sink_(text_);
    text_.clear();
  }
}

void JsonWriter::Add(std::string_view key, const Json& value) {
  Key(key);
  Value(value);
}

void JsonWriter::BeginObject(std::string_view key) {
  Key(key);
  Begin('{', '}');
}

void JsonWriter::BeginList(std::string_view key) {
  Key(key);
  Begin('[', ']');
}

void JsonWriter::Add(const Json& item) {
  text_ += open_.back().count++ == 0 ? "" : ",";
  NextLine();
  Value(item);
}

void JsonWriter::End() {
  const Level level = open_.back();
  open_.pop_back();
  if (level.count > 0) {
    NextLine();
  }
  text_ += level.close;
  if (open_.empty()) {
    text_ += '\n';
    sink_(text_);
    text_.clear();
  }
}

}  // namespace fuseo1
