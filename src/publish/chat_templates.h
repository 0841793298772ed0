// The value of the config key chat_template, resolved to a template's text. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fuseo1 {

// The names that stand for a template of ours: alpaca, chatml, exaone, llama3, mistral.
std::optional<std::string_view> BuiltinTemplate(std::string_view name);

// `setting` as written in the config: "auto" gives the most frequent of the models' own templates
// (stripped; the first of equals; nothing where no model has one), a known name its template,
// anything else is taken as the template itself. kUsage where that is too short or holds no "{".
Result<std::optional<std::string>> ResolveChatTemplate(
    std::string_view setting, const std::vector<std::string>& templates_of_models);

}  // namespace fuseo1
