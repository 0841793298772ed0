// Standard output for results, standard error for people. Any thread; a call writes all or says why
// not.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace fuseo1 {

// Writes to standard output. A reader that has gone away (EPIPE) is not an error; a full disk is
// kSystem.
Status WriteOut(std::string_view text);
// One document and a line end.
Status WriteJson(const Json& document);

// Best effort, to standard error.
void WriteErr(std::string_view text);

// "fuseo1: error: …", at most 12 lines, no control characters.
void PrintError(const Error& error);

// Standard error is a terminal that understands cursor movement.
bool StderrIsTerminal();
int TerminalColumns();
// The width of standard output where it is a terminal, else 0.
std::size_t StdoutColumns();

}  // namespace fuseo1
