#include "report/page_data.h"

#include <algorithm>
#include <unordered_map>

#include "report/deflate.h"
#include "report/page_texts.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kCollectedBytes = 160 * kMiB;  // of answers, before they are cut to fit
constexpr std::size_t kLeastCollected = 2 * kKiB;
constexpr std::size_t kShortBytes = 300;  // of a gold, an extracted answer, a reason in the lists
constexpr std::size_t kHeadBytes = 140;   // of a question, in the list of items
constexpr std::size_t kPromptBytes = 32 * kKiB;

// Words that repeat, by number.
class Words {
 public:
  std::size_t Number(std::string_view word) {
    const auto [entry, is_new] = numbers_.try_emplace(std::string(word), list_.size());
    if (is_new) {
      list_.push_back(word);
    }
    return entry->second;
  }
  const Json& list() const { return list_; }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  Json list_ = Json::array();
};

// A stored prompt as a reader sees it: roles in brackets, then what they say.
std::string ReadablePrompt(const std::string& stored) {
  const Result<Json> json = ParseJson(stored);
  if (!json.ok() || !json->is_object()) {
    return stored;
  }
  if (const Json* text = FindKey(*json, "prompt"); text != nullptr && text->is_string()) {
    return text->get<std::string>();
  }
  std::string out;
  const Json* messages = FindKey(*json, "messages");
  if (messages == nullptr || !messages->is_array()) {
    return stored;
  }
  for (const Json& message : *messages) {
    const Json* role = FindKey(message, "role");
    const Json* content = FindKey(message, "content");
    if (role != nullptr && role->is_string() && content != nullptr && content->is_string()) {
      out += (out.empty() ? "[" : "\n\n[") + role->get<std::string>() + "]\n" +
             content->get<std::string>();
    }
  }
  return out;
}

class Maker {
 public:
  Maker(const Report& report, const std::vector<std::unique_ptr<RunStore>>& stores,
        std::size_t answer_bytes)
      : report_(report), stores_(stores), answer_bytes_(answer_bytes) {
    for (const RunResult& run : report.runs) {
      for (const BenchmarkResult& result : run.benchmarks) {
        expected_answers_ += static_cast<std::size_t>(result.metrics.samples);
      }
    }
    collect_limit_ = std::clamp(kCollectedBytes / std::max<std::size_t>(1, expected_answers_),
                                kLeastCollected, kMaxShownAnswerBytes);
  }

  Result<PageData> Make() {
    Json benchmarks = Json::array();
    for (const BenchmarkDef* benchmark : Benchmarks()) {
      FUSEO1_TRY(Json json, Benchmark(*benchmark));
      if (!json.is_null()) {
        benchmarks.push_back(std::move(json));
      }
    }
    PageData data;
    std::vector<std::size_t> sizes;
    for (const ShownText& text : answers_) {
      sizes.push_back(text.bytes());
    }
    const std::size_t limit =
        answer_bytes_ > 0 ? answer_bytes_ : LimitWithin(std::move(sizes), kPageTextBytes);
    const std::size_t first_answer = texts_.count();
    for (ShownText& text : answers_) {
      text.CutTo(limit);
      data.cut_answers += text.left_out_bytes > 0 ? 1 : 0;
      texts_.Add(text);
      text = {};
    }
    texts_.Finish();
    Json runs = Json::array();
    for (const RunResult& run : report_.runs) {
      runs.push_back({{"name", run.name}, {"letter", run.letter}});
    }
    data.answers = static_cast<std::int64_t>(answers_.size());
    data.answer_limit_bytes = data.cut_answers > 0 ? std::min(limit, collect_limit_) : 0;
    const Json index = {{"runs", runs},
                        {"benchmarks", benchmarks},
                        {"words", words_.list()},
                        {"firstAnswer", first_answer},
                        {"starts", texts_.starts()}};
    data.index = Deflate(DumpJson(index, -1));
    data.blocks = texts_.blocks();
    return data;
  }

 private:
  // Runs may have been made from different data: an item is one by its id and question.
  struct Items {
    Json ids = Json::array(), subjects = Json::array(), levels = Json::array();
    Json golds = Json::array(), questions = Json::array(), heads = Json::array();
    std::unordered_map<std::string, std::size_t> places;
  };

  std::size_t PlaceOf(Items& items, const StoredItem& item) {
    const auto [place, is_new] =
        items.places.try_emplace(item.id + '\n' + item.question, items.places.size());
    if (is_new) {
      items.ids.push_back(item.id);
      items.subjects.push_back(words_.Number(item.subject));
      items.levels.push_back(words_.Number(item.difficulty));
      items.golds.push_back(Prefix(item.gold, kShortBytes));
      items.heads.push_back(Prefix(item.question, kHeadBytes));
      ShownText question{item.question, {}, 0};
      question.CutTo(kPromptBytes);
      items.questions.push_back(texts_.Add(question));
    }
    return place->second;
  }

