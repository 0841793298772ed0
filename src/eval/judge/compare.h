// Is a program's answer the expected one? Three comparators: ours, and the two that published
// LiveCodeBench numbers were made with. Pure; any thread; linear in the texts but for sets of
// values.
#pragma once

#include <optional>
#include <string_view>

#include "eval/judge/value.h"

namespace fuseo1 {

enum class Comparator {
  kStrict,   // lines by number, tokens as text or exact decimals; values exactly by type
  kLcb2025,  // LiveCodeBench of July 2025
  kLcbFork,  // the fork inside FuseO1's repository
};

std::string_view ComparatorName(Comparator comparator);  // "strict", "lcb-2025", "lcb-fork"
std::optional<Comparator> FindComparator(std::string_view name);

// What a program printed against what the test says it prints.
bool SameOutput(std::string_view output, std::string_view expected, Comparator comparator);

// What a function returned (tagged) against the expected JSON value.
bool SameValue(const Value& result, const Value& expected, Comparator comparator);

// What two programs returned, as Python's == says, floats within `atol` + 1e-7 relative (1e-6 where
// atol is 0).
bool CloseValue(const Value& result, const Value& expected, double atol);

// The same items, whatever their order and number: set(result) == set(expected).
bool SameAsSets(const Value& result, const Value& expected, double atol);

}  // namespace fuseo1
