// fuseo1 diff A B: how far two models are from each other, tensor by tensor and layer by layer.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>

#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/engine_options.h"
#include "cli/layer_name.h"
#include "cli/parallel.h"
#include "cli/process.h"
#include "cli/progress.h"
#include "cli/tensor_diff.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMostChanged = 5;
constexpr std::size_t kMaxNamed = 8;

struct DiffOptions {
  CommonOptions common;
  EngineFlags engine;
  std::string a;
  std::string b;
  std::string cache_dir;
  bool tensors = false;
};

struct LayerRow {
  std::string name;
  DiffSums sums;
};

// Layers in order of number; tensors outside the layers under their own names, after them.
std::vector<LayerRow> Layers(const CheckpointDiff& diff) {
  std::map<std::tuple<bool, std::string, std::uint64_t>, LayerRow> rows;
  for (const TensorDiff& tensor : diff.tensors) {
    if (!tensor.numbers) {
      continue;
    }
    const LayerName layer = LayerOf(tensor.name);
    const bool outside = layer.prefix.empty();
    LayerRow& row = rows[{outside, outside ? tensor.name : layer.prefix, layer.index}];
    row.name = outside ? tensor.name : fmt::format("{}.{}", layer.prefix, layer.index);
    row.sums.Add(tensor.sums);
  }
  std::vector<LayerRow> list;
  for (auto& [key, row] : rows) {
    list.push_back(std::move(row));
  }
  return list;
}

Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json SumsJson(const DiffSums& sums) {
  return {{"elems", sums.elems},
          {"cosine", Number(sums.Cosine())},
          {"norm_a", Number(std::sqrt(sums.norm_a))},
          {"norm_b", Number(std::sqrt(sums.norm_b))},
          {"norm_diff", Number(std::sqrt(sums.norm_diff))},
          {"relative_change", Number(sums.RelativeChange())},
          {"max_abs_diff", Number(sums.max_diff)},
          {"sign_disagreement", sums.SignShare()},
          {"changed_share", sums.ChangedShare()},
          {"changed", sums.changed},
          {"nonfinite", sums.nonfinite}};
}

Json Named(const std::string& name, Json facts) {
  Json row = {{"name", name}};
  row.update(facts);
  return row;
}

Json Document(const CheckpointDiff& diff, const std::vector<LayerRow>& layers,
              const DiffSums& overall) {
  Json tensors = Json::array();
  for (const TensorDiff& tensor : diff.tensors) {
    Json row = {{"name", tensor.name},
                {"dtype_a", DTypeName(tensor.dtype_a)},
                {"dtype_b", DTypeName(tensor.dtype_b)}};
    if (tensor.numbers) {
      row.update(SumsJson(tensor.sums));
    } else {
      row["elems"] = tensor.sums.elems;
      row["changed"] = tensor.sums.changed;
      row["changed_share"] = tensor.sums.ChangedShare();
    }
    tensors.push_back(std::move(row));
  }
  Json rows = Json::array();
  for (const LayerRow& layer : layers) {
    rows.push_back(Named(layer.name, SumsJson(layer.sums)));
  }
  return {{"overall", SumsJson(overall)},  {"layers", std::move(rows)},
          {"tensors", std::move(tensors)}, {"only_a", diff.only_a},
          {"only_b", diff.only_b},         {"other_shape", diff.other_shape}};
}

std::string Header() {
  return fmt::format("{:<44} {:>10} {:>12} {:>9} {:>9}\n", "", "cosine", "|B-A|/|A|", "signs",
                     "changed");
}

std::string Row(std::string_view name, const DiffSums& sums) {
  return fmt::format("{:<44} {:>10.7f} {:>12.3e} {:>8.2f}% {:>8.2f}%\n", Printable(name),
                     sums.Cosine(), sums.RelativeChange(), 100 * sums.SignShare(),
                     100 * sums.ChangedShare());
}

std::string Names(std::string_view title, const std::vector<std::string>& names) {
  if (names.empty()) {
    return "";
  }
  std::string text = fmt::format("{} ({}):\n", title, names.size());
  for (std::size_t i = 0; i < std::min(names.size(), kMaxNamed); ++i) {
    text += "  " + Printable(names[i]) + "\n";
  }
  if (names.size() > kMaxNamed) {
    fmt::format_to(std::back_inserter(text), "  and {} more\n", names.size() - kMaxNamed);
  }
  return text;
}

