#include "sandbox/compiled.h"

#include <map>
#include <mutex>

namespace fuseo1 {
namespace {

struct Kept {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, std::string, std::less<>> texts;
};

Kept& All() {
  static Kept kept;
  return kept;
}

}  // namespace

std::string CompiledText(const std::string& interpreter, std::string_view text) {
  const std::lock_guard lock(All().mutex);
  const auto found = All().texts.find(std::pair(interpreter, std::string(text)));
  return found == All().texts.end() ? std::string() : found->second;
}

void KeepCompiledText(const std::string& interpreter, std::string_view text,
                      const std::string& compiled) {
  const std::lock_guard lock(All().mutex);
  All().texts[{interpreter, std::string(text)}] = compiled;
}

}  // namespace fuseo1
