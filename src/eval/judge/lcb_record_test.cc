#include "eval/judge/lcb_record.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "eval/judge/base64.h"
#include "eval/judge/inflate.h"
#include "eval/judge/pickle_text.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kPacked =
    "eJxrYJnqzAABPfbR1UqZeQWlJUpWCkrGMXmGCkYKQEpJR0Epv7QEKm4GEShJLS4pqSxIBQkVl6Rk5inVxk7RAwAU/hX6";
constexpr std::string_view kUnpacked =
    R"([{"input": "3\n1 2 3\n", "output": "6\n", "testtype": "stdin"}])";

std::string Zipped(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &size,
            reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 9);
  out.resize(size);
  return out;
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text.push_back(i + k <= bytes.size() ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=');
  }
  return text;
}

Json Record() {
  return *ParseJson(
      R"({"question_id": "abc1", "question_content": "Q", "question_title": "T", "platform": "atcoder",
    "contest_id": "c", "contest_date": "2024-08-03T00:00:00", "starter_code": "", "difficulty": "easy", "metadata": "{}",
    "public_test_cases": "[{\"input\": \"1\", \"output\": \"2\", \"testtype\": \"stdin\"}]", "private_test_cases": ""})");
}

TEST(LcbRecord, ReadsPublicThenPackedPrivateTests) {
  Json record = Record();
  record["private_test_cases"] = kPacked;
  const Result<LcbProblem> problem = ParseLcbLine(DumpJson(record, -1));
  ASSERT_TRUE(problem.ok()) << problem.error().message();
  EXPECT_EQ(problem->judge.mode, JudgeMode::kStdin);
  ASSERT_EQ(problem->judge.tests.size(), 2U);
  EXPECT_EQ(problem->judge.tests[1].input, "3\n1 2 3\n");
  EXPECT_EQ(problem->contest_date, "2024-08-03T00:00:00");
  EXPECT_EQ(problem->difficulty, "easy");
}

TEST(LcbRecord, AFunctionNameMakesItFunctional) {
  Json record = Record();
  record["metadata"] = R"({"func_name": "twoSum"})";
  const Result<LcbProblem> problem = ParseLcbRecord(record);
  ASSERT_TRUE(problem.ok());
  EXPECT_EQ(problem->judge.mode, JudgeMode::kFunctional);
  EXPECT_EQ(problem->judge.func_name, "twoSum");
}

TEST(LcbRecord, DamageIsAnInputErrorThatNamesTheField) {
  const auto fails = [](const char* key, const Json& value, const char* word) {
    Json record = Record();
    record[key] = value;
    const Result<LcbProblem> problem = ParseLcbRecord(record);
    ASSERT_FALSE(problem.ok()) << key << value;
    EXPECT_EQ(problem.error().code(), ErrorCode::kInput);
    EXPECT_NE(problem.error().message().find(word), std::string::npos) << problem.error().message();
  };
  fails("question_id", nullptr, "question_id");
  fails("question_id", 5, "question_id");
  fails("contest_date", nullptr, "contest_date");
  fails("metadata", "{", "metadata");
  fails("metadata", R"({"func_name": 3})", "func_name");
  fails("public_test_cases", "[", "public_test_cases");
  fails("public_test_cases", kPacked, "public_test_cases");
  fails("public_test_cases", "[]", "no tests");
  fails("public_test_cases", R"([{"input": 1, "output": "2"}])", "test 0");
  fails("public_test_cases", R"([{"input": "1"}])", "test 0");
  fails("public_test_cases", R"({"input": "1", "output": "2"})", "list");
  fails("private_test_cases", "!!!", "private_test_cases");
  fails("private_test_cases", "AAAA", "private_test_cases");
  fails("private_test_cases", Base64(Zipped("no pickle")), "pickle");
  fails("private_test_cases", 7, "private_test_cases");
}

TEST(LcbRecord, AFunctionalTestNeedsAJsonOutput) {
  Json record = Record();
  record["metadata"] = R"({"func_name": "f"})";
  record["public_test_cases"] = R"([{"input": "1", "output": "two words"}])";
  EXPECT_EQ(ParseLcbRecord(record).error().code(), ErrorCode::kInput);
}

