// Model references, the tokenizer keys and the chat template of a config.
#include <array>
#include <utility>

#include "base/text.h"
#include "plan/config_context.h"

namespace fuseo1 {
namespace {

struct PathAndRevision {
  std::string path;
  std::string revision;
};

// A path as text, or {path: P, revision: R}: only in the latter may P hold '@' and '+'.
Result<PathAndRevision> ReadPath(const ConfigContext& context, const YamlNode& node,
                                 std::string_view what) {
  static constexpr std::array<std::string_view, 2> kKnown = {"path", "revision"};
  if (node.kind == YamlKind::kText) {
    auto ref = ParseModelRef(node.text);
    if (!ref.ok()) {
      return context.At(node, std::move(ref).TakeError().message());
    }
    return PathAndRevision{ref->path, ref->revision};
  }
  FUSEO1_TRY_VOID(context.CheckMap(node, kKnown, what));
  FUSEO1_TRY(const std::string path, context.OptionalText(node, "path"));
  FUSEO1_TRY(const std::string revision, context.OptionalText(node, "revision"));
  if (path.empty()) {
    return context.At(node, std::string(what) + " needs 'path:'");
  }
  return PathAndRevision{path, revision};
}

Error NoLora(const ConfigContext& context, const YamlNode& node, const ModelRef& ref) {
  return context.At(node, "not supported: the LoRA reference " + Quoted(ref.Text()) +
                              "; merge the adapter into its model first (peft's "
                              "merge_and_unload) and name the result here");
}

bool IsBuiltinTemplate(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {"alpaca", "chatml", "exaone", "llama3",
                                                             "mistral"};
  for (const std::string_view known : kNames) {
    if (name == known) {
      return true;
    }
  }
  return false;
}

Status ReadChatTemplate(const ConfigContext& context, const YamlNode& root, MergeConfig* config) {
  FUSEO1_TRY(config->chat_template, context.OptionalText(root, "chat_template"));
  const std::string& text = config->chat_template;
  if (text.empty() || text == "auto" || IsBuiltinTemplate(text)) {
    return {};
  }
  if (text.size() < 20 || text.find('{') == std::string::npos) {
    return context.At(*root.Find("chat_template"),
                      "chat_template: Invalid chat template: " + Quoted(text, 60) +
                          "; expected auto, alpaca, chatml, exaone, llama3, mistral, or the "
                          "template itself in Jinja");
  }
  return {};
}

Status ReadSource(const ConfigContext& context, const YamlNode& node, MergeConfig* config) {
  if (node.kind == YamlKind::kText && node.text == "union") {
    return context.At(node,
                      "not supported: a union of the vocabularies; write 'base' or one model's "
                      "name to take that model's tokenizer, with models whose vocabularies agree");
  }
  if (node.kind == YamlKind::kText && node.text == "base") {
    config->tokenizer_source = "base";
    return {};
  }
  YamlNode reference = node;
  if (node.kind == YamlKind::kText && StartsWith(node.text, "model:")) {
    reference.text = node.text.substr(6);
  }
  FUSEO1_TRY(const ModelRef ref, ReadModelRef(context, reference));
  config->tokenizer_source = ref.Text();
  return {};
}

Status ReadTokenizerBlock(const ConfigContext& context, const YamlNode& block,
                          MergeConfig* config) {
  static constexpr std::array<std::string_view, 3> kKnown = {"source", "tokens",
                                                             "pad_to_multiple_of"};
  if (block.kind != YamlKind::kMap) {
    return context.At(block, "'tokenizer' must be a mapping such as {source: base}, found " +
                                 DescribeYaml(block) + "; a name alone goes to tokenizer_source");
  }
  FUSEO1_TRY_VOID(context.CheckMap(block, kKnown, "'tokenizer'"));
  FUSEO1_TRY(const YamlNode* const tokens, context.OptionalMap(block, "tokens"));
  if (tokens != nullptr) {
    return context.At(*tokens,
                      "not supported: embeddings chosen per token ('tokens:'); remove it to take "
                      "one model's tokenizer as it is");
  }
  const YamlNode* source = block.Find("source");
  if (source == nullptr) {
    return context.At(block,
                      "not supported: a union of the vocabularies, which 'tokenizer' means without "
                      "'source:'; write 'source: base' or 'source: MODEL'");
  }
  FUSEO1_TRY_VOID(ReadSource(context, *source, config));
  const YamlNode* pad = block.Find("pad_to_multiple_of");
  if (pad != nullptr && pad->kind != YamlKind::kNull) {
    if (pad->kind != YamlKind::kInt || !pad->integer || *pad->integer < 1 ||
        *pad->integer > 1'000'000) {
      return context.At(
          *pad, "'pad_to_multiple_of' must be a whole number from 1, found " + DescribeYaml(*pad));
    }
    config->pad_to_multiple_of = static_cast<std::uint64_t>(*pad->integer);
  }
  return {};
}

}  // namespace

Result<ModelRef> ReadModelRef(const ConfigContext& context, const YamlNode& node) {
  static constexpr std::array<std::string_view, 3> kKnown = {"model", "lora",
                                                             "override_architecture"};
  if (node.kind == YamlKind::kText) {
    auto ref = ParseModelRef(node.text);
    if (!ref.ok()) {
      return context.At(node, std::move(ref).TakeError().message());
    }
    if (!ref->lora_path.empty()) {
      return NoLora(context, node, *ref);
    }
    return ref;
  }
  if (node.kind != YamlKind::kMap) {
    return context.At(node, "a model must be a folder or a hub name, found " + DescribeYaml(node) +
                                (node.kind == YamlKind::kInt || node.kind == YamlKind::kFloat ||
                                         node.kind == YamlKind::kBool
                                     ? "; put it in quotes if it is a name"
                                     : ""));
  }
  FUSEO1_TRY_VOID(context.CheckMap(node, kKnown, "a model reference"));
  const YamlNode* model = node.Find("model");
  if (model == nullptr || model->kind == YamlKind::kNull) {
    return context.At(node, "a model reference needs 'model: NAME' or 'model: {path: NAME}'");
  }
  FUSEO1_TRY(PathAndRevision path, ReadPath(context, *model, "'model'"));
  ModelRef ref;
  ref.path = std::move(path.path);
  ref.revision = std::move(path.revision);
  FUSEO1_TRY(ref.override_architecture, context.OptionalText(node, "override_architecture"));
  const YamlNode* lora = node.Find("lora");
  if (lora != nullptr && lora->kind != YamlKind::kNull) {
    FUSEO1_TRY(const PathAndRevision adapter, ReadPath(context, *lora, "'lora'"));
    ref.lora_path = adapter.path;
    ref.lora_revision = adapter.revision;
    return NoLora(context, *lora, ref);
  }
  return ref;
}

Status ReadTokenizer(const ConfigContext& context, const YamlNode& root, MergeConfig* config) {
  const YamlNode* source = root.Find("tokenizer_source");
  const bool has_source = source != nullptr && source->kind != YamlKind::kNull;
  const YamlNode* block = root.Find("tokenizer");
  const bool has_block = block != nullptr && block->kind != YamlKind::kNull;
  if (has_source && has_block) {
    return context.At(*source, "Cannot specify both tokenizer_source and tokenizer");
  }
  if (has_source || has_block) {
    config->tokenizer_place = PlaceOf(has_source ? *source : *block);
  }
  if (has_source) {
    FUSEO1_TRY_VOID(ReadSource(context, *source, config));
  } else if (has_block) {
    FUSEO1_TRY_VOID(ReadTokenizerBlock(context, *block, config));
  }
  return ReadChatTemplate(context, root, config);
}

}  // namespace fuseo1
