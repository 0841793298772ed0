// The safetensors format: reading headers from hostile files, and laying out files to write.
// docs/formats.md.
//
// A header is read without touching the data: names, dtypes, shapes and byte ranges, all checked
// (contiguous from 0, ends at the file's end, shape times width equals the range, limits of
// base/limits.h). Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/text_sink.h"
#include "io/file_system.h"
#include "tensor/dtype.h"
#include "tensor/interner.h"

namespace fuseo1 {

struct StoredTensor {
  Name name;
  Shape shape;
  std::uint64_t offset = 0;  // of the first byte, from the start of the file
  std::uint32_t file = 0;    // which of several files; whoever has several sets it
  DType dtype = DType::kF32;

  std::uint64_t Bytes() const { return BytesOf(dtype, shape.Elems()); }
};

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;  // in order of offset
  std::map<std::string, std::string> metadata;
  std::uint64_t header_bytes = 0;  // the 8 length bytes included: where the data begins
  Hash128 header_hash;             // xxh3-128 of those bytes
};

// Names and shapes are kept in `interner`. Errors: kInput, with file, tensor, byte offset, expected
// and found.
Result<SafetensorsHeader> ReadSafetensorsHeader(const File& file, Interner& interner);

struct TensorSpec {
  std::string_view name;
  DType dtype = DType::kF32;
  std::span<const std::uint64_t> shape;
};

struct SafetensorsLayout {
  std::uint64_t header_bytes = 0;
  Hash128 header_hash;                 // xxh3-128 of those bytes
  std::vector<std::uint64_t> offsets;  // of each tensor as given, from the start of the file
  std::uint64_t file_bytes = 0;
};

// Where every byte of a file with these tensors goes. Data order: wider dtypes first, then names by
// bytes (merge-compatible with the reference writer); "__metadata__": {"format": "pt"} leads; the
// header is padded to 8.
SafetensorsLayout LayOutSafetensors(std::span<const TensorSpec> tensors);

// The first bytes of that file, in pieces: of many tensors they are long.
void WriteSafetensorsHeader(std::span<const TensorSpec> tensors, const TextSink& sink);
std::string SafetensorsHeaderText(std::span<const TensorSpec> tensors);

}  // namespace fuseo1
