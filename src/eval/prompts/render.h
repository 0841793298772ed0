// From a problem to the prompt and the sampling of a named preset. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "eval/benchmark.h"
#include "generate/generator.h"

namespace fuseo1 {

// Which published prompt a model got.
enum class ModelFamily { kR1, kQwq, kSkyT1, kQwen25 };

std::string_view FamilyName(ModelFamily family);  // "r1", "qwq", "sky-t1", "qwen2.5"
Result<ModelFamily> FindFamily(std::string_view name);

// By the model's name, as the published harness chose; R1-type where nothing else fits.
ModelFamily FamilyOfModel(std::string_view model);

// kFuseO1: the published prompts and sampling. kChat: one user message with the task and the box
// instruction, for any chat model.
enum class Preset { kFuseO1, kChat };
Result<Preset> FindPreset(std::string_view name);
std::string_view PresetName(Preset preset);

// The order in which the options are shown: shown[i] is the stored index of letter 'A' + i. Depends
// on the benchmark, the item and the seed only; the stored order for benchmarks that do not
// shuffle.
std::vector<std::size_t> OptionOrder(const BenchmarkDef& benchmark, const Problem& problem,
                                     std::uint64_t seed);

// The letter of the right option under an order; where options are shuffled, of equal texts the
// first.
char CorrectLetter(const BenchmarkDef& benchmark, const Problem& problem,
                   const std::vector<std::size_t>& order);

Prompt RenderPrompt(const BenchmarkDef& benchmark, const Problem& problem, Preset preset,
                    ModelFamily family, const std::vector<std::size_t>& order);

Sampling SamplingOf(const BenchmarkDef& benchmark, Preset preset, ModelFamily family);

}  // namespace fuseo1
