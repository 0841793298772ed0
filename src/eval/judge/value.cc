#include "eval/judge/value.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace fuseo1 {
namespace {

void AppendUtf8(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 63));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)),
        put(0x80 | (code & 63));
  }
}

// Recursive descent over outside text; `depth` bounds the recursion.
class Parser {
 public:
  Parser(std::string_view text, ValueSyntax syntax) : text_(text), syntax_(syntax) {}

  Result<Value> Whole() {
    Value value;
    if (!One(value, 0)) return Bad();
    SkipBlank();
    if (at_ != text_.size()) return Bad();
    return value;
  }

 private:
  Error Bad() const { return InputError("not a JSON value at byte " + std::to_string(at_)); }

  void SkipBlank() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool Take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool One(Value& value, int depth) {
    SkipBlank();
    if (at_ == text_.size() || depth > kMaxValueDepth) return false;
    if (text_[at_] == '"') {
      value.kind = Value::Kind::kString;
      return String(value.text);
    }
    if (Take("[")) {
      value.kind = Value::Kind::kList;
      return List(value, depth);
    }
    if (Take("{")) return Object(value, depth);
    if (Take("null")) return true;
    value.boolean = Take("true");
    if (value.boolean || Take("false")) {
      value.kind = Value::Kind::kBool;
      return true;
    }
    return Number(value);
  }

  bool List(Value& value, int depth) {
    SkipBlank();
    if (Take("]")) return true;
    do {
      if (!One(value.items.emplace_back(), depth + 1)) return false;
      SkipBlank();
    } while (Take(","));
    return Take("]");
  }

  bool Object(Value& value, int depth) {
    value.kind = Value::Kind::kDict;
    SkipBlank();
    if (!Take("}")) {
      do {
        Value& key = value.items.emplace_back();
        key.kind = Value::Kind::kString;
        SkipBlank();
        if (at_ == text_.size() || text_[at_] != '"' || !String(key.text)) return false;
        SkipBlank();
        if (!Take(":") || !One(value.items.emplace_back(), depth + 1)) return false;
        SkipBlank();
      } while (Take(","));
      if (!Take("}")) return false;
    }
    return syntax_ == ValueSyntax::kJson || Untag(value);
  }

  static bool Untag(Value& value) {
    if (value.items.size() != 2 || value.items[0].text.size() != 1) return false;
    const char tag = value.items[0].text[0];
    Value body = std::move(value.items[1]);
    value.items.clear();
    const bool list = body.kind == Value::Kind::kList, text = body.kind == Value::Kind::kString;
    switch (tag) {
      case 't':
        value.kind = Value::Kind::kTuple;
        break;
      case 's':
        value.kind = Value::Kind::kSet;
        break;
      case 'c':
        value.kind = Value::Kind::kComplex;
        break;
      case 'd':
        value.kind = Value::Kind::kDict;
        break;
      case 'b':
        value.kind = Value::Kind::kBytes;
        break;
      case 'o':
        value.kind = Value::Kind::kOther;
        break;
      default:
        return false;
    }
    value.text = std::move(body.text);
    if (tag == 'b' || tag == 'o') return text;
    if (tag != 'd') {
      value.items = std::move(body.items);
      return list && (tag != 'c' || value.items.size() == 2);
    }
    for (Value& pair : body.items) {
      if (pair.kind != Value::Kind::kList || pair.items.size() != 2) return false;
      value.items.push_back(std::move(pair.items[0]));
      value.items.push_back(std::move(pair.items[1]));
    }
    return list;
  }

  bool Hex(unsigned& code) {
    if (text_.size() - at_ < 4) return false;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
    at_ += 4;
    return error == std::errc() && end == begin + 4;
  }

  bool String(std::string& out) {
    for (++at_; at_ < text_.size();) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (c != '\\') {
        out.push_back(c);
        continue;
      }
      if (at_ == text_.size()) return false;
      const char escape = text_[at_++];
      constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
      if (const std::size_t i = kNames.find(escape); i != std::string_view::npos) {
        out.push_back(kMeanings[i]);
        continue;
      }
      unsigned code = 0, low = 0;
      if (escape != 'u' || !Hex(code)) return false;
      if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
        const std::size_t before = at_;
        at_ += 2;
        if (!Hex(low)) return false;
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        } else {
          at_ = before;  // a lone surrogate, which Python keeps
        }
      }
      AppendUtf8(out, code);
    }
    return false;
  }

  bool Number(Value& value) {
    value.kind = Value::Kind::kFloat;
    if (Take("NaN")) {
      value.number = std::numeric_limits<double>::quiet_NaN();
      return true;
    }
    if (Take("Infinity")) {
      value.number = std::numeric_limits<double>::infinity();
      return true;
    }
    if (Take("-Infinity")) {
      value.number = -std::numeric_limits<double>::infinity();
      return true;
    }
    const std::size_t begin = at_;
    Take("-");
    const std::size_t digits = at_;
    bool whole = true;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c >= '0' && c <= '9') continue;
      if (std::string_view(".eE+-").find(c) == std::string_view::npos) break;
      whole = false;
    }
    const std::string_view number = text_.substr(begin, at_ - begin);
    if (at_ == digits || text_[digits] < '0' || text_[digits] > '9') return false;
    if (whole) {
      if (text_[digits] == '0' && at_ - digits > 1) return false;
      value.kind = Value::Kind::kInt;
      value.text = number == "-0" ? std::string_view("0") : number;
      return true;
    }
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), value.number);
    if (error == std::errc::result_out_of_range) {  // Python reads these as 0 or infinity
      value.number = number.find("e-") != number.npos || number.find("E-") != number.npos
                         ? 0.0
                         : std::numeric_limits<double>::infinity();
      if (number[0] == '-') value.number = -value.number;
      return true;
    }
    return error == std::errc() && end == number.data() + number.size();
  }

  std::string_view text_;
  ValueSyntax syntax_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Value> ParseValue(std::string_view text, ValueSyntax syntax) {
  return Parser(text, syntax).Whole();
}

}  // namespace fuseo1
