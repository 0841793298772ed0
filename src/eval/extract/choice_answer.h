// The letter that a response chooses: in the last balanced box, after an anchored phrase, or alone
// on the last line; never a letter that merely occurs (judging-policy, multiple choice). Pure; any
// thread; linear.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fuseo1 {

struct ChoiceAnswer {
  std::optional<char> letter;  // 'A'…; nothing: unparsed
  std::string_view rule;       // "box", "phrase", "last line", or why there is none
};

// options: the option texts in the order in which the letters name them (2 to 26).
ChoiceAnswer ExtractChoice(std::string_view response, std::span<const std::string> options);

}  // namespace fuseo1
