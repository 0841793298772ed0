// Values under `parameters:`, read with the leniency of mergekit's schema: text that is a number is
// a number, 1 is true, and a gradient of switches or names picks entries.
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/text.h"
#include "plan/config_context.h"

namespace fuseo1 {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return out;
}

// "0.5", " 1e-5 ", "1_000", "inf", "-Infinity", "nan".
std::optional<double> NumberInText(std::string_view text) {
  std::string plain = Lower(Trim(text));
  const bool is_signed = !plain.empty() && (plain[0] == '-' || plain[0] == '+');
  const bool negative = is_signed && plain[0] == '-';
  plain.erase(0, is_signed ? 1 : 0);
  if (plain == "inf" || plain == "infinity") {
    return negative ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::infinity();
  }
  if (plain == "nan") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::string digits;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] != '_') {
      digits += plain[i];
    } else if (i == 0 || i + 1 == plain.size() || plain[i - 1] == '_') {
      return std::nullopt;
    }
  }
  if (digits.empty() || digits.find_first_not_of("0123456789.e+-") != std::string::npos ||
      digits[0] == '-' || digits[0] == '+') {  // one sign is enough
    return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size() ||
      (error != std::errc() && error != std::errc::result_out_of_range)) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    value = digits.find("e-") != std::string::npos ? 0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

std::optional<bool> SwitchInText(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kOn = {"1", "on", "t", "true", "y", "yes"};
  static constexpr std::array<std::string_view, 6> kOff = {"0", "off", "f", "false", "n", "no"};
  const std::string lower = Lower(text);
  for (std::size_t i = 0; i < kOn.size(); ++i) {
    if (lower == kOn[i] || lower == kOff[i]) {
      return lower == kOn[i];
    }
  }
  return std::nullopt;
}

std::string_view Expected(ParamType type) {
  switch (type) {
    case ParamType::kFloat:
      return "a number";
    case ParamType::kInt:
      return "a whole number";
    case ParamType::kBool:
      return "true or false";
    case ParamType::kText:
      return "text";
  }
  return "";
}

std::optional<ScalarValue> Coerce(const YamlNode& node, ParamType type) {
  const bool is_number =
      node.kind == YamlKind::kInt || node.kind == YamlKind::kFloat || node.kind == YamlKind::kBool;
  switch (type) {
    case ParamType::kFloat:
    case ParamType::kInt: {
      const std::optional<double> number = is_number ? std::optional(node.number)
                                           : node.kind == YamlKind::kText ? NumberInText(node.text)
                                                                          : std::nullopt;
      if (!number || (type == ParamType::kInt &&
                      (std::trunc(*number) != *number || std::abs(*number) > 9e15))) {
        return std::nullopt;
      }
      return *number;
    }
    case ParamType::kBool:
      if (is_number && (node.number == 0 || node.number == 1)) {
        return node.number == 1;
      }
      if (node.kind == YamlKind::kText) {
        const std::optional<bool> on = SwitchInText(node.text);
        return on ? std::optional<ScalarValue>(*on) : std::nullopt;
      }
      return std::nullopt;
    case ParamType::kText:
      return node.kind == YamlKind::kText ? std::optional<ScalarValue>(node.text) : std::nullopt;
  }
  return std::nullopt;
}

// As it stands, for a parameter that no method here reads.
ScalarValue Raw(const YamlNode& node) {
  if (node.kind == YamlKind::kBool) {
    return node.boolean;
  }
  if (node.kind == YamlKind::kInt || node.kind == YamlKind::kFloat) {
    return node.number;
  }
  return node.text;
}

bool IsScalar(const YamlNode& node) {
  return node.kind == YamlKind::kBool || node.kind == YamlKind::kInt ||
         node.kind == YamlKind::kFloat || node.kind == YamlKind::kText;
}

class SettingReader {
 public:
  SettingReader(const ConfigContext& context, const YamlMember& member, const ParamDef* def)
      : context_(context), member_(member), def_(def) {}

  Result<ParameterSetting> Read() const {
    ParameterSetting setting;
    setting.name = member_.key;
    setting.place = PlaceOf(member_);
    const YamlNode& node = member_.value;
    if (node.kind == YamlKind::kMap) {
      FUSEO1_TRY(ConditionalValue value, Conditional(node));
      setting.candidates.push_back(std::move(value));
    } else if (node.kind == YamlKind::kList && !node.items.empty() &&
               node.items[0].kind == YamlKind::kMap) {
      for (const YamlNode& item : node.items) {
        FUSEO1_TRY(ConditionalValue value, Conditional(item));
        setting.candidates.push_back(std::move(value));
      }
    } else if (node.kind != YamlKind::kList || !node.items.empty()) {
      FUSEO1_TRY(ConditionalValue value, Value(node));
      setting.candidates.push_back(std::move(value));
    }  // an empty list says nothing: the next level decides
    return setting;
  }

 private:
  Result<ConditionalValue> Conditional(const YamlNode& node) const {
    static constexpr std::array<std::string_view, 2> kKnown = {"value", "filter"};
    FUSEO1_TRY_VOID(context_.CheckMap(node, kKnown, "an entry of parameter " + Name()));
    const YamlNode* inner = node.Find("value");
    if (inner == nullptr) {
      return context_.At(node, "an entry of parameter " + Name() + " has no 'value:'");
    }
    FUSEO1_TRY(ConditionalValue value, Value(*inner));
    FUSEO1_TRY(value.filter, context_.OptionalText(node, "filter"));
    value.place = PlaceOf(node);
    return value;
  }

