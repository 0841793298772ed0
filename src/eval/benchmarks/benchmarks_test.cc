#include <gtest/gtest.h>

#include "eval/benchmark.h"
#include "eval/compat/vectors_test.h"

namespace fuseo1 {
namespace {

Json Parsed(const char* text) { return *ParseJson(text); }

Problem Read(const char* benchmark, const char* record, std::uint64_t row = 7) {
  const Result<Problem> problem = (*FindBenchmark(benchmark))->read(Parsed(record), row);
  EXPECT_TRUE(problem.ok()) << problem.error().message();
  return problem.ok() ? *problem : Problem();
}

TEST(Benchmarks, AreFoundByNameWithHyphensAndCapitals) {
  EXPECT_EQ(Benchmarks().size(), 14U);
  EXPECT_EQ(Benchmarks()[0]->name, "aime24");
  EXPECT_EQ((*FindBenchmark("GPQA-Diamond"))->name, "gpqa_diamond");
  const Result<const BenchmarkDef*> wrong = FindBenchmark("aime42");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().exit_code(), 2);
  EXPECT_NE(wrong.error().message().find("aime24"), std::string::npos);
}

TEST(Benchmarks, EachStatesWhatEvalListShows) {
  for (const BenchmarkDef* b : Benchmarks()) {
    EXPECT_FALSE(b->title.empty() || b->metric.empty() || b->licence.empty() || b->source.empty())
        << b->name;
    EXPECT_NE(b->read, nullptr) << b->name;
    EXPECT_EQ(b->judge != nullptr, b->kind == AnswerKind::kCode) << b->name;
  }
}

TEST(Benchmarks, TakeIdsFromTheRecordOrItsRow) {
  EXPECT_EQ(Read("aime24", R"({"id":60,"problem":"p","answer":"025"})").id, "60");
  EXPECT_EQ(Read("math500", R"({"unique_id":"test/a/1.json","problem":"p","answer":"1"})").id,
            "test/a/1.json");
  EXPECT_EQ(Read("mmlu", R"({"question":"q","choices":["a","b","c","d"],"answer":3})").id, "7");
  EXPECT_EQ(Read("gsm8k", R"({"idx":4,"question":"q","answer":"so\n#### 1,234"})").gold, "1234");
  EXPECT_EQ(Read("amc23", R"({"id":0,"question":"q","answer":27.0})").gold, "27");
  EXPECT_EQ(Read("minerva", R"({"idx":0,"problem":"q","solution":"\\boxed{\\frac{1}{2}}"})").gold,
            "\\frac{1}{2}");
  const Problem olympiad = Read(
      "olympiadbench",
      R"({"id":1,"subfield":"Algebra","question":"q","final_answer":["$4.2$"],"error":"1e-1"})");
  EXPECT_EQ(olympiad.published_gold, "4.2");
  EXPECT_EQ(olympiad.tolerance, "1e-1");
}

TEST(Benchmarks, MmluProGoesByTheIndex) {
  const Problem problem = Read(
      "mmlu_pro",
      R"({"question_id":3983,"question":"q","options":["a","b","c"],"answer":"C","answer_index":1})");
  EXPECT_EQ(problem.id, "3983");
  EXPECT_EQ(problem.correct_option, 1U);
}

TEST(Benchmarks, LiveCodeBenchCountsOnlyItsWindow) {
  const auto outside = [](const char* date) {
    const std::string record =
        std::string(R"({"question_id":"a","question_content":"q","contest_date":")") + date +
        R"(","difficulty":"easy"})";
    return Read("livecodebench", record.c_str()).outside_window;
  };
  EXPECT_TRUE(outside("2024-07-31T23:59:59"));
  EXPECT_FALSE(outside("2024-08-01T00:00:00"));
  EXPECT_FALSE(outside("2025-02-01T00:00:00"));
  EXPECT_TRUE(outside("2025-02-01T00:00:01"));
}

TEST(Benchmarks, NameTheKeyOfADamagedRecord) {
  const auto error = [](const char* benchmark, const char* record) {
    const Result<Problem> problem = (*FindBenchmark(benchmark))->read(Parsed(record), 0);
    EXPECT_FALSE(problem.ok()) << record;
    return problem.ok() ? std::string() : problem.error().message();
  };
  EXPECT_NE(error("aime24", R"({"id":60,"answer":"1"})").find("question"), std::string::npos);
  EXPECT_NE(error("mmlu", R"({"question":"q","choices":["a"],"answer":0})").find("choices"),
            std::string::npos);
  EXPECT_NE(
      error("mmlu", R"({"question":"q","choices":["a","b","c","d"],"answer":4})").find("answer"),
      std::string::npos);
  EXPECT_FALSE(error("aime24", R"({"id":"a\u0000b","question":"q","answer":"1"})").empty());
  EXPECT_FALSE(error("humaneval", R"({"task_id":"a","prompt":"p"})").empty());
  EXPECT_FALSE(error("aime24", "[1]").empty());
}

}  // namespace
}  // namespace fuseo1
