// Hostile and odd safetensors files, by name. Built in code: nothing binary is stored.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace fuseo1::testing {

struct FileCase {
  std::string name;     // letters and digits
  std::string bytes;    // of the file
  std::string expects;  // part of the error's message; empty: the file is legal
};

inline void PrintTo(const FileCase& file, std::ostream* out) { *out << file.name; }

std::vector<FileCase> LengthCases();  // the 8 length bytes
std::vector<FileCase> TextCases();    // JSON and UTF-8
std::vector<FileCase> RangeCases();   // overlaps, holes, ends, polyglots
std::vector<FileCase> ShapeCases();   // overflow, mismatch, dtypes
std::vector<FileCase> NameCases();    // names, duplicates, metadata
std::vector<FileCase> LegalOddities();

std::vector<FileCase> AllHostileCases();

}  // namespace fuseo1::testing
