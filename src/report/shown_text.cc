#include "report/shown_text.h"

#include <algorithm>
#include <cstdint>

namespace fuseo1 {
namespace {

constexpr std::size_t kLeastShown = 512;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Steps over at most three bytes: in text that is no UTF-8 there may be any number.
std::string_view Suffix(std::string_view text, std::size_t bytes) {
  std::size_t begin = text.size() - std::min(text.size(), bytes);
  for (int i = 0; i < 3 && begin < text.size() && IsContinuation(text[begin]); ++i) {
    ++begin;
  }
  return text.substr(begin);
}

}  // namespace

std::string_view Prefix(std::string_view text, std::size_t bytes) {
  std::size_t end = std::min(text.size(), bytes);
  for (int i = 0; i < 3 && end > 0 && end < text.size() && IsContinuation(text[end]); ++i) {
    --end;
  }
  return text.substr(0, end);
}

void ShownText::CutTo(std::size_t limit) {
  if (bytes() <= limit) {
    return;
  }
  const std::size_t before = bytes();
  const std::size_t head_bytes = limit / 3;
  if (tail.empty()) {
    tail = Suffix(head, limit - head_bytes);
  } else {
    tail = std::string(Suffix(tail, limit - head_bytes));
  }
  head = std::string(Prefix(head, head_bytes));
  left_out_bytes += before - bytes();
}

std::size_t LimitWithin(std::vector<std::size_t> sizes, std::size_t budget) {
  std::sort(sizes.begin(), sizes.end());
  std::size_t used = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::size_t rest = sizes.size() - i;
    if (sizes[i] > (budget - std::min(budget, used)) / rest) {
      return std::max(kLeastShown, (budget - std::min(budget, used)) / rest);
    }
    used += sizes[i];
  }
  return SIZE_MAX;
}

}  // namespace fuseo1
