// The layer that a tensor's name places it in. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fuseo1 {

struct LayerName {
  std::string prefix;       // "model.layers"; empty: outside the layers
  std::uint64_t index = 0;  // of the layer
  std::string pattern;      // the name with "*" for the layer's number
};

// The first number between two dots is the layer's.
LayerName LayerOf(std::string_view tensor_name);

}  // namespace fuseo1
