#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "eval/commands/grade_samples.h"
#include "eval/commands/run_eval.h"
#include "eval/store/run_store.h"
#include "generate/stored_answers.h"
#include "sandbox/sandbox.h"

namespace fuseo1 {
namespace {

class EvalCommands : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/commands_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    data_ = Write("aime.jsonl",
                  "{\"id\":60,\"problem\":\"p\",\"answer\":\"204\"}\n"
                  "{\"id\":61,\"problem\":\"p\",\"answer\":\"025\"}\n");
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }

  static std::string Line(const std::string& id, int sample, const std::string& answer,
                          const std::string& reason = "stop") {
    return DumpJson({{"id", id},
                     {"sample", sample},
                     {"response", answer.empty() ? "no idea" : "\\boxed{" + answer + "}"},
                     {"finish_reason", reason},
                     {"completion_tokens", 10}},
                    -1) +
           "\n";
  }

  // Item 60: right, right, wrong, unparsed and cut; item 61: right once of four, two wrong answers
  // alike.
  std::string Samples() {
    return Write("samples.jsonl", Line("60", 0, "204") + Line("60", 1, "204.0") +
                                      Line("60", 2, "17") + Line("60", 3, "", "length") +
                                      Line("61", 0, "25") + Line("61", 1, "7") +
                                      Line("61", 2, "7") + Line("61", 3, "8"));
  }

  CommandIo Io() {
    out_.clear();
    return {PosixFileSystem(),
            [this](std::string_view text) {
              out_ += text;
              return Status();
            },
            {},
            nullptr,
            "test"};
  }

  GradeOptions Grade(const std::string& samples) {
    GradeOptions options;
    options.benchmark = "aime24";
    options.samples = samples;
    options.data = data_;
    options.json = true;
    options.threads = 2;
    return options;
  }

  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // pass@1: (0.5 + 0.25) / 2; pass@2: (1 - C(2,2)/C(4,2) + 1 - C(3,2)/C(4,2)) / 2; cons@4: 204
  // wins, 7 wins.
  void ExpectHandComputedCells(const Json& json) {
    EXPECT_DOUBLE_EQ(json.at("pass@1").get<double>(), 0.375);
    EXPECT_NEAR(json.at("pass@2").get<double>(), (5.0 / 6 + 0.5) / 2, 1e-12);
    EXPECT_DOUBLE_EQ(json.at("cons@4").get<double>(), 0.5);
    EXPECT_EQ(json.at("tied_items"), 0);
    EXPECT_NEAR(json.at("stderr").get<double>(), std::sqrt(2 * 0.125 * 0.125 / 2), 1e-12);
    EXPECT_DOUBLE_EQ(json.at("unparsed_rate").get<double>(), 0.125);
    EXPECT_DOUBLE_EQ(json.at("truncation_rate").get<double>(), 0.125);
  }

  std::string folder_;
  std::string data_;
  std::string out_;
};

TEST_F(EvalCommands, GradeReproducesHandComputedCells) {
  GradeOptions options = Grade(Samples());
  options.verdicts = folder_ + "/verdicts.jsonl";
  const Status status = RunGrade(options, Io());
  ASSERT_TRUE(status.ok()) << status.error().message();
  ExpectHandComputedCells(*ParseJson(out_));
  const std::string verdicts = Read(options.verdicts);
  EXPECT_EQ(std::count(verdicts.begin(), verdicts.end(), '\n'), 8);
  const Json first = *ParseJson(verdicts.substr(0, verdicts.find('\n')));
  EXPECT_EQ(first.at("verdict"), "correct");
  EXPECT_EQ(first.at("answer"), "204");
}

