// A config as YAML again: for callers that made one in code. Reading the text gives an equal
// config, but for places and warnings. Pure.
#pragma once

#include <string>

#include "plan/merge_config.h"

namespace fuseo1 {

std::string PrintMergeConfig(const MergeConfig& config);

}  // namespace fuseo1
