// Small pure parts of the commands: layers of names, overlapping paths, the tensors that verify
// draws.
#include <gtest/gtest.h>

#include <set>

#include "cli/layer_name.h"
#include "cli/output_place.h"
#include "cli/recompute.h"

namespace fuseo1 {
namespace {

TEST(LayerName, TakesTheFirstNumberBetweenDots) {
  const LayerName layer = LayerOf("model.layers.12.mlp.experts.3.w1.weight");
  EXPECT_EQ(layer.prefix, "model.layers");
  EXPECT_EQ(layer.index, 12U);
  EXPECT_EQ(layer.pattern, "model.layers.*.mlp.experts.3.w1.weight");
}

TEST(LayerName, LeavesNamesWithoutALayerAlone) {
  for (const char* name : {"lm_head.weight", "", ".", "..", "a.1", "1.a", "x.12a.y", "x.-1.y"}) {
    EXPECT_EQ(LayerOf(name).prefix, "") << name;
    EXPECT_EQ(LayerOf(name).pattern, name);
  }
}

TEST(OutputPlace, PathsOverlapOnlyAtWholeNames) {
  EXPECT_TRUE(PathsOverlap("/a/b", "/a/b"));
  EXPECT_TRUE(PathsOverlap("/a/b/c", "/a/b"));
  EXPECT_TRUE(PathsOverlap("/a", "/a/b/c"));
  EXPECT_TRUE(PathsOverlap("/", "/a"));
  EXPECT_FALSE(PathsOverlap("/a/b", "/a/bc"));
  EXPECT_FALSE(PathsOverlap("/a/b", "/a/c"));
}

TEST(Recompute, DrawsTheShareOnceEachAndTheSameForASeed) {
  const auto chosen = ChooseTensors(1000, 0.1, 7);
  EXPECT_EQ(chosen.size(), 100U);
  EXPECT_EQ(std::set<std::size_t>(chosen.begin(), chosen.end()).size(), 100U);
  EXPECT_LT(chosen.back(), 1000U);
  EXPECT_EQ(chosen, ChooseTensors(1000, 0.1, 7));
  EXPECT_NE(chosen, ChooseTensors(1000, 0.1, 8));
  EXPECT_EQ(ChooseTensors(3, 0.001, 1).size(), 1U);
  EXPECT_EQ(ChooseTensors(3, 1, 1).size(), 3U);
  EXPECT_TRUE(ChooseTensors(0, 1, 1).empty());
}

}  // namespace
}  // namespace fuseo1
