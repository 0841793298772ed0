#include "generate/stored_answers.h"

#include <gtest/gtest.h>

#include <fstream>

namespace fuseo1 {
namespace {

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/stored_answers_" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::vector<Sample> Ask(Generator& engine, const std::string& id,
                        std::vector<std::int64_t> numbers) {
  GenerateRequest request;
  request.id = id;
  for (const std::int64_t number : numbers) {
    request.samples.push_back({number, 0});
  }
  std::vector<Sample> got;
  const Status status = engine.Generate({&request, 1}, {}, nullptr, [&](Sample sample) {
    got.push_back(std::move(sample));
    return Status();
  });
  EXPECT_TRUE(status.ok());
  return got;
}

TEST(SampleLine, ReadsTheContractAndNamesWhatIsWrong) {
  const Result<Sample> sample = ParseSampleLine(
      R"({"id":"a","sample":3,"response":"x\n","finish_reason":"length","completion_tokens":7,"new":1})");
  ASSERT_TRUE(sample.ok());
  EXPECT_EQ(sample->sample, 3);
  EXPECT_EQ(sample->finish_reason, "length");
  EXPECT_EQ(*sample->completion_tokens, 7);
  EXPECT_EQ(ParseSampleLine(SampleLine(*sample))->response, "x\n");
  EXPECT_EQ(ParseSampleLine(R"({"id":60,"sample":0,"response":""})")->id, "60");
  for (const char* bad :
       {"{", "[]", "null", R"({"sample":0,"response":""})", R"({"id":"a","response":""})",
        R"({"id":"a","sample":-1,"response":""})", R"({"id":"a","sample":1.5,"response":""})",
        R"({"id":"a","sample":0})", R"({"id":"a","sample":0,"response":7})",
        R"({"id":"a","sample":0,"response":"","id":"b"})",
        "{\"id\":\"a\",\"sample\":0,\"response\":\"\xff\"}",
        R"({"id":"a\u0007","sample":0,"response":""})"}) {
    EXPECT_FALSE(ParseSampleLine(bad).ok()) << bad;
  }
}

TEST(Replay, GivesStoredAnswersInAnyOrder) {
  const std::string path = WriteFile("replay.jsonl",
                                     "{\"id\":\"a\",\"sample\":1,\"response\":\"one\"}\n"
                                     "{\"id\":\"b\",\"sample\":0,\"response\":\"two\"}\n"
                                     "{\"id\":\"a\",\"sample\":0,\"response\":\"zero\"}");
  Result<std::unique_ptr<Generator>> engine = OpenReplay(PosixFileSystem(), {path}, false);
  ASSERT_TRUE(engine.ok()) << engine.error().message();
  EXPECT_EQ(*(*engine)->Available("a"), (std::vector<std::int64_t>{0, 1}));
  EXPECT_TRUE((*engine)->Available("c")->empty());
  const std::vector<Sample> got = Ask(**engine, "a", {0, 1, 2});
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].response, "zero");
  EXPECT_EQ(got[1].response, "one");
}

TEST(Replay, RefusesASecondAnswerAndABrokenLineUnlessToldToSkip) {
  const std::string path = WriteFile("twice.jsonl",
                                     "{\"id\":\"a\",\"sample\":0,\"response\":\"one\"}\n"
                                     "{\"id\":\"a\",\"sample\":0,\"response\":\"two\"}\n{\n");
  const Result<std::unique_ptr<Generator>> engine = OpenReplay(PosixFileSystem(), {path}, false);
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().exit_code(), 3);
  EXPECT_NE(engine.error().message().find("line 2"), std::string::npos);
  const Result<std::unique_ptr<Generator>> lenient = OpenReplay(PosixFileSystem(), {path}, true);
  ASSERT_TRUE(lenient.ok());
  EXPECT_EQ(Ask(**lenient, "a", {0})[0].response, "one");
}

TEST(Script, AnswersWithTheFirstRuleThatFitsAndLogsEveryAsk) {
  const std::string path = WriteFile("script.jsonl",
                                     "{\"id\":\"a\",\"sample\":1,\"response\":\"special\"}\n"
                                     "{\"response\":\"{id}/{sample}\"}\n");
  const std::string log = WriteFile("asks.txt", "");
  Result<std::unique_ptr<Generator>> engine = OpenScript(PosixFileSystem(), path, log);
  ASSERT_TRUE(engine.ok());
  const std::vector<Sample> got = Ask(**engine, "a", {0, 1});
  EXPECT_EQ(got[0].response, "a/0");
  EXPECT_EQ(got[1].response, "special");
  std::ifstream asks(log);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(asks), {}), "a\t0\na\t1\n");
}

TEST(SampleSeed, DependsOnEveryPart) {
  const std::uint64_t seed = SampleSeed(1, "aime24", "60", 0);
  EXPECT_EQ(seed, SampleSeed(1, "aime24", "60", 0));
  EXPECT_NE(seed, SampleSeed(2, "aime24", "60", 0));
  EXPECT_NE(seed, SampleSeed(1, "aime25", "60", 0));
  EXPECT_NE(seed, SampleSeed(1, "aime24", "61", 0));
  EXPECT_NE(seed, SampleSeed(1, "aime24", "60", 1));
}

}  // namespace
}  // namespace fuseo1
