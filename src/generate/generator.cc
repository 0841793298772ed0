#include "generate/generator.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace fuseo1 {

std::uint64_t SampleSeed(std::uint64_t run_seed, const std::string& benchmark,
                         const std::string& id, std::int64_t sample) {
  // A line feed cannot stand in an id, so no two (benchmark, id) pairs make one text.
  return HashText(fmt::format("sample seed {}\n{}\n{}\n{}", run_seed, benchmark, id, sample)).low;
}

}  // namespace fuseo1
