#include "publish/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxListed = 10;

bool IsHubModel(const Checkpoint& model) {
  return LooksLikeHubName(model.ref.path) && Contains(model.ref.path, "/") &&
         Contains(model.directory, "/snapshots/");
}

// A local model is shown by the last part of its path: a card is published, a disk is not.
std::string ModelName(const Checkpoint& model) {
  std::string path = model.ref.path;
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  if (!IsHubModel(model)) {
    path = path.substr(path.find_last_of('/') + 1);
  }
  if (!model.ref.revision.empty()) {
    path += "@" + model.ref.revision;
  }
  return Printable(path);
}

std::string ModelLink(const Checkpoint& model) {
  const std::string name = ModelName(model);
  return IsHubModel(model) ? fmt::format("[{}](https://huggingface.co/{})", name, model.ref.path)
                           : "`" + name + "`";
}

// "…" with what YAML's double quotes need.
std::string YamlQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : Printable(text)) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted + '"';
}

std::string FrontMatter(const MergePlan& plan) {
  std::string text = "---\n";
  std::string bases;
  for (const Checkpoint& model : plan.models) {
    if (IsHubModel(model)) {
      bases += "- " + YamlQuoted(model.ref.path) + "\n";
    }
  }
  if (!bases.empty()) {
    text += "base_model:\n" + bases;
  }
  text += "library_name: transformers\ntags:\n- fuseo1\n- merge\n- mergekit\n\n---\n";
  return text;
}

std::string MethodText(const MergePlan& plan) {
  const std::string title(plan.method->title.empty() ? plan.method->name : plan.method->title);
  std::string text = plan.method->reference.empty()
                         ? title
                         : fmt::format("[{}]({})", title, plan.method->reference);
  if (!plan.variant.empty()) {
    text += fmt::format(" (variant `{}`)", plan.variant);
  }
  return text;
}

// A fence longer than any run of backticks inside.
std::string Fence(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

std::string Numbers(const MergePlan& plan) {
  if (plan.numerics == Numerics::kTorch) {
    return "`torch`: every operation is rounded to the working type, as PyTorch tensors are, so "
           "that "
           "results published with mergekit can be reproduced.";
  }
  return "`exact`: inputs are widened without loss, whole-tensor sums run in double precision, and "
         "each "
         "element is rounded once, to nearest even.";
}

std::string Inputs(const MergePlan& plan) {
  std::string text = "| model | file | bytes | header (xxh3-128) |\n| --- | --- | ---: | --- |\n";
  for (const Checkpoint& model : plan.models) {
    for (const CheckpointFile& file : model.files) {
      fmt::format_to(std::back_inserter(text), "| {} | `{}` | {} | `{}` |\n", ModelName(model),
                     Printable(file.path.substr(file.path.find_last_of('/') + 1)), file.info.bytes,
                     file.header_hash.Hex());
    }
  }
  return text;
}

std::string Remarks(const MergePlan& plan, const MergeReport& report,
                    const std::vector<std::string>& notes) {
  std::vector<std::string> lines = plan.warnings;
  lines.insert(lines.end(), notes.begin(), notes.end());
  if (!plan.unused.empty()) {
    lines.push_back(
        fmt::format("{} input tensors are not part of the merge; `fuseo1.json` lists "
                    "them with the reasons",
                    plan.unused.size()));
  }
  std::size_t nonfinite = 0;
  for (std::size_t i = 0; i < report.tensors.size(); ++i) {
    const TensorOutcome& outcome = report.tensors[i];
    if (outcome.nan_out + outcome.inf_out > 0 && ++nonfinite <= kMaxListed) {
      lines.push_back(fmt::format("{} holds {} NaN and {} infinite values",
                                  Quoted(plan.jobs[i].name), outcome.nan_out, outcome.inf_out));
    }
  }
  if (nonfinite > kMaxListed) {
    lines.push_back(
        fmt::format("so do {} more tensors; `fuseo1.json` lists them", nonfinite - kMaxListed));
  }
  std::string text;
  for (const std::string& line : lines) {
    text += "- " + Printable(line) + "\n";
  }
  return text;
}

}  // namespace

std::string VariantMeaning(std::string_view method, std::string_view variant) {
  if (method != "sce") {
    return "";
  }
  if (variant == "fuseo1") {
    return "Variant `fuseo1` computes what the code that made FuseO1-Preview computes. A model's "
           "weight in a "
           "tensor is its share of the squared differences to the base; the selection by variance "
           "(`select_topk`) decides these weights only. Differences whose sign disagrees with the "
           "sum's "
           "are erased, and the weights that remain at an element are scaled to one.";
  }
  if (variant == "mergekit") {
    return "Variant `mergekit` computes what `sce` of mergekit 0.1 computes. It differs from the "
           "code that "
           "made FuseO1-Preview: the selection by variance also masks the merged differences, and "
           "a tensor "
           "whose mean squared differences sum to less than 1e-6 gets uniform weights.";
  }
  return "Variant `paper` computes the algorithm as published (arXiv 2408.07990): the elements of "
         "highest "
         "variance are selected, each model is weighted by its share of the selected squared "
         "differences, "
         "differences whose sign disagrees with the sum's are erased, and the weights that remain "
         "are not "
         "scaled back to one.";
}

std::string ModelCard(const MergePlan& plan, const MergeReport& report, const CardFacts& facts) {
  std::string card = FrontMatter(plan);
  card += "# " + Printable(facts.title) + "\n\n";
  card += fmt::format(
      "A merge of {} language models in weight space, made with fuseo1 {} from a "
      "[mergekit](https://github.com/arcee-ai/mergekit) configuration.\n\n",
      plan.models.size(), facts.program_version);
  card += "## Merge details\n\n### Method\n\nMerged with " + MethodText(plan);
  if (plan.base_model >= 0) {
    card += ", using " + ModelLink(plan.models[static_cast<std::size_t>(plan.base_model)]) +
            " as the base";
  }
  card += ".\n\n";
  if (const std::string meaning = VariantMeaning(plan.method->name, plan.variant);
      !meaning.empty()) {
    card += meaning + "\n\n";
  }
  card += "Numerics " + Numbers(plan) + "\n\n### Models\n\n";
  for (std::size_t i = 0; i < plan.models.size(); ++i) {
    if (static_cast<int>(i) != plan.base_model) {
      card += "* " + ModelLink(plan.models[i]) + "\n";
    }
  }
  const std::string fence = Fence(plan.config_text);
  card += "\n### Configuration\n\n" + fence + "yaml\n" + plan.config_text;
  if (!EndsWith(plan.config_text, "\n")) {
    card += '\n';
  }
  card += fence + "\n\n### Inputs\n\n" + Inputs(plan);
  if (const std::string remarks = Remarks(plan, report, facts.notes); !remarks.empty()) {
    card += "\n### Remarks\n\n" + remarks;
  }
  card +=
      "\n`fuseo1.json` holds the hash of every tensor; `fuseo1 verify` checks this folder against "
      "it.\n";
  return card;
}

}  // namespace fuseo1
