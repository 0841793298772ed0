// The one interface to whatever answers prompts: a model in this process, a server, stored answers,
// a script.
//
// A request is one item with all the samples that are still wanted of it, so that an engine can
// share the prompt's work between them. An engine delivers each sample as soon as it is complete,
// in any order.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "generate/sample.h"

namespace fuseo1 {

struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string content;
};

// Exactly one of the two is set. `text` is a rendered prompt that owns its special tokens: an
// engine tokenises it as it stands and adds no beginning-of-sentence of its own.
struct Prompt {
  std::string text;
  std::vector<ChatMessage> messages;
};

struct Sampling {
  double temperature = 0.7;
  double top_p = 1.0;
  std::int64_t top_k = -1;  // off
  std::int64_t max_tokens = 32'768;
  std::vector<std::string> stop;
  std::vector<std::int32_t> stop_token_ids;
};

struct GenerateRequest {
  struct Wanted {
    std::int64_t sample = 0;  // its number within the item
    std::uint64_t seed = 0;
  };
  std::string id;
  Prompt prompt;
  std::vector<Wanted> samples;
};

// Takes one finished sample. Called from one thread at a time, though not always the same; an error
// ends the generation with that error.
using SampleSink = std::function<Status(Sample sample)>;

class Generator {
 public:
  virtual ~Generator() = default;

  // What a run's manifest says of the engine: name, version, model, and what else changes its
  // answers.
  virtual Json Describe() const = 0;

  // The sample numbers that the engine can give for an item, where it cannot give any: stored
  // answers.
  virtual std::optional<std::vector<std::int64_t>> Available(const std::string& id) const {
    static_cast<void>(id);
    return std::nullopt;
  }

  // Answers every request and returns when all are delivered, when `stop` is set (kInterrupted) or
  // on the first error. Not to be called twice at once on one engine.
  virtual Status Generate(std::span<const GenerateRequest> requests, const Sampling& sampling,
                          const std::atomic<bool>* stop, const SampleSink& sink) = 0;
};

// Seed of one sample: a hash of the run's seed, the item and the sample number, so that no order of
// work and no interruption changes it.
std::uint64_t SampleSeed(std::uint64_t run_seed, const std::string& benchmark,
                         const std::string& id, std::int64_t sample);

}  // namespace fuseo1
