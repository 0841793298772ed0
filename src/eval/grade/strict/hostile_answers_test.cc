// Answers that try to take long, to crash or to be equal to everything.
#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "eval/grade/grade.h"

namespace fuseo1 {
namespace {

// The promise is 100 ms for a pair. Processor time of this thread: what the steps cost, whoever
// else uses the machine. Sanitizers cost several times as much.
#ifdef NDEBUG
constexpr double kLimitMs = 100;
#else
constexpr double kLimitMs = 2000;
#endif

double ProcessorMs() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

// "a0, a1, a2, ..." with the numbers from `first` on.
std::string Numbered(std::string_view before, std::string_view after, std::string_view join,
                     int first, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    if (i > 0) out += join;
    out += std::string(before) + std::to_string(first + i) + std::string(after);
  }
  return out;
}

std::string Repeat(std::string_view part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

std::vector<std::string> HostileAnswers() {
  return {
      "9^9^9^9",
      "9^{9^{9^{9}}}",
      "factorial(10^9)",
      "(10^9)!",
      "((((9!)!)!)!)!",
      "(((((((n!)!)!)!)!)!)!)!",
      Repeat("{", 1'000'000),
      Repeat("(", 60'000),
      Repeat("\\frac{", 10'000) + "1" + Repeat("}{2}", 10'000),
      Repeat("\\sqrt", 10'000),
      std::string(1'000'000, '1'),
      std::string(9'999, '1'),
      "1" + Repeat("/1", 3'000),
      Repeat("2^", 3'000) + "2",
      std::string("5\0", 2),
      "5\xff\xfe",
      "\xed\xa0\x80",
      Repeat("a ", 3'000),
      Repeat("five ", 9'000),
      Repeat("|x", 500),
      Repeat("\\pm1", 100),
      Repeat("f(", 60) + "x" + Repeat(")", 60),
      "(x+y+z)^{1000}",
      "x^{x^{x^{x}}}",
      "\\sum_{k=1}^{1000000000} k",
      "\\sum_{k=1}^{4000} \\frac{1}{k}",
      "\\sum_{k=1}^{60}\\sum_{j=1}^{60}\\sqrt{k+j}",
      "\\sum_{k=1}^{\\infty}\\sum_{j=1}^{\\infty}\\frac{1}{k^2j^2}",
      "\\int_0^1\\int_0^1\\int_0^1 x^{yz} dx dy dz",
      "\\lim_{x\\to 0}\\lim_{y\\to 0}\\frac{\\sin(xy)}{xy}",
      "\\sin(10^{10^{10}})",
      "e^{e^{e^{e^{e}}}}",
      "\\binom{10^6}{5\\cdot 10^5}",
      "1e9999+1e-9999",
      "\\pi^{1000000000}",
      "2^{9999/10000}",
      Numbered("\\sqrt{", "}", "+", 2, 400),
      Numbered("\\sqrt[", "]{7}", "+", 2, 60),
      Numbered("x^{", "}", "+", 0, 1000),
      Numbered("", "", ",", 0, 1000),
      Numbered("\\sqrt{", "}", ",", 2, 400),
      "\\begin{pmatrix}" + Numbered("", "&2&3&4&5&6&7&8&9", "\\\\", 0, 50) + "\\end{pmatrix}",
      "\\begin{vmatrix}x&1&2&3&4\\\\5&x&6&7&8\\\\9&1&x&2&3\\\\4&5&6&x&7\\\\8&9&1&2&x\\end{vmatrix}",
      Numbered("(", ",1000)", "\\cup", 0, 300),
      Numbered("(\\sqrt{", "},100)", "\\cup", 2, 90),
      "(x+1)^{1000000}",
      "x^{1000000}+1",
      "\\prod_{k=1}^{1000}(x+k)",
      "\\sum_{k=1}^{1000}\\sum_{j=1}^{1000}\\frac{1}{k+j}",
      "\\lfloor\\pi\\cdot 10^{5000}\\rfloor",
      "(\\sqrt2+\\sqrt3)^{1000}",
      "\\tan(10^{100}\\pi)",
      "(x+y+z+w)^{16}=1",
      "y=\\frac{(x+1)^{15}}{(x-1)^{16}}",
      "x^2-5x\\text{ miles per minute}",
      "45 \\text{ degrees}3 and a half",
      "\\frac{1}{x+y}+\\frac{1}{y+z}+\\frac{1}{z+w}+\\frac{1}{w+x}=1",
      std::string(9'990, '1') + "/" + std::string(9'990, '3'),
      Repeat("\xe4\xb8\x89\xe5\x88\x86\xe4\xb9\x8b", 3'000)};
}

TEST(HostileAnswers, EndFastAndNeverEqualSomethingElse) {
  for (const std::string& answer : HostileAnswers()) {
    for (const std::string_view other : {"1", "x+1", "\\pi", "0", "\\{1,2\\}"}) {
      const double start = ProcessorMs();
      const GradeResult result = GradeStrict(other, answer);
      const double spent = ProcessorMs() - start;
      EXPECT_FALSE(result.equal) << other << " | " << answer.substr(0, 60);
      EXPECT_FALSE(result.rule.empty());
      EXPECT_LT(spent, kLimitMs) << answer.substr(0, 60);
    }
    const double start = ProcessorMs();
    GradeStrict(answer, answer);
    EXPECT_LT(ProcessorMs() - start, kLimitMs) << answer.substr(0, 60);
  }
}

TEST(HostileAnswers, TheSameTowerIsEqualByItsStructureOnly) {
  EXPECT_TRUE(GradeStrict("9^{9^{9^{9}}}", "9^{9^{9^{9}}}").equal);
  EXPECT_FALSE(GradeStrict("9^{9^{9^{9}}}", "9^{9^{9^{9}}}+1").equal);
  EXPECT_FALSE(GradeStrict("(10^9)!", "(10^9)!+1").equal);
  EXPECT_FALSE(GradeStrict("2^{100000}", "2^{100000}+1").equal);
}

TEST(HostileAnswers, BrokenTextIsUnequalEvenToItself) {
  for (const std::string_view text :
       {"\\frac{1}{", "(1,2", "5+", "x=", "", "   ", "5\xff", "1/0", "\\infty-\\infty"}) {
    EXPECT_FALSE(GradeStrict(text, text).equal) << text;
  }
  EXPECT_EQ(GradeStrict("5", "__import__('os')").rule, "program-text");
  EXPECT_EQ(GradeStrict("5", std::string_view("5\0", 2)).rule, "control-character");
  EXPECT_EQ(GradeStrict("12",
                        "\xe2\x80\xae"
                        "21")
                .rule,
            "control-character");
}

TEST(HostileAnswers, ParsedGoldsAreSharedByThreads) {
  const ParsedAnswer gold("\\frac{\\sqrt{2}}{2}");
  std::vector<std::thread> threads;
  std::vector<int> equal(4, 0);
  for (std::size_t t = 0; t < equal.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i)
        equal[t] += GradeStrict(gold, ParsedAnswer("\\frac{1}{\\sqrt2}")).equal ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : equal) EXPECT_EQ(count, 200);
}

}  // namespace
}  // namespace fuseo1
