#include "eval/judge/extract_code.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "base/text.h"
#include "eval/extract/reasoning.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kTicks = "```";
constexpr std::size_t kMaxQuotes = 8;

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
  std::size_t indent = 0;  // blanks before it
  std::size_t quotes = 0;  // "> " before it
  std::size_t ticks = 0;
  char mark = '`';
  std::string tag;   // the first word after the marks, lower case
  bool bare = true;  // nothing after the marks: it may close a block
};

// Past up to `most` quotation marks, each with the blank that belongs to it.
std::string_view Unquoted(std::string_view line, std::size_t most, std::size_t* found) {
  for (*found = 0; *found < most && StartsWith(Trim(line), ">"); ++*found) {
    line.remove_prefix(line.find('>') + 1);
    if (StartsWith(line, " ")) line.remove_prefix(1);
  }
  return line;
}

std::optional<Fence> ReadFence(std::string_view line) {
  Fence fence;
  line = Unquoted(line, kMaxQuotes, &fence.quotes);
  fence.indent = std::min(line.find_first_not_of(" \t"), line.size());
  line = Trim(line);
  if (line.size() < 3 || (line[0] != '`' && line[0] != '~')) return std::nullopt;
  fence.mark = line[0];
  while (fence.ticks < line.size() && line[fence.ticks] == fence.mark) ++fence.ticks;
  if (fence.ticks < 3) return std::nullopt;
  const std::string_view info = Trim(line.substr(fence.ticks));
  if (fence.mark == '`' && Contains(info, "`")) return std::nullopt;  // inline code
  fence.bare = info.empty();
  for (const char c : info) {
    if (c == '{' || c == '.') continue;  // {.python}
    if (c == ' ' || c == '\t' || c == '}' || c == ',' || c == ':') break;
    fence.tag.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return fence;
}

// Fences that share their line with other text: "Here it is: ```python", "print(1)```".
std::optional<Fence> ReadGluedFence(std::string_view line, bool is_open) {
  if (auto fence = ReadFence(line)) return fence;
  const std::size_t at = line.rfind(kTicks);
  if (at == std::string_view::npos) return std::nullopt;
  std::optional<Fence> fence = ReadFence(line.substr(at));
  if (fence && fence->bare == is_open) return fence;
  return std::nullopt;
}

bool IsPython(std::string_view tag) { return tag == "python" || tag == "python3" || tag == "py"; }

// The lines of a block as a program: without the quotation marks and the indentation of its fence,
// which belong to the list or quotation around it.
std::string Program(std::string_view block, const Fence& fence) {
  if (fence.indent == 0 && fence.quotes == 0) return std::string(block);
  std::string code;
  for (const Line& line : SplitIntoLines(block)) {
    std::size_t quotes = 0;
    std::string_view text =
        Unquoted(block.substr(line.begin, line.end - line.begin), fence.quotes, &quotes);
    const std::size_t blanks = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(std::min(blanks, fence.indent));
    code.append(text).push_back('\n');
  }
  return code;
}

// The chosen block of `text`, or nothing where no block is closed. `glued`: fences may share their
// line with other text.
std::optional<std::string> LastBlock(std::string_view text, bool glued) {
  constexpr std::size_t kMostIndent = 3;  // a fence further in than that is text of the block
  std::optional<std::string> last, last_python;
  std::optional<Fence> open;
  std::size_t begin = 0;
  for (const Line& line : SplitIntoLines(text)) {
    const std::string_view words = text.substr(line.begin, line.end - line.begin);
    const std::optional<Fence> fence =
        glued ? ReadGluedFence(words, open.has_value()) : ReadFence(words);
    if (!fence || (open && fence->indent > open->indent + kMostIndent)) continue;
    const bool closes =
        open && fence->mark == open->mark && fence->ticks >= open->ticks && fence->bare;
    if (closes) {
      const std::size_t end = glued ? line.begin + words.rfind(kTicks) : line.begin;
      last = Program(text.substr(begin, end - begin), *open);
      if (IsPython(open->tag)) last_python = last;
      open.reset();
    } else if (!open || !fence->bare) {
      // A tag inside an open block: the open one was cut off, and this is a new one.
      open = fence;
      begin = line.next;
    }
  }
  return last_python ? last_python : last;
}

std::optional<std::string> AnyBlock(std::string_view text) {
  std::optional<std::string> block = LastBlock(text, false);
  return block ? block : LastBlock(text, true);
}

}  // namespace

std::string ExtractCode(std::string_view response) {
  std::optional<std::string> block = AnyBlock(AnswerPart(response));
  if (!block) block = AnyBlock(response);
  return block.value_or("");
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
