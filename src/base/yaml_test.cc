#include "base/yaml.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>

#include "base/limits.h"

namespace fuseo1 {
namespace {

std::string Repeat(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += part;
  }
  return out;
}

YamlNode Parsed(std::string_view text) {
  auto document = ParseYaml(text, "c.yml");
  EXPECT_TRUE(document.ok()) << text << "\n" << (document.ok() ? "" : document.error().message());
  return document.ok() ? std::move(document->root) : YamlNode{};
}

TEST(Yaml, ReadsScalarsAsVersion11Does) {
  struct Case {
    const char* text;
    YamlKind kind;
    double number;
  };
  const Case cases[] = {
      {"yes", YamlKind::kBool, 1},        {"Off", YamlKind::kBool, 0},
      {"y", YamlKind::kText, 0},          {"1e-5", YamlKind::kText, 0},
      {"1.0e-5", YamlKind::kFloat, 1e-5}, {"1.e+3", YamlKind::kFloat, 1000},
      {"1.0e5", YamlKind::kText, 0},      {".5", YamlKind::kFloat, 0.5},
      {"-.5", YamlKind::kText, 0},        {"5.", YamlKind::kFloat, 5},
      {"010", YamlKind::kInt, 8},         {"0o7", YamlKind::kText, 0},
      {"0x1F", YamlKind::kInt, 31},       {"0b101", YamlKind::kInt, 5},
      {"1_000", YamlKind::kInt, 1000},    {"1:30", YamlKind::kInt, 90},
      {"1:30.5", YamlKind::kFloat, 90.5}, {"-1:30", YamlKind::kInt, -90},
      {"08", YamlKind::kText, 0},         {"+12", YamlKind::kInt, 12},
      {"~", YamlKind::kNull, 0},          {"NULL", YamlKind::kNull, 0},
      {"nULL", YamlKind::kText, 0},       {"0", YamlKind::kInt, 0},
      {"-0", YamlKind::kInt, 0},          {"1:60", YamlKind::kText, 0},
      {"0.1_5", YamlKind::kFloat, 0.15},  {"nan", YamlKind::kText, 0},
  };
  for (const Case& c : cases) {
    const YamlNode node = Parsed(std::string("k: ") + c.text);
    ASSERT_EQ(node.members.size(), 1U);
    EXPECT_EQ(node.members[0].value.kind, c.kind) << c.text;
    EXPECT_DOUBLE_EQ(node.members[0].value.number, c.number) << c.text;
  }
  EXPECT_TRUE(std::isnan(Parsed("k: .NaN").members[0].value.number));
  EXPECT_TRUE(std::isinf(Parsed("k: -.inf").members[0].value.number));
  EXPECT_EQ(Parsed("k: '1'").members[0].value.kind, YamlKind::kText);
  EXPECT_EQ(Parsed("k: !!str 1").members[0].value.kind, YamlKind::kText);
  EXPECT_NEAR(Parsed("k: 99999999999999999999").members[0].value.number / 1e20, 1, 1e-15);
}

TEST(Yaml, KnowsWhereEverythingStands) {
  const YamlNode root = Parsed("a: 1\nmodels:\n  - model: x\n    parameters: {weight: 0.5}\n");
  EXPECT_EQ(root.members[1].line, 2);
  const YamlNode& entry = root.members[1].value.items[0];
  EXPECT_EQ(entry.line, 3);
  EXPECT_EQ(entry.column, 5);
  EXPECT_EQ(entry.Find("parameters")->members[0].line, 4);
  EXPECT_EQ(entry.Find("parameters")->members[0].column, 18);
}

TEST(Yaml, LastOfEqualKeysWinsWithAWord) {
  const auto document = ParseYaml("dtype: a\nx: 1\ndtype: b\n", "c.yml");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root.Find("dtype")->text, "b");
  ASSERT_EQ(document->warnings.size(), 1U);
  EXPECT_EQ(document->warnings[0],
            "c.yml: line 3, column 1: key \"dtype\" occurs twice (first in line 1); the last one "
            "counts");
}

