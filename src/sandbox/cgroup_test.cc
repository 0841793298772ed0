#include "sandbox/cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/limits.h"

namespace fuseo1 {
namespace {

TEST(Cgroup, ExistsOnlyWhileItIsOwned) {
  std::string file;
  {
    Result<Cgroup> group = Cgroup::Create(true, 100 * kMiB, true, 10);
    if (!group.ok()) GTEST_SKIP() << group.error().message();
    ASSERT_FALSE(group->procs_files().empty());
    file = group->procs_files().front();
    EXPECT_EQ(access(file.c_str(), W_OK), 0);
    EXPECT_EQ(group->OutOfMemoryKills(), 0U);
    const Cgroup moved = std::move(group).value();
    EXPECT_EQ(access(file.c_str(), W_OK), 0);
  }
  EXPECT_NE(access(file.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace fuseo1
