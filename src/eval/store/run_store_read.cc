// The reading side of a run: items, samples and verdicts as rows.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "eval/store/run_store.h"

namespace fuseo1 {
namespace {

Sample SampleOf(const Statement& row) {
  Sample sample;
  sample.id = row.Text(0);
  sample.sample = row.Number(1);
  sample.finish_reason = row.Text(2);
  sample.prompt_tokens = row.OptionalNumber(3);
  sample.completion_tokens = row.OptionalNumber(4);
  sample.response = row.Text(5);
  return sample;
}

Result<std::vector<std::string>> TextColumn(Statement& query) {
  std::vector<std::string> out;
  while (true) {
    FUSEO1_TRY(const bool more, query.Step());
    if (!more) {
      return out;
    }
    out.push_back(query.Text(0));
  }
}

}  // namespace

Result<std::vector<std::string>> RunStore::Benchmarks() {
  FUSEO1_TRY(std::unique_ptr<Statement> query,
             db_.Prepare("SELECT benchmark FROM items GROUP BY benchmark ORDER BY MIN(seq)"));
  return TextColumn(*query);
}

Result<std::vector<std::string>> RunStore::Graders(const std::string& benchmark) {
  FUSEO1_TRY(
      std::unique_ptr<Statement> query,
      db_.Prepare("SELECT DISTINCT grader FROM verdicts WHERE benchmark = ? ORDER BY grader"));
  query->Bind(1, benchmark);
  return TextColumn(*query);
}

Result<std::vector<StoredItem>> RunStore::Items(const std::string& benchmark) {
  FUSEO1_TRY(std::unique_ptr<Statement> query,
             db_.Prepare("SELECT id, row, difficulty, subject, question, gold, option_order "
                         "FROM items WHERE benchmark = ? ORDER BY row, seq"));
  query->Bind(1, benchmark);
  std::vector<StoredItem> items;
  while (true) {
    FUSEO1_TRY(const bool more, query->Step());
    if (!more) {
      return items;
    }
    items.push_back({query->Text(0), query->Number(1), query->Text(2), query->Text(3),
                     query->Text(4), query->Text(5), query->Text(6)});
  }
}

Result<std::string> RunStore::Prompt(const std::string& benchmark, const std::string& id) {
  FUSEO1_TRY(std::unique_ptr<Statement> query,
             db_.Prepare("SELECT prompt FROM prompts WHERE benchmark = ? AND id = ?"));
  query->Bind(1, benchmark).Bind(2, id);
  FUSEO1_TRY(const bool found, query->Step());
  return found ? query->Text(0) : std::string();
}

Result<std::map<std::string, std::set<std::int64_t>>> RunStore::StoredSamples(
    const std::string& benchmark) {
  FUSEO1_TRY(std::unique_ptr<Statement> query,
             db_.Prepare("SELECT id, sample FROM samples WHERE benchmark = ?"));
  query->Bind(1, benchmark);
  std::map<std::string, std::set<std::int64_t>> stored;
  while (true) {
    FUSEO1_TRY(const bool more, query->Step());
    if (!more) {
      return stored;
    }
    stored[query->Text(0)].insert(query->Number(1));
  }
}

Result<std::int64_t> RunStore::CountSamples(const std::string& benchmark) {
  FUSEO1_TRY(std::unique_ptr<Statement> query,
             db_.Prepare("SELECT COUNT(*) FROM samples WHERE benchmark = ?"));
  query->Bind(1, benchmark);
  FUSEO1_TRY_VOID(query->Step());
  return query->Number(0);
}

// The table lies in the order of seq. A plus keeps SQLite from the index of benchmarks, after which
// it would sort all answers in a temporary file.
Status RunStore::ForEachSample(const std::string& benchmark,
                               const std::function<Status(Sample sample)>& visit) {
  FUSEO1_TRY(std::unique_ptr<Statement> query,
             db_.Prepare("SELECT id, sample, finish_reason, prompt_tokens, completion_tokens, "
                         "response FROM samples WHERE +benchmark = ? ORDER BY seq"));
  query->Bind(1, benchmark);
  while (true) {
    FUSEO1_TRY(const bool more, query->Step());
    if (!more) {
      return {};
    }
    FUSEO1_TRY_VOID(visit(SampleOf(*query)));
  }
}

Result<std::optional<Sample>> RunStore::FindSample(const std::string& benchmark,
                                                   const std::string& id, std::int64_t sample) {
  FUSEO1_TRY(std::unique_ptr<Statement> query,
             db_.Prepare("SELECT id, sample, finish_reason, prompt_tokens, completion_tokens, "
                         "response FROM samples WHERE benchmark = ? AND id = ? AND sample = ?"));
  query->Bind(1, benchmark).Bind(2, id).Bind(3, sample);
  FUSEO1_TRY(const bool found, query->Step());
  return found ? std::optional<Sample>(SampleOf(*query)) : std::nullopt;
}

Status RunStore::ForEachGraded(const std::string& benchmark, const std::string& grader,
                               const std::function<Status(const GradedRow& row)>& visit) {
  FUSEO1_TRY(
      std::unique_ptr<Statement> query,
      db_.Prepare(
          "SELECT s.id, s.sample, v.answer, v.correct, v.verdict, v.reason, "
          "v.answer_class, v.text_class, s.finish_reason, s.prompt_tokens, "
          "s.completion_tokens FROM samples s CROSS JOIN verdicts v ON v.benchmark = s.benchmark "
          "AND v.id = s.id AND v.sample = s.sample AND v.grader = ? "
          "WHERE +s.benchmark = ? ORDER BY s.seq"));
  query->Bind(1, grader).Bind(2, benchmark);
  while (true) {
    FUSEO1_TRY(const bool more, query->Step());
    if (!more) {
      return {};
    }
    GradedRow row;
    row.verdict = {query->Text(0), query->Number(1), query->OptionalText(2), query->Number(3) != 0,
                   query->Text(4), query->Text(5),   query->Number(6),       query->Text(7)};
    row.finish_reason = query->Text(8);
    row.prompt_tokens = query->OptionalNumber(9);
    row.completion_tokens = query->OptionalNumber(10);
    FUSEO1_TRY_VOID(visit(row));
  }
}

Result<std::vector<GradedItem>> RunStore::LoadGraded(const std::string& benchmark,
                                                     const std::string& grader) {
  FUSEO1_TRY(const std::vector<StoredItem> stored, Items(benchmark));
  std::vector<GradedItem> items;
  std::unordered_map<std::string, std::size_t> places;
  std::vector<std::vector<std::pair<std::int64_t, GradedSample>>> numbered(stored.size());
  for (const StoredItem& item : stored) {
    places.emplace(item.id, items.size());
    items.push_back({item.id, item.difficulty, item.subject, {}});
  }
  FUSEO1_TRY_VOID(ForEachGraded(benchmark, grader, [&](const GradedRow& row) -> Status {
    const auto place = places.find(row.verdict.id);
    if (place == places.end()) {
      return {};
    }
    GradedSample sample;
    sample.correct = row.verdict.correct;
    sample.unparsed = row.verdict.verdict == "unparsed";
    sample.truncated = IsTruncated(row.finish_reason);
    sample.timeout = row.verdict.verdict == "TLE";
    sample.answer_class = static_cast<int>(row.verdict.answer_class);
    sample.text_class = row.verdict.text_class;
    sample.completion_tokens = row.completion_tokens;
    numbered[place->second].emplace_back(row.verdict.sample, std::move(sample));
    return {};
  }));
  // By number: the order in which answers arrived must not decide a tie.
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::sort(numbered[i].begin(), numbered[i].end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [number, sample] : numbered[i]) {
      items[i].samples.push_back(std::move(sample));
    }
  }
  return items;
}

}  // namespace fuseo1
