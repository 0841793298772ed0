// What a model's tokenizer files say, for people. Reading them is best effort: a damaged file is a
// remark.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "io/file_system.h"

namespace fuseo1 {

struct TokenizerFacts {
  std::vector<std::string> files;
  std::string kind;                     // tokenizer_class
  std::optional<std::uint64_t> tokens;  // of tokenizer.json, added tokens included
  std::string bos;
  std::string eos;
  std::optional<bool> adds_bos;           // add_bos_token as written
  std::uint64_t chat_template_bytes = 0;  // 0: none
  std::string chat_template_hash;         // xxh3-128: templates are told apart by it
  std::vector<std::string> remarks;

  std::string Text() const;
  Json Document() const;
};

TokenizerFacts ReadTokenizerFacts(FileSystem& fs, const std::string& directory);

}  // namespace fuseo1