TEST(Yaml, AnchorsAndMergeKeysWork) {
  const YamlNode root = Parsed(
      "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], z: 5}\nd:\n  <<: *a\n  x: 9\n");
  const YamlNode* c = root.Find("c");
  EXPECT_EQ(c->Find("x")->number, 1);
  EXPECT_EQ(c->Find("y")->number, 2);
  EXPECT_EQ(c->Find("z")->number, 5);
  EXPECT_EQ(root.Find("d")->Find("x")->number, 9);
  EXPECT_EQ(root.Find("d")->Find("y")->number, 2);
}

TEST(Yaml, AcceptsCarriageReturnsAndAByteOrderMark) {
  const YamlNode root = Parsed(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: |\r\n  two\r\n  lines\r\n");
  EXPECT_EQ(root.Find("b")->text, "two\nlines\n");
}

TEST(Yaml, RejectsSeveralDocumentsWithAPointer) {
  const auto document = ParseYaml("a: 1\n---\nb: 2\n", "c.yml");
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(document.error().code(), ErrorCode::kUsage);
  EXPECT_NE(document.error().message().find("docs/configs.md"), std::string::npos);
  EXPECT_TRUE(ParseYaml("---\na: 1\n...\n", "c.yml").ok());
}

TEST(Yaml, SaysWhereTheSyntaxIsBroken) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: 1\nb: [1, 2\n", "'['"},
      {"a: {x: 1\n", "'{'"},
      {"a: \"x\nb: 1\n", "line 1, column 4: a quote is never closed"},
      {"a: ['it''s', 'x]\n", "never closed"},
      {"a: 'x\n", "quote"},
      {"a: b: c\n", "':'"},
      {"a:\n\t- x\n", "tab"},
      {"a: 1\nb\n", "line 2, column 1: text that belongs to no key"},
      {"m:\n  - a\nmethod linear\ndtype: x\n", "line above"},
      {"a: 1\n  b: 2\n", "line 2"},
      {"a: ]\n", "closes nothing"},
      {"a: @x\n", "quotes"},
      {"a: *x\n", "not defined"},
      {"models:\n  - a\n - b\n", "line 3"},
      {"? [a, b]\n: 1\n", "a key must be text"},
      {"a: !!python/object:os.system x\n", "tag"},
      {"a: !!int x\n", "tag"},
      {"<<: 3\n", "mapping"},
      {"a: \"\\q\"\n", "escape"},
  };
  for (const auto& [text, words] : cases) {
    const auto document = ParseYaml(text, "c.yml");
    ASSERT_FALSE(document.ok()) << text;
    EXPECT_EQ(document.error().code(), ErrorCode::kUsage) << document.error().message();
    EXPECT_NE(document.error().message().find(words), std::string::npos)
        << document.error().message();
    EXPECT_NE(document.error().message().find("c.yml: line "), std::string::npos)
        << document.error().message();
    EXPECT_EQ(document.error().message().find("bad file"), std::string::npos);
  }
}

