#include "plan/resolve_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace fuseo1 {
namespace {

const ParameterSetting* FindSetting(const ParameterSettings* settings, std::string_view name) {
  if (settings != nullptr) {
    for (const ParameterSetting& setting : *settings) {
      if (setting.name == name) {
        return &setting;
      }
    }
  }
  return nullptr;
}

double AsNumber(const ScalarValue& value) {
  if (const bool* on = std::get_if<bool>(&value)) {
    return *on ? 1 : 0;
  }
  const double* number = std::get_if<double>(&value);
  return number == nullptr ? 0 : *number;
}

// What mergekit calls an expert's tensor, whose parts it joins before it looks at filters:
// "….block_sparse_moe.experts.3.w1.weight" is "….mlp.experts.gate_up_proj". "" for other names.
std::string JoinedName(std::string_view name) {
  constexpr std::string_view kOldBlock = ".block_sparse_moe.";
  constexpr std::string_view kExperts = ".experts.";
  const std::size_t block = name.find(kOldBlock);
  if (block == std::string_view::npos && !Contains(name, kExperts)) {
    return "";
  }
  std::string joined(name);
  if (block != std::string_view::npos) {
    joined.replace(block, kOldBlock.size(), ".mlp.");
  }
  const std::size_t experts = joined.find(kExperts);
  if (experts == std::string::npos) {
    return joined;
  }
  const std::string_view rest = std::string_view(joined).substr(experts + kExperts.size());
  const std::string_view part = rest.substr(std::min(rest.find('.') + 1, rest.size()));
  const bool is_down = part == "w2.weight" || part == "down_proj.weight";
  const bool is_up = part == "w1.weight" || part == "w3.weight" || part == "gate_proj.weight" ||
                     part == "up_proj.weight";
  if (!is_down && !is_up) {
    return block == std::string::npos ? "" : joined;
  }
  return joined.substr(0, experts + kExperts.size()) + (is_down ? "down_proj" : "gate_up_proj");
}

bool Matches(std::string_view filter, std::string_view name) {
  return filter.empty() || filter == "*" || Contains(name, filter) ||
         Contains(JoinedName(name), filter);
}

// Numbers are interpolated in double, v[i0] and v[i0 + 1] around t (n - 1); switches and names are
// picked.
Result<ScalarValue> AtPosition(std::string_view file, const ParamDef& def,
                               const ConditionalValue& candidate, double t) {
  const std::vector<ScalarValue>& values = candidate.values;
  const double scaled = t * static_cast<double>(values.size() - 1);
  const auto i0 = static_cast<std::size_t>(scaled);
  if (def.type == ParamType::kBool || def.type == ParamType::kText) {
    return values[i0];
  }
  const std::size_t i1 = std::min(values.size() - 1, i0 + 1);
  const double fraction = scaled - static_cast<double>(i0);
  const double value = (1 - fraction) * AsNumber(values[i0]) + fraction * AsNumber(values[i1]);
  if (def.type == ParamType::kInt && std::trunc(value) != value) {
    return UsageError(
        fmt::format("{}: the gradient of parameter {} gives {} at position {}; it must "
                    "be a whole number everywhere",
                    PlaceText(file, candidate.place), Quoted(def.name), value, t));
  }
  return ScalarValue(value);
}

}  // namespace

std::string ParamsText(const Params& params) {
  std::string text;
  for (const auto& [name, values] : params.numbers()) {
    text += name + "=";
    for (const std::optional<double>& value : values) {
      text += value ? fmt::format("{:a},", *value) : "-,";
    }
  }
  for (const auto& [name, value] : params.texts()) {
    text += name + "=" + Quoted(value) + ",";
  }
  return text;
}

Result<std::optional<ScalarValue>> ParameterResolver::Find(const ParamDef& def,
                                                           const ParameterSettings* own,
                                                           const SliceScope& scope, double t,
                                                           std::string_view name) {
  for (std::size_t level = 0; level <= scope.levels.size(); ++level) {
    const ParameterSetting* setting =
        FindSetting(level == 0 ? own : scope.levels[level - 1], def.name);
    if (setting == nullptr) {
      continue;
    }
    for (const ConditionalValue& candidate : setting->candidates) {
      if (!Matches(candidate.filter, name)) {
        continue;
      }
      used_.insert(&candidate);
      if (candidate.values.empty()) {
        break;  // an empty gradient: the next level decides
      }
      FUSEO1_TRY(ScalarValue value, AtPosition(file_, def, candidate, t));
      return std::optional<ScalarValue>(std::move(value));
    }
  }
  return std::optional<ScalarValue>();
}

Result<const Params*> ParameterResolver::Resolve(const SliceScope& scope, double t,
                                                 std::string_view output_name,
                                                 const std::vector<ResolvedInput>& inputs) {
  Params params;
  for (const ParamDef& def : method_.params) {
    if (def.scope == ParamScope::kTensor) {
      FUSEO1_TRY(std::optional<ScalarValue> value, Find(def, nullptr, scope, t, output_name));
      if (!value && def.required) {
        return UsageError(fmt::format(
            "{}: Missing required parameter {} for {}; write '{}: NUMBER' under the top-level "
            "'parameters:'",
            PlaceText(file_, {}), def.name, Printable(output_name), def.name));
      }
      if (def.type == ParamType::kText) {
        std::string text = value ? std::get<std::string>(*value) : std::string(def.text);
        if (def.name == "variant") {
          text = !variant_.empty() ? variant_ : value ? std::move(text) : default_variant_;
        }
        params.SetText(def.name, std::move(text));
      } else if (value) {
        params.Set(def.name, AsNumber(*value));
      } else {
        params.Set(def.name, def.unset_allowed ? std::nullopt : std::optional(def.number));
      }
      continue;
    }
    Params::Numbers numbers;
    for (const ResolvedInput& input : inputs) {
      const auto source = static_cast<std::size_t>(input.source);
      // For methods without a reference point the base is a model like any other.
      const bool is_base = input.source == scope.base && method_.base != BaseRule::kUnused;
      FUSEO1_TRY(const std::optional<ScalarValue> value,
                 Find(def, scope.sources[source], scope, t, input.name));
      if (value) {
        numbers.emplace_back(AsNumber(*value));
      } else if (def.required && !is_base) {
        return UsageError(fmt::format(
            "{}: Missing required parameter {} for {}.{}; write 'parameters: {{{}: NUMBER}}' "
            "beside this 'model:'",
            PlaceText(file_, scope.source_places[source]), def.name,
            Printable(scope.source_names[source]), Printable(input.name), def.name));
      } else if (def.required || def.unset_allowed) {
        numbers.emplace_back(std::nullopt);
      } else {
        numbers.emplace_back(def.number);
      }
    }
    params.SetPerInput(def.name, std::move(numbers));
  }
  return Share(std::move(params));
}

const Params* ParameterResolver::Share(Params params) {
  const auto [known, is_new] = shared_.try_emplace(ParamsText(params), nullptr);
  if (is_new) {
    all_.push_back(std::make_shared<const Params>(std::move(params)));
    known->second = all_.back().get();
  }
  return known->second;
}

}  // namespace fuseo1
