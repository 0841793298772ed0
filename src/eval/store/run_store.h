// A run: a directory with run.json (what was asked, of which data, how) and one SQLite file in WAL
// mode with every item, prompt, sample and verdict, written as it arrives. Generation, grading and
// reporting are separate passes over it. A kill at any moment loses nothing that was stored.
//
// A writer holds the directory's lock; readers need none and see whole transactions. One thread at
// a time. Errors: kInput for a damaged store or manifest, kSystem for the disk and for a second
// writer.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/metrics/metrics.h"
#include "eval/store/sqlite.h"
#include "generate/sample.h"
#include "io/file_system.h"

namespace fuseo1 {

// The "format" of run.json; a run of another one is refused.
inline constexpr int kRunFormat = 1;

// What a report needs of an item without the data set.
struct StoredItem {
  std::string id;
  std::int64_t row = 0;
  std::string difficulty;
  std::string subject;
  std::string question;
  std::string gold;  // as the grader uses it: a letter under the shown order for choices
  std::string
      option_order;  // "2,0,1,3": shown[i] is the stored index of letter i; "" where stored order
};

struct StoredVerdict {
  std::string id;
  std::int64_t sample = 0;
  std::optional<std::string> answer;
  bool correct = false;
  std::string verdict;  // "correct", "wrong", "unparsed"; "AC", "WA", …
  std::string reason;
  std::int64_t answer_class = -1;  // of equal answers within the item; -1: none
  std::string text_class;          // the published vote's text
};

// A sample with its verdict, without the response: what tables are made of.
struct GradedRow {
  StoredVerdict verdict;
  std::string finish_reason;
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
};

class RunStore {
 public:
  // The run in `directory`, made where it is missing or empty; a directory with anything else is
  // kUsage.
  static Result<std::unique_ptr<RunStore>> OpenForWriting(FileSystem& fs,
                                                          const std::string& directory);
  // An existing run, for reports. kUsage where there is none.
  static Result<std::unique_ptr<RunStore>> OpenForReading(FileSystem& fs,
                                                          const std::string& directory);
  ~RunStore();

  const std::string& directory() const { return directory_; }
  const Json& manifest() const { return manifest_; }
  Status SetManifest(const Json& manifest);  // durable when it returns

  // The benchmarks that have items, in the order in which they were added.
  Result<std::vector<std::string>> Benchmarks();
  // The graders whose verdicts are stored for a benchmark.
  Result<std::vector<std::string>> Graders(const std::string& benchmark);
  Result<std::vector<StoredItem>> Items(const std::string& benchmark);
  Status PutItems(const std::string& benchmark, const std::vector<StoredItem>& items);

  Status PutPrompt(const std::string& benchmark, const std::string& id, const std::string& prompt);
  Result<std::string> Prompt(const std::string& benchmark, const std::string& id);  // "" for none

  // Stored when it returns. kInput where (id, sample) is stored already: nothing is overwritten.
  Status AddSample(const std::string& benchmark, const Sample& sample);
  // The same inside a group of writes: visible and safe after the next Flush, which comes by itself
  // now and then.
  Status AddSampleGrouped(const std::string& benchmark, const Sample& sample);
  Status PutVerdictGrouped(const std::string& benchmark, const std::string& grader,
                           const StoredVerdict& verdict);
  Status DropVerdicts(const std::string& benchmark, const std::string& grader);
  Status Flush();

  Result<std::map<std::string, std::set<std::int64_t>>> StoredSamples(const std::string& benchmark);
  Result<std::int64_t> CountSamples(const std::string& benchmark);
  // In the order in which they were stored, one in memory at a time.
  Status ForEachSample(const std::string& benchmark,
                       const std::function<Status(Sample sample)>& visit);
  Result<std::optional<Sample>> FindSample(const std::string& benchmark, const std::string& id,
                                           std::int64_t sample);
  // In the samples' order; samples without a verdict of this grader are left out.
  Status ForEachGraded(const std::string& benchmark, const std::string& grader,
                       const std::function<Status(const GradedRow& row)>& visit);
  // Everything of a benchmark that the metrics need, items in the data's order.
  Result<std::vector<GradedItem>> LoadGraded(const std::string& benchmark,
                                             const std::string& grader);

 private:
  RunStore(FileSystem& fs, std::string directory, Database db)
      : fs_(fs), directory_(std::move(directory)), db_(std::move(db)) {}

  static Result<std::unique_ptr<RunStore>> Open(FileSystem& fs, const std::string& directory,
                                                bool writable);
  static Result<Database> OpenDatabase(FileSystem& fs, const std::string& directory, bool writable);
  Status ReadManifest();
  Status Begin();
  Status AfterGroupedWrite(std::size_t bytes);

  FileSystem& fs_;
  std::string directory_;
  Database db_;
  Json manifest_ = Json::object();
  std::unique_ptr<DirectoryLock> lock_;
  std::unique_ptr<Statement> add_sample_;
  std::unique_ptr<Statement> put_verdict_;
  bool in_group_ = false;
  std::size_t group_rows_ = 0;
  std::size_t group_bytes_ = 0;
  std::chrono::steady_clock::time_point last_sync_;
};

// Whether a sample ended because it ran out of tokens.
bool IsTruncated(const std::string& finish_reason);

// One line of a verdicts file, without its end: id, sample, answer, correct, verdict, reason.
std::string VerdictLine(const StoredVerdict& verdict);

}  // namespace fuseo1