std::string NestedAliases(int levels, int width) {
  std::string text = "l0: &l0 [x]\n";
  for (int i = 1; i <= levels; ++i) {
    text += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [";
    for (int j = 0; j < width; ++j) {
      text += (j == 0 ? "*l" : ", *l") + std::to_string(i - 1);
    }
    text += "]\n";
  }
  return text;
}

TEST(Yaml, StopsBombsEarly) {
  const std::size_t mib = kMaxYamlBytes;
  const std::pair<const char*, std::string> bombs[] = {
      {"nine laughs", NestedAliases(7, 9)},
      {"nested aliases", NestedAliases(31, 2)},
      {"many aliases", "a: &a x\nb: [" + Repeat("*a, ", 65) + "*a]\n"},
      {"flow depth", Repeat("[", 100'000)},
      {"flow depth closed", Repeat("[", 5'000) + Repeat("]", 5'000)},
      {"mixed depth", Repeat("[{a: ", 20'000)},
      {"hidden depth", Repeat("[[[[\"]]]]\",", 80'000)},
      {"block depth", Repeat("- ", 400'000)},
      {"question marks", Repeat("? ", 400'000)},
      {"indentation",
       [] {
         std::string text;
         for (std::size_t i = 0; i < 600; ++i) {
           text += Repeat(" ", i) + "a:\n";
         }
         return text;
       }()},
      {"huge scalar", "a: " + Repeat("x", mib)},
      {"gigantic quoted", "a: \"" + Repeat("x ", mib) + "\""},
      {"many keys",
       [] {
         std::string text;
         for (int i = 0; i < 90'000; ++i) {
           text += "k" + std::to_string(i) + ":\n";
         }
         return text;
       }()},
      {"many flow items", "a: [" + Repeat("1,", 500'000) + "1]"},
      {"many flow keys", "{" + Repeat("a: 1,", 200'000) + "}"},
      {"cyclic alias", "a: &a [*a]\n"},
      {"cyclic map", "a: &a\n  b: *a\n"},
      {"cyclic merge", "a: &a\n  <<: *a\n"},
      {"merge bomb", "a: &a {" + Repeat("x: 1, ", 3'000) + "y: 1}\nb:\n" +
                         [] {
                           std::string text;
                           for (int i = 0; i < 60; ++i) {
                             text += "  - {<<: *a}\n";
                           }
                           return text;
                         }()},
      {"binary", std::string("\x7f"
                             "ELF\x02\x01\x00\x00",
                             8)},
      {"utf-16", std::string("\xff\xfe"
                             "a\0:\0",
                             6)},
      {"broken utf-8", "a: 1\nb: \xc3\x28\n"},
      {"many dashes", Repeat("-\n", 500'000)},
  };
  for (const auto& [name, text] : bombs) {
    const std::clock_t start = std::clock();
    const auto document = ParseYaml(text, "c.yml");
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    ASSERT_FALSE(document.ok()) << name;
    EXPECT_EQ(document.error().code(), ErrorCode::kInput)
        << name << ": " << document.error().message();
    EXPECT_NE(document.error().message().find("line "), std::string::npos) << name;
    EXPECT_NE(document.error().message().find("column "), std::string::npos) << name;
    RecordProperty(name, std::to_string(seconds));
    if (std::getenv("FUSEO1_SHOW_TIMES") != nullptr) {
      std::printf("%-20s %.1f ms %s\n", name, 1000 * seconds, document.error().message().c_str());
    }
  }
}

TEST(Yaml, MeetsItsLimitsExactly) {
  const auto list = [](std::size_t nodes) {  // the list itself and its items
    return "[" + Repeat("1,", nodes - 2) + "1]";
  };
  EXPECT_TRUE(ParseYaml(list(kMaxYamlExpandedNodes - 1), "c").ok());
  EXPECT_TRUE(ParseYaml(list(kMaxYamlExpandedNodes), "c").ok());
  EXPECT_FALSE(ParseYaml(list(kMaxYamlExpandedNodes + 1), "c").ok());
  const auto nested = [](std::size_t depth) { return Repeat("[", depth) + Repeat("]", depth); };
  EXPECT_TRUE(ParseYaml(nested(kMaxYamlDepth - 1), "c").ok());
  EXPECT_TRUE(ParseYaml(nested(kMaxYamlDepth), "c").ok());
  EXPECT_FALSE(ParseYaml(nested(kMaxYamlDepth + 1), "c").ok());
  const auto aliases = [](std::size_t n) { return "a: &a x\nb: [" + Repeat("*a,", n) + "]\n"; };
  EXPECT_TRUE(ParseYaml(aliases(kMaxYamlAliases - 1), "c").ok());
  EXPECT_TRUE(ParseYaml(aliases(kMaxYamlAliases), "c").ok());
  EXPECT_FALSE(ParseYaml(aliases(kMaxYamlAliases + 1), "c").ok());
  const auto sized = [](std::size_t bytes) { return "a: 1\n#" + Repeat("x", bytes - 6); };
  EXPECT_TRUE(ParseYaml(sized(kMaxYamlBytes - 1), "c").ok());
  EXPECT_TRUE(ParseYaml(sized(kMaxYamlBytes), "c").ok());
  EXPECT_FALSE(ParseYaml(sized(kMaxYamlBytes + 1), "c").ok());
}

}  // namespace
}  // namespace fuseo1
