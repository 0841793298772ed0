// fuseo1 merge CONFIG OUT: plan, check where the output goes, run, say what happened.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/engine_options.h"
#include "cli/mergekit_options.h"
#include "cli/output_place.h"
#include "cli/planning.h"
#include "cli/process.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "engine/run_merge.h"
#include "publish/manifest.h"
#include "publish/side_files.h"
#include "tensor/isa.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxNamed = 5;
constexpr const char* kExample =
    "fuseo1 merge configs/FuseO1-DeepSeekR1-QwQ-SkyT1-32B-Preview.yaml fused";

struct MergeOptions {
  CommonOptions common;
  PlanningOptions planning;
  EngineFlags engine;
  std::string output_dir;
  bool copy_tokenizer = true;
  bool write_model_card = true;
  std::shared_ptr<IgnoredOptions> ignored;
};

std::string Basename(std::string path) {
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return path.substr(path.find_last_of('/') + 1);
}

struct Totals {
  std::uint64_t nan_in = 0;
  std::uint64_t inf_in = 0;
  std::uint64_t nan_out = 0;
  std::uint64_t inf_out = 0;
  std::size_t tensors = 0;  // with any of them
};

Totals CountNonfinite(const MergeReport& report) {
  Totals totals;
  for (const TensorOutcome& outcome : report.tensors) {
    totals.nan_in += outcome.nan_in;
    totals.inf_in += outcome.inf_in;
    totals.nan_out += outcome.nan_out;
    totals.inf_out += outcome.inf_out;
    totals.tensors += outcome.nan_in + outcome.inf_in + outcome.nan_out + outcome.inf_out > 0;
  }
  return totals;
}

// What the tensors turned out to be, for people: values that are not finite.
std::vector<std::string> OutcomeWarnings(const MergePlan& plan, const MergeReport& report) {
  std::vector<std::string> lines;
  std::size_t more = 0;
  const auto add = [&](std::string line) {
    if (lines.size() < kMaxNamed) {
      lines.push_back(std::move(line));
    } else {
      ++more;
    }
  };
  for (std::size_t i = 0; i < report.tensors.size(); ++i) {
    const TensorOutcome& outcome = report.tensors[i];
    const std::string name = Quoted(plan.jobs[i].name);
    if (outcome.nan_in + outcome.inf_in + outcome.nan_out + outcome.inf_out > 0) {
      add(fmt::format(
          "tensor {}: {} NaN and {} infinite values in the inputs, {} and {} in the output", name,
          outcome.nan_in, outcome.inf_in, outcome.nan_out, outcome.inf_out));
    }
  }
  if (more > 0) {
    lines.push_back(fmt::format("{} more remarks on tensors are in {}", more, kManifestName));
  }
  return lines;
}

// The methods' notes, each with the number of tensors that it is said of.
std::map<std::string, std::size_t> CountNotes(const MergeReport& report) {
  std::map<std::string, std::size_t> counts;
  for (const TensorOutcome& outcome : report.tensors) {
    for (const std::string& note : outcome.notes.texts()) {
      ++counts[note];
    }
  }
  return counts;
}

Json ReportJson(const MergePlan& plan, const MergeReport& report, const std::string& output_dir,
                const std::vector<std::string>& warnings) {
  const Totals totals = CountNonfinite(report);
  return {{"output", output_dir},
          {"merge_method", plan.method->name},
          {"variant", plan.variant},
          {"numerics", plan.numerics == Numerics::kTorch ? "torch" : "exact"},
          {"tensors", plan.jobs.size()},
          {"resumed_tensors", report.resumed_tensors},
          {"shards", plan.shards.size()},
          {"output_bytes", plan.output_bytes},
          {"bytes_read", report.bytes_read},
          {"bytes_written", report.bytes_written},
          {"seconds", report.seconds},
          {"isa", IsaName(CurrentIsa())},
          {"nan_in", totals.nan_in},
          {"inf_in", totals.inf_in},
          {"nan_out", totals.nan_out},
          {"inf_out", totals.inf_out},
          {"notes", CountNotes(report)},
          {"warnings", warnings}};
}

std::string ReportText(const MergePlan& plan, const MergeReport& report,
                       const std::string& output_dir) {
  const double seconds = std::max(report.seconds, 1e-3);
  const std::uint64_t moved = report.bytes_read + report.bytes_written;
  std::string text = fmt::format(
      "{}: {} tensors from {} models, {} in {} file{}, {:.2f} s ({}/s read and written)\n",
      Printable(output_dir), plan.jobs.size(), plan.models.size(), HumanBytes(plan.output_bytes),
      plan.shards.size(), plan.shards.size() == 1 ? "" : "s", report.seconds,
      HumanBytes(static_cast<std::uint64_t>(static_cast<double>(moved) / seconds)));
  std::size_t shown = 0;
  for (const auto& [note, count] : CountNotes(report)) {
    if (++shown > kMaxNamed) {
      text += fmt::format("more notes on tensors are in {}\n", kManifestName);
      break;
    }
    text += fmt::format("{} tensor{}: {}\n", count, count == 1 ? "" : "s", Printable(note));
  }
  if (report.resumed_tensors > 0) {
    text +=
        fmt::format("{} tensors were taken over from an interrupted run\n", report.resumed_tensors);
  }
  return text;
}

