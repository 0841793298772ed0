// The parameters of one tensor, from the settings that its slice sees. Tensors with equal values
// share one Params. merge-spec of mergekit 0.1.5: model, then slice, module, top, default; the
// first level that has a value for the tensor's name wins. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "methods/method.h"
#include "plan/merge_config.h"

namespace fuseo1 {

// What one slice (or the whole of a `models:` config) sees. Pointers into the MergeConfig.
struct SliceScope {
  std::vector<const ParameterSettings*> sources;  // of each source; nullptr: none
  std::vector<std::string> source_names;
  std::vector<SourcePlace> source_places;
  int base = -1;                                 // index into sources
  std::vector<const ParameterSettings*> levels;  // slice, module, top
};

struct ResolvedInput {
  int source = 0;         // index into SliceScope::sources
  std::string_view name;  // of the tensor in that model
};

class ParameterResolver {
 public:
  // variant: replaces the parameter of that name where it is not empty; default_variant: where the
  // config does not set it. file: names the config in messages.
  ParameterResolver(const MethodDef& method, std::string file, std::string variant,
                    std::string default_variant)
      : method_(method),
        file_(std::move(file)),
        variant_(std::move(variant)),
        default_variant_(std::move(default_variant)) {}

  // t: the layer's place in its slice, 0 to 1. Errors: kUsage, "Missing required parameter …".
  // What it points to lives as long as all().
  Result<const Params*> Resolve(const SliceScope& scope, double t, std::string_view output_name,
                                const std::vector<ResolvedInput>& inputs);

  bool WasUsed(const ConditionalValue& value) const { return used_.count(&value) != 0; }
  // Every distinct Params that was handed out.
  const std::vector<std::shared_ptr<const Params>>& all() const { return all_; }

 private:
  Result<std::optional<ScalarValue>> Find(const ParamDef& def, const ParameterSettings* own,
                                          const SliceScope& scope, double t, std::string_view name);
  const Params* Share(Params params);

  const MethodDef& method_;
  std::string file_;
  std::string variant_;
  std::string default_variant_;
  std::unordered_set<const ConditionalValue*> used_;
  std::unordered_map<std::string, const Params*> shared_;
  std::vector<std::shared_ptr<const Params>> all_;
};

// The text form of all values: equal for equal Params, used by the fingerprint too.
std::string ParamsText(const Params& params);

}  // namespace fuseo1
