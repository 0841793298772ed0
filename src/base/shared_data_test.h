// Published data sets for tests that run over whole sets. They are the user's, never part of the
// product: a folder named by FUSEO1_SHARED, else "shared" beside the source tree. Tests only.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/json.h"

namespace fuseo1 {

// What a skipped test says.
inline constexpr const char* kNoSharedData =
    "no such data set: set FUSEO1_SHARED, or put the folder \"shared\" beside the source tree";

// The path of a file or folder of the data sets; empty where it is not there.
inline std::string SharedPath(const std::string& relative) {
  const char* named = std::getenv("FUSEO1_SHARED");
  const std::string path =
      (named != nullptr ? std::string(named) : std::string(FUSEO1_SOURCE_DIR) + "/../shared") +
      "/" + relative;
  std::error_code error;
  return std::filesystem::exists(path, error) ? path : std::string();
}

// The rows of a file of JSON lines; none where it is not there.
inline std::vector<Json> SharedRows(const std::string& relative) {
  std::vector<Json> rows;
  std::ifstream file(SharedPath(relative));
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    Result<Json> row = ParseJson(QuoteNonFiniteNumbers(line));
    if (row.ok()) rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace fuseo1
