// The tables, one entry a family. Notation of a list of names: separated by blanks; {a,b} stands
// for each of its parts; '#' for an expert's number; a trailing '?' is optional, '+' present in all
// models or none, '*' indexed by the vocabulary; "~name" is tied to that tensor.
#include "arch/table.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kEmbed = "model.embed_tokens.weight*";
constexpr std::string_view kNormAndHead =
    "model.norm.weight lm_head.weight*?~model.embed_tokens.weight";

constexpr std::string_view kLlamaLayer =
    "input_layernorm.weight post_attention_layernorm.weight self_attn.{q,k,v,o}_proj.weight "
    "mlp.{gate,up,down}_proj.weight";
constexpr std::string_view kQwen2Layer =
    "input_layernorm.weight post_attention_layernorm.weight self_attn.{q,k,v}_proj.{weight,bias} "
    "self_attn.o_proj.weight mlp.{gate,up,down}_proj.weight";
constexpr std::string_view kQwen3Layer =
    "input_layernorm.weight post_attention_layernorm.weight self_attn.{q,k,v,o}_proj.weight "
    "self_attn.{q,k}_norm.weight mlp.{gate,up,down}_proj.weight";
constexpr std::string_view kGemma2Layer =
    "{input,post_attention,pre_feedforward,post_feedforward}_layernorm.weight "
    "self_attn.{q,k,v,o}_proj.weight mlp.{gate,up,down}_proj.weight";
constexpr std::string_view kGemma3Layer =
    "{input,post_attention,pre_feedforward,post_feedforward}_layernorm.weight "
    "self_attn.{q,k,v,o}_proj.weight self_attn.{q,k}_norm.weight mlp.{gate,up,down}_proj.weight";
// Mixtures of experts exist in two layouts: a tensor per expert, or all experts in one.
constexpr std::string_view kMixtralLayer =
    "input_layernorm.weight post_attention_layernorm.weight self_attn.{q,k,v,o}_proj.weight "
    "block_sparse_moe.gate.weight+ block_sparse_moe.experts.#.{w1,w2,w3}.weight+ "
    "mlp.gate.weight+ mlp.experts.{gate_up_proj,down_proj}+";
constexpr std::string_view kQwen2MoeLayer =
    "input_layernorm.weight post_attention_layernorm.weight self_attn.{q,k,v}_proj.{weight,bias} "
    "self_attn.o_proj.weight mlp.gate.weight+ mlp.experts.#.{gate,up,down}_proj.weight+ "
    "mlp.experts.{gate_up_proj,down_proj}+ mlp.shared_expert.{gate,up,down}_proj.weight+ "
    "mlp.shared_expert_gate.weight+ mlp.{gate,up,down}_proj.weight+";
constexpr std::string_view kQwen3MoeLayer =
    "input_layernorm.weight post_attention_layernorm.weight self_attn.{q,k,v,o}_proj.weight "
    "self_attn.{q,k}_norm.weight mlp.gate.weight+ mlp.experts.#.{gate,up,down}_proj.weight+ "
    "mlp.experts.{gate_up_proj,down_proj}+ mlp.{gate,up,down}_proj.weight+";

constexpr ModuleRow Text(std::string_view layer, std::string_view after = kNormAndHead) {
  return {.name = "default",
          .prefix = "",
          .layer_prefix = "model.layers.",
          .layer_count_key = "num_hidden_layers",
          .before = kEmbed,
          .layer = layer,
          .after = after};
}

constexpr ModuleRow kLlama[] = {Text(kLlamaLayer)};
constexpr ModuleRow kLlamaClassifier[] = {
    Text(kLlamaLayer, "model.norm.weight score.weight score.bias?")};
constexpr ModuleRow kQwen2[] = {Text(kQwen2Layer)};
constexpr ModuleRow kQwen3[] = {Text(kQwen3Layer)};
constexpr ModuleRow kGemma[] = {Text(kLlamaLayer)};
constexpr ModuleRow kGemma2[] = {Text(kGemma2Layer)};
constexpr ModuleRow kGemma3[] = {Text(kGemma3Layer)};
constexpr ModuleRow kOlmo2[] = {
    Text("post_{attention,feedforward}_layernorm.weight self_attn.{q,k,v,o}_proj.weight "
         "self_attn.{q,k}_norm.weight mlp.{gate,up,down}_proj.weight")};
constexpr ModuleRow kPhi3[] = {
    Text("input_layernorm.weight post_attention_layernorm.weight self_attn.{qkv,o}_proj.weight "
         "mlp.{gate_up,down}_proj.weight")};
constexpr ModuleRow kMixtral[] = {Text(kMixtralLayer)};
constexpr ModuleRow kQwen2Moe[] = {Text(kQwen2MoeLayer)};
constexpr ModuleRow kQwen3Moe[] = {Text(kQwen3MoeLayer)};

constexpr ModuleRow kGemma3Vision[] = {
    {.name = "text_decoder",
     .prefix = "language_model.",
     .layer_prefix = "model.layers.",
     .layer_count_key = "text_config.num_hidden_layers",
     .before = kEmbed,
     .layer = kGemma3Layer,
     .after = kNormAndHead},
    {.name = "multi_modal_projector",
     .prefix = "multi_modal_projector.",
     .before = "mm_input_projection_weight mm_soft_emb_norm.weight"},
    {.name = "vision_tower",
     .prefix = "vision_tower.vision_model.",
     .layer_prefix = "encoder.layers.",
     .layer_count_key = "vision_config.num_hidden_layers",
     .before = "embeddings.patch_embedding.{weight,bias} embeddings.position_embedding.weight",
     .layer = "layer_norm{1,2}.{weight,bias} mlp.fc{1,2}.{weight,bias} "
              "self_attn.{q,k,v,out}_proj.{weight,bias}",
     .after = "post_layernorm.{weight,bias}"}};

constexpr FamilyRow kFamilies[] = {
    {"LlamaForCausalLM", kLlama},
    {"LLaMaForCausalLM", kLlama},
    {"LlamaForSequenceClassification", kLlamaClassifier},
    {"MistralForCausalLM", kLlama},
    {"Qwen2ForCausalLM", kQwen2},
    {"Qwen3ForCausalLM", kQwen3},
    {"GemmaForCausalLM", kGemma},
    {"Gemma2ForCausalLM", kGemma2},
    {"Gemma3ForCausalLM", kGemma3},
    {"Gemma3ForConditionalGeneration", kGemma3Vision, "text_config.vocab_size"},
    {"Olmo2ForCausalLM", kOlmo2},
    {"Phi3ForCausalLM", kPhi3},
    {"MixtralForCausalLM", kMixtral},
    {"Qwen2MoeForCausalLM", kQwen2Moe},
    {"Qwen3MoeForCausalLM", kQwen3Moe},
};

}  // namespace

std::span<const FamilyRow> FamilyTable() { return kFamilies; }

}  // namespace fuseo1
