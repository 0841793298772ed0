#include "eval/extract/reasoning.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kOpens[] = {"<think>", "<|begin_of_thought|>"};
constexpr std::string_view kCloses[] = {"</think>", "<|end_of_thought|>"};

// What ends a turn, or the solution that Sky-T1 writes after its thoughts.
constexpr std::string_view kTurnEnds[] = {"<|im_end|>", "<|endoftext|>",
                                          "<\xef\xbd\x9c"
                                          "end\xe2\x96\x81of\xe2\x96\x81sentence\xef\xbd\x9c>",
                                          "<|eot_id|>", "<|end_of_solution|>"};
constexpr std::string_view kSolutionBegin = "<|begin_of_solution|>";
// Also a mark-up tag, so only at the very end.
constexpr std::string_view kSentenceEnd = "</s>";

}  // namespace

std::string_view AnswerPart(std::string_view response) {
  std::size_t begin = 0;
  for (const std::string_view mark : kCloses) {
    const std::size_t at = response.rfind(mark);
    if (at != std::string_view::npos) begin = std::max(begin, at + mark.size());
  }
  std::string_view text = response.substr(begin);
  for (const std::string_view mark : kOpens) text = text.substr(0, text.find(mark));
  if (StartsWith(Trim(text), kSolutionBegin))
    text.remove_prefix(text.find(kSolutionBegin) + kSolutionBegin.size());
  for (const std::string_view mark : kTurnEnds) text = text.substr(0, text.find(mark));
  while (EndsWith(Trim(text), kSentenceEnd)) text = text.substr(0, text.rfind(kSentenceEnd));
  return text;
}

}  // namespace fuseo1
