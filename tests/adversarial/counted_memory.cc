#include "adversarial/counted_memory.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace fuseo1::testing {
namespace {

std::atomic<std::uint64_t> live_bytes{0};
std::atomic<std::uint64_t> peak_bytes{0};

}  // namespace

std::uint64_t LiveBytes() { return live_bytes; }
std::uint64_t PeakBytes() { return peak_bytes; }
void ResetPeak() { peak_bytes = live_bytes.load(); }

static void* Allocate(std::size_t bytes) {
  void* const pointer = std::malloc(bytes == 0 ? 1 : bytes);
  if (pointer == nullptr) {
    std::abort();
  }
  const std::uint64_t live = live_bytes += malloc_usable_size(pointer);
  std::uint64_t peak = peak_bytes;
  while (live > peak && !peak_bytes.compare_exchange_weak(peak, live)) {
  }
  return pointer;
}

static void Free(void* pointer) {
  if (pointer != nullptr) {
    live_bytes -= malloc_usable_size(pointer);
    std::free(pointer);
  }
}

}  // namespace fuseo1::testing

void* operator new(std::size_t bytes) { return fuseo1::testing::Allocate(bytes); }
void* operator new[](std::size_t bytes) { return fuseo1::testing::Allocate(bytes); }
void operator delete(void* pointer) noexcept { fuseo1::testing::Free(pointer); }
void operator delete[](void* pointer) noexcept { fuseo1::testing::Free(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { fuseo1::testing::Free(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { fuseo1::testing::Free(pointer); }
