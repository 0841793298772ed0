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

constexpr ModuleRow Under(std::string_view layer_prefix, std::string_view layer_count_key,
                          std::string_view before, std::string_view layer, std::string_view after) {
  return {.name = "default",
          .prefix = "",
          .layer_prefix = layer_prefix,
          .layer_count_key = layer_count_key,
          .before = before,
          .layer = layer,
          .after = after};
}

// Most call their layers so.
constexpr ModuleRow Text(std::string_view layer, std::string_view after = kNormAndHead,
                         std::string_view before = kEmbed) {
  return Under("model.layers.", "num_hidden_layers", before, layer, after);
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

constexpr ModuleRow kApertus[] = {
    Text("{attention,feedforward}_layernorm.weight mlp.act_fn.{eps,beta,alpha_p,alpha_n} "
         "mlp.{up,down}_proj.weight self_attn.{q,k}_norm.weight self_attn.{q,k,v,o}_proj.weight")};
constexpr ModuleRow kArcee[] = {
    Text("{input,post_attention}_layernorm.weight self_attn.{q,k,v,o}_proj.weight "
         "mlp.{up,down}_proj.weight")};
constexpr ModuleRow kBaichuan[] = {
    Text("{input,post_attention}_layernorm.weight self_attn.{W_pack,o_proj}.weight "
         "mlp.{gate,up,down}_proj.weight",
         "model.norm.weight lm_head.weight*")};
constexpr ModuleRow kChatGlm[] = {
    Under("transformer.encoder.layers.", "num_hidden_layers",
          "transformer.embedding.word_embeddings.weight* transformer.rotary_pos_emb.inv_freq",
          "{input,post_attention}_layernorm.weight mlp.dense_{4h_to_h,h_to_4h}.weight "
          "self_attention.dense.weight self_attention.query_key_value.{weight,bias}",
          "transformer.encoder.final_layernorm.weight transformer.output_layer.weight*")};
constexpr ModuleRow kCohere[] = {
    Text("input_layernorm.weight self_attn.{q,k,v,o}_proj.weight self_attn.{q,k}_norm.weight+ "
         "mlp.{gate,up,down}_proj.weight",
         "model.norm.weight lm_head.weight*?")};
constexpr ModuleRow kExaone[] = {
    Under("transformer.h.", "num_hidden_layers", "transformer.wte.weight*",
          "ln_{1,2}.weight attn.attention.{q,k,v,out}_proj.weight mlp.c_{fc_0,fc_1,proj}.weight",
          "transformer.ln_f.weight lm_head.weight*")};
constexpr ModuleRow kFalcon[] = {
    Under("transformer.h.", "num_hidden_layers", "transformer.word_embeddings.weight*",
          "ln_{attn,mlp}.{weight,bias}+ {input,post_attention}_layernorm.{weight,bias}+ "
          "mlp.dense_{4h_to_h,h_to_4h}.weight self_attention.{dense,query_key_value}.weight",
          "transformer.ln_f.{weight,bias} lm_head.weight*?~transformer.word_embeddings.weight")};
constexpr ModuleRow kGptBigCode[] = {
    Under("transformer.h.", "n_layer", "transformer.wte.weight* transformer.wpe.weight",
          "attn.c_{attn,proj}.{weight,bias} ln_{1,2}.{weight,bias} mlp.c_{fc,proj}.{weight,bias}",
          "transformer.ln_f.{weight,bias} lm_head.weight*?~transformer.wte.weight")};
constexpr ModuleRow kGptNeoX[] = {
    Under("gpt_neox.layers.", "num_hidden_layers", "gpt_neox.embed_in.weight*",
          "attention.{dense,query_key_value}.{weight,bias} attention.{masked_bias,bias}? "
          "attention.rotary_emb.inv_freq? {input,post_attention}_layernorm.{weight,bias} "
          "mlp.dense_{4h_to_h,h_to_4h}.{weight,bias}",
          "gpt_neox.final_layer_norm.{weight,bias} embed_out.weight*")};
constexpr ModuleRow kGlm4[] = {
    Text("{input,post_attention,post_mlp,post_self_attn}_layernorm.weight "
         "mlp.{down,gate_up}_proj.weight self_attn.{q,k,v,o}_proj.weight "
         "self_attn.{q,k,v}_proj.bias?")};
constexpr ModuleRow kGranite[] = {
    Text("{input,post_attention}_layernorm.weight self_attn.{q,k,v,o}_proj.weight "
         "self_attn.{q,k,v,o}_proj.bias? mlp.{gate,up,down}_proj.weight "
         "mlp.{gate,up,down}_proj.bias?")};
constexpr ModuleRow kInternLm2[] = {
    Text("{attention,ffn}_norm.weight attention.{wqkv,wo}.weight feed_forward.w{1,2,3}.weight",
         "model.norm.weight output.weight*?~model.tok_embeddings.weight",
         "model.tok_embeddings.weight*")};
constexpr ModuleRow kJais[] = {Under("transformer.h.", "n_layer",
                                     "transformer.wte.weight* transformer.relative_pe.slopes",
                                     "attn.c_{attn,proj}.{weight,bias} ln_{1,2}.{weight,bias} "
                                     "mlp.c_{fc,fc2,proj}.{weight,bias}",
                                     "transformer.ln_f.{weight,bias}")};
constexpr ModuleRow kLfm2[] = {
    Text("{ffn,operator}_norm.weight feed_forward.w{1,2,3}.weight conv.conv.weight? "
         "conv.{in,out}_proj.weight? self_attn.{q,k}_layernorm.weight? "
         "self_attn.{q,k,v,out}_proj.weight?",
         "lm_head.weight*?", "model.embed_tokens.weight* model.embedding_norm.weight")};
constexpr ModuleRow kMamba[] = {
    Under("backbone.layers.", "num_hidden_layers", "backbone.embeddings.weight*",
          "mixer.{D,A_log} mixer.{conv1d,dt_proj}.{weight,bias} mixer.{in,out,x}_proj.weight "
          "norm.weight",
          "backbone.norm_f.weight lm_head.weight*?~backbone.embeddings.weight")};
constexpr ModuleRow kPhi3Small[] = {
    Text("{input,post_attention}_layernorm.{weight,bias} mlp.{up,down}_proj.{weight,bias} "
         "self_attn.{dense,query_key_value}.{weight,bias}",
         "model.final_layernorm.{weight,bias} lm_head.weight*?~model.embed_tokens.weight")};
constexpr ModuleRow kQwen[] = {Under("transformer.h.", "num_hidden_layers",
                                     "transformer.wte.weight*",
                                     "attn.c_attn.{weight,bias} attn.c_proj.weight ln_{1,2}.weight "
                                     "mlp.{w1,w2,c_proj}.weight",
                                     "transformer.ln_f.weight lm_head.weight*")};
constexpr ModuleRow kStableLm[] = {
    Text("{input,post_attention}_layernorm.{weight,bias} self_attn.{q,k,v,o}_proj.weight "
         "self_attn.{q,k,v}_proj.bias? mlp.{gate,up,down}_proj.weight",
         "model.norm.{weight,bias} lm_head.weight*")};
constexpr ModuleRow kStarcoder2[] = {
    Text("{input,post_attention}_layernorm.{weight,bias} self_attn.{q,k,v,o}_proj.{weight,bias} "
         "mlp.c_{fc,proj}.{weight,bias}",
         "model.norm.{weight,bias} lm_head.weight*?~model.embed_tokens.weight")};

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
    {"ApertusForCausalLM", kApertus},
    {"ArceeForCausalLM", kArcee},
    {"BaichuanForCausalLM", kBaichuan},
    {"ChatGLMModel", kChatGlm},
    {"CohereForCausalLM", kCohere},
    {"Cohere2ForCausalLM", kCohere},
    {"ExaoneForCausalLM", kExaone},
    {"FalconForCausalLM", kFalcon},
    {"GPTBigCodeForCausalLM", kGptBigCode},
    {"GPTNeoXForCausalLM", kGptNeoX},
    {"Glm4ForCausalLM", kGlm4},
    {"GraniteForCausalLM", kGranite},
    {"InternLM2ForCausalLM", kInternLm2},
    {"JAISLMHeadModel", kJais},
    {"Lfm2ForCausalLM", kLfm2},
    {"MambaForCausalLM", kMamba},
    {"Phi3SmallForCausalLM", kPhi3Small},
    {"QWenLMHeadModel", kQwen},
    {"SolarForCausalLM", kLlama},
    {"StableLmForCausalLM", kStableLm},
    {"StableLMEpochForCausalLM", kStableLm},
    {"Starcoder2ForCausalLM", kStarcoder2},
    {"Qwen2MoeForCausalLM", kQwen2Moe},
    {"Qwen3MoeForCausalLM", kQwen3Moe},
};

}  // namespace

std::span<const FamilyRow> FamilyTable() { return kFamilies; }

}  // namespace fuseo1
