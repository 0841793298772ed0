// Parameters of merge methods: their definitions, and the values resolved for one tensor. Pure
// data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fuseo1 {

enum class ParamType : std::uint8_t { kFloat, kInt, kBool, kText };

enum class ParamScope : std::uint8_t {
  kModel,   // may be set under a model; one value per input
  kTensor,  // one value for the whole tensor
};

struct ParamDef {
  std::string_view name;  // mergekit's spelling
  ParamType type = ParamType::kFloat;
  ParamScope scope = ParamScope::kTensor;
  bool required = false;       // of every input but the base
  bool unset_allowed = false;  // without a value the parameter is absent (passthrough's scale)
  double number = 0;           // default; bools are 0 and 1
  std::string_view text = "";  // default of kText
  std::string_view help = "";
};

// The values for one tensor. Reading a name that the method does not define is our bug (a check
// fires).
class Params {
 public:
  using Numbers = std::vector<std::optional<double>>;

  void Set(std::string_view name, std::optional<double> value) {
    numbers_[std::string(name)] = {value};
  }
  // One value per input; nullopt: no value (a required weight of the base, passthrough's scale).
  void SetPerInput(std::string_view name, Numbers values) {
    numbers_[std::string(name)] = std::move(values);
  }
  void SetText(std::string_view name, std::string value) {
    texts_[std::string(name)] = std::move(value);
  }

  double Get(std::string_view name) const { return Find(name).front().value_or(0); }
  bool GetBool(std::string_view name) const { return Get(name) != 0; }
  bool Has(std::string_view name) const { return Find(name).front().has_value(); }
  double Get(std::string_view name, std::size_t input) const {
    return Find(name)[input].value_or(0);
  }
  bool Has(std::string_view name, std::size_t input) const { return Find(name)[input].has_value(); }
  const std::string& GetText(std::string_view name) const;

  // For fingerprints and reports, in order of name.
  const std::map<std::string, Numbers, std::less<>>& numbers() const { return numbers_; }
  const std::map<std::string, std::string, std::less<>>& texts() const { return texts_; }

 private:
  const Numbers& Find(std::string_view name) const;

  std::map<std::string, Numbers, std::less<>> numbers_;
  std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace fuseo1