// Beside the models: the folder of a tokenizer that no merged model owns.
std::vector<std::string> OtherInputs(const MergePlan& plan, const SideFiles& side) {
  const std::string& directory = side.tokenizer_directory();
  const bool known = std::any_of(plan.models.begin(), plan.models.end(),
                                 [&](const auto& model) { return model.directory == directory; });
  return known ? std::vector<std::string>() : std::vector<std::string>{directory};
}

Status Run(const MergeOptions& options) {
  ApplyVerbosity(options.common);
  if (options.output_dir.empty()) {
    return UsageError("OUT is empty; it names the folder to write to");
  }
  FUSEO1_TRY_VOID(CheckIsaOverride());
  FUSEO1_TRY(const PlanOptions plan_options, PlanOptionsFrom(options.planning));
  FUSEO1_TRY(const EngineOptions engine_options, EngineOptionsFrom(options.engine));
  FileSystem& fs = PosixFileSystem();
  FUSEO1_TRY(const MergePlan plan, PlanFromOptions(fs, options.planning, plan_options));
  PublishOptions publish{
      .title = Basename(options.output_dir),
      .program_version = kVersion,
      .cache_dir = options.planning.cache_dir,
      .model_card = options.write_model_card,
      .copy_tokenizer = options.copy_tokenizer,
      .plan_options = PlanOptionsToJson(plan_options, !options.planning.as_mergekit)};
  FUSEO1_TRY(const SideFiles side, SideFiles::Prepare(fs, plan, publish));
  FUSEO1_TRY_VOID(CheckOutputPlace(fs, plan, options.output_dir, OtherInputs(plan, side)));

  std::vector<std::string> warnings = options.ignored->Notes();
  const std::vector<std::string> planned = AllWarnings(plan);
  warnings.insert(warnings.end(), planned.begin(), planned.end());
  warnings.insert(warnings.end(), side.notes().begin(), side.notes().end());
  for (const std::string& line : warnings) {
    LogWarning(Printable(line));
  }
  Result<MergeReport> report = Error(ErrorCode::kBug, "");
  {
    Progress progress("merged", options.common.quiet);
    const StopScope stop_scope;
    MergeHooks hooks;
    hooks.progress = [&progress](const MergeProgress& now) {
      progress.Update(now.done_bytes, now.total_bytes, now.io_bytes);
    };
    hooks.stop = stop_scope.stop();
    hooks.side_files = [&](const MergeReport& done) { return side.Build(fs, plan, done); };
    report = RunMerge(fs, plan, options.output_dir, engine_options, hooks);
  }
  if (!report.ok()) {
    return std::move(report).TakeError();
  }
  for (const std::string& line : OutcomeWarnings(plan, *report)) {
    LogWarning(line);
    warnings.push_back(line);
  }
  if (options.common.json) {
    return WriteJson(ReportJson(plan, *report, options.output_dir, warnings));
  }
  return options.common.quiet ? Status() : WriteOut(ReportText(plan, *report, options.output_dir));
}

std::shared_ptr<MergeOptions> AddOptions(CLI::App& command) {
  auto options = std::make_shared<MergeOptions>();
  AddArgument(command, "CONFIG", options->planning.config_path, "The merge, in mergekit's YAML");
  AddArgument(command, "OUT", options->output_dir, "The folder to write the merged model to");
  AddPlanningOptions(command, options->planning);
  AddEngineOptions(command, options->engine);
  command.add_flag("--overwrite,!--no-overwrite", options->engine.overwrite,
                   "Write into an OUT that holds a finished merge or other files");
  command.add_flag("--trust-journal,!--no-trust-journal", options->engine.trust_journal,
                   "Resume without hashing the finished tensors again");
  command.add_flag("--copy-tokenizer,!--no-copy-tokenizer", options->copy_tokenizer,
                   "Copy the tokenizer of the base model (default: yes)");
  command.add_flag("--write-model-card,!--no-write-model-card", options->write_model_card,
                   "Write README.md and mergekit_config.yml (default: yes)");
  options->ignored = IgnoredOptions::AddTo(command);
  return options;
}

}  // namespace

void AddMergeCommand(CLI::App& root, Invocation& invocation) {
  CLI::App* command = root.add_subcommand("merge", "Merge models as CONFIG says, into OUT");
  command->footer(
      std::string(
          "Every option of mergekit-yaml is accepted, as --x and --no-x.\n"
          "An interrupted merge goes on where it stopped when the same command runs again.\n"
          "Example:\n  ") +
      kExample);
  auto options = AddOptions(*command);
  AddCommonOptions(*command, options->common);
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

void SetUpAsMergekit(CLI::App& root, Invocation& invocation) {
  root.footer(
      "fuseo1 under the name mergekit-yaml: the defaults of mergekit (SCE as mergekit computes "
      "it,\n"
      "unknown keys are warnings, a folder that is in use is written over).\n"
      "Example:\n  mergekit-yaml config.yaml merged --copy-tokenizer");
  auto options = AddOptions(root);
  options->planning.as_mergekit = true;
  options->engine.overwrite = true;
  AddCommonOptions(root, options->common);
  root.callback([options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
