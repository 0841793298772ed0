#include "checkpoint/model_ref.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace fuseo1 {
namespace {

TEST(ModelRef, SplitsPathRevisionAndLora) {
  const auto ref = ParseModelRef("org/name@v1.0+adapters/x@refs/pr/3");
  ASSERT_TRUE(ref.ok());
  EXPECT_EQ(ref->path, "org/name");
  EXPECT_EQ(ref->revision, "v1.0");
  EXPECT_EQ(ref->lora_path, "adapters/x");
  EXPECT_EQ(ref->lora_revision, "refs/pr/3");
}

TEST(ModelRef, TextIsAFixedPoint) {
  for (const char* text : {"a", "/abs/path", "./rel", "../up", "org/name", "org/name@main", "a+b",
                           "a@1+b@2", "dir with spaces/x", "C:\\x", "a//b", "é"}) {
    const auto ref = ParseModelRef(text);
    ASSERT_TRUE(ref.ok()) << ref.error().message();
    EXPECT_EQ(ref->Text(), text);
    EXPECT_EQ(*ParseModelRef(ref->Text()), *ref);
  }
}

TEST(ModelRef, SaysMergekitsCause) {
  EXPECT_TRUE(Contains(ParseModelRef("a@b@c").error().message(),
                       "Invalid model path - multiple @: \"a@b@c\""));
  EXPECT_TRUE(Contains(ParseModelRef("a+b+c").error().message(), "Can't parse \"a+b+c\""));
}

TEST(ModelRef, RefusesThirtyHostileReferences) {
  const std::string nul("a\0b", 3);
  for (const std::string& text : {std::string(""),
                                  std::string("@"),
                                  std::string("@main"),
                                  std::string("a@"),
                                  std::string("a+"),
                                  std::string("+a"),
                                  std::string("a@+b"),
                                  std::string("a+@b"),
                                  std::string("a+b@"),
                                  std::string("a@b@c"),
                                  std::string("a+b+c"),
                                  std::string("a+b@c@d"),
                                  nul,
                                  std::string("a\nb"),
                                  std::string("a\x1b[31m"),
                                  std::string("a\x7f"),
                                  std::string("a\xff"),
                                  std::string(5000, 'a'),
                                  std::string("\xe2\x80\xae"
                                              "a"),
                                  std::string("a/b@../c"),
                                  std::string("a/b@.."),
                                  std::string("a/b@/etc"),
                                  std::string("a/b@c/../d"),
                                  std::string("a/b@c//d"),
                                  std::string("a/b@c/"),
                                  std::string("a/b@-rf"),
                                  std::string("a/b@.git"),
                                  std::string("a/b@%2e%2e"),
                                  std::string("a/b@a b"),
                                  std::string("a/b@C:\\x"),
                                  std::string("a/b@x;y"),
                                  std::string("a/b@$(x)"),
                                  std::string("a/b@") + std::string(256, 'r')}) {
    const auto ref = ParseModelRef(text);
    ASSERT_FALSE(ref.ok()) << text;
    EXPECT_EQ(ref.error().code(), ErrorCode::kUsage);
    EXPECT_FALSE(HasControlCharacters(ref.error().message()));
    EXPECT_LT(ref.error().message().size(), 1000u);
  }
}

TEST(ModelRef, KnowsHubNames) {
  for (const char* name : {"gpt2", "Qwen/Qwen2.5-1.5B", "a/b", "A_b/c_", "0/1", "org/a.b-c_d"}) {
    EXPECT_TRUE(LooksLikeHubName(name)) << name;
  }
  EXPECT_TRUE(LooksLikeHubName("o/" + std::string(96, 'n')));
  EXPECT_FALSE(LooksLikeHubName("o/" + std::string(97, 'n')));
  for (const char* name :
       {"",      "/",       "a/",        "/a",    "a//b",       "a/b/c", ".",      "..",
        "../x",  "a/..",    "a/.b",      "a/b.",  "-a/b",       "a/b-",  "a--b/c", "a/b..c",
        "C:\\x", "a/b%2fc", "%2e%2e/x",  "a b/c", "a/b.git",    "~/x",   "a\\b",   "a:b",
        "a/b?x", "a/b#x",   "https://x", "a@b",   "\xc3\xa9/x", "a/b\n"}) {
    EXPECT_FALSE(LooksLikeHubName(name)) << name;
  }
}

TEST(ModelRef, CountsRevisionBytesAtTheLimit) {
  for (const std::size_t bytes : {254u, 255u, 256u}) {
    EXPECT_EQ(LooksLikeRevision(std::string(bytes, 'r')), bytes <= 255);
  }
}

TEST(ModelRef, ChecksReferencesWrittenAsMappings) {
  ModelRef ref;
  ref.path = "odd@path+with/marks";
  EXPECT_TRUE(CheckModelRef(ref).ok());
  ref.revision = "../..";
  EXPECT_FALSE(CheckModelRef(ref).ok());
  ref.revision = "";
  ref.lora_revision = "main";
  EXPECT_FALSE(CheckModelRef(ref).ok());
}

}  // namespace
}  // namespace fuseo1
