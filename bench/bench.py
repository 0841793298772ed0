#!/usr/bin/env python3
"""Times mergekit and fuseo1 in turn on full Qwen2.5 shapes, and the plain copy of the same bytes beside them.

Warm: inputs in the page cache, outputs on tmpfs, both alike. Prints a Markdown table with wall time and peak
memory. Needs mergekit, torch and FUSEO1_PROGRAM (the program); `make bench` arranges both.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import torch
from safetensors.torch import save_file

# hidden, layers, key/value width, feed-forward width, vocabulary
SHAPES = {"0.5b": (896, 24, 128, 4864, 151936), "1.5b": (1536, 28, 256, 8960, 151936), "tiny": (64, 2, 16, 160, 320)}
MODELS = ("base", "a", "b", "c")
RECIPES = {
    "linear": ("linear", False, 3, {"weight": 0.33}, {}),
    "slerp": ("slerp", True, 1, {}, {"t": 0.4}),
    "sce": ("sce", True, 3, {}, {"select_topk": 1.0}),
    "sce, select_topk 0.1": ("sce", True, 3, {}, {"select_topk": 0.1}),
    "ties, density 0.5": ("ties", True, 3, {"weight": 0.5, "density": 0.5}, {}),
    "della, density 0.5": ("della", True, 3, {"weight": 0.5, "density": 0.5, "epsilon": 0.2}, {}),
}


def make_model(folder, shape, generator, base=None):
    hidden, layers, kv, ffn, vocabulary = SHAPES[shape]
    sizes = {"model.embed_tokens.weight": (vocabulary, hidden), "model.norm.weight": (hidden,)}
    for i in range(layers):
        prefix = f"model.layers.{i}."
        sizes |= {prefix + "self_attn.q_proj.weight": (hidden, hidden), prefix + "self_attn.k_proj.weight": (kv, hidden),
                  prefix + "self_attn.v_proj.weight": (kv, hidden), prefix + "self_attn.o_proj.weight": (hidden, hidden),
                  prefix + "mlp.gate_proj.weight": (ffn, hidden), prefix + "mlp.up_proj.weight": (ffn, hidden),
                  prefix + "mlp.down_proj.weight": (hidden, ffn), prefix + "self_attn.q_proj.bias": (hidden,),
                  prefix + "self_attn.k_proj.bias": (kv,), prefix + "self_attn.v_proj.bias": (kv,),
                  prefix + "input_layernorm.weight": (hidden,), prefix + "post_attention_layernorm.weight": (hidden,)}
    tensors = {}
    for name, size in sizes.items():
        noise = torch.randn(size, generator=generator)
        tensors[name] = (noise * 0.02 if base is None else base[name].float() + noise * 0.001).to(torch.bfloat16)
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": hidden,
              "num_hidden_layers": layers, "intermediate_size": ffn, "vocab_size": vocabulary,
              "num_attention_heads": hidden // 64, "num_key_value_heads": kv // 64 or 1, "tie_word_embeddings": True,
              "torch_dtype": "bfloat16"}
    (folder / "config.json").write_text(json.dumps(config))
    return tensors


def write_config(path, models, recipe):
    method, has_base, count, per_model, parameters = recipe
    document = {"merge_method": method, "dtype": "bfloat16", "parameters": parameters,
                "models": [{"model": str(models / m), "parameters": per_model} for m in MODELS[1:1 + count]]}
    if has_base:
        document["base_model"] = str(models / "base")
    path.write_text(json.dumps(document))  # JSON is YAML
    return count + (1 if has_base else 0)


def timed(command, out):
    """Seconds and peak resident bytes of a command; out is removed before."""
    shutil.rmtree(out, ignore_errors=True)
    start = time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        sys.exit(f"{command[0]} failed:\n{errors.decode(errors='replace')[-2000:]}")
    return seconds, usage.ru_maxrss * 1024


def copy_seconds(paths):
    start = time.monotonic()
    subprocess.run(["cat", *map(str, paths)], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="0.5b")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--dir", help="where the models go (default: /dev/shm where it is large enough)")
    parser.add_argument("--only", default="", help="recipes whose name holds this")
    parser.add_argument("--no-mergekit", action="store_true")
    args = parser.parse_args()
    program = os.environ["FUSEO1_PROGRAM"]
    mergekit = pathlib.Path(sys.executable).parent / "mergekit-yaml"
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="fuseo1-bench-", dir=args.dir or "/dev/shm") as name:
        root = pathlib.Path(name)
        generator = torch.Generator().manual_seed(1)
        base = make_model(root / "base", args.shape, generator)
        for model in MODELS[1:]:
            make_model(root / model, args.shape, generator, base)
        del base
        print("| recipe | mergekit | peak | fuseo1 | peak | ratio | `cat` of the inputs |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        for recipe_name, recipe in RECIPES.items():
            if args.only not in recipe_name:
                continue
            count = write_config(root / "config.yaml", root, recipe)
            inputs = [root / m / "model.safetensors" for m in MODELS[:count]]
            copy = copy_seconds(inputs)
            ours, our_peak = timed([program, "merge", root / "config.yaml", root / "out", "--quiet", "-j", args.threads,
                                    "--no-copy-tokenizer"], root / "out")
            row = [recipe_name, "–", "–", f"{ours:.2f} s", f"{our_peak / 2**20:.0f} MiB", "–", f"{copy:.2f} s"]
            if not args.no_mergekit:
                theirs, their_peak = timed([mergekit, root / "config.yaml", root / "out", "--quiet", "-j", args.threads,
                                            "--no-copy-tokenizer"], root / "out")
                row[1:3] = f"{theirs:.1f} s", f"{their_peak / 2**20:.0f} MiB"
                row[5] = f"{theirs / ours:.0f} x"
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
