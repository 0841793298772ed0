// FUSEO1_EMBED(kName, "path"): the bytes of a file as `std::string_view Name()` of this translation
// unit. The path comes from the build, which also lists the file as a dependency of the source.
#pragma once

#include <string_view>

#define FUSEO1_EMBED(name, path)                                                         \
  __asm__(".section .rodata\n.balign 16\n.type fuseo1_embed_" #name                      \
          ", @object\n"                                                                  \
          "fuseo1_embed_" #name ":\n.incbin \"" path "\"\n.type fuseo1_embed_end_" #name \
          ", @object\nfuseo1_embed_end_" #name ":\n.byte 0\n.previous\n");               \
  extern "C" __attribute__((visibility("hidden"))) const char fuseo1_embed_##name[];     \
  extern "C" __attribute__((visibility("hidden"))) const char fuseo1_embed_end_##name[]; \
  static std::string_view name() {                                                       \
    return {fuseo1_embed_##name,                                                         \
            static_cast<std::size_t>(fuseo1_embed_end_##name - fuseo1_embed_##name)};    \
  }
