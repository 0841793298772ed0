// A Python value as data: what a program returned, or what a test expects. JSON text, and JSON with
// the tags that the harness inside the sandbox writes for what JSON has no word for:
//   {"t": […]} tuple, {"s": […]} set, {"d": [[key, value], …]} dict, {"c": [re, im]}, {"b": hex},
//   {"o": type}.
// Numbers keep their digits: integers have no size. Values are plain; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fuseo1 {

struct Value {
  enum class Kind {
    kNull,
    kBool,
    kInt,
    kFloat,
    kString,
    kList,
    kTuple,
    kSet,
    kDict,
    kComplex,
    kBytes,
    kOther
  };
  Kind kind = Kind::kNull;
  bool boolean = false;
  double number = 0;  // kFloat
  // kInt: digits with a sign; kString: UTF-8; kBytes: hex; kOther: the type's name
  std::string text = {};
  std::vector<Value> items = {};  // kList, kTuple, kSet, kComplex; kDict: key, value, key, value, …
};

enum class ValueSyntax { kJson, kTagged };

// kInput with the offset for text that is not one value, or nests more than kMaxValueDepth deep.
Result<Value> ParseValue(std::string_view text, ValueSyntax syntax);

inline constexpr int kMaxValueDepth = 200;

}  // namespace fuseo1
