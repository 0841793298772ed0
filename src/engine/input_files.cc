#include "engine/input_files.h"

#include <fmt/format.h>

#include "base/text.h"

namespace fuseo1 {
namespace {

Status CheckSame(const CheckpointFile& expected, const FileInfo& found, const char* when) {
  const FileInfo& info = expected.info;
  if (info.bytes == found.bytes && info.mtime_ns == found.mtime_ns && info.inode == found.inode) {
    return {};
  }
  return InputError(fmt::format(
      "{}: changed {} (it had {} bytes, now {}; mtime {} ns, now {}). Leave inputs alone while "
      "they "
      "are merged, then run the same command again.",
      Printable(expected.path), when, info.bytes, found.bytes, info.mtime_ns, found.mtime_ns));
}

}  // namespace

Result<InputFiles> InputFiles::Open(FileSystem& fs, const MergePlan& plan) {
  InputFiles inputs(plan);
  for (const Checkpoint& model : plan.models) {
    auto& files = inputs.files_.emplace_back();
    for (const CheckpointFile& file : model.files) {
      FUSEO1_TRY(auto opened, fs.OpenRead(file.path));
      FUSEO1_TRY(const FileInfo info, opened->Info());
      FUSEO1_TRY_VOID(CheckSame(file, info, "since the plan was made"));
      files.push_back(std::move(opened));
    }
  }
  return inputs;
}

Status InputFiles::CheckUnchanged() const {
  for (std::size_t m = 0; m < files_.size(); ++m) {
    for (std::size_t f = 0; f < files_[m].size(); ++f) {
      FUSEO1_TRY(const FileInfo info, files_[m][f]->Info());
      FUSEO1_TRY_VOID(CheckSame(plan_->models[m].files[f], info, "while it was read"));
    }
  }
  return {};
}

}  // namespace fuseo1
