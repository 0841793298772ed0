// fuseo1 verify OUT: the merged model against its manifest; with --recompute, against its inputs.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <random>

#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/engine_options.h"
#include "cli/parallel.h"
#include "cli/process.h"
#include "cli/progress.h"
#include "cli/recompute.h"
#include "cli/sizes.h"
#include "cli/verify_output.h"
#include "cli/version.h"
#include "plan/build_plan.h"
#include "plan/merge_config.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxShown = 8;

struct VerifyOptions {
  CommonOptions common;
  EngineFlags engine;
  std::string output_dir;
  std::string recompute;
  std::string seed;
  std::string cache_dir;
};

// A folder of our own for merged tensors; removed with what it holds.
class ScratchFolder {
 public:
  static Result<std::unique_ptr<ScratchFolder>> Make(FileSystem& fs) {
    const char* temporary = std::getenv("TMPDIR");
    std::string path = temporary != nullptr && *temporary != '\0' ? temporary : "/tmp";
    path += "/fuseo1-verify-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      return SystemError(fmt::format("{}: no folder can be made there; set TMPDIR", Quoted(path)));
    }
    return std::unique_ptr<ScratchFolder>(new ScratchFolder(fs, path));
  }
  ~ScratchFolder() {
    if (const auto names = fs_.List(path_); names.ok()) {
      for (const std::string& name : *names) {
        (void)fs_.Remove(path_ + "/" + name);
      }
    }
    (void)fs_.Remove(path_);
  }
  const std::string& path() const { return path_; }

 private:
  ScratchFolder(FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}

  FileSystem& fs_;
  std::string path_;
};

Result<std::uint64_t> Seed(const std::string& text) {
  if (text.empty()) {
    return std::random_device()();
  }
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size()) {
    return UsageError(fmt::format("--seed: {} is no whole number", Quoted(text)));
  }
  return seed;
}

// The inputs are those that the manifest names: same files, sizes and headers.
Status CheckInputs(const MergePlan& plan, const Manifest& manifest) {
  for (const ManifestInput& input : manifest.inputs) {
    for (const Checkpoint& model : plan.models) {
      if (model.ref.Text() != input.model) {
        continue;
      }
      bool same = model.files.size() == input.files.size();
      for (std::size_t i = 0; same && i < model.files.size(); ++i) {
        same = model.files[i].info.bytes == input.files[i].bytes &&
               model.files[i].header_hash == input.files[i].header_hash;
      }
      if (!same) {
        return InputError(
            fmt::format("input {}: its files are not those that were merged (sizes or headers "
                        "differ from the manifest's)",
                        Quoted(input.model)));
      }
    }
  }
  return {};
}

Result<RecomputeReport> RunRecompute(FileSystem& fs, const VerifyOptions& options, double share,
                                     std::uint64_t seed, const Manifest& manifest,
                                     const EngineOptions& engine) {
  FUSEO1_TRY(MergeConfig config,
             ParseMergeConfig(manifest.config_text, "the config in " + std::string(kManifestName),
                              {.unknown_keys_are_errors = manifest.unknown_keys_are_errors}));
  PlanOptions plan_options = manifest.plan_options;
  plan_options.cache_dir = options.cache_dir;
  Result<MergePlan> plan = BuildPlan(fs, std::move(config), manifest.config_text, plan_options);
  if (!plan.ok()) {
    return std::move(plan).TakeError().In(
        "--recompute reads the inputs again, under the names that the config gives them");
  }
  FUSEO1_TRY_VOID(CheckInputs(*plan, manifest));
  if (plan->jobs.empty()) {
    return RecomputeReport{};
  }
  FUSEO1_TRY(const std::unique_ptr<ScratchFolder> scratch, ScratchFolder::Make(fs));
  Progress progress("merged again", options.common.quiet);
  const StopScope stop_scope;
  MergeHooks hooks;
  hooks.stop = stop_scope.stop();
  hooks.side_files = [](const MergeReport&) { return std::vector<SideFile>(); };
  hooks.progress = [&progress](const MergeProgress& now) {
    progress.Update(now.done_bytes, now.total_bytes, now.io_bytes);
  };
  return Recompute(fs, *plan, manifest, ChooseTensors(plan->jobs.size(), share, seed),
                   scratch->path(), engine, hooks);
}

