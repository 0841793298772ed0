#include "eval/grade/strict/units.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <unordered_map>

#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

// numerator/denominator times the bases, written "L" or "M L T-2". Long names match any case;
// names of at most three letters and symbols match as written.
struct UnitRow {
  std::string_view names;  // separated by '|'
  std::int64_t numerator;
  std::int64_t denominator;
  std::string_view bases;
};

// Definitions: the SI brochure; the international yard and pound (1959); US liquid measures.
constexpr UnitRow kUnits[] = {
    {"m|meter|meters|metre|metres|mtr", 1, 1, "L"},
    {"cm|centimeter|centimeters|centimetre|centimetres", 1, 100, "L"},
    {"mm|millimeter|millimeters|millimetre|millimetres", 1, 1000, "L"},
    {"dm|decimeter|decimeters|decimetre|decimetres", 1, 10, "L"},
    {"km|kilometer|kilometers|kilometre|kilometres|kms", 1000, 1, "L"},
    {"um|micrometer|micrometers|micron|microns", 1, 1000000, "L"},
    {"nm|nanometer|nanometers|nanometre|nanometres", 1, 1000000000, "L"},
    {"angstrom|angstroms|Angstrom|Angstroms", 1, 10000000000, "L"},
    {"pm|picometer|picometers|picometre|picometres", 1, 1000000000000, "L"},
    {"in|inch|inches", 254, 10000, "L"},
    {"ft|foot|feet", 3048, 10000, "L"},
    {"yd|yds|yard|yards", 9144, 10000, "L"},
    {"mi|mile|miles", 1609344, 1000, "L"},
    {"hectare|hectares|ha", 10000, 1, "L2"},
    {"acre|acres", 40468564224, 10000000, "L2"},
    {"L|l|liter|liters|litre|litres", 1, 1000, "L3"},
    {"mL|ml|milliliter|milliliters|millilitre|millilitres|cc", 1, 1000000, "L3"},
    {"cL|cl|centiliter|centiliters", 1, 100000, "L3"},
    {"gal|gallon|gallons", 3785411784, 1000000000000, "L3"},
    {"qt|quart|quarts", 946352946, 1000000000000, "L3"},
    {"pt|pint|pints", 473176473, 1000000000000, "L3"},
    {"g|gram|grams|gramme|grammes", 1, 1000, "M"},
    {"kg|kilogram|kilograms|kgs|kilogramme|kilogrammes", 1, 1, "M"},
    {"mg|milligram|milligrams", 1, 1000000, "M"},
    {"ug|microgram|micrograms", 1, 1000000000, "M"},
    {"tonne|tonnes", 1000, 1, "M"},
    {"lb|lbs|pound|pounds", 45359237, 100000000, "M"},
    {"oz|ounce|ounces", 45359237, 1600000000, "M"},
    {"s|sec|secs|second|seconds", 1, 1, "T"},
    {"ms|millisecond|milliseconds", 1, 1000, "T"},
    {"us|microsecond|microseconds", 1, 1000000, "T"},
    {"ns|nanosecond|nanoseconds", 1, 1000000000, "T"},
    {"min|mins|minute|minutes", 60, 1, "T"},
    {"h|hr|hrs|hour|hours", 3600, 1, "T"},
    {"day|days", 86400, 1, "T"},
    {"week|weeks", 604800, 1, "T"},
    {"month|months", 1, 1, "month"},
    {"yr|yrs|year|years", 12, 1, "month"},
    {"decade|decades", 120, 1, "month"},
    {"century|centuries", 1200, 1, "month"},
    {"arcsec|arcsecs|arcsecond|arcseconds", 1, 3600, "arc"},
    {"arcmin|arcmins|arcminute|arcminutes", 1, 60, "arc"},
    {"mph", 1609344, 3600000, "L T-1"},
    {"kph|kmh|kmph", 1000, 3600, "L T-1"},
    {"rev|revs|revolution|revolutions", 1, 1, "rev"},
    {"rpm", 1, 60, "T-1 rev"},
    {"Hz|hertz", 1, 1, "T-1"},
    {"kHz|kilohertz", 1000, 1, "T-1"},
    {"MHz|megahertz", 1000000, 1, "T-1"},
    {"GHz|gigahertz", 1000000000, 1, "T-1"},
    {"N|newton|newtons", 1, 1, "L M T-2"},
    {"kN|kilonewton|kilonewtons", 1000, 1, "L M T-2"},
    {"J|joule|joules", 1, 1, "L2 M T-2"},
    {"kJ|kilojoule|kilojoules", 1000, 1, "L2 M T-2"},
    {"mJ|millijoule|millijoules", 1, 1000, "L2 M T-2"},
    {"uJ|microjoule|microjoules", 1, 1000000, "L2 M T-2"},
    {"MJ|megajoule|megajoules", 1000000, 1, "L2 M T-2"},
    {"cal|calorie|calories", 4184, 1000, "L2 M T-2"},
    {"kcal|kilocalorie|kilocalories", 4184, 1, "L2 M T-2"},
    {"eV|electronvolt|electronvolts", 1, 1, "eV"},
    {"keV", 1000, 1, "eV"},
    {"MeV", 1000000, 1, "eV"},
    {"W|watt|watts", 1, 1, "L2 M T-3"},
    {"mW|milliwatt|milliwatts", 1, 1000, "L2 M T-3"},
    {"uW|microwatt|microwatts", 1, 1000000, "L2 M T-3"},
    {"kW|kilowatt|kilowatts", 1000, 1, "L2 M T-3"},
    {"MW|megawatt|megawatts", 1000000, 1, "L2 M T-3"},
    {"kWh|kilowatt-hour|kilowatt-hours", 3600000, 1, "L2 M T-2"},
    {"Pa|pascal|pascals", 1, 1, "L-1 M T-2"},
    {"kPa|kilopascal|kilopascals", 1000, 1, "L-1 M T-2"},
    {"MPa", 1000000, 1, "L-1 M T-2"},
    {"atm|atmosphere|atmospheres", 101325, 1, "L-1 M T-2"},
    {"A|amp|amps|ampere|amperes", 1, 1, "I"},
    {"mA|milliamp|milliamps|milliampere|milliamperes", 1, 1000, "I"},
    {"uA|microamp|microamps|microampere|microamperes", 1, 1000000, "I"},
    {"V|volt|volts", 1, 1, "I-1 L2 M T-3"},
    {"mV|millivolt|millivolts", 1, 1000, "I-1 L2 M T-3"},
    {"kV|kilovolt|kilovolts", 1000, 1, "I-1 L2 M T-3"},
    {"uV|microvolt|microvolts", 1, 1000000, "I-1 L2 M T-3"},
    {"ohm|ohms|Omega", 1, 1, "I-2 L2 M T-3"},
    {"kohm|kilohm|kilohms|kiloohm|kiloohms", 1000, 1, "I-2 L2 M T-3"},
    {"Mohm|megohm|megohms|megaohm|megaohms", 1000000, 1, "I-2 L2 M T-3"},
    {"mohm|milliohm|milliohms", 1, 1000, "I-2 L2 M T-3"},
    {"uohm|microohm|microohms", 1, 1000000, "I-2 L2 M T-3"},
    {"C|coulomb|coulombs", 1, 1, "I T"},
    {"mC|millicoulomb|millicoulombs", 1, 1000, "I T"},
    {"uC|microcoulomb|microcoulombs", 1, 1000000, "I T"},
    {"nC|nanocoulomb|nanocoulombs", 1, 1000000000, "I T"},
    {"F|farad|farads", 1, 1, "I2 L-2 M-1 T4"},
    {"mF|millifarad|millifarads", 1, 1000, "I2 L-2 M-1 T4"},
    {"uF|microfarad|microfarads", 1, 1000000, "I2 L-2 M-1 T4"},
    {"nF|nanofarad|nanofarads", 1, 1000000000, "I2 L-2 M-1 T4"},
    {"pF|picofarad|picofarads", 1, 1000000000000, "I2 L-2 M-1 T4"},
    {"H|henry|henries|henrys", 1, 1, "I-2 L2 M T-2"},
    {"mH|millihenry|millihenries", 1, 1000, "I-2 L2 M T-2"},
    {"Wb|weber|webers", 1, 1, "I-1 L2 M T-2"},
    {"T|tesla|teslas", 1, 1, "I-1 M T-2"},
    {"mT|millitesla|milliteslas", 1, 1000, "I-1 M T-2"},
    {"K|kelvin|kelvins", 1, 1, "K"},
    {"mol|mole|moles", 1, 1, "mol"},
    {"mmol", 1, 1000, "mol"},
    {"M|molar", 1000, 1, "L-3 mol"},
    {"mM|millimolar", 1, 1, "L-3 mol"},
    {"erg|ergs", 1, 10000000, "L2 M T-2"},
    {"dyne|dynes", 1, 100000, "L M T-2"},
    {"pc|parsec|parsecs", 1, 1, "pc"},
    {"kpc", 1000, 1, "pc"},
    {"Mpc", 1000000, 1, "pc"},
    {"AU", 149597870700, 1, "L"},
    {"bit|bits", 1, 1, "bit"},
    {"byte|bytes", 8, 1, "bit"},
    {"$|dollar|dollars|USD|usd|buck|bucks", 1, 1, "USD"},
    {"cent|cents|\xc2\xa2", 1, 100, "USD"},
    {"dime|dimes", 1, 1, "dime"},
    {"nickel|nickels", 1, 1, "nickel"},
    {"penny|pennies", 1, 1, "penny"},
    {"euro|euros|EUR|eur|\xe2\x82\xac", 1, 1, "EUR"},
    {"GBP|gbp|\xc2\xa3", 1, 1, "GBP"},
    {"pence", 1, 100, "GBP"},
    {"yuan|CNY|RMB|rmb|\xc2\xa5", 1, 1, "CNY"},
    {"yen|JPY", 1, 1, "JPY"},
    {"rupee|rupees|Rs|INR|\xe2\x82\xb9", 1, 1, "INR"},
};

