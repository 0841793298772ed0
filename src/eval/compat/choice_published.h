// The two published extractors of a multiple-choice letter (eval-spec 4). They read the whole
// response, reasoning included, and take letters that stand anywhere. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fuseo1 {

// GPQA and MMLU: the last stand-alone A..D of the upper-cased text, else the trimmed text.
std::string PublishedChoice(std::string_view response);

// MMLU-Pro: the first "answer is X", else a line that ends in "answer: X", else the last
// stand-alone capital A..J, else nothing.
std::optional<std::string> PublishedChoiceOfTen(std::string_view response);

}  // namespace fuseo1
