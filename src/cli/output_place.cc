#include "cli/output_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace fuseo1 {
namespace {

bool IsAtOrBelow(const std::string& path, const std::string& directory) {
  if (!StartsWith(path, directory)) {
    return false;
  }
  return path.size() == directory.size() || directory.back() == '/' ||
         path[directory.size()] == '/';
}

Error Overlap(const std::string& output, const std::string& what, const std::string& input) {
  return UsageError(
      fmt::format("OUT {} is, holds or lies in {}, {}: nothing was touched. Choose "
                  "a folder apart from every input.",
                  Quoted(output), what, Quoted(input)));
}

// What is missing of `path` can be made: above it is a folder, and no link to nothing.
Status CheckCanBeMade(FileSystem& fs, const std::string& path) {
  for (std::size_t end = path.size(); end != std::string::npos && end > 0;
       end = path.find_last_of('/', end - 1)) {
    const std::string part = path.substr(0, end);
    FUSEO1_TRY(const FileInfo info, fs.Info(part));
    if (info.kind == FileKind::kDirectory) {
      return {};
    }
    if (info.kind != FileKind::kMissing) {
      return UsageError(fmt::format("OUT {} lies below {}, which is a file; name another folder",
                                    Quoted(path), Quoted(part)));
    }
    const std::size_t slash = part.find_last_of('/');
    const auto names = fs.List(slash == std::string::npos ? "."
                               : slash == 0               ? "/"
                                                          : part.substr(0, slash));
    if (names.ok() && std::binary_search(names->begin(), names->end(), part.substr(slash + 1))) {
      return UsageError(fmt::format(
          "OUT {}: {} is a link to a folder that is not there; make the folder or name another",
          Quoted(path), Quoted(part)));
    }
  }
  return {};
}

}  // namespace

bool PathsOverlap(const std::string& a, const std::string& b) {
  return IsAtOrBelow(a, b) || IsAtOrBelow(b, a);
}

Status CheckOutputPlace(FileSystem& fs, const MergePlan& plan, const std::string& output_dir,
                        const std::vector<std::string>& others) {
  FUSEO1_TRY(const FileInfo info, fs.Info(output_dir));
  if (info.kind != FileKind::kMissing && info.kind != FileKind::kDirectory) {
    return UsageError(
        fmt::format("OUT {} is a file; it names the folder to write to", Quoted(output_dir)));
  }
  FUSEO1_TRY_VOID(CheckCanBeMade(fs, output_dir));
  FUSEO1_TRY(const std::string output, fs.Resolve(output_dir));
  for (const Checkpoint& model : plan.models) {
    const std::string what = "the input " + Quoted(model.ref.Text());
    // A reference to one file reads that file only: its folder may hold the output.
    FUSEO1_TRY(const FileInfo named, fs.Info(model.ref.path));
    if (named.kind != FileKind::kRegular && PathsOverlap(output, model.directory)) {
      return Overlap(output_dir, what, model.directory);
    }
    for (const CheckpointFile& file : model.files) {
      FUSEO1_TRY(const std::string path, fs.Resolve(file.path));
      if (IsAtOrBelow(path, output)) {
        return Overlap(output_dir, what, path);
      }
    }
  }
  for (const std::string& directory : others) {
    if (!directory.empty() && PathsOverlap(output, directory)) {
      return Overlap(output_dir, "an input", directory);
    }
  }
  return {};
}

}  // namespace fuseo1
