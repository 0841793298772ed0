#!/usr/bin/env python3
"""Makes small checkpoints of Qwen2's shape to try merges on: a base and three fine-tunes of it.

They are numbers only: the base is drawn at random, each fine-tune adds small differences of its own to
some of its layers. Config, tokenizer and shards look like those of a real model, so every command works
on them. Needs nothing but Python. The same seed gives the same bytes.

Usage: make_demo_checkpoints.py DIR [--hidden N] [--layers N] [--seed N]
"""
import argparse
import array
import json
import pathlib
import random
import statistics
import struct
import sys

BASE = "Qwen2.5-Mini"
# name: how large its differences are, and in which third of the layers they are largest
TUNES = {"DeepSeek-R1-Distill-Mini": (0.020, 0), "QwQ-Mini-Preview": (0.014, 1), "Sky-T1-Mini-Preview": (0.009, 2)}
SHARDED = "DeepSeek-R1-Distill-Mini"  # comes in two files with an index, as large models do
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
CHAT_TEMPLATE = (
    "{%- for message in messages -%}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}"
    "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}")


def normal_table(count=4096):
    """Quantiles of the normal distribution: drawing one is choosing an index."""
    normal = statistics.NormalDist()
    return [normal.inv_cdf((i + 0.5) / count) for i in range(count)]


TABLE = normal_table()
MASK = len(TABLE) - 1


def draw(rng, count, scale):
    bits = array.array("H", rng.randbytes(2 * count))
    scaled = [value * scale for value in TABLE]
    return [scaled[b & MASK] for b in bits]


def to_bf16(values):
    """Rounded to nearest even; the values are finite."""
    words = array.array("I", array.array("f", values).tobytes())
    return array.array("H", [(w + 0x7FFF + (w >> 16 & 1)) >> 16 for w in words]).tobytes()


def shapes(hidden, layers, vocabulary):
    """Names, shapes and scales (0: all ones) in the order of a Qwen2 checkpoint."""
    kv, ffn = hidden // 4, hidden * 5 // 2
    yield "model.embed_tokens.weight", (vocabulary, hidden), 0.02, None
    for i in range(layers):
        prefix = f"model.layers.{i}."
        for name, shape in (("self_attn.q_proj", (hidden, hidden)), ("self_attn.k_proj", (kv, hidden)),
                            ("self_attn.v_proj", (kv, hidden)), ("self_attn.o_proj", (hidden, hidden)),
                            ("mlp.gate_proj", (ffn, hidden)), ("mlp.up_proj", (ffn, hidden)),
                            ("mlp.down_proj", (hidden, ffn))):
            yield f"{prefix}{name}.weight", shape, 0.05, i
        for name, rows in (("q", hidden), ("k", kv), ("v", kv)):
            yield f"{prefix}self_attn.{name}_proj.bias", (rows,), 0.1, i
        yield f"{prefix}input_layernorm.weight", (hidden,), 0, i
        yield f"{prefix}post_attention_layernorm.weight", (hidden,), 0, i
    yield "model.norm.weight", (hidden,), 0, None


def elems(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count


def write_safetensors(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape, data in tensors:
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, data in tensors:
            file.write(data)


def write_model(folder, tensors, config, tokenizer, shard_count):
    folder.mkdir(parents=True, exist_ok=True)
    if shard_count == 1:
        write_safetensors(folder / "model.safetensors", tensors)
    else:
        weight_map, total = {}, 0
        share = -(-len(tensors) // shard_count)
        for i in range(shard_count):
            name = f"model-{i + 1:05}-of-{shard_count:05}.safetensors"
            part = tensors[i * share:(i + 1) * share]
            write_safetensors(folder / name, part)
            weight_map.update({tensor[0]: name for tensor in part})
            total += sum(len(tensor[2]) for tensor in part)
        index = {"metadata": {"total_size": total}, "weight_map": weight_map}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))
    for name, document in (("config.json", config), ("generation_config.json", {"eos_token_id": 258, "pad_token_id": 256}),
                           *tokenizer.items()):
        (folder / name).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def byte_letters():
    """The 256 letters that byte-level BPE writes bytes with."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in visible]
    return {**{b: chr(b) for b in visible}, **{b: chr(256 + i) for i, b in enumerate(rest)}}


def make_tokenizer(reasoner):
    vocabulary = {letter: byte for byte, letter in sorted(byte_letters().items())}
    added = [{"id": 256 + i, "content": text, "special": not text.endswith("think>"), "single_word": False,
              "lstrip": False, "rstrip": False, "normalized": False} for i, text in enumerate(SPECIAL)]
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True},
        "post_processor": None, "decoder": {"type": "ByteLevel"},
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []}}
    config = {"tokenizer_class": "Qwen2Tokenizer", "model_max_length": 512, "add_bos_token": False, "bos_token": None,
              "eos_token": "<|im_end|>" if reasoner else "<|endoftext|>", "pad_token": "<|endoftext|>",
              "chat_template": CHAT_TEMPLATE}
    return {"tokenizer.json": tokenizer, "tokenizer_config.json": config}


def make_config(hidden, layers, vocabulary):
    return {"architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 256, "eos_token_id": 258,
            "hidden_act": "silu", "hidden_size": hidden, "initializer_range": 0.02, "intermediate_size": hidden * 5 // 2,
            "max_position_embeddings": 512, "max_window_layers": layers, "model_type": "qwen2",
            "num_attention_heads": 8, "num_hidden_layers": layers, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
            "rope_theta": 10000.0, "sliding_window": None, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
            "use_cache": True, "use_sliding_window": False, "vocab_size": vocabulary}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=2025)
    args = parser.parse_args()
    vocabulary = 512
    rng = random.Random(args.seed)
    config = make_config(args.hidden, args.layers, vocabulary)
    models = {name: [] for name in (BASE, *TUNES)}
    for name, shape, scale, layer in shapes(args.hidden, args.layers, vocabulary):
        count = elems(shape)
        base = draw(rng, count, scale) if scale else [1.0] * count
        models[BASE].append((name, shape, to_bf16(base)))
        for tune, (size, third) in TUNES.items():
            at_home = layer is not None and layer * 3 // args.layers == third
            delta = draw(rng, count, (scale or 0.5) * size * (4 if at_home else 1))
            models[tune].append((name, shape, to_bf16([b + d for b, d in zip(base, delta)])))
    for name, tensors in models.items():
        write_model(args.dir / name, tensors, config, make_tokenizer(name != BASE), 2 if name == SHARDED else 1)
    print(f"{len(models)} models of {sum(len(t[2]) for t in models[BASE]) // 2:,} parameters in {args.dir}")


if __name__ == "__main__":
    sys.exit(main())
