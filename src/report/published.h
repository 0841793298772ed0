// The results that FuseO1-Preview published, built into the program (published.csv).
//
// Source: the tables of the model cards of huggingface.co/FuseAI/FuseO1-* and of
// FuseO1-Preview/README.md in github.com/fanqiwan/FuseAI, January 2025; 128 cells, of which 12 are
// dashes there. The rows of OpenAI's models and of DeepSeek R1 are quoted there from elsewhere, not
// run. Constant; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuseo1 {

struct PublishedCell {
  std::string benchmark;  // "AIME24", "LiveCodeBench-Easy"
  std::string metric;     // "pass@1", "cons@32"
  double percent = 0;
};

struct PublishedModel {
  std::string name;
  std::vector<PublishedCell> cells;  // without the dashes

  std::optional<double> Find(std::string_view benchmark, std::string_view metric) const;
};

// In the order of the published tables.
std::span<const PublishedModel> PublishedModels();

// One line for tables and pages.
std::string_view PublishedSource();

// "deepseek-ai/DeepSeek-R1" and "deepseek-r1" name one model: the last part of the path, any case.
bool IsSameModel(std::string_view a, std::string_view b);

}  // namespace fuseo1
