#include "tensor/interner.h"

#include <algorithm>
#include <ostream>

#include "base/hash.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kFirstSlots = 256;

template <class Length>
Length LengthBefore(const std::byte* bytes) {
  Length length = 0;
  std::memcpy(&length, bytes - sizeof(length), sizeof(length));
  return length;
}

// Bytes that a length stands for.
std::size_t BytesOf(std::uint32_t text) { return text; }
std::size_t BytesOf(std::uint64_t extents) {
  return static_cast<std::size_t>(extents) * sizeof(std::uint64_t);
}

template <class Length>
void Grow(std::vector<const std::byte*>& slots) {
  const std::vector<const std::byte*> old = std::move(slots);
  slots.assign(std::max(kFirstSlots, old.size() * 2), nullptr);
  for (const std::byte* const entry : old) {
    if (entry != nullptr) {
      const std::span<const std::byte> bytes(entry, BytesOf(LengthBefore<Length>(entry)));
      std::size_t at = HashBytes(bytes).low & (slots.size() - 1);
      while (slots[at] != nullptr) {
        at = (at + 1) & (slots.size() - 1);
      }
      slots[at] = entry;
    }
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, Name name) { return out << name.view(); }

std::ostream& operator<<(std::ostream& out, Shape shape) {
  out << '[';
  for (std::size_t i = 0; i < shape.size(); ++i) {
    out << (i == 0 ? "" : ", ") << shape[i];
  }
  return out << ']';
}

template <class Length>
const std::byte* Interner::Find(Table& table, std::span<const std::byte> bytes, Length length) {
  if (table.count * 4 >= table.slots.size() * 3) {
    Grow<Length>(table.slots);
  }
  const std::size_t mask = table.slots.size() - 1;
  std::size_t at = HashBytes(bytes).low & mask;
  for (; table.slots[at] != nullptr; at = (at + 1) & mask) {
    const std::byte* const entry = table.slots[at];
    if (LengthBefore<Length>(entry) == length && std::equal(bytes.begin(), bytes.end(), entry)) {
      return entry;
    }
  }
  // A text's length is read by bytes, so texts need no alignment; extents do.
  const std::size_t align = sizeof(Length) == sizeof(std::uint64_t) ? sizeof(Length) : 1;
  std::byte* const place = arena_.Allocate(sizeof(length) + bytes.size(), align);
  std::memcpy(place, &length, sizeof(length));
  std::copy(bytes.begin(), bytes.end(), place + sizeof(length));
  table.slots[at] = place + sizeof(length);
  ++table.count;
  return table.slots[at];
}

Name Interner::Intern(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  return Name(reinterpret_cast<const char*>(
      Find(names_, std::as_bytes(std::span(text.data(), text.size())), length)));
}

Shape Interner::Intern(std::span<const std::uint64_t> extents) {
  const auto length = static_cast<std::uint64_t>(extents.size());
  return Shape(
      reinterpret_cast<const std::uint64_t*>(Find(shapes_, std::as_bytes(extents), length)));
}

std::uint64_t Interner::total_bytes() const {
  return arena_.total_bytes() +
         (names_.slots.size() + shapes_.slots.size()) * sizeof(const std::byte*);
}

}  // namespace fuseo1
