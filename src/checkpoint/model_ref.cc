#include "checkpoint/model_ref.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxHubPartBytes = 96;    // of the Hub itself
constexpr std::size_t kMaxRevisionBytes = 255;  // a name of a file in the cache
constexpr std::size_t kMaxPathBytes = 4096;     // PATH_MAX

bool IsWordChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool IsNameChar(char c) { return IsWordChar(c) || c == '-' || c == '.'; }

bool IsHubPart(std::string_view part) {
  return !part.empty() && part.size() <= kMaxHubPartBytes &&
         std::all_of(part.begin(), part.end(), IsNameChar) && IsWordChar(part.front()) &&
         IsWordChar(part.back()) && !Contains(part, "..") && !Contains(part, "--") &&
         !EndsWith(part, ".git");
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

Status CheckPart(const std::string& path, const std::string& revision, std::string_view what) {
  if (path.empty()) {
    return UsageError(fmt::format("the {} has no path", what));
  }
  if (path.size() > kMaxPathBytes || !IsValidUtf8(path) || HasControlCharacters(path)) {
    return UsageError(
        fmt::format("{} {}: expected at most {} bytes of UTF-8 without control "
                    "characters",
                    what, Quoted(path), kMaxPathBytes));
  }
  if (!revision.empty() && !LooksLikeRevision(revision)) {
    return UsageError(
        fmt::format("{} {}: {} is no revision. Expected a branch, tag or commit: "
                    "letters, digits, '-', '_', '.' and single '/'.",
                    what, Quoted(path), Quoted(revision)));
  }
  return {};
}

// PATH[@REVISION]
Status ParsePart(std::string_view text, std::string_view what, std::string* path,
                 std::string* revision) {
  const auto parts = Split(text, '@');
  if (parts.size() > 2) {
    return UsageError(
        fmt::format("Invalid model path - multiple @: {}. A path that holds '@' is "
                    "written as a mapping with the keys path and revision.",
                    Quoted(text)));
  }
  *path = parts[0];
  if (parts.size() == 2) {
    if (parts[1].empty()) {
      return UsageError(fmt::format("{} {}: nothing follows '@', expected a revision such as main",
                                    what, Quoted(text)));
    }
    *revision = parts[1];
  }
  return {};
}

}  // namespace

std::string ModelRef::Text() const {
  std::string text = path;
  if (!revision.empty()) {
    text += "@" + revision;
  }
  if (!lora_path.empty()) {
    text += "+" + lora_path;
    if (!lora_revision.empty()) {
      text += "@" + lora_revision;
    }
  }
  if (!override_architecture.empty()) {
    text += " (override_architecture: " + override_architecture + ")";
  }
  return text;
}

Result<ModelRef> ParseModelRef(std::string_view text) {
  const auto parts = Split(text, '+');
  if (parts.size() > 2) {
    return UsageError(
        fmt::format("Can't parse {}: more than one '+'. A path that holds '+' is "
                    "written as a mapping with the keys model and lora.",
                    Quoted(text)));
  }
  ModelRef ref;
  FUSEO1_TRY_VOID(ParsePart(parts[0], "model", &ref.path, &ref.revision));
  if (parts.size() == 2) {
    if (parts[1].empty()) {
      return UsageError(
          fmt::format("Can't parse {}: nothing follows '+', expected a LoRA path", Quoted(text)));
    }
    FUSEO1_TRY_VOID(ParsePart(parts[1], "LoRA", &ref.lora_path, &ref.lora_revision));
  }
  FUSEO1_TRY_VOID(CheckModelRef(ref));
  return ref;
}

Status CheckModelRef(const ModelRef& ref) {
  FUSEO1_TRY_VOID(CheckPart(ref.path, ref.revision, "model"));
  if (ref.lora_path.empty() && ref.lora_revision.empty()) {
    return {};
  }
  return CheckPart(ref.lora_path, ref.lora_revision, "LoRA");
}

bool LooksLikeHubName(std::string_view path) {
  const auto parts = Split(path, '/');
  return parts.size() <= 2 && std::all_of(parts.begin(), parts.end(), IsHubPart);
}

bool LooksLikeRevision(std::string_view revision) {
  if (revision.size() > kMaxRevisionBytes) {
    return false;
  }
  const auto parts = Split(revision, '/');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && part.front() != '.' && part.front() != '-' && !Contains(part, "..") &&
           std::all_of(part.begin(), part.end(), IsNameChar);
  });
}

}  // namespace fuseo1
