#include "eval/store/run_store.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS items(
  seq INTEGER PRIMARY KEY, benchmark TEXT NOT NULL, id TEXT NOT NULL, row INTEGER NOT NULL,
  difficulty TEXT NOT NULL, subject TEXT NOT NULL, question TEXT NOT NULL, gold TEXT NOT NULL,
  option_order TEXT NOT NULL, UNIQUE(benchmark, id));
CREATE TABLE IF NOT EXISTS prompts(
  benchmark TEXT NOT NULL, id TEXT NOT NULL, prompt TEXT NOT NULL, PRIMARY KEY(benchmark, id));
CREATE TABLE IF NOT EXISTS samples(
  seq INTEGER PRIMARY KEY, benchmark TEXT NOT NULL, id TEXT NOT NULL, sample INTEGER NOT NULL,
  finish_reason TEXT NOT NULL, prompt_tokens INTEGER, completion_tokens INTEGER,
  response TEXT NOT NULL, UNIQUE(benchmark, id, sample));
CREATE TABLE IF NOT EXISTS verdicts(
  benchmark TEXT NOT NULL, id TEXT NOT NULL, sample INTEGER NOT NULL, grader TEXT NOT NULL,
  answer TEXT, correct INTEGER NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,
  answer_class INTEGER NOT NULL, text_class TEXT NOT NULL,
  PRIMARY KEY(benchmark, grader, id, sample)) WITHOUT ROWID;
)sql";

constexpr std::size_t kGroupRows = 500;
constexpr std::size_t kGroupBytes = 4 * kMiB;
constexpr std::chrono::seconds kSyncEvery{1};

std::string ManifestPath(const std::string& directory) { return directory + "/run.json"; }
std::string DatabasePath(const std::string& directory) { return directory + "/run.sqlite"; }

}  // namespace

RunStore::~RunStore() {
  if (in_group_) {
    static_cast<void>(Flush());
  }
}

Result<std::unique_ptr<RunStore>> RunStore::OpenForWriting(FileSystem& fs,
                                                           const std::string& directory) {
  FUSEO1_TRY(const FileInfo info, fs.Info(directory));
  if (info.kind == FileKind::kMissing) {
    FUSEO1_TRY_VOID(fs.MakeDirectories(directory));
  } else if (info.kind != FileKind::kDirectory) {
    return UsageError(fmt::format("{} is no directory (--run)", Quoted(directory)));
  }
  FUSEO1_TRY(std::unique_ptr<DirectoryLock> lock, fs.LockDirectory(directory));
  FUSEO1_TRY(const FileInfo manifest, fs.Info(ManifestPath(directory)));
  if (manifest.kind == FileKind::kMissing) {
    FUSEO1_TRY(const std::vector<std::string> names, fs.List(directory));
    for (const std::string& name : names) {
      if (!StartsWith(name, ".") && !StartsWith(name, "run.sqlite")) {
        return UsageError(fmt::format(
            "{} holds {} and no run.json: it is no run of ours; choose an empty directory",
            Quoted(directory), Quoted(name)));
      }
    }
  }
  FUSEO1_TRY(std::unique_ptr<RunStore> store, Open(fs, directory, true));
  store->lock_ = std::move(lock);
  return store;
}

Result<std::unique_ptr<RunStore>> RunStore::OpenForReading(FileSystem& fs,
                                                           const std::string& directory) {
  FUSEO1_TRY(const FileInfo info, fs.Info(DatabasePath(directory)));
  if (info.kind == FileKind::kMissing) {
    return UsageError(fmt::format("{} is no run: it has no run.sqlite", Quoted(directory)));
  }
  return Open(fs, directory, false);
}

// A run on a medium that cannot be written: SQLite makes no index of its log there. Where the log
// is empty, the file alone is the whole run.
Result<Database> RunStore::OpenDatabase(FileSystem& fs, const std::string& directory,
                                        bool writable) {
  const std::string path = DatabasePath(directory);
  FUSEO1_TRY(Database db, Database::Open(path, writable));
  if (writable) {
    return db;
  }
  const Status readable = db.Execute("SELECT COUNT(*) FROM sqlite_master");
  if (readable.ok()) {
    return db;
  }
  FUSEO1_TRY(const FileInfo log, fs.Info(path + "-wal"));
  if (readable.error().code() != ErrorCode::kSystem || log.bytes > 0) {
    return readable.error();
  }
  return Database::OpenImmutable(path);
}

