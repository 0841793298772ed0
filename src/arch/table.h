// The rows of table.cc, as written there; architecture.cc turns them into rules.
#pragma once

#include <span>
#include <string_view>

namespace fuseo1 {

struct ModuleRow {
  std::string_view name;
  std::string_view prefix = "";  // before every name of this module, tied ones included
  std::string_view layer_prefix = "";
  std::string_view layer_count_key = "";
  std::string_view before = "";
  std::string_view layer = "";
  std::string_view after = "";
};

struct FamilyRow {
  std::string_view architecture;
  std::span<const ModuleRow> modules;
  std::string_view vocab_size_key = "vocab_size";
};

std::span<const FamilyRow> FamilyTable();

}  // namespace fuseo1
