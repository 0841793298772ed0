// Everything that a merged checkpoint holds beside its tensors: config.json, tokenizer files, chat
// template, model card, the config that made it, and the manifest fuseo1.json. docs/formats.md.
//
// Prepared before the first tensor is merged, so that whatever is wrong with a tokenizer or a
// template ends the command before any work; built once every tensor is durable. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/run_merge.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

struct PublishOptions {
  std::string title;  // of the model card: the output folder's name
  std::string program_version;
  std::string cache_dir;  // of the Hugging Face cache; empty: the environment's
  bool model_card = true;
  bool copy_tokenizer = true;
  // What BuildPlan was told beside the config, for the manifest: verify --recompute plans again
  // from it.
  Json plan_options;
};

class SideFiles {
 public:
  // Errors: kInput for a damaged tokenizer or one that leads outside its folder, kUsage for a
  // chat_template that is none, and what OpenCheckpoint gives for a tokenizer_source that is no
  // merged model.
  static Result<SideFiles> Prepare(FileSystem& fs, const MergePlan& plan,
                                   const PublishOptions& options);

  // What a person should know: "add_bos_token is set to false: …".
  const std::vector<std::string>& notes() const { return notes_; }
  // The folder that the tokenizer comes from; empty: none.
  const std::string& tokenizer_directory() const { return tokenizer_directory_; }

  // In order of publication; the manifest is the last and holds hashes of the others.
  Result<std::vector<SideFile>> Build(FileSystem& fs, const MergePlan& plan,
                                      const MergeReport& report) const;

 private:
  SideFiles() = default;

  PublishOptions options_;
  std::vector<SideFile> tokenizer_files_;
  std::string tokenizer_directory_;
  std::vector<std::string> notes_;
};

}  // namespace fuseo1
