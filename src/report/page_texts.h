// The texts of a page, numbered from 0 and packed into deflated blocks: each a JSON array whose
// entries are a string, or [beginning, bytes left out, end]. One thread at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "report/shown_text.h"

namespace fuseo1 {

// Appends `text` as a JSON string; bytes that are no UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);

class PageTexts {
 public:
  std::size_t Add(std::string_view text);  // its number
  std::size_t Add(const ShownText& text);
  void Finish();  // after the last one

  std::size_t count() const { return count_; }
  const std::vector<std::string>& blocks() const { return blocks_; }
  // The number of the first text of each block.
  const Json& starts() const { return starts_; }

 private:
  std::size_t Begin();

  std::vector<std::string> blocks_;
  Json starts_ = Json::array();
  std::string open_;
  std::size_t count_ = 0;
};

}  // namespace fuseo1