  Result<Json> Benchmark(const BenchmarkDef& benchmark) {
    Items items;
    Json results = Json::array();
    for (std::size_t run = 0; run < report_.runs.size(); ++run) {
      const BenchmarkResult* result = report_.runs[run].Find(&benchmark);
      if (result != nullptr) {
        FUSEO1_TRY(Json json, RunOf(run, *result, items));
        results.push_back(std::move(json));
      }
    }
    if (results.empty()) {
      return Json();
    }
    return Json{{"name", benchmark.name},       {"title", benchmark.title}, {"ids", items.ids},
                {"subjects", items.subjects},   {"levels", items.levels},   {"golds", items.golds},
                {"questions", items.questions}, {"heads", items.heads},     {"results", results}};
  }

  Result<Json> RunOf(std::size_t run, const BenchmarkResult& result, Items& items) {
    RunStore& store = *stores_[run];
    const std::string name(result.benchmark->name);
    std::unordered_map<std::string, std::size_t> places;
    Json prompts = Json::array();  // [item, text before the question, text after it] by words
    for (const StoredItem& item : result.items) {
      const std::size_t place = PlaceOf(items, item);
      places.emplace(item.id, place);
      FUSEO1_TRY(const std::string stored, store.Prompt(name, item.id));
      if (!stored.empty()) {
        AddPrompt(place, ReadablePrompt(stored), item.question, prompts);
      }
    }
    Json json = {{"run", run}, {"prompts", std::move(prompts)}};
    FUSEO1_TRY_VOID(AddRows(store, name, result.grader, places, json));
    return json;
  }

  // What stands around the question is mostly the same for all items: words again.
  void AddPrompt(std::size_t place, const std::string& prompt, const std::string& question,
                 Json& prompts) {
    const std::size_t at = question.empty() ? std::string::npos : prompt.find(question);
    if (at == std::string::npos) {
      prompts.push_back({place, words_.Number(Prefix(prompt, kPromptBytes)), -1});
      return;
    }
    const std::string_view rest = std::string_view(prompt).substr(at + question.size());
    prompts.push_back({place,
                       words_.Number(Prefix(std::string_view(prompt).substr(0, at), kPromptBytes)),
                       words_.Number(Prefix(rest, kPromptBytes))});
  }

  Status AddRows(RunStore& store, const std::string& name, const std::string& grader,
                 const std::unordered_map<std::string, std::size_t>& places, Json& json) {
    struct Known {
      std::string id;
      std::int64_t sample;
    };
    std::vector<Known> rows;  // in the order of the samples
    Json item = Json::array(), number = Json::array(), right = Json::array();
    Json verdict = Json::array(), reason = Json::array(), answer = Json::array();
    Json tokens = Json::array(), finish = Json::array();
    FUSEO1_TRY_VOID(store.ForEachGraded(name, grader, [&](const GradedRow& row) -> Status {
      const auto place = places.find(row.verdict.id);
      if (place == places.end()) {
        return {};
      }
      rows.push_back({row.verdict.id, row.verdict.sample});
      item.push_back(place->second);
      number.push_back(row.verdict.sample);
      right.push_back(row.verdict.correct ? 1 : 0);
      verdict.push_back(words_.Number(row.verdict.verdict));
      reason.push_back(words_.Number(Prefix(row.verdict.reason, kShortBytes)));
      answer.push_back(row.verdict.answer ? Json(Prefix(*row.verdict.answer, kShortBytes))
                                          : Json());
      tokens.push_back(row.completion_tokens ? Json(*row.completion_tokens) : Json());
      finish.push_back(words_.Number(row.finish_reason));
      return {};
    }));
    std::size_t next = 0;
    json["first"] = answers_.size();
    FUSEO1_TRY_VOID(store.ForEachSample(name, [&](Sample sample) -> Status {
      if (next == rows.size() || rows[next].id != sample.id || rows[next].sample != sample.sample) {
        return {};  // not graded
      }
      ++next;
      ShownText text{std::move(sample.response), {}, 0};
      text.CutTo(collect_limit_);
      answers_.push_back(std::move(text));
      return {};
    }));
    answers_.resize(json["first"].get<std::size_t>() + rows.size());
    for (auto& [key, column] : {std::pair("item", &item), std::pair("sample", &number),
                                std::pair("right", &right), std::pair("verdict", &verdict),
                                std::pair("reason", &reason), std::pair("answer", &answer),
                                std::pair("tokens", &tokens), std::pair("finish", &finish)}) {
      json[key] = std::move(*column);
    }
    return {};
  }

  const Report& report_;
  const std::vector<std::unique_ptr<RunStore>>& stores_;
  std::size_t answer_bytes_;
  std::size_t expected_answers_ = 0;
  std::size_t collect_limit_ = 0;
  PageTexts texts_;
  Words words_;
  std::vector<ShownText> answers_;
};

}  // namespace

Result<PageData> MakePageData(const Report& report,
                              const std::vector<std::unique_ptr<RunStore>>& stores,
                              std::size_t answer_bytes) {
  return Maker(report, stores, answer_bytes).Make();
}

}  // namespace fuseo1