TEST_F(EvalCommands, GradeInARunGivesTheSameAndGoesOnWhenRepeated) {
  GradeOptions options = Grade(Samples());
  options.run = folder_ + "/run";
  for (int i = 0; i < 2; ++i) {
    const Status status = RunGrade(options, Io());
    ASSERT_TRUE(status.ok()) << status.error().message();
    ExpectHandComputedCells(*ParseJson(out_));
  }
  // Another answer for a stored sample, or other data, is refused and changes nothing.
  GradeOptions other = Grade(Write("other.jsonl", Line("60", 0, "5")));
  other.run = options.run;
  EXPECT_EQ(RunGrade(other, Io()).error().exit_code(), 3);
  GradeOptions changed = options;
  changed.data =
      Write("changed.jsonl", Read(data_) + "{\"id\":62,\"problem\":\"p\",\"answer\":\"1\"}\n");
  const Status mismatch = RunGrade(changed, Io());
  ASSERT_FALSE(mismatch.ok());
  EXPECT_EQ(mismatch.error().exit_code(), 3);
  EXPECT_NE(mismatch.error().message().find("hash"), std::string::npos);
  ASSERT_TRUE(RunGrade(options, Io()).ok());
  ExpectHandComputedCells(*ParseJson(out_));
}

TEST_F(EvalCommands, BadLinesAreCountedAndHideTheScoreUnlessSkipped) {
  const std::string samples =
      Write("bad.jsonl", Line("60", 0, "204") + "{\"id\":\n" + Line("99", 0, "1") +
                             Line("60", 0, "1") + Line("61", 0, "25"));
  GradeOptions options = Grade(samples);
  options.verdicts = folder_ + "/verdicts.jsonl";
  const Status status = RunGrade(options, Io());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().exit_code(), 3);
  EXPECT_NE(status.error().message().find("3 of 5 lines"), std::string::npos);
  EXPECT_NE(status.error().message().find("line 2"), std::string::npos);
  EXPECT_TRUE(out_.empty());
  const std::string verdicts = Read(options.verdicts);
  EXPECT_EQ(std::count(verdicts.begin(), verdicts.end(), '\n'), 2);
  options.skip_bad_lines = true;
  ASSERT_TRUE(RunGrade(options, Io()).ok());
  EXPECT_DOUBLE_EQ(ParseJson(out_)->at("pass@1").get<double>(), 1.0);
}

TEST_F(EvalCommands, AnythingButALetterIsUnparsedByThePublishedRulesToo) {
  GradeOptions options = Grade(Write("letters.jsonl",
                                     "{\"id\":\"0\",\"sample\":0,\"response\":\"-\"}\n"
                                     "{\"id\":\"0\",\"sample\":1,\"response\":\"b\"}\n"));
  options.benchmark = "mmlu";
  options.data = Write("mmlu.jsonl",
                       "{\"question\":\"q\",\"choices\":[\"w\",\"x\",\"y\",\"z\"],\"answer\":1}\n");
  options.grader = "fuseo1";
  ASSERT_TRUE(RunGrade(options, Io()).ok());
  EXPECT_DOUBLE_EQ(ParseJson(out_)->at("unparsed_rate").get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(ParseJson(out_)->at("pass@1").get<double>(), 0.5);
}

TEST_F(EvalCommands, ARunOfAnotherFormatAndAnEmptyReferenceAnswerAreRefused) {
  GradeOptions options = Grade(Samples());
  options.run = folder_ + "/run";
  ASSERT_TRUE(RunGrade(options, Io()).ok());
  Json manifest = *ParseJson(Read(options.run + "/run.json"));
  manifest["format"] = 2;
  Write("run/run.json", DumpJson(manifest));
  const Status other = RunGrade(options, Io());
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().exit_code(), 3);
  EXPECT_NE(other.error().message().find("format 2"), std::string::npos);
  options = Grade(Samples());
  options.data = Write("empty.jsonl", "{\"id\":60,\"problem\":\"p\",\"answer\":\" \"}\n");
  const Status empty = RunGrade(options, Io());
  ASSERT_FALSE(empty.ok());
  EXPECT_NE(empty.error().message().find("line 1"), std::string::npos);
}

TEST_F(EvalCommands, ProgramsAreJudgedAgainUnderOtherRules) {
  if (!RequireSandbox({}).ok()) GTEST_SKIP() << "this machine has no sandbox";
  GradeOptions options = Grade(Write(
      "programs.jsonl",
      DumpJson({{"id", "q"}, {"sample", 0}, {"response", "```python\nprint('0.5000001')\n```"}},
               -1)));
  options.benchmark = "livecodebench";
  const Json tests = {{{"input", "1\n"}, {"output", "0.5\n"}, {"testtype", "stdin"}}};
  options.data = Write("lcb.jsonl", DumpJson({{"question_id", "q"},
                                              {"question_content", "c"},
                                              {"contest_date", "2024-10-01T00:00:00"},
                                              {"public_test_cases", DumpJson(tests, -1)}},
                                             -1));
  options.run = folder_ + "/run";
  for (const auto& [comparator, score] :
       {std::pair("", 0.0), std::pair("lcb-fork", 1.0), std::pair("strict", 0.0)}) {
    options.comparator = comparator;
    const Status status = RunGrade(options, Io());
    ASSERT_TRUE(status.ok()) << status.error().message();
    EXPECT_DOUBLE_EQ(ParseJson(out_)->at("pass@1").get<double>(), score) << comparator;
  }
}