Result<std::unique_ptr<RunStore>> RunStore::Open(FileSystem& fs, const std::string& directory,
                                                 bool writable) {
  FUSEO1_TRY(Database db, OpenDatabase(fs, directory, writable));
  std::unique_ptr<RunStore> store(new RunStore(fs, directory, std::move(db)));
  FUSEO1_TRY_VOID(store->ReadManifest());
  // A small cache: answers are large, and none is read twice.
  FUSEO1_TRY_VOID(store->db_.Execute("PRAGMA cache_size=-8192; PRAGMA mmap_size=0;"));
  if (writable) {
    FUSEO1_TRY_VOID(store->db_.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"));
    FUSEO1_TRY_VOID(store->db_.Execute(kSchema));
  } else {
    // One snapshot for all that is read: a report agrees with itself while a grader writes.
    FUSEO1_TRY_VOID(store->db_.Execute("BEGIN"));
  }
  return store;
}

Status RunStore::ReadManifest() {
  FUSEO1_TRY(const FileInfo info, fs_.Info(ManifestPath(directory_)));
  if (info.kind == FileKind::kMissing) {
    return {};
  }
  FUSEO1_TRY(const std::string text,
             ReadWholeFile(fs_, ManifestPath(directory_), kMaxConfigJsonBytes));
  Result<Json> json = ParseJson(text);
  if (!json.ok()) {
    return std::move(json).TakeError().In(ManifestPath(directory_));
  }
  if (!json->is_object()) {
    return InputError(fmt::format("{}: expected a JSON object", ManifestPath(directory_)));
  }
  const Json* format = FindKey(*json, "format");
  if (format != nullptr && *format != Json(kRunFormat)) {
    return InputError(
        fmt::format("{}: a run of format {}, this version reads {}; use the fuseo1 that made it",
                    ManifestPath(directory_), Printable(DumpJson(*format, -1), 40), kRunFormat));
  }
  manifest_ = *std::move(json);
  return {};
}

Status RunStore::SetManifest(const Json& manifest) {
  FUSEO1_TRY_VOID(WriteFileDurably(fs_, ManifestPath(directory_), DumpJson(manifest) + "\n"));
  manifest_ = manifest;
  return {};
}

Status RunStore::Begin() {
  if (in_group_) {
    return {};
  }
  // A commit in WAL mode survives a kill as it is; once a second it is also made to survive a power
  // cut.
  const auto now = std::chrono::steady_clock::now();
  const bool sync = now - last_sync_ >= kSyncEvery;
  FUSEO1_TRY_VOID(db_.Execute(sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
  if (sync) {
    last_sync_ = now;
  }
  FUSEO1_TRY_VOID(db_.Execute("BEGIN IMMEDIATE"));
  in_group_ = true;
  group_rows_ = 0;
  group_bytes_ = 0;
  return {};
}

Status RunStore::Flush() {
  if (!in_group_) {
    return {};
  }
  in_group_ = false;
  return db_.Execute("COMMIT");
}

Status RunStore::AfterGroupedWrite(std::size_t bytes) {
  group_rows_ += 1;
  group_bytes_ += bytes;
  return group_rows_ >= kGroupRows || group_bytes_ >= kGroupBytes ? Flush() : Status();
}

Status RunStore::PutItems(const std::string& benchmark, const std::vector<StoredItem>& items) {
  FUSEO1_TRY_VOID(Begin());
  FUSEO1_TRY(std::unique_ptr<Statement> put,
             db_.Prepare("INSERT OR IGNORE INTO items(benchmark, id, row, difficulty, subject, "
                         "question, gold, option_order) VALUES(?,?,?,?,?,?,?,?)"));
  for (const StoredItem& item : items) {
    put->Bind(1, benchmark).Bind(2, item.id).Bind(3, item.row).Bind(4, item.difficulty);
    put->Bind(5, item.subject).Bind(6, item.question).Bind(7, item.gold);
    put->Bind(8, item.option_order);
    FUSEO1_TRY_VOID(put->Run());
  }
  return Flush();
}

Status RunStore::PutPrompt(const std::string& benchmark, const std::string& id,
                           const std::string& prompt) {
  FUSEO1_TRY_VOID(Begin());
  FUSEO1_TRY(std::unique_ptr<Statement> put,
             db_.Prepare("INSERT OR REPLACE INTO prompts(benchmark, id, prompt) VALUES(?,?,?)"));
  FUSEO1_TRY_VOID(put->Bind(1, benchmark).Bind(2, id).Bind(3, prompt).Run());
  return AfterGroupedWrite(prompt.size());
}

Status RunStore::AddSampleGrouped(const std::string& benchmark, const Sample& sample) {
  FUSEO1_TRY_VOID(Begin());
  if (add_sample_ == nullptr) {
    FUSEO1_TRY(add_sample_,
               db_.Prepare("INSERT OR IGNORE INTO samples(benchmark, id, sample, finish_reason, "
                           "prompt_tokens, completion_tokens, response) VALUES(?,?,?,?,?,?,?)"));
  }
  add_sample_->Bind(1, benchmark).Bind(2, sample.id).Bind(3, sample.sample);
  add_sample_->Bind(4, sample.finish_reason).Bind(5, sample.prompt_tokens);
  add_sample_->Bind(6, sample.completion_tokens).Bind(7, sample.response);
  FUSEO1_TRY_VOID(add_sample_->Run());
  if (db_.Changes() == 0) {
    return InputError(fmt::format("{}: id {}, sample {} is stored already and stays as it is",
                                  directory_, Quoted(sample.id), sample.sample));
  }
  return AfterGroupedWrite(sample.response.size());
}

Status RunStore::AddSample(const std::string& benchmark, const Sample& sample) {
  const Status added = AddSampleGrouped(benchmark, sample);
  const Status flushed = Flush();
  return added.ok() ? flushed : added;
}

Status RunStore::DropVerdicts(const std::string& benchmark, const std::string& grader) {
  FUSEO1_TRY_VOID(Begin());
  FUSEO1_TRY(std::unique_ptr<Statement> drop,
             db_.Prepare("DELETE FROM verdicts WHERE benchmark=? AND grader=?"));
  FUSEO1_TRY_VOID(drop->Bind(1, benchmark).Bind(2, grader).Run());
  return Flush();
}

Status RunStore::PutVerdictGrouped(const std::string& benchmark, const std::string& grader,
                                   const StoredVerdict& verdict) {
  FUSEO1_TRY_VOID(Begin());
  if (put_verdict_ == nullptr) {
    FUSEO1_TRY(put_verdict_, db_.Prepare("INSERT OR REPLACE INTO verdicts(benchmark, id, sample, "
                                         "grader, answer, correct, verdict, reason, answer_class, "
                                         "text_class) VALUES(?,?,?,?,?,?,?,?,?,?)"));
  }
  put_verdict_->Bind(1, benchmark).Bind(2, verdict.id).Bind(3, verdict.sample).Bind(4, grader);
  put_verdict_->BindOptional(5, verdict.answer).Bind(6, std::int64_t{verdict.correct ? 1 : 0});
  put_verdict_->Bind(7, verdict.verdict).Bind(8, verdict.reason).Bind(9, verdict.answer_class);
  put_verdict_->Bind(10, verdict.text_class);
  FUSEO1_TRY_VOID(put_verdict_->Run());
  return AfterGroupedWrite(verdict.reason.size() + verdict.text_class.size() + 200);
}

bool IsTruncated(const std::string& finish_reason) {
  return finish_reason == "length" || finish_reason == "max_tokens";
}

std::string VerdictLine(const StoredVerdict& verdict) {
  Json json = {{"id", verdict.id}, {"sample", verdict.sample}};
  json["answer"] = verdict.answer ? Json(*verdict.answer) : Json(nullptr);
  json["correct"] = verdict.correct;
  json["verdict"] = verdict.verdict;
  json["reason"] = verdict.reason;
  return DumpJson(json, -1);
}

}  // namespace fuseo1
