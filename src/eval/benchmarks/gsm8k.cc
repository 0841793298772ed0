// Grade-school word problems; the answer is the number after #### in the worked solution.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

Result<Problem> ReadGsm8k(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, StartProblem(record, row, {"idx", "id"}, {"question"}));
  FUSEO1_TRY(std::string answer, TextField(record, {"answer"}));
  constexpr std::string_view kMark = "####";
  if (const std::size_t mark = answer.rfind(kMark); mark != std::string::npos) {
    answer.erase(0, mark + kMark.size());
  }
  std::string digits;
  for (const char c : answer) {
    digits += c == ',' || c == ' ' || c == '\n' ? "" : std::string(1, c);
  }
  if (digits.empty()) {
    return InputError("\"answer\" holds no number after ####");
  }
  problem.gold = digits;
  problem.published_gold = digits;
  return problem;
}

}  // namespace

const BenchmarkDef& gsm8k_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "gsm8k",
      .title = "GSM8K",
      .metric = "pass@1",
      .licence = "MIT",
      .source = "openai/gsm8k",
      .file_hint = "main/test",
      .items = 1319,
      .sampling = {.samples = 1, .seed = 2},
      .run_by_fuseo1 = false,
      .gold_rule = GoldRule::kTwicePassed,
      .read = &ReadGsm8k,
  };
  return kBenchmark;
}

}  // namespace fuseo1