constexpr std::string_view kNouns[] = {
    "unit",        "person",        "people",       "student",     "child",       "children",
    "man",         "men",           "woman",        "women",       "boy",         "girl",
    "way",         "point",         "apple",        "orange",      "ball",        "marble",
    "coin",        "card",          "book",         "page",        "time",        "side",
    "edge",        "vertex",        "vertices",     "face",        "diagonal",    "triangle",
    "square",      "circle",        "rectangle",    "number",      "integer",     "digit",
    "solution",    "root",          "value",        "pair",        "triple",      "triplet",
    "set",         "subset",        "element",      "term",        "factor",      "divisor",
    "prime",       "step",          "move",         "turn",        "game",        "match",
    "team",        "player",        "vote",         "seat",        "chair",       "table",
    "car",         "bus",           "buses",        "train",       "ticket",      "item",
    "object",      "box",           "boxes",        "bag",         "cup",         "bottle",
    "egg",         "cookie",        "candy",        "candies",     "cake",        "piece",
    "slice",       "pie",           "pizza",        "dog",         "cat",         "cow",
    "chicken",     "duck",          "fish",         "bird",        "horse",       "sheep",
    "animal",      "flower",        "tree",         "plant",       "rose",        "tile",
    "brick",       "block",         "cube",         "row",         "column",      "line",
    "path",        "route",         "arrangement",  "combination", "permutation", "outcome",
    "possibility", "possibilities", "choice",       "sequence",    "function",    "polynomial",
    "matrix",      "matrices",      "word",         "letter",      "color",       "colour",
    "coloring",    "hat",           "shirt",        "sock",        "shoe",        "pencil",
    "pen",         "stamp",         "toy",          "house",       "room",        "floor",
    "story",       "stories",       "friend",       "guest",       "worker",      "member",
    "kid",         "adult",         "couple",       "class",       "classes",     "lap",
    "trip",        "round",         "shot",         "goal",        "mark",        "score",
    "share",       "customer",      "call",         "message",     "email",       "question",
    "problem",     "answer",        "error",        "case",        "event",       "region",
    "part",        "group",         "stick",        "rope",        "post",        "pole",
    "wheel",       "bike",          "bicycle",      "boat",        "plane",       "passenger",
    "crate",       "basket",        "jar",          "glass",       "glasses",     "spoon",
    "teaspoon",    "tablespoon",    "serving",      "dozen",       "bead",        "cell",
    "dot",         "arrow",         "grade",        "inning",      "quarter",     "bill",
    "gift",        "present",       "video",        "photo",       "picture",     "song",
    "movie",       "cube",          "intersection", "zero",        "zeros",       "trailing",
    "teacher",     "sandwich",      "sandwiches",   "lemon",       "peach",       "peaches",
};

