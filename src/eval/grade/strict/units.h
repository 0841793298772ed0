// Units of measurement, currencies and the nouns people count, as exact multiples of base units.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eval/grade/strict/exact.h"

namespace fuseo1 {

// scale * (product of bases to their powers) above offset: 1 degC = 1 K + 273.15 K.
struct Unit {
  Rational scale = 1;
  Rational offset = 0;  // added to the value before scaling; only temperatures have one
  std::vector<std::pair<std::string, int>> bases;  // sorted by name, no zero powers
  bool is_degree = false;                          // the angle: handled as Op::kDegree
  bool is_radian = false;

  void Multiply(const Unit& other, int power);
};

// Where `word` (any case that is in use) is a unit, fills `unit`. Single letters need
// allow_letters.
bool FindUnit(std::string_view word, bool allow_letters, Unit* unit);

// A unit of its own for a counted noun ("apples"): singular and plural are the same base.
Unit NounUnit(std::string_view word);

// A noun that answers carry after a number, or that looks like one (a plural of letters only).
bool IsCountNoun(std::string_view word);

}  // namespace fuseo1
