#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "base/file_guess.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

// Builds the document from parse events, so that depth and keys are checked before memory is spent
// on them.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return Add(value); }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return Fail("binary value"); }

  bool start_object(std::size_t /*elements*/) override { return Open(Json::object()); }
  bool start_array(std::size_t /*elements*/) override { return Open(Json::array()); }
  bool end_object() override {
    keys_.pop_back();
    return Close();
  }
  bool end_array() override { return Close(); }

  bool key(string_t& value) override {
    if (!keys_.back().insert(value).second) {
      return Fail(fmt::format("key {} occurs twice in one object", Quoted(value)));
    }
    key_ = std::move(value);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*e*/) override {
    error_position = position;
    return Fail("");
  }

  Json root;
  std::size_t error_position = 0;  // of what is no JSON, from 1
  std::string error;

 private:
  bool Fail(std::string message) {
    error = std::move(message);
    return false;
  }

  Json* Put(Json value) {
    if (stack_.empty()) {
      root = std::move(value);
      return &root;
    }
    Json& parent = *stack_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    // The keys are known to differ: append without the ordered map's linear search.
    auto& members = parent.get_ref<Json::object_t&>();
    auto& vector = static_cast<std::vector<Json::object_t::value_type>&>(members);
    vector.emplace_back(std::move(key_), std::move(value));
    return &vector.back().second;
  }

  bool Add(Json value) {
    Put(std::move(value));
    return true;
  }

  bool Open(Json container) {
    if (static_cast<int>(stack_.size()) >= max_depth_) {
      return Fail(fmt::format("nested deeper than {} levels", max_depth_));
    }
    const bool is_object = container.is_object();
    stack_.push_back(Put(std::move(container)));
    if (is_object) {
      keys_.emplace_back();
    }
    return true;
  }

  bool Close() {
    stack_.pop_back();
    return true;
  }

  int max_depth_;
  std::vector<Json*> stack_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the open objects
  std::string key_;
};

// Before the bare words that Python writes, so that no text of a document is taken for one of them.
constexpr std::string_view kMark = "\\u0001";

std::string NotJson(std::string_view text, std::size_t position) {
  const std::size_t at = position == 0 ? 0 : position - 1;  // of the byte that broke it
  if (at >= text.size()) {
    return fmt::format("not valid JSON near byte {}, where the text ends too early", text.size());
  }
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::string place = line == 1 ? "" : fmt::format(" (line {}, column {})", line, at - start);
  return fmt::format("not valid JSON near byte {}{}, at {}", position, place,
                     Quoted(text.substr(at, 64), 24));
}

}  // namespace

Result<Json> ParseJson(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    return InputError(
        fmt::format("JSON of {} bytes, the limit is {}", text.size(), limits.max_bytes));
  }
  if (const FileGuess guess = GuessFile(text); !guess.what.empty()) {
    return InputError(guess.Message("JSON"));
  }
  if (Trim(text).empty()) {
    return InputError("expected JSON, found an empty file");
  }
  if (!IsValidUtf8(text)) {
    return InputError("not UTF-8 text");
  }
  // The library takes a zero byte for the end of the text and never looks behind it.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return InputError(fmt::format("a zero byte at byte {}", zero));
  }
  Builder builder(limits.max_depth);
  if (!Json::sax_parse(text, &builder)) {
    return InputError(builder.error.empty() ? NotJson(text, builder.error_position)
                                            : builder.error);
  }
  return std::move(builder.root);
}

Result<Json> ParsePythonJson(std::string_view text, JsonLimits limits) {
  auto json = ParseJson(text, limits);
  if (json.ok() || (!Contains(text, "NaN") && !Contains(text, "Infinity"))) {
    return json;
  }
  auto marked = ParseJson(QuoteNonFiniteNumbers(text, kMark), limits);
  return marked.ok() ? marked : json;
}

std::string DumpPythonJson(const Json& json) {
  std::string text = DumpJson(json);
  for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
    const std::string quoted = fmt::format("\"{}{}\"", kMark, word);
    for (std::size_t at = 0; (at = text.find(quoted, at)) != std::string::npos;) {
      text.replace(at, quoted.size(), word);
    }
  }
  return text;
}

std::string QuoteNonFiniteNumbers(std::string_view text, std::string_view mark) {
  std::string out;
  out.reserve(text.size() + 16);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    if (!in_string) {
      std::string_view found;
      for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
        if (text.substr(i, word.size()) == word) {
          found = word;
          break;
        }
      }
      if (!found.empty()) {
        out.append("\"").append(mark).append(found).append("\"");
        i += found.size();
        continue;
      }
    }
    if (in_string && text[i] == '\\' && i + 1 < text.size()) {
      out.push_back(text[i++]);
    } else if (text[i] == '"') {
      in_string = !in_string;
    }
    out.push_back(text[i++]);
  }
  return out;
}

std::string DumpJson(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const Json* FindKey(const Json& json, std::string_view key) {
  if (!json.is_object()) {
    return nullptr;
  }
  const auto it = json.find(std::string(key));
  return it == json.end() ? nullptr : &*it;
}

}  // namespace fuseo1
