#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "plan/merge_config.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kTail = "merge_method: linear\n";
constexpr std::string_view kModels =
    "models:\n  - model: a\n    parameters: {weight: 1}\n  - model: b\n    parameters: {weight: "
    "1}\n";

Result<MergeConfig> Parse(std::string_view text, bool strict = true) {
  return ParseMergeConfig(text, "c.yml", {.unknown_keys_are_errors = strict});
}

MergeConfig Good(std::string_view text, bool strict = true) {
  auto config = Parse(text, strict);
  EXPECT_TRUE(config.ok()) << text << "\n" << (config.ok() ? "" : config.error().message());
  return config.ok() ? *std::move(config) : MergeConfig{};
}

struct BadCase {
  std::string text;
  std::vector<std::string> words;  // each is part of the message
};

std::string With(std::string_view line) {
  return std::string(kModels) + std::string(kTail) + std::string(line) + "\n";
}
std::string Params(std::string_view method, std::string_view line) {
  return std::string(kModels) + "base_model: a\nmerge_method: " + std::string(method) +
         "\nparameters:\n  " + std::string(line) + "\n";
}

TEST(ParseMergeConfig, RefusesWhatIsWrongAndSaysWhere) {
  const std::vector<BadCase> cases = {
      // The whole.
      {"", {"the config is empty"}},
      {"# only a comment\n", {"the config is empty"}},
      {"just text", {"line 1", "must be a mapping", "just text"}},
      {"- a\n- b\n", {"must be a mapping", "a list"}},
      {"42", {"must be a mapping", "the number"}},
      {std::string(kModels), {"merge_method", "one of"}},
      {"merge_method: linear\n", {"Exactly one of 'models', 'slices', or 'modules'"}},
      {With("slices:\n  - sources:\n      - {model: a, layer_range: [0, 1]}"), {"Exactly one"}},
      {"models: []\nmerge_method: linear\n", {"Exactly one"}},
      {"models: null\nmerge_method: linear\n", {"Exactly one"}},
      // Misspelt and misplaced keys.
      {With("paramters: {weight: 1}"), {"line 7, column 1", "paramters", "parameters"}},
      {With("dtpye: float16"), {"line 7", "dtpye", "\"dtype\""}},
      {With("base_mdoel: a"), {"base_mdoel", "\"base_model\""}},
      {With("mergemethod: slerp"), {"mergemethod", "\"merge_method\""}},
      {With("tokeniser_source: base"), {"tokeniser_source", "\"tokenizer_source\""}},
      {With("out_dtyp: float16"), {"\"out_dtype\""}},
      {With("model: a"), {"\"model\"", "it belongs", "'models'"}},
      {With("layer_range: [0, 2]"), {"\"layer_range\"", "it belongs", "'sources'"}},
      {With("weight: 0.5"), {"line 7", "\"weight\"", "under 'parameters:'"}},
      {With("normalize: true"), {"\"normalize\"", "under 'parameters:'"}},
      {With("zzz_unrelated: 1"), {"\"zzz_unrelated\"", "known keys: merge_method"}},
      {With("1: 2"), {"\"1\""}},
      {"models:\n  - model: a\n    weight: 0.5\nmerge_method: linear\n",
       {"line 3, column 5", "\"weight\"", "under 'parameters:'"}},
      {"models:\n  - model: a\n    layer_range: [0, 2]\nmerge_method: linear\n",
       {"\"layer_range\"", "slice"}},
      {"models:\n  - modle: a\nmerge_method: linear\n", {"\"modle\"", "\"model\""}},
      {"models:\n  - a\nmerge_method: linear\n", {"line 2", "'- model: NAME'", "\"a\""}},
      {"models:\n  model: a\nmerge_method: linear\n", {"\"models\" must be a list", "a mapping"}},
      {"models: a\nmerge_method: linear\n", {"\"models\" must be a list", "\"a\""}},
      {"models:\n  - parameters: {weight: 1}\nmerge_method: linear\n", {"without 'model:'"}},
      {"models:\n  - model: a\n  - model: a\nmerge_method: linear\n",
       {"line 3", "Duplicate merge inputs", "line 2"}},
      // Model references.
      {"models:\n  - model: a@b@c\nmerge_method: linear\n", {"multiple @"}},
      {"models:\n  - model: a+b+c\nmerge_method: linear\n", {"Can't parse"}},
      {"models:\n  - model: a+b\nmerge_method: linear\n",
       {"not supported", "LoRA", "merge the adapter"}},
      {"models:\n  - model: {model: a, lora: b}\nmerge_method: linear\n",
       {"not supported", "LoRA"}},
      {"models:\n  - model: 123\nmerge_method: linear\n", {"in quotes"}},
      {"models:\n  - model: yes\nmerge_method: linear\n", {"in quotes"}},
      {"models:\n  - model: [a]\nmerge_method: linear\n", {"a folder or a hub name", "a list"}},
      {"models:\n  - model: {path: a}\nmerge_method: linear\n", {"path"}},
      {"models:\n  - model: {model: {revision: x}}\nmerge_method: linear\n", {"needs 'path:'"}},
      {"models:\n  - model:\nmerge_method: linear\n", {"nothing"}},
      // Methods and types.
      {std::string(kModels) + "merge_method: liner\n", {"line 6", "liner", "\"linear\""}},
      {std::string(kModels) + "merge_method: quantum\n", {"Unimplemented merge method", "one of"}},
      {std::string(kModels) + "merge_method: 3\n", {"\"merge_method\" must be text"}},
      {With("dtype: bf16"), {"line 7", "bfloat16, float16, float32 or float64", "bf16"}},
      {With("dtype: int64"), {"bfloat16, float16"}},
      {With("dtype: flaot16"), {"\"float16\""}},
      {With("dtype: 16"), {"must be text"}},
      {With("out_dtype: torch.int8"), {"bfloat16"}},
      {With("base_model: [a]"), {"a folder or a hub name"}},
      {With("parameters: [1, 2]"), {"\"parameters\" must be a mapping", "a list"}},
      {With("parameters: 3"), {"\"parameters\" must be a mapping"}},
      // Parameters.
      {Params("ties", "densty: 0.5"), {"line 9, column 3", "densty", "\"density\""}},
      {Params("ties", "density: lots"), {"line 9", "\"density\" must be a number", "lots"}},
      {Params("ties", "density: {a: 1}"), {"\"a\" is not known"}},
      {Params("ties", "density: {filter: mlp}"), {"has no 'value:'"}},
      {Params("ties", "density: [{filter: mlp, valeu: 1}]"), {"valeu", "\"value\""}},
      {Params("ties", "density: [{value: 1}, 2]"), {"must be a mapping", "number"}},
      {Params("ties", "density: [1, {value: 2}]"), {"\"density\" must be a number"}},
      {Params("ties", "density: [[1]]"), {"\"density\" must be a number"}},
      {Params("ties", "density:"), {"\"density\" must be a number", "nothing"}},
      {Params("ties", "density: [1, null]"), {"nothing"}},
      {Params("ties", "density: 0o7"), {"0o7"}},
      {Params("ties", "density: 0.5.1"), {"0.5.1"}},
      {Params("ties", "density: 50%"), {"50%"}},
      {Params("ties", "density: --1"), {"\"density\" must be a number", "--1"}},
      {Params("ties", "density: +-1"), {"+-1"}},
      {Params("ties", "DENSITY: 0.5"), {"\"DENSITY\"", "the nearest one is \"density\""}},
      {With("PARAMETERS: {weight: 1}"), {"the nearest known key is \"parameters\""}},
      {With("dtype: !!set {a}"), {"\"!!set\"", "no tags"}},
      {"models:\n  - model:\n    parameters: {weight: 1}\nmerge_method: linear\n",
       {"line 2, column 10", "found nothing"}},
      {"models:\n  -\n  - model: b\nmerge_method: linear\n", {"line 2, column 3", "nothing"}},
      {"version https://git-lfs.github.com/spec/v1\n", {"git lfs pull"}},
      {"<!DOCTYPE html>\n", {"web page"}},
      {Params("ties", "density: 0,5"), {"0,5"}},
      {Params("ties", "normalize: 2"), {"\"normalize\" must be true or false", "\"2\""}},
      {Params("ties", "normalize: maybe"), {"true or false"}},
      {Params("ties", "density: [{value: 1, filter: 3}]"), {"\"filter\" must be text"}},
      {Params("sce", "variant: fuse"), {"no variant \"fuse\"", "fuseo1, mergekit or paper"}},
      {Params("sce", "select_topK: 0.5"), {"\"select_topk\""}},
      {Params("sce", "wieght_nonsense_name: 1"), {"sce has"}},
      // Slices.
      {"slices:\n  - source:\n      - model: a\nmerge_method: linear\n",
       {"\"source\"", "\"sources\""}},
      {"slices:\n  - sources: []\nmerge_method: linear\n", {"needs 'sources:'"}},
      {"slices:\n  - sources:\n      - model: a\nmerge_method: passthrough\n",
       {"layer_range: [first"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: [4, 4]}\nmerge_method: "
       "passthrough\n",
       {"line 3", "holds no layer"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: [8, 4]}\nmerge_method: "
       "passthrough\n",
       {"[8, 4]"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: [-1, 4]}\nmerge_method: "
       "passthrough\n",
       {"from 0", "-1"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: [0, 1.5]}\nmerge_method: "
       "passthrough\n",
       {"1.5"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: [0]}\nmerge_method: passthrough\n",
       {"1 of them"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: 4}\nmerge_method: passthrough\n",
       {"two numbers"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: [0, 99999999999]}\nmerge_method: "
       "passthrough\n",
       {"99999999999"}},
      {"slices:\n  - sources:\n      - {model: a, layer_range: [0, 2]}\n      - {model: b, "
       "layer_range: [0, 3]}\nmerge_method: linear\n",
       {"line 4", "same number of layers", "3", "2"}},
      // Modules.
      {"modules:\n  text: {}\nmerge_method: linear\n", {"Must specify either output slices"}},
      {"modules:\n  - text\nmerge_method: linear\n", {"\"modules\" must be a mapping"}},
      {"modules:\n  text: {models: [{model: a}], dtype: float16}\nmerge_method: linear\n",
       {"\"dtype\"", "at the top of the file"}},
      // Tokenizers and templates.
      {With("tokenizer_source: union"), {"line 7", "not supported", "union"}},
      {With("tokenizer: {}"), {"not supported", "union"}},
      {With("tokenizer: {source: union}"), {"not supported", "union"}},
      {With("tokenizer: {source: base, tokens: {x: {source: a}}}"), {"not supported", "tokens"}},
      {With("tokenizer: {sources: base}"), {"\"sources\""}},
      {With("tokenizer: {source: base, pad_to_multiple_of: 0}"), {"pad_to_multiple_of", "0"}},
      {With("tokenizer: base"), {"'tokenizer' must be a mapping", "tokenizer_source"}},
      {With("tokenizer_source: base\ntokenizer: {source: base}"),
       {"Cannot specify both tokenizer_source and tokenizer"}},
      {With("tokenizer_source: [base]"), {"a list"}},
      {With("chat_template: chatmll"), {"Invalid chat template", "chatml"}},
      {With("chat_template: 3"), {"\"chat_template\" must be text"}},
      {With("chat_template: a long text with no braces at all"), {"Invalid chat template"}},
      // Text that is no YAML.
      {"models: [\n", {"line "}},
      {"models:\n\t- model: a\n", {"tab"}},
      {std::string(kModels) + "---\nmerge_method: linear\n", {"second YAML document", "docs/"}},
  };
  EXPECT_GE(cases.size(), 60U);
  for (const BadCase& c : cases) {
    const auto config = Parse(c.text);
    ASSERT_FALSE(config.ok()) << c.text;
    EXPECT_EQ(config.error().code(), ErrorCode::kUsage) << c.text;
    const std::string& message = config.error().message();
    EXPECT_EQ(message.find("c.yml: line "), 0U) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    for (const std::string& words : c.words) {
      EXPECT_NE(message.find(words), std::string::npos)
          << c.text << message << "\n  lacks " << words;
    }
  }
}

