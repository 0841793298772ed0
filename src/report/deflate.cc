#include "report/deflate.h"

#include <zlib.h>

#include "base/check.h"

namespace fuseo1 {
namespace {

constexpr int kLevel = 2;  // three quarters of what level 6 saves, in a third of its time

}  // namespace

std::string Deflate(std::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  const int code = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                             reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), kLevel);
  FUSEO1_CHECK(code == Z_OK);  // the buffer is large enough, and there is nothing else to go wrong
  out.resize(size);
  return out;
}

}  // namespace fuseo1
