#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/text.h"
#include "generate/stored_answers.h"
#include "io/line_reader.h"

namespace fuseo1 {
namespace {

constexpr std::int64_t kMaxDelayMs = 60'000;

struct Rule {
  std::optional<std::string> id;
  std::optional<std::int64_t> sample;
  std::string response;
  std::string finish_reason = "stop";
  std::int64_t delay_ms = 0;
};

Result<Rule> ParseRule(std::string_view line) {
  FUSEO1_TRY(const Json json, ParseJson(line));
  const Json* response = FindKey(json, "response");
  if (response == nullptr || !response->is_string()) {
    return InputError("expected an object with a text \"response\"");
  }
  Rule rule;
  rule.response = response->get<std::string>();
  if (const Json* id = FindKey(json, "id"); id != nullptr && id->is_string()) {
    rule.id = id->get<std::string>();
  }
  if (const Json* sample = FindKey(json, "sample");
      sample != nullptr && sample->is_number_integer()) {
    rule.sample = sample->get<std::int64_t>();
  }
  if (const Json* reason = FindKey(json, "finish_reason");
      reason != nullptr && reason->is_string()) {
    rule.finish_reason = reason->get<std::string>();
  }
  if (const Json* delay = FindKey(json, "delay_ms");
      delay != nullptr && delay->is_number_integer()) {
    rule.delay_ms = delay->get<std::int64_t>();
  }
  if (rule.delay_ms < 0 || rule.delay_ms > kMaxDelayMs) {
    return InputError(fmt::format("\"delay_ms\" must be 0 to {}", kMaxDelayMs));
  }
  return rule;
}

void Substitute(std::string& text, std::string_view slot, const std::string& value) {
  for (std::size_t at = text.find(slot); at != std::string::npos;
       at = text.find(slot, at + value.size())) {
    text.replace(at, slot.size(), value);
  }
}

class Script : public Generator {
 public:
  Script(std::vector<Rule> rules, std::string hash, std::string ask_log)
      : rules_(std::move(rules)), hash_(std::move(hash)), ask_log_(std::move(ask_log)) {}

  Json Describe() const override { return {{"name", "scripted"}, {"script_xxh3_128", hash_}}; }

  Status Generate(std::span<const GenerateRequest> requests, const Sampling& /*sampling*/,
                  const std::atomic<bool>* stop, const SampleSink& sink) override {
    for (const GenerateRequest& request : requests) {
      for (const GenerateRequest::Wanted& wanted : request.samples) {
        if (stop != nullptr && stop->load()) {
          return Error(ErrorCode::kInterrupted, "stopped; the same command goes on");
        }
        FUSEO1_TRY_VOID(LogAsk(request.id, wanted.sample));
        FUSEO1_TRY(Sample sample, Answer(request.id, wanted.sample));
        FUSEO1_TRY_VOID(sink(std::move(sample)));
      }
    }
    return {};
  }

 private:
  Result<Sample> Answer(const std::string& id, std::int64_t number) const {
    for (const Rule& rule : rules_) {
      if (rule.id.value_or(id) != id || rule.sample.value_or(number) != number) {
        continue;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(rule.delay_ms));
      Sample sample{id, number, rule.response, rule.finish_reason, {}, {}};
      Substitute(sample.response, "{id}", id);
      Substitute(sample.response, "{sample}", std::to_string(number));
      sample.completion_tokens = static_cast<std::int64_t>(sample.response.size() / 4 + 1);
      return sample;
    }
    return InputError(
        fmt::format("the script has no answer for id {}, sample {}", Quoted(id), number));
  }

  Status LogAsk(const std::string& id, std::int64_t number) const {
    if (ask_log_.empty()) {
      return {};
    }
    const int file = open(ask_log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const std::string line = fmt::format("{}\t{}\n", id, number);
    const bool written =
        file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (file >= 0) {
      close(file);
    }
    return written ? Status() : SystemError(fmt::format("cannot append to {}", Quoted(ask_log_)));
  }

  std::vector<Rule> rules_;
  std::string hash_;
  std::string ask_log_;
};

}  // namespace

Result<std::unique_ptr<Generator>> OpenScript(FileSystem& fs, const std::string& path,
                                              const std::string& ask_log) {
  FUSEO1_TRY(LineReader reader, LineReader::Open(fs, path, kMaxSampleLineBytes));
  std::vector<Rule> rules;
  TextLine line;
  while (true) {
    FUSEO1_TRY(const bool more, reader.Next(line));
    if (!more) {
      break;
    }
    Result<Rule> rule = ParseRule(line.text);
    if (!rule.ok()) {
      return std::move(rule).TakeError().In(fmt::format("{}: line {}", path, line.number));
    }
    rules.push_back(*std::move(rule));
  }
  return std::unique_ptr<Generator>(
      std::make_unique<Script>(std::move(rules), reader.Hash().Hex(), ask_log));
}

}  // namespace fuseo1