using UnitTable = std::unordered_map<std::string_view, const UnitRow*>;

const UnitTable& Table() {
  static const UnitTable kTable = [] {
    UnitTable table;
    for (const UnitRow& row : kUnits) {
      std::string_view rest = row.names;
      while (!rest.empty()) {
        const std::size_t bar = rest.find('|');
        table.emplace(rest.substr(0, bar), &row);
        rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
      }
    }
    return table;
  }();
  return kTable;
}

std::string Lower(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void AddBases(std::string_view text, Unit* unit) {
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(' '));
    text = part.size() == text.size() ? std::string_view{} : text.substr(part.size() + 1);
    int power = 1;
    const std::size_t digit = part.find_first_of("-0123456789");
    if (digit != std::string_view::npos) {
      const bool negative = part[digit] == '-';
      power = part[digit + (negative ? 1 : 0)] - '0';
      if (negative) power = -power;
      part = part.substr(0, digit);
    }
    unit->bases.emplace_back(std::string(part), power);
  }
}

}  // namespace

void Unit::Multiply(const Unit& other, int power) {
  scale = scale * other.scale.Power(power);
  offset = bases.empty() && power == 1 ? other.offset : Rational(0);
  is_degree = is_degree || other.is_degree;
  is_radian = is_radian || other.is_radian;
  for (const auto& [name, exponent] : other.bases) {
    const auto at =
        std::lower_bound(bases.begin(), bases.end(), name,
                         [](const auto& a, const std::string& b) { return a.first < b; });
    if (at != bases.end() && at->first == name) {
      at->second += exponent * power;
      if (at->second == 0) bases.erase(at);
    } else {
      bases.insert(at, {name, exponent * power});
    }
  }
}

