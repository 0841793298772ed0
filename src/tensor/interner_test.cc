#include "tensor/interner.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace fuseo1 {
namespace {

TEST(Interner, EqualTextsAreOnePlace) {
  Interner interner;
  const Name a = interner.Intern("model.norm.weight");
  std::string same = "model.norm";
  same += ".weight";
  EXPECT_EQ(interner.Intern(same).place(), a.place());
  EXPECT_NE(interner.Intern("model.norm.bias").place(), a.place());
  EXPECT_EQ(a, "model.norm.weight");
  EXPECT_EQ(interner.Intern(""), "");
  EXPECT_EQ(Name(), "");
  EXPECT_LT(interner.Intern("a"), interner.Intern("b"));
}

TEST(Interner, ShapesOfEqualExtentsAreEqual) {
  Interner interner;
  const std::uint64_t extents[] = {3, 4, 5};
  const Shape whole = interner.Intern(extents);
  EXPECT_EQ(whole.Elems(), 60U);
  EXPECT_EQ(interner.Intern(extents).begin(), whole.begin());
  EXPECT_FALSE(interner.Intern(std::span(extents).first(2)) == whole);
  EXPECT_EQ(interner.Intern(std::span(extents).first(0)), Shape());
  EXPECT_EQ(Shape().Elems(), 1U);
}

TEST(Interner, NamesKeepTheirPlaceWhileItGrows) {
  Interner interner;
  std::vector<Name> names;
  for (int i = 0; i < 5000; ++i) {
    names.push_back(interner.Intern("tensor_" + std::to_string(i)));
    const std::uint64_t extent[] = {static_cast<std::uint64_t>(i)};
    EXPECT_EQ(interner.Intern(extent).Elems(), extent[0]);
  }
  const Interner moved = std::move(interner);
  for (int i = 0; i < 5000; ++i) {
    EXPECT_EQ(names[static_cast<std::size_t>(i)], "tensor_" + std::to_string(i));
  }
  EXPECT_GE(moved.total_bytes(), 64U * 1024);
}

TEST(Interner, ATextOfAnyLengthIsKept) {
  Interner interner;
  const std::string longer(1'000'000, 'x');
  EXPECT_EQ(interner.Intern(longer), longer);
  EXPECT_EQ(interner.Intern("short"), "short");
}

}  // namespace
}  // namespace fuseo1
