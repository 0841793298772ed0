// From grades to tables, and what long or hostile text becomes on the way to a page.
#include <gtest/gtest.h>

#include "report/build_report.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/page_texts.h"
#include "report/render.h"
#include "report/shown_text.h"

namespace fuseo1 {
namespace {

GradedItem Item(const std::string& id, const std::vector<int>& right,
                const std::string& difficulty = "") {
  GradedItem item{id, difficulty, "", {}};
  for (const int correct : right) {
    GradedSample sample;
    sample.correct = correct != 0;
    sample.answer_class = correct;
    sample.text_class = std::to_string(correct);
    sample.completion_tokens = 100;
    item.samples.push_back(sample);
  }
  return item;
}

RunResult RunOf(const std::string& name, const std::string& letter, const char* benchmark,
                std::vector<GradedItem> items) {
  RunResult run{"runs/" + name, name, name, letter, {}};
  BenchmarkResult result;
  result.benchmark = *FindBenchmark(benchmark);
  result.grader = "strict";
  result.dataset_hash = "hash";
  result.graded = std::move(items);
  result.metrics =
      ComputeMetrics(result.graded, {.votes = result.benchmark->kind != AnswerKind::kCode});
  run.benchmarks.push_back(std::move(result));
  return run;
}

TEST(Report, HasAColumnForEachMetricThatARunHas) {
  const Report report = BuildReport(
      {RunOf("m", "a", "aime24", {Item("1", {1, 1, 0}), Item("2", {0, 0, 1})})}, {}, false, "test");
  ASSERT_EQ(report.columns.size(), 2U);
  EXPECT_EQ(report.columns[1].MetricTitle(), "Cons@32");
  EXPECT_EQ(CellText(report.rows[0].cells[0]), "50.0 [17.3, 82.7]");
  EXPECT_EQ(CellText(report.rows[0].cells[1]), "50.0 [0.0, 100.0] (cons@3)");
}

TEST(Report, OneAnswerAnItemHasNoVote) {
  const Report report =
      BuildReport({RunOf("m", "a", "aime24", {Item("1", {1})})}, {}, true, "test");
  EXPECT_EQ(report.columns.size(), 1U);
}

TEST(Report, LiveCodeBenchIsSplitByDifficulty) {
  const Report report = BuildReport(
      {RunOf("m", "a", "livecodebench",
             {Item("1", {1, 0}, "easy"), Item("2", {1, 1}, "easy"), Item("3", {0, 0}, "hard")})},
      {}, true, "test");
  ASSERT_EQ(report.columns.size(), 3U);
  EXPECT_EQ(report.columns[1].title, "LiveCodeBench-Easy");
  EXPECT_EQ(report.columns[2].title, "LiveCodeBench-Hard");
  EXPECT_EQ(report.rows.back().cells[1].percent, 75.0);
  EXPECT_EQ(report.rows.front().name, "OpenAI o1");
  EXPECT_EQ(report.rows.front().cells[2].percent, 31.7);
}

TEST(Report, ScienceIsRoundedAsItWasPublished) {
  std::vector<GradedItem> items;
  for (int i = 0; i < 198; ++i) {
    items.push_back(Item(std::to_string(i), {i < 108 ? 1 : 0}));
  }
  const Report report =
      BuildReport({RunOf("m", "a", "gpqa_diamond", std::move(items))}, {}, true, "test");
  EXPECT_EQ(report.rows.back().cells[0].percent, 54.6);
}

TEST(Report, AVoteOfAnotherSizeIsNotComparedWithThePublishedOne) {
  const Report report = BuildReport(
      {RunOf("m", "a", "aime24", {Item("1", {1, 1}), Item("2", {0, 0})})}, {}, true, "test");
  for (const PublishedComparison& c : report.published) {
    EXPECT_EQ(report.columns[c.column].kind, ColumnKind::kPass);
  }
}

TEST(Report, RunsWithOtherDataOrOtherGradersAreNotCompared) {
  RunResult a = RunOf("a", "a", "aime24", {Item("1", {1}), Item("2", {0})});
  RunResult b = RunOf("b", "b", "aime24", {Item("1", {0}), Item("2", {0})});
  EXPECT_EQ(BuildReport({a, b}, {}, false, "t").paired.size(), 1U);
  b.benchmarks[0].grader = "fuseo1";
  EXPECT_EQ(BuildReport({a, b}, {}, false, "t").paired.size(), 0U);
  b.benchmarks[0].grader = "strict";
  b.benchmarks[0].dataset_hash = "other";
  const Report report = BuildReport({a, b}, {}, false, "t");
  EXPECT_EQ(report.paired.size(), 0U);
  EXPECT_NE(report.notes.front().find("different data"), std::string::npos);
}

TEST(Report, FormulasOfSpreadsheetsAreTexts) {
  const Report report = BuildReport({RunOf("=cmd|'/c'!A1,\"x\"", "a", "math500", {Item("1", {1})})},
                                    {}, false, "test");
  EXPECT_NE(RenderCsv(report).find("\n\"'=cmd|'/c'!A1,\"\"x\"\"\",MATH500,pass@1,100,run,"),
            std::string::npos)
      << RenderCsv(report);
}

TEST(Report, NamesAreNoMarkup) {
  const Report report =
      BuildReport({RunOf("<b>|`x`\u202e\n", "a", "math500", {Item("1", {1})})}, {}, false, "test");
  EXPECT_NE(RenderMarkdown(report).find("&lt;b\\>\\|\\`x\\`\\\\u202e\\\\n"), std::string::npos);
  const std::string html = ScoresHtml(report) + ForestHtml(report) + AnswersHtml(report);
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  EXPECT_NE(html.find("&lt;b&gt;|`x`\\u202e\\n"), std::string::npos);
  EXPECT_EQ(HtmlText("\"'&"), "&quot;&#39;&amp;");
}

TEST(ShownText, KeepsBothEndsAndWholeCharacters) {
  ShownText text{"éééééééééé", {}, 0};  // 20 bytes
  text.CutTo(20);
  EXPECT_EQ(text.left_out_bytes, 0U);
  text.CutTo(9);
  EXPECT_EQ(text.head, "é");
  EXPECT_EQ(text.tail, "ééé");
  EXPECT_EQ(text.left_out_bytes, 12U);
  text.CutTo(5);
  EXPECT_EQ(text.bytes() + text.left_out_bytes, 20U);
  ShownText broken{std::string(1000, '\x80'), {}, 0};
  broken.CutTo(100);
  EXPECT_GE(broken.bytes(), 90U);
  EXPECT_EQ(broken.bytes() + broken.left_out_bytes, 1000U);
}

TEST(ShownText, TheLimitFillsTheBudget) {
  EXPECT_EQ(LimitWithin({10, 20, 30}, 60), SIZE_MAX);
  EXPECT_EQ(LimitWithin({1000, 5000, 9000}, 7000), 3000U);
  EXPECT_EQ(LimitWithin({1000, 1000}, 10), 512U);
  EXPECT_EQ(LimitWithin({}, 10), SIZE_MAX);
}

TEST(PageTexts, StringsAreJsonWhateverTheyHold) {
  for (const std::string& text :
       {std::string("plain"), std::string("nul\0in", 6), std::string("\"\\\n\t\x1b"),
        std::string("</script><!--"), std::string("é\u2028😀")}) {
    std::string json;
    AppendJsonString(text, json);
    // A zero byte is escaped: the text of a page holds none.
    ASSERT_TRUE(ParseJson(json).ok()) << json;
    EXPECT_EQ(ParseJson(json)->get<std::string>(), text);
  }
  std::string json;
  AppendJsonString("\xff\xfe", json);
  EXPECT_EQ(ParseJson(json)->get<std::string>(), "\ufffd\ufffd");
}

TEST(PageTexts, BlocksStartWhereTheIndexSays) {
  PageTexts texts;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(texts.Add(std::string(20'000, 'x')), static_cast<std::size_t>(i));
  }
  texts.Finish();
  ASSERT_EQ(texts.starts().size(), texts.blocks().size());
  EXPECT_GT(texts.blocks().size(), 2U);
  EXPECT_EQ(texts.starts()[0], 0);
  EXPECT_EQ(texts.starts()[1], 27);  // 27 x 20,003 bytes and the bracket reach 512 KiB
}

}  // namespace
}  // namespace fuseo1
