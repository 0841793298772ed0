"""Small random checkpoints of many architectures, with tokenizers: the inputs of random_merges.py."""

import copy
import functools
import hashlib
import json

import torch
from mergekit.architecture.base import ConfiguredModelArchitecture
from mergekit.architecture.json_definitions import NAME_TO_ARCH
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
HEADS, KV_HEADS, EXPERTS, FFN = 4, 2, 3, 40

# Architecture, model_type and what its config.json has beside the common keys.
COMMON = {
    "llama": ("LlamaForCausalLM", {"attention_bias": False}),
    "mistral": ("MistralForCausalLM", {"sliding_window": None}),
    "qwen2": ("Qwen2ForCausalLM", {"use_sliding_window": False, "max_window_layers": 2}),
    "qwen3": ("Qwen3ForCausalLM", {}),
    "gemma2": ("Gemma2ForCausalLM", {"query_pre_attn_scalar": 16, "sliding_window": 32}),
    "gemma3_text": ("Gemma3ForCausalLM", {"query_pre_attn_scalar": 16, "sliding_window": 32}),
    "phi3": ("Phi3ForCausalLM", {"pad_token_id": 0}),
    "mixtral": ("MixtralForCausalLM", {"num_local_experts": EXPERTS, "num_experts_per_tok": 2}),
    "qwen3_moe": ("Qwen3MoeForCausalLM",
                  {"num_experts": EXPERTS, "num_experts_per_tok": 2, "moe_intermediate_size": FFN}),
    "qwen2_moe": ("Qwen2MoeForCausalLM", {"num_experts": EXPERTS, "num_experts_per_tok": 2,
                                          "moe_intermediate_size": FFN, "shared_expert_intermediate_size": FFN}),
}
# Architectures without a table in mergekit: their tensors are those of transformers' class.
INFERRED = {
    "qwen2_moe": None,
    "olmo": ("OlmoForCausalLM", {}),
    "opt": ("OPTForCausalLM", {"ffn_dim": FFN, "word_embed_proj_dim": 0, "do_layer_norm_before": True}),
    "gptj": ("GPTJForCausalLM", {"rotary_dim": 4}),
    "bloom": ("BloomForCausalLM", {}),
}
RARE = ["ApertusForCausalLM", "ArceeForCausalLM", "CohereForCausalLM", "Cohere2ForCausalLM", "FalconForCausalLM",
        "GPTBigCodeForCausalLM", "GPTNeoXForCausalLM", "GemmaForCausalLM", "Gemma3ForConditionalGeneration",
        "Glm4ForCausalLM", "GraniteForCausalLM", "Lfm2ForCausalLM", "LlamaForSequenceClassification",
        "MambaForCausalLM", "Olmo2ForCausalLM", "StableLmForCausalLM", "Starcoder2ForCausalLM"]
# Architectures that mergekit has a table for and fuseo1 infers: whole models, no tensor missing, no gradients.
UNTABLED = ["DistilBertForMaskedLM", "GPT2LMHeadModel", "Mistral3ForConditionalGeneration",
            "PhiForCausalLM", "Qwen2_5_VLForConditionalGeneration", "RobertaForMaskedLM",
            "T5ForConditionalGeneration", "WhisperForConditionalGeneration"]


def table_of(architecture):
    """mergekit's table of an architecture; None where it has none."""
    rows = NAME_TO_ARCH.get(architecture, [])
    return rows[0] if rows else None


def small_config(family, layers, hidden, vocabulary, tied):
    """config.json of a model: written by hand for the common families, by transformers for the rare ones."""
    tied = tied or family == "GemmaForCausalLM"  # its table has no head
    if family in COMMON or family in INFERRED:
        architecture, more = COMMON.get(family) or INFERRED[family]
        config = dict(architectures=[architecture], model_type=family, hidden_size=hidden, intermediate_size=FFN,
                      num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, num_hidden_layers=layers,
                      head_dim=hidden // HEADS, vocab_size=vocabulary, max_position_embeddings=64, rms_norm_eps=1e-6,
                      rope_theta=10000.0, hidden_act="silu", tie_word_embeddings=tied, bos_token_id=1, eos_token_id=2,
                      **more)
        if family == "opt":
            config["word_embed_proj_dim"] = hidden
        if family in ("gptj", "bloom"):
            config |= {"n_embd": hidden, "n_layer": layers, "n_head": HEADS, "n_inner": FFN}
            config = {k: v for k, v in config.items() if not k.startswith("num_") and k != "head_dim"}
        return config
    table = table_of(family)
    wanted = {"vocab_size": vocabulary, "tie_word_embeddings": tied}
    for module in table.modules.values():
        if key := module.architecture.num_layers_config_key():
            _set(wanted, key, layers)
    if table.vocab_size_config_key:
        _set(wanted, table.vocab_size_config_key, vocabulary)
    default = AutoConfig.for_model(table.expected_model_type)
    if "text_config" in default.to_dict():
        wanted["text_config"] = wanted.get("text_config", {}) | {"hidden_size": hidden, "vocab_size": vocabulary}
    for key in ("hidden_size", "d_model", "n_embd", "dim"):
        if key in default.to_dict():
            wanted[key] = hidden
    config = AutoConfig.for_model(table.expected_model_type, **wanted).to_diff_dict()
    config |= {"architectures": [family], "model_type": table.expected_model_type, "vocab_size": vocabulary}
    return json.loads(json.dumps(config, default=str))


