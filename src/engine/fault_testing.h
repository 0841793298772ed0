// A small merge on a faulty file system in memory, for tests that break it at every call: what must
// hold after a broken run, and that the same command then ends with the same bytes. One thread.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/run_merge.h"
#include "engine/testing.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"

namespace fuseo1::testing {

class FaultyMerge {
 public:
  // Makes the inputs and merges once without faults: those are the bytes that every later end must
  // have.
  FaultyMerge(const TestMerge& merge, EngineOptions options);

  MemoryFileSystem& memory() { return memory_; }
  FaultyFileSystem& faulty() { return faulty_; }
  const MergePlan& plan() const { return plan_; }
  const std::string& out() const { return out_; }

  Result<MergeReport> Run();

  // As before the first run: no output folder, no fault, everything durable.
  void StartAnew();

  // No index and no model.safetensors.
  bool IsUnpublished() const;
  // Nothing that a reader takes for the model, or the whole of it.
  ::testing::AssertionResult IsWholeOrUnpublished() const;
  // Exactly the files of the undisturbed run, byte for byte; a journal may be left.
  ::testing::AssertionResult IsFinished(bool journal_allowed) const;

 private:
  using Files = std::map<std::string, std::string>;  // of the output folder, by name
  Files Output() const;

  MemoryFileSystem memory_;
  FaultyFileSystem faulty_;
  EngineOptions options_;
  MergePlan plan_;
  std::string out_ = "/disk/out";
  Files expected_;
};

// A merge with one and several chunks a tensor, shared and unshared tensors, copied integers and
// empty tensors, in one shard or in several.
TestMerge SmallMerge(const std::string& method, bool sharded);

// 300 tensors of 32 bytes: their records fill several blocks of the journal.
TestMerge TinyTensors(bool sharded);

// How often the long variant of a test (FUSEO1_SOAK) repeats what the short one does `short_count`
// times.
int SoakCount(int short_count, int long_count);

}  // namespace fuseo1::testing
