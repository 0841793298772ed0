// fuseo1 grade BENCH SAMPLES.jsonl: verdicts and a score for stored answers; fuseo1 grade pairs
// FILE.
#include <memory>

#include "cli/command.h"
#include "cli/evaluation.h"
#include "eval/commands/grade_samples.h"

namespace fuseo1 {
namespace {

struct GradeCommandOptions {
  CommonOptions common;
  JudgeFlags judge;
  GradeOptions grade;
};

Status Run(GradeCommandOptions options) {
  ApplyVerbosity(options.common);
  const StopScope stop;
  const CommandIo io = ProgramIo(options.common, stop);
  GradeOptions& grade = options.grade;
  grade.json = options.common.json;
  grade.time_limit_s = options.judge.time_limit_s;
  grade.threads = options.judge.threads;
  FUSEO1_TRY(grade.memory_limit_bytes, MemoryLimitOf(options.judge));
  if (grade.benchmark == "pairs") {
    if (grade.samples.empty()) {
      return UsageError("FILE is missing: fuseo1 grade pairs FILE");
    }
    return RunGradePairs({grade.samples, grade.grader, grade.threads}, io);
  }
  return RunGrade(grade, io);
}

}  // namespace

void AddGradeCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<GradeCommandOptions>();
  GradeOptions& grade = options->grade;
  CLI::App* command =
      AddCommand(root, "grade", "Score stored answers, or compare pairs of maths answers",
                 "fuseo1 grade math500 samples.jsonl --data math.jsonl --verdicts verdicts.jsonl",
                 options->common);
  AddArgument(*command, "BENCH", grade.benchmark,
              "A benchmark (fuseo1 eval list shows them), or the word pairs");
  command
      ->add_option(
          "SAMPLES", grade.samples,
          "JSON lines {id, sample, response, …}; for pairs {gold, pred}; with --run it may "
          "be left away: what the run holds is graded")
      ->type_name("")
      ->group("Arguments");
  command
      ->add_option("--data", grade.data,
                   "The problems: a .jsonl or .parquet file or a folder (default: the Hub's cache)")
      ->type_name("PATH");
  command->add_option("--verdicts", grade.verdicts, "Write a verdict for each sample")
      ->type_name("OUT.jsonl");
  command->add_option("--run", grade.run, "Also keep samples and verdicts as a run, for report")
      ->type_name("DIR");
  command
      ->add_option("--grader", grade.grader,
                   "strict (default), or fuseo1: the published rules, for comparability")
      ->type_name("NAME");
  command
      ->add_option("--comparator", grade.comparator,
                   "How programs' outputs are compared: strict, lcb-2025 or lcb-fork")
      ->type_name("NAME");
  command->add_flag("--skip-bad-lines", grade.skip_bad_lines,
                    "Print the score although lines could not be read");
  AddJudgeFlags(*command, options->judge);
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
