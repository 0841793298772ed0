#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "base/text.h"
#include "eval/benchmarks/common/table.h"

namespace fuseo1 {
namespace {

// The rows of the published table come first and in its order; a benchmark that is not named here
// follows.
constexpr std::array<std::string_view, 7> kFirst = {
    "aime24", "math500", "olympiadbench", "gpqa_diamond", "mmlu_pro", "mmlu", "livecodebench"};

std::string Spelled(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

std::vector<const BenchmarkDef*> Ordered() {
  const auto place = [](const BenchmarkDef* b) {
    return std::find(kFirst.begin(), kFirst.end(), b->name) - kFirst.begin();
  };
  std::vector<const BenchmarkDef*> table(BenchmarkTable().begin(), BenchmarkTable().end());
  std::stable_sort(table.begin(), table.end(), [&](const BenchmarkDef* a, const BenchmarkDef* b) {
    return place(a) < place(b);
  });
  return table;
}

}  // namespace

std::span<const BenchmarkDef* const> Benchmarks() {
  static const std::vector<const BenchmarkDef*> kTable = Ordered();
  return kTable;
}

Result<const BenchmarkDef*> FindBenchmark(std::string_view name) {
  const std::string wanted = Spelled(name);
  std::vector<std::string_view> names;
  for (const BenchmarkDef* benchmark : Benchmarks()) {
    if (benchmark->name == wanted) {
      return benchmark;
    }
    names.push_back(benchmark->name);
  }
  const std::string_view nearest = NearestWord(wanted, names);
  return UsageError(fmt::format("no benchmark {}{}; `fuseo1 eval list` shows all", Quoted(name),
                                nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)));
}

}  // namespace fuseo1
