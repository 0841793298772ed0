#include "report/page_texts.h"

#include <array>
#include <cstdio>

#include "base/limits.h"
#include "base/text.h"
#include "report/deflate.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kBlockBytes = 512 * kKiB;  // inflated in a few milliseconds when asked for

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  if (!IsValidUtf8(text)) {
    out += DumpJson(Json(text), -1);
    return;
  }
  out += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') {
      continue;
    }
    out.append(text.substr(copied, i - copied));
    copied = i + 1;
    if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
      out += code.data();
    }
  }
  out.append(text.substr(copied));
  out += '"';
}

std::size_t PageTexts::Begin() {
  if (open_.size() >= kBlockBytes) {
    Finish();
  }
  if (open_.empty()) {
    starts_.push_back(count_);
    open_ = "[";
  } else {
    open_ += ',';
  }
  return count_++;
}

std::size_t PageTexts::Add(std::string_view text) {
  const std::size_t number = Begin();
  AppendJsonString(text, open_);
  return number;
}

std::size_t PageTexts::Add(const ShownText& text) {
  if (text.left_out_bytes == 0) {
    return Add(text.head);
  }
  const std::size_t number = Begin();
  open_ += '[';
  AppendJsonString(text.head, open_);
  open_ += "," + std::to_string(text.left_out_bytes) + ",";
  AppendJsonString(text.tail, open_);
  open_ += ']';
  return number;
}

void PageTexts::Finish() {
  if (!open_.empty()) {
    open_ += ']';
    blocks_.push_back(Deflate(open_));
    open_.clear();
  }
}

}  // namespace fuseo1