  Result<ConditionalValue> Value(const YamlNode& node) const {
    ConditionalValue value;
    value.place = PlaceOf(node);
    value.is_gradient = node.kind == YamlKind::kList;
    if (!value.is_gradient) {
      FUSEO1_TRY(ScalarValue scalar, Scalar(node));
      value.values.push_back(std::move(scalar));
      return value;
    }
    for (const YamlNode& item : node.items) {
      FUSEO1_TRY(ScalarValue scalar, Scalar(item));
      value.values.push_back(std::move(scalar));
    }
    return value;
  }

  Result<ScalarValue> Scalar(const YamlNode& node) const {
    const std::string expected =
        def_ == nullptr ? "a number, true, false or text" : std::string(Expected(def_->type));
    if (!IsScalar(node)) {
      return context_.At(node, "parameter " + Name() + " must be " + expected +
                                   ", a list of them, or a list of {filter, value}; found " +
                                   DescribeYaml(node));
    }
    if (def_ == nullptr) {
      return Raw(node);
    }
    std::optional<ScalarValue> value = Coerce(node, def_->type);
    if (!value) {
      return context_.At(
          node, "parameter " + Name() + " must be " + expected + ", found " + DescribeYaml(node));
    }
    if (def_->name == "variant" && node.text != "fuseo1" && node.text != "mergekit" &&
        node.text != "paper") {
      return context_.At(node, "sce has no variant " + Quoted(node.text, 60) +
                                   "; expected fuseo1, mergekit or paper");
    }
    return *std::move(value);
  }

  std::string Name() const { return Quoted(member_.key, 80); }

  const ConfigContext& context_;
  const YamlMember& member_;
  const ParamDef* def_;
};

const ParamDef* FindParam(const MethodDef* method, std::string_view name) {
  for (const ParamDef& param : method->params) {
    if (param.name == name) {
      return &param;
    }
  }
  return nullptr;
}

// A name that the method does not read.
Status CheckUnused(const ConfigContext& context, const YamlMember& member) {
  const std::string method(context.method->name);
  if (IsParameterName(member.key)) {
    context.Warn(PlaceOf(member), "parameter " + Quoted(member.key) + " is not used by " + method);
    return {};
  }
  std::vector<std::string_view> names;
  for (const ParamDef& param : context.method->params) {
    names.push_back(param.name);
  }
  std::string words = "parameter " + Quoted(member.key, 80) + " is not known";
  if (const std::string_view nearest = NearestWord(member.key, names); !nearest.empty()) {
    return context.Unknown(PlaceOf(member), words + "; the nearest one is " + Quoted(nearest));
  }
  words += "; " + method + (names.empty() ? " has none" : " has");
  for (const std::string_view name : names) {
    words += (name == names.front() ? " " : ", ") + std::string(name);
  }
  return context.Unknown(PlaceOf(member), words);
}

// Values that are legal and yet rarely meant.
void WarnOfOddValue(const ConfigContext& context, const ParameterSetting& setting) {
  for (const ConditionalValue& candidate : setting.candidates) {
    for (const ScalarValue& value : candidate.values) {
      const double* number = std::get_if<double>(&value);
      if (number == nullptr) {
        continue;
      }
      const std::string name = "parameter " + Quoted(setting.name);
      const bool is_share = setting.name == "density" || setting.name == "select_topk";
      if (is_share && *number > 1) {
        context.Warn(candidate.place, name + " is above 1: it acts as 1, nothing is left out");
      } else if (is_share && *number <= 0) {
        context.Warn(candidate.place, name + " is not above 0: nothing of the model is kept");
      } else if (!std::isfinite(*number)) {
        context.Warn(candidate.place, name + " is not finite: the result will hold NaN");
      } else if (setting.name == "gamma" && (*number < 0 || *number >= 1)) {
        context.Warn(candidate.place, name + " is outside 0 to 1, the share of outliers to drop");
      } else if (setting.name == "t" && context.method->name != "nearswap" &&
                 (*number < 0 || *number > 1)) {
        context.Warn(candidate.place, name + " is outside 0 to 1: it extrapolates");
      }
    }
  }
}

}  // namespace

Result<ParameterSettings> ReadParameters(const ConfigContext& context, const YamlNode& map,
                                         ParameterLevel level) {
  ParameterSettings settings;
  FUSEO1_TRY(const YamlNode* const node, context.OptionalMap(map, "parameters"));
  if (node == nullptr) {
    return settings;
  }
  for (const YamlMember& member : node->members) {
    const ParamDef* def = FindParam(context.method, member.key);
    FUSEO1_TRY(ParameterSetting setting, SettingReader(context, member, def).Read());
    if (def == nullptr) {
      FUSEO1_TRY_VOID(CheckUnused(context, member));
      continue;
    }
    if (level == ParameterLevel::kModel && def->scope == ParamScope::kTensor) {
      context.Warn(PlaceOf(member), "parameter " + Quoted(member.key) +
                                        " has no effect under one model: it holds for the whole "
                                        "tensor; move it to the top-level 'parameters:'");
      continue;
    }
    WarnOfOddValue(context, setting);
    settings.push_back(std::move(setting));
  }
  return settings;
}

}  // namespace fuseo1
