#include "methods/params.h"

#include "base/check.h"

namespace fuseo1 {

const Params::Numbers& Params::Find(std::string_view name) const {
  const auto it = numbers_.find(name);
  FUSEO1_CHECK(it != numbers_.end() && !it->second.empty());
  return it->second;
}

const std::string& Params::GetText(std::string_view name) const {
  const auto it = texts_.find(name);
  FUSEO1_CHECK(it != texts_.end());
  return it->second;
}

}  // namespace fuseo1
