// fuseo1 plan CONFIG: what a merge would do, from headers only.
#include <memory>

#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/engine_options.h"
#include "cli/output_place.h"
#include "cli/plan_report.h"
#include "cli/planning.h"
#include "cli/version.h"
#include "engine/memory_needs.h"
#include "publish/side_files.h"
#include "tensor/isa.h"

namespace fuseo1 {
namespace {

struct PlanCommandOptions {
  CommonOptions common;
  PlanningOptions planning;
  EngineFlags engine;
  std::string output_dir;
};

// The nearest folder at or above `path` that exists.
Result<std::string> ExistingFolder(FileSystem& fs, std::string path) {
  while (!path.empty() && path != "/") {
    FUSEO1_TRY(const FileInfo info, fs.Info(path));
    if (info.kind == FileKind::kDirectory) {
      return path;
    }
    const std::size_t slash = path.find_last_of('/');
    path = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  }
  return path.empty() ? "." : path;
}

Status Run(const PlanCommandOptions& options) {
  ApplyVerbosity(options.common);
  FUSEO1_TRY_VOID(CheckIsaOverride());
  FUSEO1_TRY(const PlanOptions plan_options, PlanOptionsFrom(options.planning));
  FUSEO1_TRY(const EngineOptions engine_options, EngineOptionsFrom(options.engine));
  FileSystem& fs = PosixFileSystem();
  FUSEO1_TRY(MergePlan plan, PlanFromOptions(fs, options.planning, plan_options));
  FUSEO1_TRY(const SideFiles side, SideFiles::Prepare(fs, plan,
                                                      {.title = "",
                                                       .program_version = kVersion,
                                                       .cache_dir = options.planning.cache_dir,
                                                       .plan_options = {}}));
  plan.warnings.insert(plan.warnings.end(), side.notes().begin(), side.notes().end());
  PlanSurroundings here;
  const MemoryNeeds needs = NeedsOf(plan, engine_options.chunk_elems);
  const std::uint64_t budget = needs.BudgetOr(engine_options.memory_bytes);
  here.memory_budget_bytes = budget;
  here.least_budget_bytes = needs.LeastBudget();
  here.most_used_bytes =
      needs.MostOf(budget, needs.ThreadsOf(budget, engine_options.threads), KeptOf(plan, budget));
  if (!options.output_dir.empty()) {
    FUSEO1_TRY_VOID(CheckOutputPlace(fs, plan, options.output_dir, {}));
  }
  FUSEO1_TRY(here.disk_path,
             ExistingFolder(fs, options.output_dir.empty() ? "." : options.output_dir));
  FUSEO1_TRY(here.free_disk_bytes, fs.FreeBytes(here.disk_path));
  if (options.common.json) {
    return WriteJson(PlanJson(plan, here));
  }
  return WriteOut(PlanText(plan, here));
}

}  // namespace

void AddPlanCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<PlanCommandOptions>();
  CLI::App* command =
      AddCommand(root, "plan", "Say what a merge would do: tensors, bytes, memory, disk, warnings",
                 "fuseo1 plan configs/FuseO1-DeepSeekR1-QwQ-32B-Preview.yaml", options->common);
  AddArgument(*command, "CONFIG", options->planning.config_path, "The merge, in mergekit's YAML");
  command
      ->add_option("--out", options->output_dir, "Where the merge would go: its disk is measured")
      ->type_name("DIR");
  AddPlanningOptions(*command, options->planning);
  AddEngineOptions(*command, options->engine);
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
