#include "cli/sizes.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <optional>
#include <string>

#include "base/checked.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 62;
constexpr int kMaxFractionDigits = 6;

struct Unit {
  std::string_view name;  // lower case
  std::uint64_t bytes;
};

constexpr std::array<Unit, 10> kNamedUnits = {{{"", 1},
                                               {"kb", 1'000},
                                               {"mb", 1'000'000},
                                               {"gb", 1'000'000'000},
                                               {"tb", 1'000'000'000'000},
                                               {"kib", 1ULL << 10},
                                               {"mib", 1ULL << 20},
                                               {"gib", 1ULL << 30},
                                               {"tib", 1ULL << 40},
                                               {"bytes", 1}}};
constexpr std::array<Unit, 5> kMemoryLetters = {
    {{"b", 1}, {"k", 1ULL << 10}, {"m", 1ULL << 20}, {"g", 1ULL << 30}, {"t", 1ULL << 40}}};
constexpr std::array<Unit, 4> kShardLetters = {
    {{"k", 1'000}, {"m", 1'000'000}, {"b", 1'000'000'000}, {"g", 1'000'000'000}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

struct Number {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;  // over scale
  std::uint64_t scale = 1;
};

// Takes a decimal number from the front of `text`.
std::optional<Number> TakeNumber(std::string_view& text) {
  if (text.empty() || !IsDigit(text.front())) {
    return std::nullopt;
  }
  Number number;
  const auto take = [&text](std::uint64_t value) -> std::optional<std::uint64_t> {
    const auto tens = CheckedMul(value, 10);
    const auto sum =
        tens ? CheckedAdd(*tens, static_cast<std::uint64_t>(text.front() - '0')) : std::nullopt;
    text.remove_prefix(1);
    return sum;
  };
  while (!text.empty() && IsDigit(text.front())) {
    const auto next = take(number.whole);
    if (!next) {
      return std::nullopt;
    }
    number.whole = *next;
  }
  if (text.size() > 1 && text.front() == '.' && IsDigit(text[1])) {
    text.remove_prefix(1);
    for (int digits = 0; !text.empty() && IsDigit(text.front()); ++digits) {
      if (digits == kMaxFractionDigits) {
        return std::nullopt;
      }
      number.fraction = *take(number.fraction);
      number.scale *= 10;
    }
  }
  return number;
}

template <std::size_t kLetters>
std::optional<std::uint64_t> ParseSize(std::string_view text,
                                       const std::array<Unit, kLetters>& letters) {
  std::string_view rest = Trim(text);
  const auto number = TakeNumber(rest);
  if (!number) {
    return std::nullopt;
  }
  std::string unit(Trim(rest));
  for (char& c : unit) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  std::optional<std::uint64_t> unit_bytes;
  for (const Unit& known : kNamedUnits) {
    if (unit == known.name) {
      unit_bytes = known.bytes;
    }
  }
  for (const Unit& known : letters) {
    if (unit == known.name) {
      unit_bytes = known.bytes;
    }
  }
  if (!unit_bytes) {
    return std::nullopt;
  }
  // fraction < 10^6 and unit_bytes <= 2^40, so the second product cannot wrap.
  const auto whole = CheckedMul(number->whole, *unit_bytes);
  const auto bytes =
      whole ? CheckedAdd(*whole, number->fraction * *unit_bytes / number->scale) : std::nullopt;
  return bytes && *bytes <= kMaxSize ? bytes : std::nullopt;
}

}  // namespace

Result<std::uint64_t> ParseMemorySize(std::string_view text) {
  if (const auto bytes = ParseSize(text, kMemoryLetters); bytes && *bytes > 0) {
    return *bytes;
  }
  return UsageError(fmt::format("{} is no size; write for example 256MiB or 2GB", Quoted(text)));
}

Result<std::uint64_t> ParseShardSize(std::string_view text) {
  if (const auto bytes = ParseSize(text, kShardLetters)) {
    return *bytes;
  }
  return UsageError(
      fmt::format("{} is no shard size; write for example 5B (five billion bytes), 500M or 2GiB",
                  Quoted(text)));
}

Result<double> ParseShare(std::string_view text) {
  std::string_view rest = Trim(text);
  const auto number = TakeNumber(rest);
  if (number && (rest.empty() || rest == "%")) {
    double share = static_cast<double>(number->whole) +
                   static_cast<double>(number->fraction) / static_cast<double>(number->scale);
    share = rest.empty() ? share : share / 100;
    if (share > 0 && share <= 1) {
      return share;
    }
  }
  return UsageError(
      fmt::format("{} is no share; write a number above 0 and up to 1, or 25%", Quoted(text)));
}

}  // namespace fuseo1
