#include "cli/tensor_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "base/text.h"
#include "cli/parallel.h"
#include "tensor/kernels.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kPieceElems = std::uint64_t{1} << 20;  // what one job compares
constexpr std::uint64_t kReadElems = 32768;                    // what is in a buffer: stays in L2
constexpr std::size_t kMaxElemBytes = 8;

struct Buffers {
  std::vector<std::byte> bytes_a = std::vector<std::byte>(kReadElems * kMaxElemBytes);
  std::vector<std::byte> bytes_b = std::vector<std::byte>(kReadElems * kMaxElemBytes);
  std::vector<double> a = std::vector<double>(kReadElems);
  std::vector<double> b = std::vector<double>(kReadElems);
};

// Open files, at most one a side and those that a thread still reads.
class FileCache {
 public:
  FileCache(FileSystem& fs, const Checkpoint& model) : fs_(fs), model_(model) {}

  Result<std::shared_ptr<File>> Get(int file) {
    const std::lock_guard lock(mutex_);
    if (file != current_) {
      current_ = -1;
      file_.reset();
      FUSEO1_TRY(std::unique_ptr<File> opened,
                 fs_.OpenRead(model_.files[static_cast<std::size_t>(file)].path));
      file_ = std::move(opened);
      current_ = file;
    }
    return file_;
  }

 private:
  FileSystem& fs_;
  const Checkpoint& model_;
  std::mutex mutex_;
  int current_ = -1;
  std::shared_ptr<File> file_;
};

void Compare(const double* a, const double* b, std::size_t count, DiffSums& sums) {
  // Four lanes that are added in order: a fixed shape of the sum, and no chain of dependent adds.
  std::array<DiffSums, 4> lanes{};
  for (std::size_t i = 0; i < count; ++i) {
    DiffSums& lane = lanes[i % 4];
    const double x = a[i];
    const double y = b[i];
    const double difference = y - x;
    lane.changed += !(x == y || (std::isnan(x) && std::isnan(y)));
    lane.sign_differs += (x < 0 && y > 0) || (x > 0 && y < 0);
    if (!std::isfinite(x) || !std::isfinite(y)) {
      ++lane.nonfinite;
      continue;
    }
    lane.dot += x * y;
    lane.norm_a += x * x;
    lane.norm_b += y * y;
    lane.norm_diff += difference * difference;
    lane.max_diff = std::max(lane.max_diff, std::abs(difference));
  }
  for (const DiffSums& lane : lanes) {
    sums.Add(lane);
  }
  sums.elems += count;
}

struct Pair {
  const CheckpointTensor* a;
  const CheckpointTensor* b;
  std::uint64_t elems;
};

std::string ShapeText(Shape shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

struct Piece {
  std::size_t pair;
  std::uint64_t first;
  std::uint64_t count;
};

class Comparer {
 public:
  Comparer(FileSystem& fs, const Checkpoint& a, const Checkpoint& b)
      : files_a_(fs, a), files_b_(fs, b) {}

  Result<DiffSums> Run(const Pair& pair, const Piece& piece, Buffers& buffers) {
    FUSEO1_TRY(const std::shared_ptr<File> file_a, files_a_.Get(pair.a->file));
    FUSEO1_TRY(const std::shared_ptr<File> file_b, files_b_.Get(pair.b->file));
    const bool numbers = IsFloat(pair.a->dtype) && IsFloat(pair.b->dtype);
    DiffSums sums;
    const std::uint64_t end = piece.first + piece.count;
    for (std::uint64_t at = piece.first; at < end; at += kReadElems) {
      const auto count = static_cast<std::size_t>(std::min(kReadElems, end - at));
      FUSEO1_TRY(const MutableBytes bytes_a, Read(*file_a, *pair.a, at, count, buffers.bytes_a));
      FUSEO1_TRY(const MutableBytes bytes_b, Read(*file_b, *pair.b, at, count, buffers.bytes_b));
      if (numbers) {
        CurrentKernels().widen(pair.a->dtype, bytes_a.data(), buffers.a.data(), count);
        CurrentKernels().widen(pair.b->dtype, bytes_b.data(), buffers.b.data(), count);
        Compare(buffers.a.data(), buffers.b.data(), count, sums);
      } else {
        sums.elems += count;
        sums.changed += ChangedElems(pair, bytes_a, bytes_b, count);
      }
    }
    return sums;
  }

 private:
  static Result<MutableBytes> Read(const File& file, const CheckpointTensor& tensor,
                                   std::uint64_t first, std::size_t count,
                                   std::vector<std::byte>& buffer) {
    // Types below a byte: the piece's bounds are multiples of 8 elements but for the tensor's end.
    const auto bits = static_cast<std::uint64_t>(DTypeBits(tensor.dtype));
    const MutableBytes out(buffer.data(), (count * bits + 7) / 8);
    FUSEO1_TRY_VOID(file.ReadAt(tensor.offset + first * bits / 8, out));
    return out;
  }

  static std::uint64_t ChangedElems(const Pair& pair, Bytes a, Bytes b, std::size_t count) {
    const auto bits = static_cast<std::size_t>(DTypeBits(pair.a->dtype));
    if (pair.a->dtype != pair.b->dtype) {
      return count;
    }
    if (bits < 8) {
      return std::equal(a.begin(), a.end(), b.begin()) ? 0 : count;
    }
    std::uint64_t changed = 0;
    for (std::size_t i = 0; i < count; ++i) {
      changed += std::memcmp(&a[i * bits / 8], &b[i * bits / 8], bits / 8) != 0;
    }
    return changed;
  }

  FileCache files_a_;
  FileCache files_b_;
};

// Tensors of both, in A's order on disk; the rest is named in `diff`.
std::vector<Pair> Match(const Checkpoint& a, const Checkpoint& b, CheckpointDiff& diff) {
  std::vector<Pair> pairs;
  for (const CheckpointTensor& tensor : a.tensors) {
    const CheckpointTensor* other = b.Find(tensor.name);
    if (other == nullptr) {
      diff.only_a.emplace_back(tensor.name);
    } else if (!(other->shape == tensor.shape)) {
      diff.other_shape.push_back(fmt::format("{}: {} and {}", Quoted(tensor.name),
                                             ShapeText(tensor.shape), ShapeText(other->shape)));
    } else {
      pairs.push_back({&tensor, other, tensor.shape.Elems()});
    }
  }
  for (const CheckpointTensor& tensor : b.tensors) {
    if (a.Find(tensor.name) == nullptr) {
      diff.only_b.emplace_back(tensor.name);
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
    return std::pair(x.a->file, x.a->offset) < std::pair(y.a->file, y.a->offset);
  });
  return pairs;
}

}  // namespace

