#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace fuseo1 {

void CheckFailed(const char* file, int line, const char* condition) {
  const char* slash = std::strrchr(file, '/');
  std::fprintf(stderr, "fuseo1: internal error at %s:%d: %s. Please report this line.\n",
               slash != nullptr ? slash + 1 : file, line, condition);
  std::_Exit(70);
}

}  // namespace fuseo1
