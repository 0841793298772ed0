#include "publish/side_files.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"
#include "publish/chat_templates.h"
#include "publish/manifest.h"
#include "publish/model_card.h"
#include "publish/tokenizer_files.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kGenerationConfig = "generation_config.json";

const Checkpoint& Donor(const MergePlan& plan) {
  return plan.models[plan.base_model >= 0 ? static_cast<std::size_t>(plan.base_model) : 0];
}

// The folder that the tokenizer is taken from.
Result<std::string> TokenizerDirectory(FileSystem& fs, const MergePlan& plan,
                                       const PublishOptions& options) {
  const std::string& source = plan.config.tokenizer_source;
  if (source.empty() || source == "base") {
    return Donor(plan).directory;
  }
  FUSEO1_TRY(const ModelRef ref, ParseModelRef(source));
  for (const Checkpoint& model : plan.models) {
    if (model.ref.path == ref.path && model.ref.revision == ref.revision) {
      return model.directory;
    }
  }
  Result<Checkpoint> opened = OpenCheckpoint(fs, ref, options.cache_dir);
  if (!opened.ok()) {
    return std::move(opened).TakeError().In("tokenizer_source");
  }
  return opened->directory;
}

// The template of a model, from whichever file holds it; "" where there is none or it cannot be
// read.
std::string TemplateOf(FileSystem& fs, const Checkpoint& model) {
  const std::string jinja = model.directory + "/chat_template.jinja";
  if (const auto info = fs.Info(jinja); info.ok() && info->kind == FileKind::kRegular) {
    if (const auto text = ReadWholeFile(fs, jinja, kMaxConfigJsonBytes); text.ok()) {
      return *text;
    }
  }
  const auto text =
      ReadWholeFile(fs, model.directory + "/tokenizer_config.json", kMaxTokenizerJsonBytes);
  if (!text.ok()) {
    return "";
  }
  const auto json = ParseJson(*text, {.max_bytes = kMaxTokenizerJsonBytes});
  return json.ok() ? ConfiguredTemplate(*json) : "";
}

std::string ModelType(const MergePlan& plan) {
  const Json* type = FindKey(plan.output_config, "model_type");
  return type != nullptr && type->is_string() ? type->get<std::string>() : "";
}

Result<ManifestSideFile> Describe(FileSystem& fs, const SideFile& file) {
  if (file.copy_from.empty()) {
    return ManifestSideFile{
        .name = file.name, .bytes = file.contents.size(), .hash = HashText(file.contents)};
  }
  FUSEO1_TRY(const std::string text, ReadWholeFile(fs, file.copy_from, kMaxTokenizerJsonBytes));
  return ManifestSideFile{.name = file.name, .bytes = text.size(), .hash = HashText(text)};
}

}  // namespace

Result<SideFiles> SideFiles::Prepare(FileSystem& fs, const MergePlan& plan,
                                     const PublishOptions& options) {
  SideFiles side;
  side.options_ = options;
  const MergeConfig& config = plan.config;
  const bool tokenizer_asked = !config.tokenizer_source.empty();
  std::vector<SideFile>& files = side.tokenizer_files_;
  if (tokenizer_asked || options.copy_tokenizer) {
    FUSEO1_TRY(side.tokenizer_directory_, TokenizerDirectory(fs, plan, options));
    FUSEO1_TRY(files, ListTokenizerFiles(fs, side.tokenizer_directory_));
    if (tokenizer_asked) {
      FUSEO1_TRY_VOID(CheckTokenizer(fs, side.tokenizer_directory_, files));
    } else if (files.empty()) {
      side.notes_.push_back("no tokenizer files are copied: the model that gives them has none");
    }
  }
  if (tokenizer_asked && side.tokenizer_directory_ != Donor(plan).directory) {
    // Generation settings go with config.json, not with a tokenizer from elsewhere.
    FUSEO1_TRY(const auto donor_files, ListTokenizerFiles(fs, Donor(plan).directory));
    std::erase_if(files, [](const SideFile& file) { return file.name == kGenerationConfig; });
    for (const SideFile& file : donor_files) {
      if (file.name == kGenerationConfig) {
        files.push_back(file);
      }
    }
  }
  const std::vector<std::string> odd = OddTokenizerFiles(fs, files);
  side.notes_.insert(side.notes_.end(), odd.begin(), odd.end());
  if (!config.chat_template.empty()) {
    std::vector<std::string> templates;
    if (config.chat_template == "auto") {
      for (const Checkpoint& model : plan.models) {
        templates.push_back(TemplateOf(fs, model));
      }
    }
    FUSEO1_TRY(const auto text, ResolveChatTemplate(config.chat_template, templates));
    if (side.tokenizer_directory_.empty()) {
      side.notes_.push_back("chat_template is not written: --no-copy-tokenizer leaves it no place");
    } else if (text) {
      FUSEO1_TRY_VOID(SetChatTemplate(fs, files, *text));
    } else {
      side.notes_.push_back("chat_template: auto changes nothing, no model has a template");
    }
  }
  if (std::string note = FixDoubleBos(fs, files, ModelType(plan)); !note.empty()) {
    side.notes_.push_back(std::move(note));
  }
  if (FindKey(plan.output_config, "auto_map") != nullptr) {
    side.notes_.push_back(
        "config.json names Python code of its model (auto_map), which is not copied: code from a "
        "checkpoint is the user's to judge");
  }
  return side;
}

Result<std::vector<SideFile>> SideFiles::Build(FileSystem& fs, const MergePlan& plan,
                                               const MergeReport& report) const {
  std::vector<SideFile> files;
  const auto add = [&files](std::string_view name, std::string contents) {
    files.push_back({.name = std::string(name), .contents = std::move(contents), .copy_from = ""});
  };
  if (plan.output_config.is_object() && !plan.output_config.empty()) {
    add("config.json", DumpPythonJson(plan.output_config) + "\n");
  }
  files.insert(files.end(), tokenizer_files_.begin(), tokenizer_files_.end());
  if (options_.model_card) {
    add("mergekit_config.yml", plan.config_text);
    add("README.md", ModelCard(plan, report,
                               {.title = options_.title,
                                .program_version = options_.program_version,
                                .notes = notes_}));
  }
  std::vector<ManifestSideFile> described;
  for (const SideFile& file : files) {
    FUSEO1_TRY(ManifestSideFile entry, Describe(fs, file));
    described.push_back(std::move(entry));
  }
  // Long for many tensors: written as it is made.
  files.push_back({.name = std::string(kManifestName),
                   .contents = "",
                   .copy_from = "",
                   .produce = [&plan, &report, described = std::move(described),
                               options = options_](const TextSink& sink) {
                     WriteManifest(plan, report, described, options.program_version,
                                   options.plan_options, sink);
                   }});
  return files;
}

}  // namespace fuseo1
