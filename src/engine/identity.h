// The facts that decide a merge's output bytes, as lines of text: what a journal is bound to.
#pragma once

#include <string>
#include <vector>

#include "plan/merge_plan.h"

namespace fuseo1 {

// "config: …", "input <path>: size, mtime, inode, header hash", "layout: …": in a fixed order.
std::vector<std::string> IdentityOf(const MergePlan& plan);

}  // namespace fuseo1
