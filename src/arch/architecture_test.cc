#include "arch/architecture.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

TEST(Architecture, LocatesTensorsOfAKnownFamily) {
  const Architecture* arch = FindArchitecture("Qwen2ForCausalLM");
  ASSERT_NE(arch, nullptr);
  const TensorPlace bias = arch->Locate("model.layers.12.self_attn.q_proj.bias");
  EXPECT_EQ(bias.part, Part::kLayer);
  EXPECT_EQ(bias.layer, 12);
  EXPECT_EQ(bias.rest, "self_attn.q_proj.bias");
  ASSERT_NE(bias.rule, nullptr);
  EXPECT_EQ(bias.rule->presence, Presence::kRequired);
  const TensorPlace head = arch->Locate("lm_head.weight");
  EXPECT_EQ(head.part, Part::kAfter);
  EXPECT_TRUE(head.rule->is_vocabulary);
  EXPECT_EQ(head.rule->presence, Presence::kOptional);
  EXPECT_EQ(head.rule->tied, std::vector<std::string>{"model.embed_tokens.weight"});
  EXPECT_TRUE(arch->Locate("model.embed_tokens.weight").rule->is_vocabulary);
}

TEST(Architecture, PlacesNamesThatTheTableLacks) {
  const Architecture* arch = FindArchitecture("LlamaForCausalLM");
  const TensorPlace buffer = arch->Locate("model.layers.3.self_attn.rotary_emb.inv_freq");
  EXPECT_EQ(buffer.part, Part::kLayer);
  EXPECT_EQ(buffer.layer, 3);
  EXPECT_EQ(buffer.rule, nullptr);
  EXPECT_EQ(arch->Locate("mtp.head").part, Part::kBefore);
  EXPECT_EQ(arch->Locate("model.layers.03.x").part, Part::kBefore);
  EXPECT_EQ(arch->Locate("model.layers.12345678901.x").part, Part::kBefore);
}

TEST(Architecture, KnowsLayersUnderOtherNames) {
  const Architecture* neox = FindArchitecture("GPTNeoXForCausalLM");
  ASSERT_NE(neox, nullptr);
  const TensorPlace dense = neox->Locate("gpt_neox.layers.7.mlp.dense_4h_to_h.bias");
  EXPECT_EQ(dense.layer, 7);
  ASSERT_NE(dense.rule, nullptr);
  EXPECT_EQ(dense.rule->presence, Presence::kRequired);
  EXPECT_EQ(neox->Locate("embed_out.weight").part, Part::kAfter);
  EXPECT_EQ(FindArchitecture("GPTBigCodeForCausalLM")->modules[0].layer_count_key, "n_layer");
  EXPECT_EQ(FindArchitecture("InternLM2ForCausalLM")->Locate("output.weight").rule->tied.front(),
            "model.tok_embeddings.weight");
  EXPECT_EQ(FindArchitecture("Glm4ForCausalLM")
                ->Locate("model.layers.0.self_attn.q_proj.bias")
                .rule->presence,
            Presence::kOptional);
}

TEST(Architecture, MatchesExpertsByNumber) {
  const Architecture* arch = FindArchitecture("MixtralForCausalLM");
  const TensorPlace expert = arch->Locate("model.layers.0.block_sparse_moe.experts.17.w2.weight");
  ASSERT_NE(expert.rule, nullptr);
  EXPECT_EQ(expert.rule->presence, Presence::kTogether);
  EXPECT_EQ(arch->Locate("model.layers.0.block_sparse_moe.experts.x.w2.weight").rule, nullptr);
}

TEST(Architecture, KeepsTheModulesOfGemma3Apart) {
  const Architecture* arch = FindArchitecture("Gemma3ForConditionalGeneration");
  ASSERT_EQ(arch->modules.size(), 3U);
  EXPECT_EQ(arch->Locate("language_model.model.layers.4.mlp.up_proj.weight").module, 0);
  EXPECT_EQ(arch->Locate("multi_modal_projector.mm_input_projection_weight").module, 1);
  const TensorPlace vision =
      arch->Locate("vision_tower.vision_model.encoder.layers.2.layer_norm1.bias");
  EXPECT_EQ(vision.module, 2);
  EXPECT_EQ(vision.layer, 2);
  EXPECT_NE(vision.rule, nullptr);
  EXPECT_EQ(arch->Locate("language_model.lm_head.weight").rule->tied.front(),
            "language_model.model.embed_tokens.weight");
}

TEST(Architecture, IsInferredFromNames) {
  const std::string_view one[] = {"transformer.wte.weight", "transformer.h.0.attn.weight",
                                  "transformer.h.1.attn.weight", "transformer.ln_f.weight"};
  const Architecture simple = InferArchitecture("X", one);
  ASSERT_EQ(simple.modules.size(), 1U);
  EXPECT_EQ(simple.modules[0].name, "default");
  EXPECT_EQ(simple.Locate("transformer.h.1.attn.weight").layer, 1);
  EXPECT_EQ(simple.Locate("transformer.ln_f.weight").part, Part::kBefore);

  const std::string_view two[] = {"vision.blocks.0.w", "text.layers.0.w", "text.embed"};
  const Architecture modular = InferArchitecture("X", two);
  ASSERT_EQ(modular.modules.size(), 3U);
  EXPECT_EQ(modular.modules[1].name, "text.layers");
  EXPECT_EQ(modular.Locate("vision.blocks.0.w").module, 2);
  EXPECT_EQ(modular.Locate("text.embed").module, 0);
}

TEST(Architecture, ListsEveryFamilyOnce) {
  for (const char* name :
       {"LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM",
        "Gemma2ForCausalLM", "Gemma3ForCausalLM", "Phi3ForCausalLM", "MixtralForCausalLM",
        "Qwen2MoeForCausalLM", "Qwen3MoeForCausalLM"}) {
    const Architecture* arch = FindArchitecture(name);
    ASSERT_NE(arch, nullptr) << name;
    EXPECT_GE(arch->modules[0].layer.size(), 6U) << name;
    EXPECT_NE(arch->Locate("model.norm.weight").rule, nullptr) << name;
  }
  EXPECT_EQ(FindArchitecture("GptNoneForCausalLM"), nullptr);
}

}  // namespace
}  // namespace fuseo1
