// Model references as configs write them: PATH[@REVISION][+LORA[@REVISION]], or a mapping. Pure;
// any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace fuseo1 {

struct ModelRef {
  std::string path;  // as written: a directory, or a hub name
  std::string revision;
  std::string lora_path;
  std::string lora_revision;
  std::string override_architecture;

  // The string form; equal references have equal text.
  std::string Text() const;
  friend bool operator==(const ModelRef&, const ModelRef&) = default;
};

// Errors: kUsage, with mergekit's cause ("multiple @", "Can't parse").
Result<ModelRef> ParseModelRef(std::string_view text);

// Could be a hub name: "name" or "owner/name" of letters, digits, '-', '_', '.', no "..", at most
// 96 bytes a part.
bool LooksLikeHubName(std::string_view path);

}  // namespace fuseo1
