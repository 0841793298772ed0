// A run that is killed again and again: nothing stored is lost or asked for twice, and the scores
// are those of a run in one go.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "eval/commands/run_eval.h"
#include "eval/store/run_store.h"
#include "generate/stored_answers.h"

namespace fuseo1 {
namespace {

constexpr int kItems = 25;
constexpr int kSamples = 20;
constexpr int kKills = 50;

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Status Evaluate(const std::string& folder, const std::string& run, const std::string& asks,
                std::string* out) {
  EvalOptions options;
  options.benchmarks = {"aime24"};
  options.data = {folder + "/data.jsonl"};
  options.run = folder + "/" + run;
  options.samples = kSamples;
  options.json = true;
  options.threads = 1;
  FUSEO1_TRY(const std::unique_ptr<Generator> engine,
             OpenScript(PosixFileSystem(), folder + "/script.jsonl", folder + "/" + asks));
  const CommandIo io{PosixFileSystem(),
                     [&](std::string_view text) {
                       *out += text;
                       return Status();
                     },
                     {},
                     nullptr,
                     "test"};
  return RunEval(options, *engine, io);
}

Json Scores(const std::string& out) { return ParseJson(out)->at("benchmarks"); }

TEST(KilledRun, HoldsEverySampleOnceWithTheSameScores) {
  const std::string folder = testing::TempDir() + "/killed_run";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::string data;
  std::string script;
  for (int i = 0; i < kItems; ++i) {
    const std::string id = std::to_string(i);
    data += "{\"id\":" + id + ",\"problem\":\"p\",\"answer\":\"" + id + "\"}\n";
    for (int s = 0; s < kSamples; s += 3) {
      script += "{\"id\":\"" + id + "\",\"sample\":" + std::to_string(s) +
                ",\"delay_ms\":1,\"response\":\"\\\\boxed{" + id + "}\"}\n";
    }
  }
  Write(folder + "/data.jsonl", data);
  Write(folder + "/script.jsonl", script + "{\"response\":\"\\\\boxed{7}\"}\n");

  std::mt19937 random(20250125);
  int killed = 0;
  for (int i = 0; i < kKills; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      std::string ignored;
      _exit(Evaluate(folder, "killed", "asks", &ignored).ok() ? 0 : 9);
    }
    usleep(static_cast<useconds_t>(random() % 30'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << status;
    killed += WIFSIGNALED(status) ? 1 : 0;
  }
  std::string resumed;
  const Status last = Evaluate(folder, "killed", "asks", &resumed);
  ASSERT_TRUE(last.ok()) << last.error().message();
  std::string whole;
  ASSERT_TRUE(Evaluate(folder, "whole", "asks_whole", &whole).ok());
  EXPECT_EQ(Scores(resumed), Scores(whole));

  const auto store = RunStore::OpenForReading(PosixFileSystem(), folder + "/killed");
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(*(*store)->CountSamples("aime24"), kItems * kSamples);
  // An ask may repeat only where the kill came before its answer was stored: at most once for each
  // kill.
  std::map<std::string, int> asks;
  std::ifstream log(folder + "/asks");
  int total = 0;
  for (std::string line; std::getline(log, line); ++total) {
    ++asks[line];
  }
  EXPECT_EQ(asks.size(), static_cast<std::size_t>(kItems * kSamples));
  EXPECT_LE(total, kItems * kSamples + killed);
}

}  // namespace
}  // namespace fuseo1