Error Damaged(const std::string& output_dir, const std::vector<std::string>& damage) {
  std::string text = fmt::format("{}: {} finding{}:", Quoted(output_dir), damage.size(),
                                 damage.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < std::min(damage.size(), kMaxShown); ++i) {
    text += "\n  " + damage[i];
  }
  if (damage.size() > kMaxShown) {
    fmt::format_to(std::back_inserter(text), "\n  and {} more (--json lists all)",
                   damage.size() - kMaxShown);
  }
  return InputError(text + "\nMerge again with --overwrite, or copy the folder again.");
}

Status Run(const VerifyOptions& options) {
  ApplyVerbosity(options.common);
  FUSEO1_TRY(EngineOptions engine, EngineOptionsFrom(options.engine));
  double share = 0;
  if (!options.recompute.empty()) {
    Result<double> parsed = ParseShare(options.recompute);
    if (!parsed.ok()) {
      return std::move(parsed).TakeError().In("--recompute");
    }
    share = *parsed;
  }
  FUSEO1_TRY(const std::uint64_t seed, Seed(options.seed));
  FileSystem& fs = PosixFileSystem();
  FUSEO1_TRY(const Manifest manifest, ReadManifest(fs, options.output_dir));
  VerifyReport report;
  {
    Progress progress("verified", options.common.quiet);
    const StopScope stop_scope;
    VerifyHooks hooks{.stop = stop_scope.stop(),
                      .progress = [&](std::uint64_t done, std::uint64_t total) {
                        progress.Update(done, total, done);
                      }};
    FUSEO1_TRY(report, VerifyOutput(fs, options.output_dir, manifest,
                                    engine.threads > 0 ? engine.threads : DefaultThreads(), hooks));
  }
  RecomputeReport again;
  if (share > 0) {
    FUSEO1_TRY(again, RunRecompute(fs, options, share, seed, manifest, engine));
    report.damage.insert(report.damage.end(), again.damage.begin(), again.damage.end());
  }
  if (options.common.json) {
    Json document = {{"output", options.output_dir},
                     {"ok", report.damage.empty()},
                     {"written_by", manifest.program_version},
                     {"tensors", report.tensors},
                     {"bytes", report.bytes},
                     {"recomputed_tensors", again.tensors},
                     {"recomputed_bytes", again.bytes}};
    document["recompute_seed"] = share > 0 ? Json(seed) : Json();
    document["damage"] = report.damage;
    document["remarks"] = report.remarks;
    FUSEO1_TRY_VOID(WriteJson(document));
  }
  if (!report.damage.empty()) {
    return Damaged(options.output_dir, report.damage);
  }
  if (options.common.json || options.common.quiet) {
    return {};
  }
  std::string text =
      fmt::format("{}: {} tensors, {}: every hash is the manifest's\n",
                  Printable(options.output_dir), report.tensors, HumanBytes(report.bytes));
  if (share > 0) {
    fmt::format_to(std::back_inserter(text),
                   "{} tensors, {}, merged again (--seed {}): the same bytes\n", again.tensors,
                   HumanBytes(again.bytes), seed);
  }
  for (const std::string& remark : report.remarks) {
    fmt::format_to(std::back_inserter(text), "remark: {}\n", Printable(remark));
  }
  return WriteOut(text);
}

}  // namespace

void AddVerifyCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command =
      AddCommand(root, "verify", "Check a merged model against its manifest, tensor by tensor",
                 "fuseo1 verify fused --recompute 5%", options->common);
  AddArgument(*command, "OUT", options->output_dir, "A folder that fuseo1 merge wrote");
  command
      ->add_option("--recompute", options->recompute,
                   "Merge a random share of the tensors again, such as 0.05 or 5%, and compare")
      ->type_name("SHARE");
  command->add_option("--seed", options->seed, "Which tensors --recompute draws")->type_name("INT");
  command
      ->add_option("--transformers-cache", options->cache_dir, "The Hugging Face cache to look in")
      ->type_name("PATH");
  AddEngineOptions(*command, options->engine);
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
