#include "eval/compat/unit_words.h"

namespace fuseo1 {
namespace {

// clang-format off
constexpr RuneView kUnitWords[] = {
    U"east", U"degree", U"mph", U"kmph", U"ft", U"m sqaure", U" m east", U"sq m", U"deg", U"mile",
    U"q .", U"monkey", U"prime", U"ratio", U"profit of rs", U"rd", U"o", U"gm", U"p . m", U"lb",
    U"tile", U"per", U"dm", U"lt", U"gain", U"ab", U"way", U"west", U"a .", U"b .", U"c .",
    U"d .", U"e .", U"f .", U"g .", U"h .", U"t", U"a", U"h", U"no change", U"men", U"soldier",
    U"pie", U"bc", U"excess", U"st", U"inches", U"noon", U"percent", U"by", U"gal", U"kmh", U"c",
    U"acre", U"rise", U"a . m", U"th", U"π r 2", U"sq", U"mark", U"l", U"toy", U"coin", U"sq . m",
    U"gallon", U"° f", U"profit", U"minw", U"yr", U"women", U"feet", U"am", U"pm", U"hr",
    U"cu cm", U"square", U"v â € ™", U"are", U"rupee", U"rounds", U"cubic", U"cc", U"mtr", U"s",
    U"ohm", U"number", U"kmph", U"day", U"hour", U"minute", U"min", U"second", U"man", U"woman",
    U"sec", U"cube", U"mt", U"sq inch", U"mp", U"∏ cm ³", U"hectare", U"more", U"sec", U"unit",
    U"cu . m", U"cm 2", U"rs .", U"rs", U"kg", U"g", U"month", U"km", U"m", U"cm", U"mm",
    U"apple", U"liter", U"loss", U"yard", U"pure", U"year", U"increase", U"decrease", U"d",
    U"less", U"Surface", U"litre", U"pi sq m", U"s .", U"metre", U"meter", U"inch",
};
// clang-format on

}  // namespace

std::span<const RuneView> UnitWords() { return kUnitWords; }

}  // namespace fuseo1
