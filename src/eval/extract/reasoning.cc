#include "eval/extract/reasoning.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::array<std::string_view, 2> kOpen = {"<think>", "<|begin_of_thought|>"};
constexpr std::array<std::string_view, 2> kClose = {"</think>", "<|end_of_thought|>"};

}  // namespace

std::string_view AnswerPart(std::string_view response) {
  std::size_t end = 0;
  for (const std::string_view mark : kClose) {
    const std::size_t at = response.rfind(mark);
    if (at != std::string_view::npos) {
      end = std::max(end, at + mark.size());
    }
  }
  if (end > 0) {
    return response.substr(end);
  }
  const std::string_view text = Trim(response);
  const bool open = std::any_of(kOpen.begin(), kOpen.end(),
                                [&](std::string_view mark) { return StartsWith(text, mark); });
  return open ? std::string_view() : response;
}

}  // namespace fuseo1
