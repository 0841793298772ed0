// Laws of ParseModelRef: the text of a reference parses to the same reference, and no revision or
// Hub name leads out of a folder.
#include "base/text.h"
#include "checkpoint/model_ref.h"
#include "fuzz/fuzz.h"

namespace fuseo1::fuzz {

void FuzzOne(std::string_view bytes) {
  const auto ref = ParseModelRef(bytes);
  if (!ref.ok()) {
    Check(ref.error().code() == ErrorCode::kUsage, "a bad reference is kUsage");
    Check(!HasControlCharacters(ref.error().message()), "messages hold no control character");
    Check(IsValidUtf8(ref.error().message()), "messages are UTF-8");
    return;
  }
  Check(ref->Text() == bytes, "the text of a reference is what was parsed");
  const auto again = ParseModelRef(ref->Text());
  Check(again.ok() && *again == *ref, "a parsed reference is a fixed point");
  for (const std::string& revision : {ref->revision, ref->lora_revision}) {
    Check(!Contains(revision, "..") && !StartsWith(revision, "/") && !Contains(revision, "//"),
          "a revision stays in its folder");
  }
  if (LooksLikeHubName(ref->path)) {
    Check(!Contains(ref->path, "..") && !Contains(ref->path, "--") &&
              ref->path.find('/') == ref->path.rfind('/') && ref->path.front() != '/',
          "a Hub name stays in its folder");
  }
}

void Repair(std::string* /*bytes*/) {}

}  // namespace fuseo1::fuzz

FUSEO1_FUZZ_ENTRY()
