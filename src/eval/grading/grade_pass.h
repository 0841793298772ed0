// One pass over samples: collects them into batches, grades each batch, and hands on every verdict
// in the samples' order. Holds at most one batch. One thread at a time.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "eval/grading/batch_grader.h"
#include "eval/store/run_store.h"

namespace fuseo1 {

class GradePass {
 public:
  using Sink = std::function<Status(const Sample& sample, const StoredVerdict& verdict)>;

  GradePass(const Dataset& data, BatchGrader& grader, const std::atomic<bool>* stop, Sink sink);

  // The sample's id must be one of the data's.
  Status Add(Sample sample);
  // A verdict that exists already: its answer takes its place among the classes.
  void AddKnown(const StoredVerdict& verdict);
  Status Finish();

 private:
  Status GradeBatch();

  const Dataset& data_;
  BatchGrader& grader_;
  const std::atomic<bool>* stop_;
  Sink sink_;
  std::vector<Sample> batch_;
  std::size_t batch_bytes_ = 0;
};

// The metrics' view of one graded sample.
GradedSample MetricSample(const Sample& sample, const StoredVerdict& verdict);

}  // namespace fuseo1
