// Where a merge may write: never over, inside or around what it reads. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

// True where, links resolved, one path is the other or lies below it. Both absolute. Pure.
bool PathsOverlap(const std::string& a, const std::string& b);

// kUsage where OUT is a file, or is, holds or lies in the folder of an input model or of `others`.
Status CheckOutputPlace(FileSystem& fs, const MergePlan& plan, const std::string& output_dir,
                        const std::vector<std::string>& others);

}  // namespace fuseo1