def _set(config, key, value):
    for part in (parts := key.split("."))[:-1]:
        config = config.setdefault(part, {})
    config[parts[-1]] = value


@functools.lru_cache(maxsize=256)
def _shapes(text):
    """Names, shapes and whether a tensor may be left out, of a config as text."""
    config = AutoConfig.for_model(**json.loads(text))
    config.architectures = json.loads(text)["architectures"]
    table = table_of(config.architectures[0])
    if table is None:
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config)
        return [(name, tuple(tensor.shape), name == "lm_head.weight") for name, tensor in model.state_dict().items()]
    found = []
    for name in table.modules:
        for weight in ConfiguredModelArchitecture(info=table, config=config).get_module(name).all_weights():
            found.append((weight.name, _shape(weight, config), weight.optional))
    return found


def _shape(weight, config):
    text = config.get_text_config()
    hidden = next(getattr(text, k) for k in ("hidden_size", "d_model", "n_embd", "dim") if hasattr(text, k))
    head, name = hidden // HEADS, weight.name
    if weight.force_dtype:
        return (1, 16)
    if weight.vocabulary_axis is not None:
        return (text.vocab_size,) if name.endswith("bias") else (text.vocab_size, hidden)
    rows = {"q_proj": HEADS * head, "k_proj": KV_HEADS * head, "v_proj": KV_HEADS * head, "o_proj": hidden,
            "gate_proj": FFN, "up_proj": FFN, "down_proj": hidden, "qkv_proj": (HEADS + 2 * KV_HEADS) * head,
            "gate_up_proj": 2 * FFN, "gate": EXPERTS}
    columns = {"down_proj": FFN, "o_proj": HEADS * head}
    parts = name.split(".")
    module = parts[-1] if "experts" in name and parts[-1] != "weight" else parts[-2]
    if "experts" in parts and parts[-1] in rows:
        return (EXPERTS, rows[module], columns.get(module, hidden))
    if module in ("q_norm", "k_norm"):
        return (head,)
    if parts[-1] == "bias":
        return (rows.get(module, hidden),)
    if "norm" in module or "ln" in module or parts[-1] != "weight":
        return (hidden,)
    if module in rows:
        return (rows[module], columns.get(module, hidden))
    return (8 + 8 * (int(hashlib.md5(name.encode()).hexdigest(), 16) % 3), hidden)


def shapes(config):
    return _shapes(json.dumps({k: v for k, v in config.items() if k not in ("torch_dtype", "dtype")}))


def tensors_of(spec, config):
    """The tensors of a model: the base's are drawn from one seed, a tune adds differences of its own."""
    names = [(n, s) for n, s, optional in shapes(config)
             if not (n in spec["missing"] or optional and is_head(n) and not spec["head"])]
    total = sum(torch.Size(s).numel() for _, s in names)
    common = torch.randn(total, generator=torch.Generator().manual_seed(spec["common_seed"])) * spec["scale"]
    own = torch.randn(total, generator=torch.Generator().manual_seed(spec["own_seed"]))
    own = (own**3 if spec["tails"] else own) * spec["spread"]
    assert total < 1_000_000, config["architectures"]
    out, at = {}, 0
    for number, (name, shape) in enumerate(names):
        size = torch.Size(shape).numel()
        values = common[at:at + size] + (1 if "norm" in name and len(shape) == 1 else 0)
        kind = (spec["own_seed"] * 7919 + number) % 13
        if spec["spread"] and kind == 1:
            values = values + spec["spread"]  # the same difference everywhere
        elif spec["spread"] and kind == 2 and spec["odd_values"]:
            values = torch.zeros(size)
        elif kind != 3:  # a few tensors stay as they are in the base
            values = values + own[at:at + size]
        dtype = spec["dtypes"][number % len(spec["dtypes"])]
        value = values.reshape(shape).to(TYPES[dtype])
        out[name] = torch.arange(size).reshape(shape) if "position_ids" in name else value
        at += size
    for name, shape in spec["extra"].items():
        out[name] = torch.arange(torch.Size(shape).numel()).reshape(shape).to(TYPES[spec["dtypes"][0]])
    return _per_expert(out) if spec["per_expert"] else out


