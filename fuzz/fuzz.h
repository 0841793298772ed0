// What a fuzz target defines, and what it may call. FuzzOne gets any bytes and ends the process
// where a law is broken; survival alone is not enough.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fuseo1::fuzz {

// The target. Defined by fuzz_<format>.cc.
void FuzzOne(std::string_view bytes);

// Makes mutated bytes reach further: repairs a length or a checksum. Defined by every target; may
// do nothing.
void Repair(std::string* bytes);

inline void Check(bool law_holds, const char* law) {
  if (!law_holds) {
    std::fprintf(stderr, "broken law: %s\n", law);
    std::abort();
  }
}

}  // namespace fuseo1::fuzz

// libFuzzer's names for the two, in every target's file. A macro, since each program has its own.
#define FUSEO1_FUZZ_ENTRY()                                                                  \
  extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {       \
    fuseo1::fuzz::FuzzOne({reinterpret_cast<const char*>(data), size});                      \
    return 0;                                                                                \
  }                                                                                          \
  extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(unsigned char*, std::size_t, \
                                                                std::size_t);                \
  extern "C" std::size_t LLVMFuzzerCustomMutator(unsigned char* data, std::size_t size,      \
                                                 std::size_t max_size, unsigned seed) {      \
    const std::size_t mutated = LLVMFuzzerMutate(data, size, max_size);                      \
    std::string text(reinterpret_cast<const char*>(data), mutated);                          \
    if (seed % 8 != 0) {                                                                     \
      fuseo1::fuzz::Repair(&text);                                                           \
    }                                                                                        \
    const std::size_t kept = text.size() < max_size ? text.size() : max_size;                \
    text.copy(reinterpret_cast<char*>(data), kept);                                          \
    return kept;                                                                             \
  }
