#include "publish/chat_templates.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

TEST(ChatTemplates, AutoTakesTheMostFrequentAndTheFirstOfEquals) {
  EXPECT_EQ(*ResolveChatTemplate("auto", {"x", " y\n", "y", "x", "y"}), "y");
  EXPECT_EQ(*ResolveChatTemplate("auto", {"a", "b"}), "a");
  EXPECT_EQ(*ResolveChatTemplate("auto", {"", " ", "b"}), "b");
  EXPECT_FALSE(ResolveChatTemplate("auto", {"", "  "})->has_value());
}

TEST(ChatTemplates, NamesStandForTemplates) {
  for (const char* name : {"alpaca", "chatml", "exaone", "llama3", "mistral"}) {
    const auto text = ResolveChatTemplate(name, {});
    ASSERT_TRUE(text.ok() && text->has_value()) << name;
    EXPECT_NE((*text)->find("messages"), std::string::npos);
  }
}

TEST(ChatTemplates, AnythingElseIsATemplateOrAnError) {
  EXPECT_EQ(*ResolveChatTemplate("{{ messages[0].content }}", {}), "{{ messages[0].content }}");
  for (const char* text : {"chatlm", "{{ too short }}", "a long text but no brackets at all"}) {
    const auto result = ResolveChatTemplate(text, {});
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().code(), ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace fuseo1