bool FindUnit(std::string_view word, bool allow_letters, Unit* unit) {
  if (word.empty() || word.size() > 24 || (word.size() == 1 && !allow_letters)) return false;
  *unit = Unit{};
  const std::string lower = Lower(word);
  if (lower == "degree" || lower == "degrees" || lower == "deg") {
    unit->is_degree = true;
    return true;
  }
  if (lower == "radian" || lower == "radians" || lower == "rad" || lower == "rads") {
    unit->is_radian = true;
    return true;
  }
  if (word == "degC" || lower == "celsius") {
    unit->bases = {{"K", 1}};
    unit->offset = Rational(27315, 100);
    return true;
  }
  if (word == "degF" || lower == "fahrenheit") {
    unit->bases = {{"K", 1}};
    unit->scale = Rational(5, 9);
    unit->offset = Rational(45967, 100);
    return true;
  }
  const UnitTable& table = Table();
  auto found = table.find(word);
  if (found == table.end() && word.size() > 3) found = table.find(lower);
  if (found == table.end()) return false;
  unit->scale = Rational(found->second->numerator, found->second->denominator);
  AddBases(found->second->bases, unit);
  return true;
}

Unit NounUnit(std::string_view word) {
  std::string stem = Lower(word);
  if (stem == "people") stem = "person";
  if (stem == "children") stem = "child";
  if (stem == "men") stem = "man";
  if (stem == "women") stem = "woman";
  if (stem.size() > 4 && stem.ends_with("ies")) {
    stem.replace(stem.size() - 3, 3, "y");
  } else if (stem.size() > 4 &&
             (stem.ends_with("xes") || stem.ends_with("ches") || stem.ends_with("sses"))) {
    stem.resize(stem.size() - 2);
  } else if (stem.size() > 2 && stem.ends_with('s') && !stem.ends_with("ss")) {
    stem.pop_back();
  }
  Unit unit;
  unit.bases = {{"noun " + stem, 1}};
  return unit;
}

bool IsCountNoun(std::string_view word) {
  const std::string lower = Lower(word);
  // "5 hundreds", "5 negatives", "5 percents": a number still, but another.
  const std::string_view singular = lower.ends_with('s') && lower.size() > 1
                                        ? std::string_view(lower).substr(0, lower.size() - 1)
                                        : std::string_view(lower);
  Rational scale;
  if ((IsNumberWord(singular) && singular != "zero") || IsScaleWord(singular, &scale) ||
      singular == "percent" || singular == "negative" || singular == "inverse") {
    return false;
  }
  const auto is_noun = [](std::string_view w) {
    return std::find(std::begin(kNouns), std::end(kNouns), w) != std::end(kNouns);
  };
  if (is_noun(lower)) return true;
  if (lower.size() >= 3 && is_noun(singular)) return true;
  constexpr std::array<std::string_view, 12> kNever = {"plus",   "minus",  "times", "less",
                                                       "this",   "thus",   "does",  "yes",
                                                       "always", "unless", "is",    "was"};
  if (std::find(kNever.begin(), kNever.end(), lower) != kNever.end()) return false;
  if (lower.size() < 4 || !lower.ends_with('s') || lower.ends_with("ss") || lower.ends_with("us"))
    return false;
  return std::all_of(lower.begin(), lower.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace fuseo1