TEST_F(EvalCommands, GradeRefusesWhatIsNotThere) {
  EXPECT_EQ(RunGrade(Grade(folder_ + "/none.jsonl"), Io()).error().exit_code(), 2);
  GradeOptions options = Grade(Samples());
  options.benchmark = "aime42";
  EXPECT_EQ(RunGrade(options, Io()).error().exit_code(), 2);
  options = Grade(Samples());
  options.verdicts = options.samples;
  EXPECT_EQ(RunGrade(options, Io()).error().exit_code(), 2);
}

TEST_F(EvalCommands, PairsComeOutInOrder) {
  std::string text;
  for (int i = 0; i < 9'000; ++i) {
    text +=
        DumpJson({{"gold", std::to_string(i)}, {"pred", std::to_string(i % 3 == 0 ? i : i + 1)}},
                 -1) +
        "\n";
  }
  PairOptions options;
  options.file = Write("pairs.jsonl", text);
  options.grader = "fuseo1";
  options.threads = 3;
  ASSERT_TRUE(RunGradePairs(options, Io()).ok());
  std::istringstream lines(out_);
  int i = 0;
  for (std::string line; std::getline(lines, line); ++i) {
    if (i > 20 && i < 5'000) {
      EXPECT_EQ(ParseJson(line)->at("equal").get<bool>(), i % 3 == 0) << i;
    }
  }
  EXPECT_EQ(i, 9'000);
  options.file = Write("broken.jsonl", "{\"gold\":\"1\",\"pred\":\"1\"}\n{\n{\"gold\":\"1\"}\n");
  EXPECT_EQ(RunGradePairs(options, Io()).error().exit_code(), 3);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 3);
}

TEST_F(EvalCommands, EvalReplaysStoredAnswersAndAsksOnlyForWhatIsMissing) {
  EvalOptions options;
  options.benchmarks = {"aime24"};
  options.data = {data_};
  options.run = folder_ + "/run";
  options.json = true;
  const auto engine = OpenReplay(PosixFileSystem(), {Samples()}, false);
  ASSERT_TRUE(engine.ok());
  const Status status = RunEval(options, **engine, Io());
  ASSERT_TRUE(status.ok()) << status.error().message();
  ExpectHandComputedCells(ParseJson(out_)->at("benchmarks").at("aime24"));
  // Another engine for the same run is another run.
  const std::string script = Write("script.jsonl", "{\"response\":\"\\\\boxed{204}\"}\n");
  const auto scripted = OpenScript(PosixFileSystem(), script, folder_ + "/asks");
  EXPECT_EQ(RunEval(options, **scripted, Io()).error().exit_code(), 3);
  options.run = folder_ + "/run2";
  options.samples = 2;
  ASSERT_TRUE(RunEval(options, **scripted, Io()).ok());
  options.samples = 3;
  ASSERT_TRUE(RunEval(options, **scripted, Io()).ok());
  EXPECT_DOUBLE_EQ(ParseJson(out_)->at("benchmarks").at("aime24").at("pass@1").get<double>(), 0.5);
  EXPECT_EQ(Read(folder_ + "/asks"), "60\t0\n60\t1\n61\t0\n61\t1\n60\t2\n61\t2\n");
}

TEST_F(EvalCommands, ListShowsEveryBenchmark) {
  ASSERT_TRUE(RunEvalList(true, Io()).ok());
  EXPECT_EQ(ParseJson(out_)->size(), 14U);
  ASSERT_TRUE(RunEvalList(false, Io()).ok());
  EXPECT_NE(out_.find("livecodebench"), std::string::npos);
}

}  // namespace
}  // namespace fuseo1
