// A JSON document written piece by piece, in the very bytes of DumpJson and a line end: for
// documents too long to be held. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text_sink.h"

namespace fuseo1 {

class JsonWriter {
 public:
  // The document is an object, open at first.
  explicit JsonWriter(TextSink sink);

  // Members of the innermost open object.
  void Add(std::string_view key, const Json& value);
  void BeginObject(std::string_view key);
  void BeginList(std::string_view key);
  // An item of the innermost open list.
  void Add(const Json& item);
  // Closes the innermost; of the document itself, ends it.
  void End();

 private:
  struct Level {
    char close = '}';
    std::size_t count = 0;
  };

  void Begin(char open, char close);
  void NextLine();
  void Key(std::string_view key);
  void Value(const Json& value);

  TextSink sink_;
  std::string text_;
  std::vector<Level> open_;
};

}  // namespace fuseo1
