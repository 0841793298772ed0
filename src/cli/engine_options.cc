#include "cli/engine_options.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "cli/sizes.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxThreads = 1024;
constexpr std::uint64_t kMaxChunkElems = std::uint64_t{1} << 40;

Result<std::uint64_t> ParseCount(std::string_view option, const std::string& text,
                                 std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) {
    return UsageError(
        fmt::format("{}: {} is no whole number from 0 to {}", option, Quoted(text), most));
  }
  return value;
}

}  // namespace

void AddEngineOptions(CLI::App& command, EngineFlags& flags) {
  command
      .add_option("-j,--threads,--num-threads", flags.threads,
                  "Threads that compute; 0: the processors of this process")
      ->type_name("N");
  command
      .add_option("--memory", flags.memory,
                  "Memory for buffers, such as 256MiB or 2GB; default: half of what is free")
      ->type_name("SIZE");
  command.add_option("--io", flags.io, "How inputs are read")
      ->type_name("pread|uring")
      ->capture_default_str();
  command.add_option("--chunk-elems", flags.chunk_elems, "Elements of a piece of work")->group("");
  command.add_option("--shared-elems", flags.shared_elems, "Larger tensors are shared by threads")
      ->group("");
  command.add_option("--commit-bytes", flags.commit_bytes, "Output between two commits")->group("");
}

Result<EngineOptions> EngineOptionsFrom(const EngineFlags& flags) {
  EngineOptions options;
  options.overwrite = flags.overwrite;
  options.trust_journal = flags.trust_journal;
  if (flags.threads.has_value()) {
    FUSEO1_TRY(const std::uint64_t threads, ParseCount("--threads", *flags.threads, kMaxThreads));
    options.threads = static_cast<int>(threads);
  }
  if (flags.memory.has_value()) {
    Result<std::uint64_t> bytes = ParseMemorySize(*flags.memory);
    if (!bytes.ok()) {
      return std::move(bytes).TakeError().In("--memory");
    }
    options.memory_bytes = *bytes;
  }
  if (flags.chunk_elems.has_value()) {
    FUSEO1_TRY(options.chunk_elems,
               ParseCount("--chunk-elems", *flags.chunk_elems, kMaxChunkElems));
  }
  if (flags.shared_elems.has_value()) {
    FUSEO1_TRY(options.shared_elems,
               ParseCount("--shared-elems", *flags.shared_elems, kMaxChunkElems));
  }
  if (flags.commit_bytes.has_value()) {
    FUSEO1_TRY(options.commit_bytes,
               ParseCount("--commit-bytes", *flags.commit_bytes, kMaxChunkElems));
  }
  if (flags.io != "pread" && flags.io != "uring") {
    return UsageError(fmt::format("--io: {} is neither pread nor uring", Quoted(flags.io)));
  }
  options.use_io_uring = flags.io == "uring";
  return options;
}

}  // namespace fuseo1
