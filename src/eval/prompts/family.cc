#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "eval/prompts/render.h"

namespace fuseo1 {
namespace {

struct Named {
  ModelFamily family;
  std::string_view name;
};

constexpr std::array<Named, 4> kFamilies = {{{ModelFamily::kR1, "r1"},
                                             {ModelFamily::kQwq, "qwq"},
                                             {ModelFamily::kSkyT1, "sky-t1"},
                                             {ModelFamily::kQwen25, "qwen2.5"}}};

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::string_view FamilyName(ModelFamily family) {
  return kFamilies[static_cast<std::size_t>(family)].name;
}

Result<ModelFamily> FindFamily(std::string_view name) {
  for (const Named& named : kFamilies) {
    if (named.name == Lower(name)) {
      return named.family;
    }
  }
  return UsageError(fmt::format("no prompt family {}: r1, qwq, sky-t1 or qwen2.5", Quoted(name)));
}

ModelFamily FamilyOfModel(std::string_view model) {
  const std::string name = Lower(model);
  // A fusion or a distilled model carries its parents' names too, so these come first.
  if (Contains(name, "fuseo1") || Contains(name, "deepseek") || Contains(name, "r1")) {
    return ModelFamily::kR1;
  }
  if (Contains(name, "sky-t1") || Contains(name, "skyt1")) {
    return ModelFamily::kSkyT1;
  }
  if (Contains(name, "qwq")) {
    return ModelFamily::kQwq;
  }
  return Contains(name, "qwen") ? ModelFamily::kQwen25 : ModelFamily::kR1;
}

Result<Preset> FindPreset(std::string_view name) {
  if (name == "fuseo1") {
    return Preset::kFuseO1;
  }
  if (name == "chat") {
    return Preset::kChat;
  }
  return UsageError(fmt::format("no preset {}: fuseo1 or chat", Quoted(name)));
}

std::string_view PresetName(Preset preset) { return preset == Preset::kFuseO1 ? "fuseo1" : "chat"; }

}  // namespace fuseo1
