// fuseo1 eval BENCH[,BENCH]: asks an engine, grades, prints the scores; fuseo1 eval list.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/evaluation.h"
#include "eval/commands/run_eval.h"
#include "generate/stored_answers.h"

namespace fuseo1 {
namespace {

struct EvalCommandOptions {
  CommonOptions common;
  JudgeFlags judge;
  EvalOptions eval;
  std::string benchmarks;
  std::string engine;
  std::vector<std::string> answers;
  std::string script;
  std::string ask_log;
  bool skip_bad_lines = false;
};

std::vector<std::string> SplitNames(const std::string& list) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    const std::string_view name = Trim(std::string_view(list).substr(begin, comma - begin));
    if (!name.empty()) {
      names.emplace_back(name);
    }
    begin = comma + 1;
  }
  return names;
}

Result<std::unique_ptr<Generator>> OpenEngine(const EvalCommandOptions& options) {
  FileSystem& fs = PosixFileSystem();
  if (options.engine == "replay" || (options.engine.empty() && !options.answers.empty())) {
    if (options.answers.empty()) {
      return UsageError("--engine replay needs the stored answers: --answers FILE.jsonl");
    }
    return OpenReplay(fs, options.answers, options.skip_bad_lines);
  }
  if (options.engine == "scripted" || (options.engine.empty() && !options.script.empty())) {
    if (options.script.empty()) {
      return UsageError("--engine scripted needs its script: --script FILE.jsonl");
    }
    return OpenScript(fs, options.script, options.ask_log);
  }
  if (options.engine.empty()) {
    return UsageError("no engine: give --answers FILE.jsonl to replay stored answers");
  }
  return UsageError(fmt::format("no engine {}: replay or scripted", Quoted(options.engine)));
}

Status Run(EvalCommandOptions options) {
  ApplyVerbosity(options.common);
  const StopScope stop;
  const CommandIo io = ProgramIo(options.common, stop);
  if (options.benchmarks == "list") {
    return RunEvalList(options.common.json, io);
  }
  EvalOptions& eval = options.eval;
  eval.benchmarks = SplitNames(options.benchmarks);
  eval.json = options.common.json;
  eval.time_limit_s = options.judge.time_limit_s;
  eval.threads = options.judge.threads;
  FUSEO1_TRY(eval.memory_limit_bytes, MemoryLimitOf(options.judge));
  if (eval.run.empty()) {
    return UsageError("where does the run go? --run DIR (the same directory goes on with it)");
  }
  for (const std::string& name : eval.benchmarks) {
    FUSEO1_TRY_VOID(FindBenchmark(name));
  }
  FUSEO1_TRY(const std::unique_ptr<Generator> engine, OpenEngine(options));
  return RunEval(eval, *engine, io);
}

void AddSamplingFlags(CLI::App& command, EvalOptions& eval) {
  command.add_option("--preset", eval.preset,
                     "Prompts and sampling: fuseo1 (default, as published) or chat");
  command.add_option(
      "--prompt-family", eval.family,
      "Whose published prompt: r1, qwq, sky-t1, qwen2.5 (default: by the model's name)");
  command.add_option("-n,--samples", eval.samples, "Samples an item (default: the preset's)")
      ->check(CLI::Range(1, 100'000));
  command.add_option("--max-items", eval.max_items, "Only the first items")
      ->check(CLI::PositiveNumber);
  command.add_option("--seed", eval.seed, "Seed of sampling and of option orders");
  command.add_option("--temperature", eval.temperature, "Instead of the preset's")
      ->check(NumberFrom(0.0, 10.0));
  command.add_option("--top-p", eval.top_p, "Instead of the preset's")->check(NumberFrom(0.0, 1.0));
  command.add_option("--max-tokens", eval.max_tokens, "Instead of the preset's")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void AddEvalCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<EvalCommandOptions>();
  EvalOptions& eval = options->eval;
  CLI::App* command = AddCommand(
      root, "eval", "Run benchmarks on a model or on stored answers, resumably",
      "fuseo1 eval aime24,math500 --engine replay --answers answers.jsonl --data problems "
      "--run runs/r1",
      options->common);
  AddArgument(*command, "BENCH", options->benchmarks,
              "Benchmarks, separated by commas, or the word list");
  command->add_option("--run", eval.run, "The run's directory: made, or gone on with")
      ->type_name("DIR");
  command
      ->add_option(
          "--data", eval.data,
          "The problems, for each benchmark or one folder for all (default: the Hub's cache)")
      ->type_name("PATH");
  command->add_option("--engine", options->engine, "What answers: replay or scripted")
      ->type_name("NAME");
  command->add_option("--answers", options->answers, "replay: files of stored samples")
      ->type_name("FILE");
  command->add_option("--script", options->script, "scripted: its rules, JSON lines")
      ->type_name("FILE");
  command->add_option("--ask-log", options->ask_log, "scripted: append each question asked")
      ->type_name("FILE");
  command->add_option("--model", eval.model, "The model's name, for the manifest and the prompts")
      ->type_name("MODEL");
  command->add_option("--grader", eval.grader, "strict (default) or fuseo1")->type_name("NAME");
  command->add_flag("--skip-bad-lines", options->skip_bad_lines,
                    "replay: leave out lines that cannot be read");
  AddSamplingFlags(*command, eval);
  AddJudgeFlags(*command, options->judge);
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
