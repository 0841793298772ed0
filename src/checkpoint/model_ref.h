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

// Errors: kUsage, with mergekit's cause ("multiple @", "Can't parse"), and those of CheckModelRef.
Result<ModelRef> ParseModelRef(std::string_view text);

// What every reference must hold, also one written as a mapping: a path, no control characters, and
// revisions that are branch, tag or commit names, never a way out of a folder. Errors: kUsage.
Status CheckModelRef(const ModelRef& ref);

// Could be a hub name: "name" or "owner/name" of letters, digits, '-', '_', '.', each part
// beginning and ending with a letter, digit or '_', no ".." or "--", no ".git" at the end, at most
// 96 bytes a part.
bool LooksLikeHubName(std::string_view path);

// Could be a revision: parts of letters, digits, '-', '_', '.' joined by '/', none of them empty or
// beginning with '.' or '-', no "..", at most 255 bytes.
bool LooksLikeRevision(std::string_view revision);

}  // namespace fuseo1
