// Laws of strict grading: any text ends in a verdict with a rule; an answer that is not valid is
// equal to nothing, itself included; grading twice gives the same.
#include "eval/grade/extract_answer.h"
#include "eval/grade/grade.h"
#include "fuzz/fuzz.h"

namespace fuseo1::fuzz {

void FuzzOne(std::string_view bytes) {
  // The first line is the gold, the rest the prediction.
  const std::size_t line = bytes.find('\n');
  const std::string_view gold_text = bytes.substr(0, line);
  const std::string_view prediction_text =
      line == std::string_view::npos ? bytes : bytes.substr(line + 1);
  const ParsedAnswer gold(gold_text);
  const ParsedAnswer prediction(prediction_text);
  const GradeResult forward = GradeStrict(gold, prediction);
  const GradeResult again = GradeStrict(gold_text, prediction_text);
  Check(!forward.rule.empty(), "every verdict names its rule");
  Check(forward.equal == again.equal && forward.rule == again.rule, "grading is pure");
  Check(!forward.equal || (gold.valid() && prediction.valid()),
        "what is not valid is equal to nothing");
  if (!gold.valid()) Check(!GradeStrict(gold, gold).equal, "a broken answer is unequal to itself");
  GradeStrict(gold, gold);
  static_cast<void>(ExtractAnswer(bytes));
}

void Repair(std::string* /*bytes*/) {}

}  // namespace fuseo1::fuzz

FUSEO1_FUZZ_ENTRY()
