#include "eval/prompts/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/hash.h"
#include "base/text.h"
#include "eval/prompts/templates.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kR1Begin = "<｜begin▁of▁sentence｜>";
constexpr std::string_view kR1User = "<｜User｜>";
constexpr std::string_view kR1Assistant = "<｜Assistant｜>";

std::string TrimBlanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos
             ? std::string()
             : std::string(text.substr(first, text.find_last_not_of(' ') + 1 - first));
}

std::string ChatMl(std::string_view system, std::string_view user) {
  return fmt::format(
      "<|im_start|>system\n{}<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n",
      system, user);
}

// The question with the hint that the published harness adds to yes-no and true-false questions.
std::string MathsQuestion(const BenchmarkDef& benchmark, const Problem& problem) {
  std::string question(Trim(problem.question));
  if (problem.published_gold.empty()) {
    return question;
  }
  const std::string gold =
      Utf8FromRunes(LowerRunes(PublishedGold(problem.published_gold, benchmark.gold_rule)));
  if (gold == "true" || gold == "false") {
    question += " (True or False)";
  } else if (gold == "yes" || gold == "no") {
    question += " (Yes or No)";
  }
  return question;
}

std::string MathsText(const std::string& question, ModelFamily family) {
  if (family == ModelFamily::kR1) {
    return TrimBlanks(
        fmt::format("{}{}{}{}{}", kR1Begin, kBoxedInstruction, kR1User, question, kR1Assistant));
  }
  return TrimBlanks(
      ChatMl(family == ModelFamily::kSkyT1 ? kSkyT1System : kBoxedInstruction, question));
}

std::string_view ScienceSystem(ModelFamily family) {
  switch (family) {
    case ModelFamily::kR1:
      return kHelpfulSystem;
    case ModelFamily::kSkyT1:
      return kSkyT1ScienceSystem;
    default:
      return kQwenSystem;
  }
}

std::string OptionList(const Problem& problem, const std::vector<std::size_t>& order, bool gpqa) {
  std::string text;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const char letter = static_cast<char>('A' + i);
    const std::string& option = problem.options[order[i]];
    text += i == 0 ? "" : gpqa ? ", " : " ";
    text +=
        gpqa ? fmt::format("{}) {}", letter, option) : fmt::format("({}) {}", letter, Trim(option));
  }
  return text;
}

std::string ScienceUser(const BenchmarkDef& benchmark, const Problem& problem,
                        const std::vector<std::size_t>& order) {
  const bool gpqa = benchmark.prompt == PromptStyle::kGpqa;
  return fmt::format("{}{}\n{}{}", gpqa ? kGpqaInstruction : kMmluInstruction, problem.question,
                     gpqa ? "" : "Answer Choices: ", OptionList(problem, order, gpqa));
}

std::string CodeUser(const Problem& problem) {
  std::string format(problem.starter_code.empty() ? kCodeStdinFormat : kCodeStarterFormat);
  constexpr std::string_view kSlot = "<<STARTER>>";
  if (const std::size_t slot = format.find(kSlot); slot != std::string::npos) {
    format.replace(slot, kSlot.size(), problem.starter_code);
  }
  return fmt::format("{}{}\n\n{}", kCodeTask, problem.question, format);
}

std::string CodeText(const Problem& problem, ModelFamily family) {
  if (family == ModelFamily::kR1) {
    return fmt::format("{}{}{}{}{}", kR1Begin, kR1CodeSystem, kR1User, CodeUser(problem),
                       kR1Assistant);
  }
  return ChatMl(family == ModelFamily::kSkyT1 ? kSkyT1System : kQwenSystem,
                "\n" + CodeUser(problem));
}

std::string FunctionUser(const Problem& problem) {
  return fmt::format(
      "Write the Python function that the following text asks for, complete with its imports, in "
      "one "
      "```python block.\n\n```python\n{}\n```\n",
      problem.question);
}

Prompt Message(std::string user) {
  Prompt prompt;
  prompt.messages.push_back({"user", std::move(user)});
  return prompt;
}

