// Numbers as Python's constructors read them, which the published comparators used. Pure; any
// thread; linear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fuseo1 {

// Decimal(text) in a form in which equal values are equal texts ("Infinity" for inf). Nothing for
// what it refuses, and for NaN, which equals nothing.
std::optional<std::string> PythonDecimal(std::string_view text);

// float(text): digits of any script, underscores between digits, inf and nan.
std::optional<double> PythonFloat(std::string_view text);

}  // namespace fuseo1
