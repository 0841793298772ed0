// Takes a text in order, piece by piece: what is too long to be held is handed over as it is made.
#pragma once

#include <functional>
#include <string_view>

namespace fuseo1 {

using TextSink = std::function<void(std::string_view)>;

}  // namespace fuseo1