Prompt ChatPrompt(const BenchmarkDef& benchmark, const Problem& problem,
                  const std::vector<std::size_t>& order) {
  switch (benchmark.prompt) {
    case PromptStyle::kMaths:
      return Message(MathsQuestion(benchmark, problem) + "\n\n" + std::string(kBoxedInstruction));
    case PromptStyle::kGpqa:
    case PromptStyle::kMmlu:
      return Message(
          fmt::format("{}\n\n{}\n\nPlease reason step by step, and put the letter of your "
                      "choice within \\boxed{{}}.",
                      Trim(problem.question), OptionList(problem, order, false)));
    case PromptStyle::kLiveCode:
      return Message(CodeUser(problem));
    case PromptStyle::kFunction:
      return Message(FunctionUser(problem));
  }
  return {};
}

}  // namespace

std::vector<std::size_t> OptionOrder(const BenchmarkDef& benchmark, const Problem& problem,
                                     std::uint64_t seed) {
  std::vector<std::size_t> order(problem.options.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!benchmark.shuffles_options) {
    return order;
  }
  // Fisher-Yates; the draw for place i is a hash of (benchmark, item, seed, i).
  for (std::size_t i = order.size(); i > 1; --i) {
    const std::uint64_t draw =
        HashText(fmt::format("option order\n{}\n{}\n{}\n{}", benchmark.name, problem.id, seed, i))
            .low;
    std::swap(order[i - 1], order[draw % i]);
  }
  return order;
}

char CorrectLetter(const BenchmarkDef& benchmark, const Problem& problem,
                   const std::vector<std::size_t>& order) {
  const auto place = std::find_if(order.begin(), order.end(), [&](std::size_t option) {
    return option == problem.correct_option ||
           (benchmark.shuffles_options &&
            problem.options[option] == problem.options[problem.correct_option]);
  });
  return static_cast<char>('A' + (place - order.begin()));
}

Prompt RenderPrompt(const BenchmarkDef& benchmark, const Problem& problem, Preset preset,
                    ModelFamily family, const std::vector<std::size_t>& order) {
  if (preset == Preset::kChat) {
    return ChatPrompt(benchmark, problem, order);
  }
  Prompt prompt;
  switch (benchmark.prompt) {
    case PromptStyle::kMaths:
      prompt.text = MathsText(MathsQuestion(benchmark, problem), family);
      break;
    case PromptStyle::kGpqa:
    case PromptStyle::kMmlu:
      prompt.messages.push_back({"system", std::string(ScienceSystem(family))});
      prompt.messages.push_back({"user", ScienceUser(benchmark, problem, order)});
      break;
    case PromptStyle::kLiveCode:
      prompt.text = CodeText(problem, family);
      break;
    case PromptStyle::kFunction:
      prompt = Message(FunctionUser(problem));
      break;
  }
  return prompt;
}

Sampling SamplingOf(const BenchmarkDef& benchmark, Preset preset, ModelFamily family) {
  Sampling sampling;
  sampling.temperature = benchmark.sampling.temperature;
  sampling.top_p = benchmark.sampling.top_p;
  sampling.max_tokens = benchmark.sampling.max_tokens;
  if (preset == Preset::kChat || benchmark.prompt == PromptStyle::kFunction) {
    return sampling;  // the chat template's own end stops the model
  }
  const std::string r1_end = "<｜end▁of▁sentence｜>";
  const bool r1 = family == ModelFamily::kR1;
  if (benchmark.prompt == PromptStyle::kLiveCode) {
    sampling.stop = {r1 ? r1_end : "<|im_end|>"};
    return sampling;
  }
  // The science harness gives every Hub name the second list (eval-spec 1.4).
  const bool maths_r1 = r1 && benchmark.prompt == PromptStyle::kMaths;
  sampling.stop = {"<|im_end|>", maths_r1 ? r1_end : "<|endoftext|>"};
  sampling.stop_token_ids = {151645, 151643};
  return sampling;
}

}  // namespace fuseo1