TEST(ParseMergeConfig, AcceptsWhatMergekitAcceptsWithTheSameMeaning) {
  const auto value = [](std::string_view method, std::string_view line) {
    const MergeConfig config = Good(Params(method, line));
    return config.parameters.at(0).candidates.at(0);
  };
  EXPECT_EQ(std::get<double>(value("ties", "density: 1e-5").values[0]), 1e-5);
  EXPECT_EQ(std::get<double>(value("ties", "density: '0.25'").values[0]), 0.25);
  EXPECT_EQ(std::get<double>(value("ties", "density: ' 1_0.5 '").values[0]), 10.5);
  EXPECT_EQ(std::get<double>(value("ties", "density: yes").values[0]), 1.0);
  EXPECT_EQ(std::get<double>(value("ties", "density: 1:30").values[0]), 90.0);
  EXPECT_EQ(std::get<double>(value("ties", "density: 010").values[0]), 8.0);
  EXPECT_TRUE(std::isnan(std::get<double>(value("ties", "density: .nan").values[0])));
  EXPECT_TRUE(std::isnan(std::get<double>(value("ties", "density: nan").values[0])));
  EXPECT_TRUE(std::isinf(std::get<double>(value("ties", "density: -Infinity").values[0])));
  EXPECT_EQ(std::get<bool>(value("ties", "normalize: off").values[0]), false);
  EXPECT_EQ(std::get<bool>(value("ties", "normalize: 1").values[0]), true);
  EXPECT_EQ(std::get<bool>(value("ties", "normalize: 'True'").values[0]), true);
  EXPECT_EQ(std::get<bool>(value("ties", "normalize: 0.0").values[0]), false);
  const ConditionalValue gradient = value("ties", "density: [0, 0.5, '1']");
  EXPECT_TRUE(gradient.is_gradient);
  EXPECT_EQ(gradient.values.size(), 3U);
  const ConditionalValue bare = value("ties", "density: {filter: mlp, value: [1, 2]}");
  EXPECT_EQ(bare.filter, "mlp");
  EXPECT_TRUE(bare.is_gradient);
  EXPECT_TRUE(Good(Params("ties", "density: []")).parameters.at(0).candidates.empty());
  const MergeConfig conditional =
      Good(Params("ties", "density:\n    - {filter: mlp, value: 0.5}\n    - value: 1"));
  EXPECT_EQ(conditional.parameters[0].candidates.size(), 2U);
  EXPECT_EQ(conditional.parameters[0].candidates[1].filter, "");
}

