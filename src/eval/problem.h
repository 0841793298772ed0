// One item of a benchmark as the graders and prompts see it. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fuseo1 {

// Where a record's bytes lie: its tests may be too large to keep for every problem.
struct RecordPlace {
  std::size_t file = 0;  // index of Dataset's files
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

struct Problem {
  std::string id;
  std::uint64_t row = 0;  // from 0, in the data's order
  std::string question;
  std::string subject;
  std::string difficulty;

  // Maths: the reference answer, and the raw text that the published gold rule starts from.
  std::string gold;
  std::string published_gold;
  std::string tolerance;  // an absolute one that the record states, "" for none

  // Multiple choice: the options as stored and the index of the right one.
  std::vector<std::string> options;
  std::size_t correct_option = 0;

  // Code.
  std::string starter_code;
  std::string date;             // ISO, of the contest
  bool outside_window = false;  // left out of the score
  RecordPlace place;
};

}  // namespace fuseo1
