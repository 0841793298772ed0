// The escape cases: small hostile programs with the one outcome that each must have, from the files
// in cases/.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/sandbox.h"

namespace fuseo1 {

struct EscapeCase {
  std::string group, name;            // "files", "read-shadow"
  std::vector<std::string> expected;  // any of these
  std::string program;
  std::string mode;   // grader cases: "functional", else asserts
  std::string needs;  // a wall that not every machine has
  std::uint64_t memory_mib = 0, wall_ms = 0;
};

// All cases in the order of their files.
const std::vector<EscapeCase>& EscapeCases();
const EscapeCase& FindEscapeCase(std::string_view name);

// The things of this machine that the programs try to reach. One for the process.
struct Bait {
  std::string token_path, abstract_name;
  int port = 0;
};
const Bait& TheBait();

// Runs the case behind the walls of `policy` and says what happened, in the words of the case
// files.
std::string OutcomeOf(const EscapeCase& escape, SandboxPolicy policy);

// True where the outcome is one that the case expects.
bool Held(const EscapeCase& escape, const std::string& outcome);

// What is left of sandboxes that this process started: "" or a list. Needs PR_SET_CHILD_SUBREAPER.
std::string Leftovers();

}  // namespace fuseo1