def is_head(name):
    return name.split(".")[-2:-1] == ["lm_head"]


def _per_expert(tensors):
    """The layout of older files: one tensor an expert."""
    out = {}
    for name, value in tensors.items():
        if not name.endswith(("experts.gate_up_proj", "experts.down_proj")):
            out[name] = value
            continue
        prefix, part = name.rsplit(".", 1)
        for i, expert in enumerate(value):
            if part == "down_proj":
                out[f"{prefix}.{i}.down_proj.weight"] = expert.contiguous()
            else:
                gate, up = expert.chunk(2)
                out[f"{prefix}.{i}.gate_proj.weight"] = gate.contiguous()
                out[f"{prefix}.{i}.up_proj.weight"] = up.contiguous()
    return out


def mixtral_names(tensors):
    words = {"gate_proj": "w1", "up_proj": "w3", "down_proj": "w2"}
    out = {}
    for name, value in tensors.items():
        name = name.replace(".mlp.", ".block_sparse_moe.")
        if ".experts." in name:
            for word, short in words.items():
                name = name.replace(word, short)
        out[name] = value
    return out


def write_model(folder, spec):
    folder.mkdir(parents=True)
    config = copy.deepcopy(spec["config"])
    tensors = tensors_of(spec, config)
    if spec["per_expert"] and config["model_type"] == "mixtral":
        tensors = mixtral_names(tensors)
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    names = list(tensors)
    shards = min(spec["shards"], len(names))
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    else:
        places = {}
        for i in range(shards):
            file = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
            part = {name: tensors[name] for name in names[i::shards]}
            save_file(part, folder / file, {"format": "pt"})
            places |= dict.fromkeys(part, file)
        size = sum(t.numel() * t.element_size() for t in tensors.values())
        index = {"metadata": {"total_size": size}, "weight_map": places}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    if spec["tokenizer"]:
        write_tokenizer(folder, spec["tokenizer"])


def write_tokenizer(folder, tokenizer):
    """A byte-level BPE of a few letters; its special tokens are the last ids."""
    letters = list("abcdefghijklmnopqrstuvwxyzĠ.,!ABCDE")
    merges = ["t h", "Ġ a", "i n", "e r", "th e", "Ġ t"][:tokenizer["merges"]]
    vocabulary = {token: i for i, token in enumerate(letters + [m.replace(" ", "") for m in merges])}
    added = [{"id": len(vocabulary) + i, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for i, token in enumerate(tokenizer["special"])]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
             "vocab": vocabulary, "merges": merges}
    files = {"tokenizer.json": {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
                                "normalizer": None, "pre_tokenizer": byte_level, "post_processor": byte_level,
                                "decoder": byte_level, "model": model}}
    bos, eos = tokenizer["special"][0], tokenizer["special"][-1]
    config = {"tokenizer_class": tokenizer["class"], "bos_token": bos, "eos_token": eos, "model_max_length": 64,
              "clean_up_tokenization_spaces": False,
              "added_tokens_decoder": {str(a["id"]): {k: v for k, v in a.items() if k != "id"} for a in added}}
    if tokenizer["template"]:
        config["chat_template"] = tokenizer["template"]
    if tokenizer["add_bos_token"] is not None:
        config["add_bos_token"] = tokenizer["add_bos_token"]
    files["tokenizer_config.json"] = config
    if "special_tokens_map.json" in tokenizer["files"]:
        files["special_tokens_map.json"] = {"bos_token": bos, "eos_token": {
            "content": eos, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}}
    if "generation_config.json" in tokenizer["files"]:
        files["generation_config.json"] = {"bos_token_id": 1, "eos_token_id": [2, 3], "temperature": 0.7,
                                           "do_sample": True, "transformers_version": "4.40.0"}
    if "added_tokens.json" in tokenizer["files"]:
        files["added_tokens.json"] = {a["content"]: a["id"] for a in added}
    for name, content in files.items():
        if name not in tokenizer["without"]:
            (folder / name).write_text(json.dumps(content, indent=2))
    if "merges.txt" in tokenizer["files"]:
        (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    if "vocab.json" in tokenizer["files"]:
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
    if "chat_template.jinja" in tokenizer["files"]:
        text = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"
        (folder / "chat_template.jinja").write_text(text)


def tokens_of(tokenizer):
    return 35 + tokenizer["merges"] + len(tokenizer["special"])