std::string Text(const CheckpointDiff& diff, const std::vector<LayerRow>& layers,
                 const DiffSums& overall, bool every_tensor) {
  std::string text = Header();
  if (every_tensor) {
    for (const TensorDiff& tensor : diff.tensors) {
      text += tensor.numbers
                  ? Row(tensor.name, tensor.sums)
                  : fmt::format("{:<44} {} of {} elements differ\n", Printable(tensor.name),
                                tensor.sums.changed, tensor.sums.elems);
    }
  } else {
    for (const LayerRow& layer : layers) {
      text += Row(layer.name, layer.sums);
    }
  }
  text += Row("all", overall);
  if (overall.nonfinite > 0) {
    fmt::format_to(std::back_inserter(text),
                   "{} elements are NaN or infinite and left out of the sums\n", overall.nonfinite);
  }
  if (!every_tensor) {
    std::vector<const TensorDiff*> most;
    for (const TensorDiff& tensor : diff.tensors) {
      if (tensor.numbers && tensor.sums.norm_diff > 0) {
        most.push_back(&tensor);
      } else if (!tensor.numbers && tensor.sums.changed > 0) {
        fmt::format_to(std::back_inserter(text), "{}: {} of {} elements differ\n",
                       Printable(tensor.name), tensor.sums.changed, tensor.sums.elems);
      }
    }
    std::stable_sort(most.begin(), most.end(), [](const TensorDiff* x, const TensorDiff* y) {
      return x->sums.RelativeChange() > y->sums.RelativeChange();
    });
    most.resize(std::min(most.size(), kMostChanged));
    text += most.empty() ? "" : "changed most:\n";
    for (const TensorDiff* tensor : most) {
      text += Row("  " + tensor->name, tensor->sums);
    }
  }
  return text + Names("only in A", diff.only_a) + Names("only in B", diff.only_b) +
         Names("other shape", diff.other_shape);
}

Status Run(const DiffOptions& options) {
  ApplyVerbosity(options.common);
  FUSEO1_TRY(const EngineOptions engine, EngineOptionsFrom(options.engine));
  FileSystem& fs = PosixFileSystem();
  FUSEO1_TRY(const ModelRef ref_a, ParseModelRef(options.a));
  FUSEO1_TRY(const ModelRef ref_b, ParseModelRef(options.b));
  FUSEO1_TRY(const Checkpoint a, OpenCheckpoint(fs, ref_a, options.cache_dir));
  FUSEO1_TRY(const Checkpoint b, OpenCheckpoint(fs, ref_b, options.cache_dir));
  for (const Checkpoint* model : {&a, &b}) {
    for (const std::string& warning : model->warnings) {
      LogWarning(Printable(warning));
    }
  }
  CheckpointDiff diff;
  {
    Progress progress("compared", options.common.quiet);
    const StopScope stop_scope;
    DiffHooks hooks;
    hooks.stop = stop_scope.stop();
    hooks.progress = [&progress](std::uint64_t done, std::uint64_t total) {
      progress.Update(done, total, done);
    };
    FUSEO1_TRY(diff, DiffCheckpoints(
                         fs, a, b, engine.threads > 0 ? engine.threads : DefaultThreads(), hooks));
  }
  const std::vector<LayerRow> layers = Layers(diff);
  DiffSums overall;
  for (const LayerRow& layer : layers) {
    overall.Add(layer.sums);
  }
  return options.common.json ? WriteJson(Document(diff, layers, overall))
                             : WriteOut(Text(diff, layers, overall, options.tensors));
}

}  // namespace

void AddDiffCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = AddCommand(
      root, "diff", "Compare two models: cosine, norms, sign disagreement, changed share",
      "fuseo1 diff Qwen/Qwen2.5-0.5B fused", options->common);
  AddArgument(*command, "A", options->a, "A folder, or a name in the Hugging Face cache");
  AddArgument(*command, "B", options->b, "The other one");
  command->add_flag("--tensors", options->tensors, "One row for every tensor, not for every layer");
  command->add_option("-j,--threads", options->engine.threads, "Threads that compare")
      ->type_name("N");
  command
      ->add_option("--transformers-cache", options->cache_dir, "The Hugging Face cache to look in")
      ->type_name("PATH");
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
