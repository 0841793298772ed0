// The prompt texts of FuseO1's evaluation, byte for byte (checked against the golden prompts).
// Slots stand in
// <<…>>. These are data: published instructions to models, not ours to improve.
#include "eval/prompts/templates.h"

namespace fuseo1 {

// clang-format off
const std::string_view kBoxedInstruction =
    "Please reason step by step, and put your final answer within \\boxed{}.";

const std::string_view kSkyT1System =
    "Your role as an assistant involves thoroughly exploring questions through a "
    "systematic long thinking process before providing the final precise and accurate "
    "solutions. This requires engaging in a comprehensive cycle of analysis, summarizing, "
    "exploration, reassessment, reflection, backtracing, and iteration to develop "
    "well-considered thinking process. Please structure your response into two main "
    "sections: Thought and Solution. In the Thought section, detail your reasoning "
    "process using the specified format: <|begin_of_thought|> (thought with steps "
    "separated with '\n"
    "\n"
    "') <|end_of_thought|> Each step should include detailed considerations such "
    "as analisying questions, summarizing relevant findings, brainstorming new ideas, "
    "verifying the accuracy of the current steps, refining any errors, and revisiting "
    "previous steps. In the Solution section, based on various attempts, explorations, "
    "and reflections from the Thought section, systematically present the final "
    "solution that you deem correct. The solution should remain a logical, accurate, "
    "concise expression style and detail necessary step needed to reach the conclusion, "
    "formatted as follows: <|begin_of_solution|> (final formatted, precise, and "
    "clear solution) <|end_of_solution|> Now, try to solve the following question "
    "through the above guidelines:";

// The science harness has the text with the blanks of its source's line ends, and other braces.
const std::string_view kSkyT1ScienceSystem =
    "Your role as an assistant involves thoroughly exploring questions through a "
    "systematic long         thinking process before providing the final precise "
    "and accurate solutions. This requires         engaging in a comprehensive cycle "
    "of analysis, summarizing, exploration, reassessment, reflection,         backtracing, "
    "and iteration to develop well-considered thinking process.         Please structure "
    "your response into two main sections: Thought and Solution.         In the "
    "Thought section, detail your reasoning process using the specified format: "
    "        <|begin_of_thought|> {thought with steps separated with '\n"
    "\n"
    "'}         <|end_of_thought|>         Each step should include detailed considerations "
    "such as analisying questions, summarizing         relevant findings, brainstorming "
    "new ideas, verifying the accuracy of the current steps, refining         any "
    "errors, and revisiting previous steps.         In the Solution section, based "
    "on various attempts, explorations, and reflections from the Thought        "
    " section, systematically present the final solution that you deem correct. "
    "The solution should         remain a logical, accurate, concise expression "
    "style and detail necessary step needed to reach the         conclusion, formatted "
    "as follows:         <|begin_of_solution|>         {final formatted, precise, "
    "and clear solution}         <|end_of_solution|>         Now, try to solve the "
    "following question through the above guidelines:";

const std::string_view kR1CodeSystem =
    "A conversation between User and Assistant. The user asks a question, and the "
    "Assistant solves it. The assistant first thinks about the reasoning process "
    "in the mind and then provides the user with the answer. The reasoning process "
    "and answer are enclosed within <think> </think> and <answer> </answer> tags, "
    "respectively, i.e., <think> reasoning process here </think> <answer> answer "
    "here </answer>.";

const std::string_view kHelpfulSystem =
    "You are a helpful and harmless assistant. You should think step-by-step.";

const std::string_view kQwenSystem =
    "You are a helpful and harmless assistant. You are Qwen developed by Alibaba. "
    "You should think step-by-step.";

// The braces are doubled on purpose: the published strings were never passed through a formatter.
const std::string_view kGpqaInstruction =
    "Return your final response within \\boxed{{}} and only include the letter choice "
    "(A, B, C, or D) as your final response. ";

const std::string_view kMmluInstruction = "Return your final response within \\boxed{{}}. ";

const std::string_view kCodeTask =
    "You will be given a question (problem specification) and will generate a correct Python "
    "program that matches the specification and passes all tests.\n\nQuestion: ";

const std::string_view kCodeStdinFormat =
    "Read the inputs from stdin solve the problem and write the answer to stdout (do not "
    "directly test on the sample inputs). Enclose your code within delimiters as follows.\n"
    "```python\n# YOUR CODE HERE\n```\n\n";

const std::string_view kCodeStarterFormat =
    "You will use the following starter code to write the solution to the problem and enclose "
    "your code within delimiters.\n```python\n<<STARTER>>\n```\n\n";
// clang-format on

}  // namespace fuseo1
