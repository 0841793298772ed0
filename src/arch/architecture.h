// What a model family calls its tensors: which names belong to which layer, which are optional,
// tied or indexed by the vocabulary. Needed for slices, modules, gradients and vocabularies only;
// every other merge goes by name alone. Families that the tables do not hold are inferred from the
// names.
//
// Tables live for ever; an inferred Architecture is a value. Pure; any thread. Names and flags are
// facts of the checkpoint formats of the Hugging Face library.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuseo1 {

enum class Presence : std::uint8_t {
  kRequired,  // every model has it
  kTogether,  // every model, where one has it (an expert of a mixture)
  kOptional,
};

struct WeightRule {
  std::string name;  // within its layer, or whole; '#' stands for a number (an expert's)
  Presence presence = Presence::kRequired;
  bool is_vocabulary = false;     // the first dimension counts tokens
  std::vector<std::string> tied;  // whole names that stand in for it where it is absent, in order
};

struct ArchModule {
  std::string name;             // "default", "text_decoder"
  std::string layer_prefix;     // "model.layers."; the layer's number and a dot follow
  std::string layer_count_key;  // of config.json, dotted; empty: none is known
  std::string loose_prefix;     // names that begin so and are in no layer belong here
  std::vector<WeightRule> before;
  std::vector<WeightRule> layer;
  std::vector<WeightRule> after;
};

enum class Part : std::uint8_t { kBefore, kLayer, kAfter };

// Where a tensor stands.
struct TensorPlace {
  int module = 0;
  Part part = Part::kBefore;
  std::int64_t layer = 0;            // kLayer
  std::string_view rest;             // the name after "prefix.N.", or the whole name
  const WeightRule* rule = nullptr;  // nullptr: a name that the tables do not hold
};

struct Architecture {
  std::string name;  // of config.json's "architectures"
  bool is_inferred = false;
  std::vector<ArchModule> modules;
  std::string vocab_size_key = "vocab_size";  // dotted

  TensorPlace Locate(std::string_view tensor) const;
};

// The table's entry; nullptr: not known.
const Architecture* FindArchitecture(std::string_view name);

// From the names of all models: the text before the first ".N." is a prefix. One prefix gives one
// module "default"; of several, each is a module of its name, and "default" holds the rest.
Architecture InferArchitecture(std::string_view name,
                               std::span<const std::string_view> tensor_names);

// A layer's number at the beginning of text that continues with '.'; -1: none (or more than nine
// digits, or a leading zero).
std::int64_t LeadingLayer(std::string_view text, std::size_t* digits);

// Names that every family gives to tensors whose rows are tokens.
bool LooksLikeVocabulary(std::string_view tensor);

// Names that may stand in for an output head that a model does not store, in order.
std::vector<std::string> TiedCandidates(std::string_view tensor);

}  // namespace fuseo1
