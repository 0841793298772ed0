// Every limit on input from outside, in one place. Each has a test at limit - 1, limit and limit + 1.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuseo1 {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

// Checkpoints.
inline constexpr std::uint64_t kMaxSafetensorsHeaderBytes = 100'000'000;  // the reference reader's limit
inline constexpr std::uint64_t kMaxTensorsPerCheckpoint = 1'000'000;
inline constexpr std::size_t kMaxTensorNameBytes = 1024;
inline constexpr std::size_t kMaxRank = 8;
inline constexpr std::uint64_t kMaxConfigJsonBytes = 16 * kMiB;
inline constexpr std::uint64_t kMaxIndexJsonBytes = 256 * kMiB;
inline constexpr std::uint64_t kMaxTokenizerJsonBytes = 256 * kMiB;
inline constexpr std::uint64_t kMaxJournalBytes = 256 * kMiB;  // of a million tensors, some 100 MiB
inline constexpr int kMaxJsonDepth = 64;
inline constexpr int kMaxSafetensorsJsonDepth = 8;

// Merge configs.
inline constexpr std::size_t kMaxModels = 4096;
inline constexpr std::int64_t kMaxOutputLayers = 1'000'000;  // of all slices of a module
inline constexpr std::uint64_t kMaxYamlBytes = kMiB;
inline constexpr int kMaxYamlDepth = 32;
inline constexpr int kMaxYamlAliases = 64;
inline constexpr std::uint64_t kMaxYamlExpandedNodes = 100'000;

// Evaluation.
inline constexpr std::uint64_t kMaxTestBlobBytes = 256 * kMiB;  // LiveCodeBench tests, inflated
inline constexpr std::uint64_t kMaxProgramOutputBytes = 16 * kMiB;  // per stream; some megabytes are honest
inline constexpr std::uint64_t kMaxCompletionBytes = kMiB;      // graded part of an answer

}  // namespace fuseo1
