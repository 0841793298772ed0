#include "engine/fault_testing.h"

#include <cstdlib>

#include "base/check.h"
#include "engine/journal.h"

namespace fuseo1::testing {
namespace {

constexpr const char* kIndexName = "model.safetensors.index.json";
constexpr const char* kSingleName = "model.safetensors";

}  // namespace

FaultyMerge::FaultyMerge(const TestMerge& merge, EngineOptions options)
    : faulty_(memory_), options_(options), plan_(MakePlan(memory_, "/disk", merge)) {
  FUSEO1_CHECK(WriteFileDurably(memory_, "/disk/tokenizer.json", std::string(5000, 't')).ok());
  memory_.SyncEverything();
  const auto report = Run();
  FUSEO1_CHECK(report.ok());
  expected_ = Output();
}

Result<MergeReport> FaultyMerge::Run() {
  MergeHooks hooks;
  hooks.side_files = [](const MergeReport& report) -> Result<std::vector<SideFile>> {
    return std::vector<SideFile>{
        {.name = "config.json",
         .contents = "{\"tensors\": " + std::to_string(report.tensors.size()) + "}",
         .copy_from = ""},
        {.name = "tokenizer.json", .contents = "", .copy_from = "/disk/tokenizer.json"}};
  };
  return RunMerge(faulty_, plan_, out_, options_, hooks);
}

FaultyMerge::Files FaultyMerge::Output() const {
  Files files;
  for (auto& [path, contents] : memory_.Contents()) {
    if (path.starts_with(out_ + "/")) {
      files[path.substr(out_.size() + 1)] = std::move(contents);
    }
  }
  return files;
}

void FaultyMerge::StartAnew() {
  faulty_.Clear();
  faulty_.SetBeforeChange(nullptr);
  faulty_.ClearTrace();
  for (const auto& [name, contents] : Output()) {
    FUSEO1_CHECK(memory_.Remove(out_ + "/" + name).ok());
  }
  static_cast<void>(memory_.Remove(out_).ok());
  memory_.SyncEverything();
}

bool FaultyMerge::IsUnpublished() const {
  const Files files = Output();
  return !files.contains(kIndexName) && !files.contains(kSingleName);
}

::testing::AssertionResult FaultyMerge::IsWholeOrUnpublished() const {
  if (IsUnpublished()) {
    return ::testing::AssertionSuccess();
  }
  const Files files = Output();
  for (const auto& [name, contents] : expected_) {
    const auto it = files.find(name);
    if (it == files.end() || it->second != contents) {
      return ::testing::AssertionFailure()
             << "published, but " << name << (it == files.end() ? " is missing" : " is not whole");
    }
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult FaultyMerge::IsFinished(bool journal_allowed) const {
  Files files = Output();
  if (journal_allowed) {
    files.erase(std::string(kJournalName));
  }
  for (const auto& [name, contents] : files) {
    const auto it = expected_.find(name);
    if (it == expected_.end() || it->second != contents) {
      return ::testing::AssertionFailure()
             << name << (it == expected_.end() ? " should not be there" : " has other bytes");
    }
  }
  if (files.size() != expected_.size()) {
    return ::testing::AssertionFailure() << expected_.size() - files.size() << " files are missing";
  }
  return ::testing::AssertionSuccess();
}

TestMerge SmallMerge(const std::string& method, bool sharded) {
  return {.method = method,
          .models = 3,
          .base = 0,
          .tensors = {{"a.weight", {300, 150}},
                      {"b.norm", {96}},
                      {"c.position_ids", {64}, DType::kI64},
                      {"d.scalar", {}},
                      {"e.empty", {0, 4}},
                      {"f.float", {31, 45}, DType::kF32}},
          .shard_bytes = sharded ? std::uint64_t{91'000} : 0};
}

TestMerge TinyTensors(bool sharded) {
  TestMerge merge{.method = "linear", .models = 2, .base = 0, .tensors = {}};
  for (int i = 0; i < 300; ++i) {
    merge.tensors.push_back({"t." + std::to_string(i), {16}});
  }
  merge.shard_bytes = sharded ? 4'000 : 0;
  return merge;
}

int SoakCount(int short_count, int long_count) {
  return std::getenv("FUSEO1_SOAK") != nullptr ? long_count : short_count;
}

}  // namespace fuseo1::testing
