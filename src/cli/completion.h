// Completion scripts for shells, made from the program's own commands and options. Pure.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace fuseo1 {

std::string BashCompletion(const CLI::App& root);
std::string ZshCompletion(const CLI::App& root);
std::string FishCompletion(const CLI::App& root);

}  // namespace fuseo1