void DiffSums::Add(const DiffSums& other) {
  elems += other.elems;
  changed += other.changed;
  sign_differs += other.sign_differs;
  nonfinite += other.nonfinite;
  dot += other.dot;
  norm_a += other.norm_a;
  norm_b += other.norm_b;
  norm_diff += other.norm_diff;
  max_diff = std::max(max_diff, other.max_diff);
}

double DiffSums::Cosine() const {
  if (norm_a == 0 || norm_b == 0) {
    return norm_a == norm_b ? 1 : 0;
  }
  return dot / (std::sqrt(norm_a) * std::sqrt(norm_b));
}

double DiffSums::RelativeChange() const {
  if (norm_diff == 0) {
    return 0;
  }
  return norm_a == 0 ? std::numeric_limits<double>::infinity() : std::sqrt(norm_diff / norm_a);
}

double DiffSums::ChangedShare() const {
  return elems == 0 ? 0 : static_cast<double>(changed) / static_cast<double>(elems);
}

double DiffSums::SignShare() const {
  return elems == 0 ? 0 : static_cast<double>(sign_differs) / static_cast<double>(elems);
}

Result<CheckpointDiff> DiffCheckpoints(FileSystem& fs, const Checkpoint& a, const Checkpoint& b,
                                       int threads, const DiffHooks& hooks) {
  CheckpointDiff diff;
  const std::vector<Pair> pairs = Match(a, b, diff);
  std::vector<Piece> pieces;
  std::uint64_t total_bytes = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    total_bytes += pairs[i].a->Bytes() + pairs[i].b->Bytes();
    for (std::uint64_t first = 0; first < pairs[i].elems; first += kPieceElems) {
      pieces.push_back({i, first, std::min(kPieceElems, pairs[i].elems - first)});
    }
  }
  std::vector<DiffSums> sums(pieces.size());
  std::vector<std::unique_ptr<Buffers>> buffers(static_cast<std::size_t>(std::max(threads, 1)));
  Comparer comparer(fs, a, b);
  std::mutex progress_mutex;
  std::uint64_t done_bytes = 0;
  FUSEO1_TRY_VOID(
      RunParallel(threads, pieces.size(), hooks.stop, [&](std::size_t index, int worker) -> Status {
        auto& mine = buffers[static_cast<std::size_t>(worker)];
        if (mine == nullptr) {
          mine = std::make_unique<Buffers>();
        }
        const Piece& piece = pieces[index];
        const Pair& pair = pairs[piece.pair];
        FUSEO1_TRY(sums[index], comparer.Run(pair, piece, *mine));
        if (hooks.progress) {
          const std::lock_guard lock(progress_mutex);
          done_bytes +=
              piece.count *
              static_cast<std::uint64_t>(DTypeBits(pair.a->dtype) + DTypeBits(pair.b->dtype)) / 8;
          hooks.progress(done_bytes, total_bytes);
        }
        return {};
      }));
  for (const Pair& pair : pairs) {
    diff.tensors.push_back({.name = std::string(pair.a->name),
                            .dtype_a = pair.a->dtype,
                            .dtype_b = pair.b->dtype,
                            .numbers = IsFloat(pair.a->dtype) && IsFloat(pair.b->dtype),
                            .sums = {}});
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    diff.tensors[pieces[i].pair].sums.Add(sums[i]);
  }
  std::sort(diff.tensors.begin(), diff.tensors.end(),
            [](const TensorDiff& x, const TensorDiff& y) { return x.name < y.name; });
  return diff;
}

}  // namespace fuseo1
