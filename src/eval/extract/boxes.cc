#include "eval/extract/boxes.h"

#include <cstdint>
#include <vector>

#include "base/text.h"

namespace fuseo1 {
namespace {

// match[i] = the place of the brace that closes the one at i, 0 where there is none.
std::vector<std::uint32_t> MatchBraces(std::string_view text) {
  std::vector<std::uint32_t> match(text.size(), 0);
  std::vector<std::uint32_t> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      open.push_back(static_cast<std::uint32_t>(i));
    } else if (text[i] == '}' && !open.empty()) {
      match[open.back()] = static_cast<std::uint32_t>(i);
      open.pop_back();
    }
  }
  return match;
}

std::size_t CommandLength(std::string_view text) {
  for (const std::string_view command : {"\\boxed", "\\fbox"}) {
    if (StartsWith(text, command)) return command.size();
  }
  return 0;
}

}  // namespace

std::optional<std::string_view> LastBox(std::string_view text) {
  if (text.size() >= UINT32_MAX || !(Contains(text, "\\boxed") || Contains(text, "\\fbox")))
    return std::nullopt;
  const std::vector<std::uint32_t> match = MatchBraces(text);
  std::optional<std::string_view> last;
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const std::size_t command = CommandLength(text.substr(at));
    const std::size_t open =
        command == 0 ? text.size() : text.find_first_not_of(" \t\r\n", at + command);
    if (open < text.size() && text[open] == '{' && match[open] != 0) {
      last = Trim(text.substr(open + 1, match[open] - open - 1));
      at = match[open];
    } else {
      ++at;
    }
  }
  return last;
}

}  // namespace fuseo1
