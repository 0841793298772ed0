#include "eval/judge/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxChunk = std::size_t{1} << 30;  // zlib counts in 32 bits

// Inflates into `out`, or only counts where it is null.
Result<std::uint64_t> Inflate(std::string_view bytes, std::uint64_t max_bytes, std::string* out) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return SystemError("zlib cannot start: out of memory");
  std::array<unsigned char, 65536> scratch;
  std::uint64_t total = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      const std::size_t chunk = std::min(bytes.size(), kMaxChunk);
      stream.next_in =
          const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(chunk);
      bytes.remove_prefix(chunk);
      if (chunk == 0) break;
    }
    stream.next_out = scratch.data();
    stream.avail_out = static_cast<uInt>(scratch.size());
    status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = scratch.size() - stream.avail_out;
    total += made;
    if (total > max_bytes) break;
    if (out != nullptr) out->append(reinterpret_cast<const char*>(scratch.data()), made);
    if (status == Z_BUF_ERROR && made > 0) status = Z_OK;
  }
  const bool rest = stream.avail_in > 0 || !bytes.empty();
  inflateEnd(&stream);
  if (total > max_bytes)
    return InputError("zlib data inflates to more than " + std::to_string(max_bytes) + " bytes");
  if (status != Z_STREAM_END) return InputError("zlib data is damaged or cut off");
  if (rest) return InputError("there are bytes after the end of the zlib data");
  return total;
}

}  // namespace

Result<std::string> InflateZlib(std::string_view bytes, std::uint64_t max_bytes) {
  FUSEO1_TRY(const std::uint64_t size, Inflate(bytes, max_bytes, nullptr));
  std::string out;
  out.reserve(static_cast<std::size_t>(size));
  FUSEO1_TRY_VOID(Inflate(bytes, max_bytes, &out));
  return out;
}

}  // namespace fuseo1
