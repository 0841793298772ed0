// tokenizer_source copies one model's tokenizer, so every model must number its tokens alike.
#include <map>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "checkpoint/model_files.h"
#include "plan/check_plan.h"

namespace fuseo1 {
namespace {

using Vocabulary = std::map<std::string, std::int64_t>;

Status AddToken(const std::string& path, const std::string& token, const Json& id,
                Vocabulary* tokens) {
  if (!id.is_number_integer() || id.get<double>() < 0 || id.get<double>() > 2147483647.0) {
    return InputError(path + ": token " + Quoted(token, 60) + " has the id " +
                      Printable(DumpJson(id, -1), 40) + "; expected a whole number from 0");
  }
  (*tokens)[token] = id.get<std::int64_t>();
  return {};
}

Result<Vocabulary> ReadVocabulary(FileSystem& fs, const std::string& path) {
  FUSEO1_TRY(const std::string text, ReadWholeFile(fs, path, kMaxTokenizerJsonBytes));
  auto json = ParseJson(text, {.max_bytes = kMaxTokenizerJsonBytes, .max_depth = kMaxJsonDepth});
  if (!json.ok()) {
    return Damaged(path, json.error());
  }
  const Json* model = FindKey(*json, "model");
  const Json* vocab = model == nullptr ? nullptr : FindKey(*model, "vocab");
  if (vocab == nullptr || (!vocab->is_object() && !vocab->is_array())) {
    return InputError(Printable(path) + ": no \"vocab\" under \"model\": this is no tokenizer");
  }
  Vocabulary tokens;
  if (vocab->is_object()) {
    for (const auto& [token, id] : vocab->items()) {
      FUSEO1_TRY_VOID(AddToken(Printable(path), token, id, &tokens));
    }
  } else {  // unigram: [token, score], the id is the place
    for (std::size_t i = 0; i < vocab->size(); ++i) {
      const Json& entry = (*vocab)[i];
      if (!entry.is_array() || entry.empty() || !entry[0].is_string()) {
        return InputError(Printable(path) + ": entry " + std::to_string(i) +
                          " of \"vocab\" is no [token, score]");
      }
      tokens[entry[0].get<std::string>()] = static_cast<std::int64_t>(i);
    }
  }
  if (const Json* added = FindKey(*json, "added_tokens"); added != nullptr && added->is_array()) {
    for (const Json& entry : *added) {
      const Json* content = FindKey(entry, "content");
      const Json* id = FindKey(entry, "id");
      if (content == nullptr || !content->is_string() || id == nullptr) {
        return InputError(Printable(path) + ": an entry of \"added_tokens\" has no content or id");
      }
      FUSEO1_TRY_VOID(AddToken(Printable(path), content->get<std::string>(), *id, &tokens));
    }
  }
  return tokens;
}

std::string TokenizerPath(const Checkpoint& model) { return model.directory + "/tokenizer.json"; }

Status CheckEqual(const Checkpoint& donor, const Vocabulary& expected, const Checkpoint& model,
                  const Vocabulary& found) {
  for (const auto& [token, id] : expected) {
    const auto it = found.find(token);
    if (it == found.end() || it->second != id) {
      return UsageError("not supported: tokenizer_source with vocabularies that differ: token " +
                        Quoted(token, 60) + " is " + std::to_string(id) + " in " +
                        Quoted(donor.ref.Text()) + " and " +
                        (it == found.end() ? std::string("absent") : std::to_string(it->second)) +
                        " in " + Quoted(model.ref.Text()) +
                        "; remove tokenizer_source to merge the embeddings as they are");
    }
  }
  for (const auto& [token, id] : found) {
    if (expected.find(token) == expected.end()) {
      return UsageError("not supported: tokenizer_source with vocabularies that differ: token " +
                        Quoted(token, 60) + " is " + std::to_string(id) + " in " +
                        Quoted(model.ref.Text()) + " and absent in " + Quoted(donor.ref.Text()) +
                        "; remove tokenizer_source to merge the embeddings as they are");
    }
  }
  return {};
}

Status Check(FileSystem& fs, const MergePlan& plan) {
  const MergeConfig& config = plan.config;
  std::size_t donor = static_cast<std::size_t>(std::max(plan.base_model, 0));
  bool found = config.tokenizer_source == "base";
  for (std::size_t i = 0; !found && i < plan.models.size(); ++i) {
    if (plan.models[i].ref.Text() == config.tokenizer_source) {
      donor = i;
      found = true;
    }
  }
  if (!found) {
    return UsageError("not supported: tokenizer_source " + Quoted(config.tokenizer_source) +
                      " is none of the models that are merged; name one of them, or 'base'");
  }
  const Checkpoint& from = plan.models[donor];
  FUSEO1_TRY(const FileInfo info, fs.Info(TokenizerPath(from)));
  if (info.kind == FileKind::kMissing) {
    return UsageError("tokenizer_source: " + Quoted(from.ref.Text()) + " has no tokenizer.json (" +
                      Printable(TokenizerPath(from)) +
                      "); put it there, or remove tokenizer_source");
  }
  FUSEO1_TRY(const Vocabulary expected, ReadVocabulary(fs, TokenizerPath(from)));
  for (std::size_t i = 0; i < plan.models.size(); ++i) {
    FUSEO1_TRY(const FileInfo other, fs.Info(TokenizerPath(plan.models[i])));
    if (i == donor || other.kind == FileKind::kMissing) {
      continue;  // without a tokenizer of its own a model is taken to share the donor's
    }
    FUSEO1_TRY(const Vocabulary tokens, ReadVocabulary(fs, TokenizerPath(plan.models[i])));
    FUSEO1_TRY_VOID(CheckEqual(from, expected, plan.models[i], tokens));
  }
  if (config.pad_to_multiple_of) {
    for (const TensorJob& job : plan.jobs) {
      if (EndsWith(job.name, "embed_tokens.weight") && !job.shape.empty() &&
          job.shape[0] % *config.pad_to_multiple_of != 0) {
        return UsageError("not supported: pad_to_multiple_of " +
                          std::to_string(*config.pad_to_multiple_of) + ": tensor " +
                          Quoted(job.name) + " has " + std::to_string(job.shape[0]) +
                          " rows, and rows are not added");
      }
    }
  }
  return {};
}

}  // namespace

Status CheckTokenizers(FileSystem& fs, const MergePlan& plan) {
  const MergeConfig& config = plan.config;
  if (config.tokenizer_source.empty()) {
    return {};
  }
  Status status = Check(fs, plan);
  return status.ok() || status.error().code() != ErrorCode::kUsage
             ? std::move(status)
             : Status(std::move(status).TakeError().In(
                   PlaceText(config.file, config.tokenizer_place)));
}

}  // namespace fuseo1
