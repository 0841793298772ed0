#include "checkpoint/model_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "base/limits.h"
#include "base/text.h"
#include "checkpoint/hub_cache.h"
#include "io/errno_error.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kSingle = "model.safetensors";
constexpr std::string_view kIndex = "model.safetensors.index.json";
constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kConvert =
    "Convert it to safetensors first, for example by loading it with transformers and saving it "
    "with save_pretrained.";

constexpr std::size_t kMaxFoldersLookedInto = 200;

class Locator {
 public:
  Locator(FileSystem& fs, const ModelRef& ref, Interner& interner)
      : fs_(fs), ref_(ref), interner_(interner) {}

  Result<ModelFiles> Locate(const std::string& cache_dir) {
    FUSEO1_TRY(const FileInfo info, fs_.Info(ref_.path));
    if (info.kind == FileKind::kMissing) {
      FUSEO1_TRY_VOID(FindInCache(cache_dir));
    } else {
      FUSEO1_TRY(files_.directory, fs_.Resolve(ref_.path));
      if (!ref_.revision.empty()) {
        Warn(fmt::format("{}: a local path has no revisions, {} is ignored", ShownPath(ref_.path),
                         Quoted(ref_.revision)));
      }
      if (info.kind != FileKind::kDirectory) {
        return LocateFile(info.kind);
      }
      root_ = RepositoryOfSnapshot(files_.directory);
    }
    if (root_.empty()) {
      root_ = files_.directory;
    }
    return LocateInDirectory();
  }

 private:
  void Warn(std::string line) { files_.warnings.push_back(std::move(line)); }

  std::string PathOf(std::string_view name) const {
    return files_.directory + "/" + std::string(name);
  }

  bool Has(std::string_view name) const {
    return std::binary_search(listing_.begin(), listing_.end(), name);
  }

  // What is listed and yet missing is a link.
  bool IsLinkToNothing(std::string path) const {
    while (path.size() > 1 && path.back() == '/') {
      path.pop_back();
    }
    const std::size_t slash = path.rfind('/');
    const auto names = fs_.List(slash == std::string::npos ? "."
                                : slash == 0               ? "/"
                                                           : path.substr(0, slash));
    return names.ok() && std::binary_search(names->begin(), names->end(), path.substr(slash + 1));
  }

  Status FindInCache(const std::string& cache_dir) {
    const std::string& path = ref_.path;
    if (IsLinkToNothing(path)) {
      return UsageError(fmt::format(
          "model {}: a link to something that is not there. Mend the link or name the directory "
          "itself.",
          Quoted(path, 400)));
    }
    if (!LooksLikeHubName(path)) {
      return UsageError(fmt::format(
          "model {}: there is no such file or directory, and it is no Hub name (owner/name). {}",
          Quoted(path, 400),
          StartsWith(path, "~")   ? "Write out the home directory for '~'."
          : Contains(path, "://") ? "Write only the owner/name of a Hub model."
                                  : "Check the spelling; a path is relative to the directory where "
                                    "the command runs."));
    }
    FUSEO1_TRY(HubSnapshot snapshot, FindInHubCache(fs_, path, ref_.revision, cache_dir));
    files_.directory = std::move(snapshot.directory);
    root_ = std::move(snapshot.repository);
    is_from_hub_ = true;
    return {};
  }