TEST(ParseMergeConfig, ReadsEveryForm) {
  const MergeConfig slices = Good(
      "slices:\n  - sources:\n      - model: a@main\n        layer_range: [0, '16']\n        "
      "parameters: {weight: 0.5}\n      - model: {model: {path: 'x+y', revision: r}, "
      "override_architecture: LlamaForCausalLM}\n        layer_range: [16, 32]\n        "
      "parameters: {weight: [0, 1]}\n    parameters: {normalize: false}\n    residual_weight: 0.1\n"
      "merge_method: linear\nbase_model: a@main\ndtype: torch.bfloat16\nout_dtype: float32\n");
  ASSERT_EQ(slices.slices.size(), 1U);
  const OutputSlice& slice = slices.slices[0];
  EXPECT_EQ(slice.sources[0].model.revision, "main");
  EXPECT_EQ(slice.sources[0].layer_range->second, 16);
  EXPECT_EQ(slice.sources[1].model.path, "x+y");
  EXPECT_EQ(slice.sources[1].model.revision, "r");
  EXPECT_EQ(slice.sources[1].model.override_architecture, "LlamaForCausalLM");
  EXPECT_EQ(slice.parameters[0].name, "normalize");
  EXPECT_EQ(slices.dtype, DType::kBF16);
  EXPECT_EQ(slices.out_dtype, DType::kF32);
  ASSERT_EQ(slices.warnings.size(), 1U);
  EXPECT_NE(slices.warnings[0].find("residual_weight"), std::string::npos);

  const MergeConfig modules = Good(
      "modules:\n  text_decoder:\n    models:\n      - model: a\n        parameters: {weight: 1}\n"
      "  vision_tower:\n    slices:\n      - sources: [{model: a, layer_range: [0, 2], parameters: "
      "{weight: 1}}]\nmerge_method: linear\n");
  ASSERT_EQ(modules.modules.size(), 2U);
  EXPECT_EQ(modules.modules[0].name, "text_decoder");
  EXPECT_EQ(modules.modules[1].slices.size(), 1U);
}

