#include "cli/layer_name.h"

#include <charconv>

namespace fuseo1 {

LayerName LayerOf(std::string_view tensor_name) {
  for (std::size_t dot = tensor_name.find('.'); dot != std::string_view::npos;
       dot = tensor_name.find('.', dot + 1)) {
    const std::size_t end = tensor_name.find('.', dot + 1);
    if (end == std::string_view::npos) {
      break;
    }
    const std::string_view part = tensor_name.substr(dot + 1, end - dot - 1);
    std::uint64_t index = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (!part.empty() && error == std::errc() && stop == part.data() + part.size()) {
      const std::string prefix(tensor_name.substr(0, dot));
      return {.prefix = prefix,
              .index = index,
              .pattern = prefix + ".*" + std::string(tensor_name.substr(end))};
    }
  }
  return {.prefix = "", .index = 0, .pattern = std::string(tensor_name)};
}

}  // namespace fuseo1