TEST(Base64, DecodesWithAndWithoutPadding) {
  EXPECT_EQ(*DecodeBase64("aGk="), "hi");
  EXPECT_EQ(*DecodeBase64("aGk"), "hi");
  EXPECT_EQ(*DecodeBase64("aG\nVs bG8="), "hello");
  EXPECT_EQ(*DecodeBase64(""), "");
  for (const char* bad : {"a", "a===", "aGk=x", "a*k=", "aGk==", "====", "\xff\xff\xff\xff"})
    EXPECT_FALSE(DecodeBase64(bad).ok()) << bad;
  for (int size = 0; size < 50; ++size) {
    const std::string bytes(static_cast<std::size_t>(size), '\xa7');
    EXPECT_EQ(*DecodeBase64(Base64(bytes)), bytes);
  }
}

TEST(InflateZlib, StopsAtTheLimit) {
  const std::string zeros(1'000'000, '\0');
  EXPECT_EQ(*InflateZlib(Zipped(zeros), 1'000'000), zeros);
  EXPECT_FALSE(InflateZlib(Zipped(zeros), 999'999).ok());
  EXPECT_FALSE(InflateZlib(Zipped(zeros) + "x", 2'000'000).ok());
  const std::string cut = Zipped(zeros);
  for (std::size_t size = 0; size < cut.size(); size += 97)
    EXPECT_FALSE(InflateZlib(cut.substr(0, size), 2'000'000).ok());
  EXPECT_FALSE(InflateZlib("not zlib at all", 100).ok());
}

TEST(InflateZlib, ABombCostsNoMemory) {
  const std::string bomb = Zipped(std::string(kMaxTestBlobBytes + 1, '\0'));
  EXPECT_LT(bomb.size(), kMaxTestBlobBytes / 1000);
  EXPECT_FALSE(UnpackTests(Base64(bomb)).ok());
  EXPECT_FALSE(UnpackTests(Base64(Zipped(bomb))).ok());
}

TEST(PickledText, AcceptsWhatAPickledStringUses) {
  const std::string text = "[1]";
  EXPECT_EQ(*ReadPickledText(std::string("\x80\x04\x95\x07\0\0\0\0\0\0\0\x8c\x03[1]\x94.", 18)),
            text);
  EXPECT_EQ(*ReadPickledText(std::string("\x80\x02X\x03\0\0\0[1]q\0.", 13)), text);
  EXPECT_EQ(*ReadPickledText(std::string("\x80\x03X\x03\0\0\0[1]r\0\0\0\0.", 16)), text);
  EXPECT_EQ(*ReadPickledText(std::string("\x80\x04\x8d\x03\0\0\0\0\0\0\0[1].", 15)), text);
  EXPECT_EQ(*UnpackTests(kPacked), kUnpacked);
}

TEST(PickledText, EveryOtherOpcodeIsAnError) {
  const std::string whole("\x80\x04\x95\x07\0\0\0\0\0\0\0\x8c\x03[1]\x94.", 18);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(ReadPickledText(whole.substr(0, size)).ok()) << size;
  int accepted = 0;
  for (int opcode = 0; opcode < 256; ++opcode) {
    std::string changed = whole;
    changed[11] = static_cast<char>(opcode);
    accepted += ReadPickledText(changed).ok() ? 1 : 0;
    if (opcode == '.') continue;
    changed = whole;
    changed[17] = static_cast<char>(opcode);
    EXPECT_FALSE(ReadPickledText(changed).ok()) << opcode;
  }
  EXPECT_EQ(accepted, 1);
  for (const std::string& evil :
       {std::string("cos\nsystem\n(S'id'\ntR."),
        std::string("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R."),
        std::string("\x80\x02X\xff\xff\xff\xff[1]."),
        std::string("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff[1]."),
        std::string("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff\x8c\x03[1]."),
        std::string("\x80\x04\x8c\x02\xff\xfe."), whole + "."}) {
    EXPECT_FALSE(ReadPickledText(evil).ok());
  }
}

}  // namespace
}  // namespace fuseo1