TEST(ParseMergeConfig, ReadsTokenizerForms) {
  EXPECT_EQ(Good(With("tokenizer_source: base")).tokenizer_source, "base");
  EXPECT_EQ(Good(With("tokenizer_source: model:org/x")).tokenizer_source, "org/x");
  EXPECT_EQ(Good(With("tokenizer_source: org/x@main")).tokenizer_source, "org/x@main");
  EXPECT_EQ(Good(With("tokenizer_source:")).tokenizer_source, "");
  const MergeConfig block = Good(With("tokenizer: {source: base, pad_to_multiple_of: 64}"));
  EXPECT_EQ(block.tokenizer_source, "base");
  EXPECT_EQ(block.pad_to_multiple_of, 64U);
  EXPECT_EQ(Good(With("chat_template: auto")).chat_template, "auto");
  EXPECT_EQ(Good(With("chat_template: llama3")).chat_template, "llama3");
  EXPECT_EQ(Good(With("chat_template: '{{ messages[0].content }}'")).chat_template,
            "{{ messages[0].content }}");
}

TEST(ParseMergeConfig, WarnsOfWhatHasNoEffect) {
  const std::vector<BadCase> cases = {
      {Params("linear", "density: 0.5"), {"\"density\" is not used by linear", "line 9"}},
      {Params("linear", "int8_mask: true"), {"int8_mask"}},
      {Params("linear", "embed_slerp: true"), {"embed_slerp"}},
      {"models:\n  - model: a\n    parameters: {weight: 1, normalize: false}\nmerge_method: "
       "linear\n",
       {"line 3", "\"normalize\" has no effect under one model"}},
      {Params("ties", "density: 1.5"), {"density", "above 1"}},
      {Params("ties", "density: -0.5"), {"density", "not above 0"}},
      {Params("ties", "lambda: .nan"), {"not finite"}},
      {Params("ties", "density: .inf"), {"above 1"}},
      {Params("breadcrumbs", "gamma: -1"), {"gamma", "outside 0 to 1"}},
      {With("dtype: float16\ndtype: bfloat16"), {"\"dtype\" occurs twice", "line 8"}},
  };
  for (const BadCase& c : cases) {
    const MergeConfig config = Good(c.text);
    std::string all;
    for (const std::string& warning : config.warnings) {
      all += warning + "\n";
    }
    for (const std::string& words : c.words) {
      EXPECT_NE(all.find(words), std::string::npos) << c.text << all << "  lacks " << words;
    }
  }
}

TEST(ParseMergeConfig, IgnoresUnknownKeysUnderMergekitsNameWithAWord) {
  const MergeConfig config = Good(
      "models:\n  - model: a\n    wieght: 3\n    parameters: {weight: 1, wat: 2}\nmerge_method: "
      "linear\nname: x\nparameters: {zap: 1}\n",
      false);
  EXPECT_EQ(config.warnings.size(), 4U);
  EXPECT_EQ(config.models[0].parameters.size(), 1U);
}

}  // namespace
}  // namespace fuseo1
