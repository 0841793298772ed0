// The vector files of tests/golden/eval-vectors, line by line, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/json.h"

namespace fuseo1 {

inline std::vector<Json> ReadJsonLines(const std::string& path) {
  std::ifstream file(path);
  std::vector<Json> rows;
  for (std::string line; std::getline(file, line);) {
    Result<Json> row = ParseJson(line);
    EXPECT_TRUE(row.ok()) << path;
    if (row.ok()) {
      rows.push_back(*std::move(row));
    }
  }
  return rows;
}

inline std::vector<Json> ReadVectors(const std::string& name) {
  return ReadJsonLines(std::string(FUSEO1_SOURCE_DIR) + "/tests/golden/eval-vectors/" + name);
}

// A text member, "" where it is null.
inline std::string TextOf(const Json& row, const char* key) {
  return row.at(key).is_string() ? row.at(key).get<std::string>() : std::string();
}

}  // namespace fuseo1
