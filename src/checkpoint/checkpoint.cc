#include "checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "checkpoint/model_files.h"
#include "io/errno_error.h"

namespace fuseo1 {
namespace {

class Opener {
 public:
  Opener(FileSystem& fs, ModelFiles files, std::shared_ptr<Interner> interner)
      : fs_(fs), files_(std::move(files)) {
    checkpoint_.interner = std::move(interner);
  }

  Result<Checkpoint> Open() {
    checkpoint_.directory = files_.directory;
    checkpoint_.warnings = std::move(files_.warnings);
    for (const std::string& name : files_.names) {
      FUSEO1_TRY_VOID(ReadHeader(name));
    }
    checkpoint_.tensors.shrink_to_fit();
    std::sort(checkpoint_.tensors.begin(), checkpoint_.tensors.end(),
              [](const CheckpointTensor& a, const CheckpointTensor& b) {
                return a.name != b.name ? a.name < b.name : a.file < b.file;
              });
    FUSEO1_TRY_VOID(CheckTwice());
    if (files_.index) {
      FUSEO1_TRY_VOID(CheckIndex(*files_.index));
      files_.index.reset();
    }
    if (files_.has_config) {
      FUSEO1_TRY_VOID(ReadConfig());
    } else {
      checkpoint_.config = Json::object();
    }
    return std::move(checkpoint_);
  }

 private:
  std::string PathOf(const std::string& name) const {
    return files_.directory == "/" ? "/" + name : files_.directory + "/" + name;
  }

  // One file is open at a time: a process may have few descriptors.
  Status ReadHeader(const std::string& name) {
    const std::string path = PathOf(name);
    FUSEO1_TRY(const auto file, fs_.OpenRead(path));
    FUSEO1_TRY(const FileInfo info, file->Info());
    FUSEO1_TRY(SafetensorsHeader header, ReadSafetensorsHeader(*file, *checkpoint_.interner));
    const auto number = static_cast<std::uint32_t>(checkpoint_.files.size());
    checkpoint_.files.push_back({.path = path, .info = info, .header_hash = header.header_hash});
    if (checkpoint_.tensors.size() + header.tensors.size() > kMaxTensorsPerCheckpoint) {
      return InputError(fmt::format("{}: with this file the model has more than {} tensors",
                                    ShownPath(path), kMaxTensorsPerCheckpoint));
    }
    for (StoredTensor& tensor : header.tensors) {
      tensor.file = number;
    }
    if (checkpoint_.tensors.empty()) {
      checkpoint_.tensors = std::move(header.tensors);
    } else {
      checkpoint_.tensors.insert(checkpoint_.tensors.end(), header.tensors.begin(),
                                 header.tensors.end());
    }
    return {};
  }

  std::string ShownFile(std::uint32_t number) const {
    return ShownPath(checkpoint_.files[number].path);
  }

  Status CheckTwice() const {
    const auto& tensors = checkpoint_.tensors;
    const auto twice =
        std::adjacent_find(tensors.begin(), tensors.end(),
                           [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice == tensors.end()) {
      return {};
    }
    return InputError(fmt::format(
        "{}: tensor {} is here and in {} too; which one is meant is unknown. Fetch the model "
        "again.",
        ShownFile(twice->file), Quoted(twice->name), ShownFile(std::next(twice)->file)));
  }

  // Index and headers name the same tensors in the same files. Both lists are sorted.
  Status CheckIndex(const ShardIndex& index) {
    const std::string index_path = ShownPath(PathOf(files_.index_name));
    const auto& tensors = checkpoint_.tensors;
    std::size_t i = 0;
    std::uint64_t bytes = 0;
    for (const IndexEntry& entry : index.entries) {
      if (i < tensors.size() && tensors[i].name < entry.tensor) {
        return Unindexed(index_path, tensors[i]);
      }
      const std::string shard = ShownFile(entry.shard);
      if (i == tensors.size() || tensors[i].name != entry.tensor) {
        return InputError(
            fmt::format("{}: tensor {} is not in {}, where the index puts it, nor in "
                        "any other shard. Fetch the model again.",
                        index_path, Quoted(entry.tensor), shard));
      }
      if (tensors[i].file != entry.shard) {
        return InputError(
            fmt::format("{}: tensor {} is not in {}, where the index puts it, but in "
                        "{}. Fetch the model again.",
                        index_path, Quoted(entry.tensor), shard, ShownFile(tensors[i].file)));
      }
      bytes += tensors[i].Bytes();
      ++i;
    }
    if (i < tensors.size()) {
      return Unindexed(index_path, tensors[i]);
    }
    if (index.total_size_is_odd) {
      checkpoint_.warnings.push_back(fmt::format(
          "{}: total_size is no whole number; the tensors have {} bytes", index_path, bytes));
    }
    if (index.total_size && *index.total_size != bytes) {
      checkpoint_.warnings.push_back(
          fmt::format("{}: total_size says {} bytes, the tensors have {}", index_path,
                      *index.total_size, bytes));
    }
    return {};
  }

  Error Unindexed(const std::string& index_path, const CheckpointTensor& tensor) const {
    return InputError(
        fmt::format("{}: tensor {} is in {}, but the index does not name it. Fetch "
                    "the model again, or remove the index of another model.",
                    index_path, Quoted(tensor.name), ShownFile(tensor.file)));
  }

  Status ReadConfig() {
    const std::string path = PathOf("config.json");
    FUSEO1_TRY(const std::string text, ReadWholeFile(fs_, path, kMaxConfigJsonBytes));
    auto config = ParsePythonJson(text);
    if (!config.ok()) {
      return Damaged(path, config.error());
    }
    if (!config->is_object()) {
      return InputError(fmt::format("{}: expected a JSON object, found {}. Fetch it again.",
                                    ShownPath(path), Quoted(DumpJson(*config, -1), 40)));
    }
    checkpoint_.config = std::move(config).value();
    checkpoint_.has_config = true;
    return {};
  }

  FileSystem& fs_;
  ModelFiles files_;
  Checkpoint checkpoint_;
};

}  // namespace

const CheckpointTensor* Checkpoint::Find(std::string_view name) const {
  const auto it = std::lower_bound(
      tensors.begin(), tensors.end(), name,
      [](const CheckpointTensor& tensor, std::string_view wanted) { return tensor.name < wanted; });
  return it != tensors.end() && it->name == name ? &*it : nullptr;
}

Result<Checkpoint> OpenCheckpoint(FileSystem& fs, const ModelRef& ref, const std::string& cache_dir,
                                  std::shared_ptr<Interner> interner) {
  FUSEO1_TRY_VOID(CheckModelRef(ref));
  if (!ref.lora_path.empty()) {
    return UsageError(fmt::format(
        "model {}: LoRA references (+LORA) are not supported. Merge the adapter {} into its base "
        "model first and name the result.",
        Quoted(ref.Text()), Quoted(ref.lora_path)));
  }
  if (interner == nullptr) {
    interner = std::make_shared<Interner>();
  }
  FUSEO1_TRY(ModelFiles files, LocateModel(fs, ref, cache_dir, *interner));
  FUSEO1_TRY(Checkpoint checkpoint, Opener(fs, std::move(files), std::move(interner)).Open());
  checkpoint.ref = ref;
  return checkpoint;
}

}  // namespace fuseo1