  // The reference names one file.
  Result<ModelFiles> LocateFile(FileKind kind) {
    const std::string path = files_.directory;
    const std::size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1);
    if (kind != FileKind::kRegular) {
      return InputError(fmt::format(
          "{}: expected a model directory or a .safetensors file, found a FIFO, socket or device",
          ShownPath(ref_.path)));
    }
    if (!EndsWith(name, ".safetensors") && !EndsWith(ref_.path, ".safetensors")) {
      return InputError(fmt::format(
          "{}: expected a model directory or a .safetensors file, found another file.{}",
          ShownPath(ref_.path),
          AdviceFor(name).empty() ? " Name the directory that holds it." : AdviceFor(name)));
    }
    files_.directory = slash == 0 ? "/" : path.substr(0, slash);
    files_.names = {name};
    FUSEO1_TRY(const FileInfo config, fs_.Info(PathOf(kConfig)));
    files_.has_config = config.kind != FileKind::kMissing;
    if (Contains(name, "-of-")) {
      Warn(fmt::format("{}: one shard of a model is read as the whole model", ShownPath(path)));
    }
    return std::move(files_);
  }

  static std::string AdviceFor(std::string_view name) {
    if (EndsWith(name, ".bin") || EndsWith(name, ".pt") || EndsWith(name, ".pth")) {
      return fmt::format(" It is a PyTorch file. {}", kConvert);
    }
    return EndsWith(name, ".gguf")
               ? " It is a GGUF file: use the safetensors checkpoint that it was made from."
               : "";
  }

  Result<ModelFiles> LocateInDirectory() {
    FUSEO1_TRY(listing_, fs_.List(files_.directory));
    files_.has_config = Has(kConfig);
    if (files_.has_config) {
      FUSEO1_TRY_VOID(CheckFile(kConfig, "", false));
    }
    if (Has(kIndex)) {
      FUSEO1_TRY_VOID(ReadIndex());
    } else if (Has(kSingle)) {
      FUSEO1_TRY_VOID(CheckFile(kSingle, "", false));
      files_.names = {std::string(kSingle)};
    } else {
      return NoModelError();
    }
    return std::move(files_);
  }

  Status ReadIndex() {
    files_.index_name = kIndex;
    const std::string path = PathOf(kIndex);
    FUSEO1_TRY_VOID(CheckFile(kIndex, "", false));
    FUSEO1_TRY(const std::string text, ReadWholeFile(fs_, path, kMaxIndexJsonBytes));
    auto index = ParseShardIndex(text, interner_);
    if (!index.ok()) {
      return Damaged(path, index.error());
    }
    files_.names = index->shards;
    for (const std::string& name : files_.names) {
      FUSEO1_TRY_VOID(CheckFile(name, kIndex, true));
    }
    if (Has(kSingle) && !std::binary_search(files_.names.begin(), files_.names.end(), kSingle)) {
      Warn(fmt::format("{}: ignored, because {} is there too and names other files",
                       ShownPath(PathOf(kSingle)), kIndex));
    }
    files_.index = std::move(index).value();
    return {};
  }

  // The file is there, is a regular file, and no link of it leaves the model's folder. A link that
  // the user put into a local directory is theirs, but the files that an index names are not.
  Status CheckFile(std::string_view name, std::string_view index_name, bool is_named_by_index) {
    const std::string path = PathOf(name);
    const std::string named =
        is_named_by_index ? fmt::format(", named by {}", index_name) : std::string();
    FUSEO1_TRY(const std::string resolved, fs_.Resolve(path));
    const std::string root = root_ == "/" ? root_ : root_ + "/";
    if (!StartsWith(resolved, root)) {
      if (is_named_by_index || root_ != files_.directory) {
        return InputError(fmt::format(
            "{}{}: a link out of the model's folder, to {}; it was not opened. Put the file itself "
            "there, or name the directory that holds it.",
            ShownPath(path), named, ShownPath(resolved)));
      }
      if (name != kConfig) {
        Warn(fmt::format("{}: a link out of the model's folder, to {}", ShownPath(path),
                         ShownPath(resolved)));
      }
    }
    FUSEO1_TRY(const FileInfo info, fs_.Info(path));
    if (info.kind == FileKind::kRegular) {
      return {};
    }
    if (info.kind != FileKind::kMissing) {
      return InputError(
          fmt::format("{}{}: expected a regular file, found {}", ShownPath(path), named,
                      info.kind == FileKind::kDirectory ? "a directory" : "a FIFO or device"));
    }
    const bool is_link = Has(name);
    return InputError(fmt::format("{}{}: {}. {}", ShownPath(path), named,
                                  is_link ? "a link to a file that is not there" : "is missing",
                                  is_from_hub_
                                      ? HowToFetch(ref_.path, ref_.revision)
                                      : "The download may be incomplete: fetch it again."));
  }

  // The first name of the directory that ends so, or "".
  std::string FirstWith(std::initializer_list<std::string_view> suffixes) const {
    for (const std::string_view suffix : suffixes) {
      for (const std::string& name : listing_) {
        if (EndsWith(name, suffix)) {
          return name;
        }
      }
    }
    return "";
  }

  // The first folder below that holds a model, or "".
  std::string FolderWithModel() const {
    for (std::size_t i = 0; i < listing_.size() && i < kMaxFoldersLookedInto; ++i) {
      for (const std::string_view file : {kSingle, kIndex}) {
        const auto info = fs_.Info(PathOf(listing_[i] + "/" + std::string(file)));
        if (info.ok() && info->kind == FileKind::kRegular) {
          return listing_[i];
        }
      }
    }
    return "";
  }

  // Says what is there instead, the likeliest mistake first.
  Error NoModelError() const {
    const std::string where = ShownPath(files_.directory);
    if (Has("adapter_model.safetensors") || Has("adapter_model.bin") ||
        Has("adapter_config.json")) {
      return InputError(
          fmt::format("{}: holds a LoRA adapter, not a model. Merge the adapter into "
                      "its base model first and name the result.",
                      where));
    }
    if (Has(".fuseo1-journal")) {
      return InputError(fmt::format(
          "{}: holds an unfinished merge, not a model. Run the fuseo1 merge that writes it again: "
          "it goes on where it stopped.",
          where));
    }
    if (const std::string part = FirstWith(
            {".incomplete", ".part", ".crdownload", ".aria2", ".download", ".partial", ".!qB"});
        !part.empty()) {
      return InputError(
          fmt::format("{}: holds {}, an unfinished download, but no model. Fetch the model again.",
                      where, Quoted(part)));
    }
    if (Has("snapshots")) {
      return InputError(fmt::format(
          "{}: the folder of a repository in a Hugging Face cache, not of a model. Name the model "
          "itself (owner/name), or a folder below {}/snapshots.",
          where, where));
    }
    const std::string other = FirstWith({".safetensors"});
    if (!other.empty()) {
      return InputError(
          fmt::format("{}: holds {} but neither model.safetensors nor {}. If that file is the "
                      "whole model, name "
                      "the file itself; of a model in shards the index is missing: fetch it again.",
                      where, Quoted(other), kIndex));
    }
    for (const std::string& weights :
         {FirstWith({"pytorch_model.bin", "pytorch_model.bin.index.json"}),
          FirstWith({".bin", ".pth", ".pt", ".ckpt"})}) {
      if (!weights.empty()) {
        return InputError(fmt::format("{}: holds {} (PyTorch) but no safetensors. {}", where,
                                      Quoted(weights), kConvert));
      }
    }
    const std::string gguf = FirstWith({".gguf"});
    if (!gguf.empty()) {
      return InputError(
          fmt::format("{}: holds {} but no safetensors.{}", where, Quoted(gguf), AdviceFor(gguf)));
    }
    if (const std::string foreign =
            FirstWith({".h5", ".msgpack", ".onnx", ".npz", ".tflite", ".ot", ".mlmodel"});
        !foreign.empty()) {
      return InputError(
          fmt::format("{}: holds {}, weights of another framework, but no safetensors. {}", where,
                      Quoted(foreign), kConvert));
    }
    if (const std::string folder = FolderWithModel(); !folder.empty()) {
      return InputError(fmt::format("{}: holds no model itself, but its folder {} does: name {}",
                                    where, Quoted(folder), ShownPath(PathOf(folder))));
    }
    if (is_from_hub_) {
      return {ErrorCode::kNetwork,
              fmt::format("model {}: its cached snapshot {} holds no weights. {}",
                          Quoted(ref_.path), where, HowToFetch(ref_.path, ref_.revision))};
    }
    return InputError(
        fmt::format("{}: expected model.safetensors or {}, found {}. Is this the model's "
                    "directory?",
                    where, kIndex, listing_.empty() ? "an empty folder" : "neither"));
  }

  FileSystem& fs_;
  const ModelRef& ref_;
  Interner& interner_;
  ModelFiles files_;
  std::string root_;                  // what files may lie in, links resolved
  std::vector<std::string> listing_;  // of the directory
  bool is_from_hub_ = false;
};

}  // namespace

Error Damaged(const std::string& path, const Error& error) {
  const std::string& words = error.message();
  return {error.code(), fmt::format("{}: {}{}", ShownPath(path), words,
                                    words.back() == '.' ? "" : ". Mend it or fetch it again.")};
}

Result<ModelFiles> LocateModel(FileSystem& fs, const ModelRef& ref, const std::string& cache_dir,
                               Interner& interner) {
  return Locator(fs, ref, interner).Locate(cache_dir);
}

}  // namespace fuseo1
