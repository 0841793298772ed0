#include "report/published.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "base/embed.h"

namespace fuseo1 {
namespace {

FUSEO1_EMBED(PublishedCsv, FUSEO1_PUBLISHED_PATH)

// Up to the next `end`, which is taken away too.
std::string_view Take(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

std::vector<PublishedModel> Parse(std::string_view text) {
  std::vector<PublishedModel> models;
  Take(text, '\n');  // the names of the columns
  while (!text.empty()) {
    std::string_view line = Take(text, '\n');
    std::array<std::string_view, 4> field;
    for (std::string_view& part : field) {
      part = Take(line, ',');
    }
    const auto model = std::find_if(models.begin(), models.end(),
                                    [&](const PublishedModel& m) { return m.name == field[0]; });
    PublishedModel& target = model == models.end()
                                 ? models.emplace_back(PublishedModel{std::string(field[0]), {}})
                                 : *model;
    if (!field[3].empty()) {
      target.cells.push_back({std::string(field[1]), std::string(field[2]),
                              std::strtod(std::string(field[3]).c_str(), nullptr)});
    }
  }
  return models;
}

std::string Key(std::string_view name) {
  const std::size_t end = name.find_last_not_of('/');
  name = name.substr(0, end == std::string_view::npos ? 0 : end + 1);
  std::string key(name.substr(name.rfind('/') + 1));  // npos + 1 is 0
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::replace(key.begin(), key.end(), ' ', '-');
  return key;
}

}  // namespace

std::optional<double> PublishedModel::Find(std::string_view benchmark,
                                           std::string_view metric) const {
  for (const PublishedCell& cell : cells) {
    if (cell.benchmark == benchmark && cell.metric == metric) {
      return cell.percent;
    }
  }
  return std::nullopt;
}

std::span<const PublishedModel> PublishedModels() {
  static const std::vector<PublishedModel> kModels = Parse(PublishedCsv());
  return kModels;
}

std::string_view PublishedSource() {
  return "FuseO1-Preview's published tables (model cards huggingface.co/FuseAI/FuseO1-*, January "
         "2025; the rows of OpenAI's models and of DeepSeek R1 are quoted there, not run)";
}

bool IsSameModel(std::string_view a, std::string_view b) {
  const std::string key = Key(a);
  return !key.empty() && key == Key(b);
}

}  // namespace fuseo1
