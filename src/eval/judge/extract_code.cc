#include "eval/judge/extract_code.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "base/text.h"

namespace fuseo1 {
namespace {

struct Line {
  std::size_t begin, end, next;  // [begin, end) without the line break; next line
};

std::vector<Line> SplitIntoLines(std::string_view text) {
  std::vector<Line> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back({begin, end, std::min(end + 1, text.size())});
    begin = end + 1;
  }
  return lines;
}

struct Fence {
  std::size_t ticks = 0;
  char mark = '`';
  std::string tag;  // the first word after the marks, lower case
};

std::optional<Fence> ReadFence(std::string_view line) {
  line = Trim(line);
  while (StartsWith(line, ">")) line = Trim(line.substr(1));  // inside a quotation
  if (line.size() < 3 || (line[0] != '`' && line[0] != '~')) return std::nullopt;
  Fence fence;
  fence.mark = line[0];
  while (fence.ticks < line.size() && line[fence.ticks] == fence.mark) ++fence.ticks;
  if (fence.ticks < 3) return std::nullopt;
  const std::string_view info = Trim(line.substr(fence.ticks));
  if (fence.mark == '`' && Contains(info, "`")) return std::nullopt;  // inline code
  for (const char c : info) {
    if (c == ' ' || c == '\t' || c == '{' || c == ',' || c == ':') break;
    fence.tag.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return fence;
}

bool IsPython(std::string_view tag) { return tag == "python" || tag == "python3" || tag == "py"; }

// The chosen block of `text`, or nothing where no block is closed.
std::optional<std::string_view> LastBlock(std::string_view text) {
  std::optional<std::string_view> last, last_python;
  std::optional<Fence> open;
  std::size_t begin = 0;
  for (const Line& line : SplitIntoLines(text)) {
    const std::optional<Fence> fence = ReadFence(text.substr(line.begin, line.end - line.begin));
    if (!fence) continue;
    const bool closes =
        open && fence->mark == open->mark && fence->ticks >= open->ticks && fence->tag.empty();
    if (closes) {
      last = text.substr(begin, line.begin - begin);
      if (IsPython(open->tag)) last_python = last;
      open.reset();
    } else if (!open || !fence->tag.empty()) {
      // A tag inside an open block: the open one was cut off, and this is a new one.
      open = fence;
      begin = line.next;
    }
  }
  return last_python ? last_python : last;
}

}  // namespace

std::string ExtractCode(std::string_view response) {
  constexpr std::string_view kEnd = "</think>";
  if (const std::size_t think = response.rfind(kEnd); think != std::string_view::npos) {
    if (const auto block = LastBlock(response.substr(think + kEnd.size())))
      return std::string(*block);
  }
  return std::string(LastBlock(response).value_or(""));
}

std::string ExtractCodeLcb(std::string_view response) {
  std::vector<Line> fences;
  for (const Line& line : SplitIntoLines(response)) {
    if (Contains(response.substr(line.begin, line.end - line.begin), "```")) fences.push_back(line);
  }
  if (fences.size() < 2) return {};
  const std::size_t begin = fences[fences.size() - 2].next, end = fences.back().begin;
  std::string code(response.substr(begin, std::max(begin, end) - begin));
  if (!code.empty() && code.back() == '\n')
    code.pop_back();  // lines are joined without a last break
  return code;
}

}  // namespace fuseo1
