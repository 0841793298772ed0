#!/usr/bin/env python3
"""Times mergekit and fuseo1 in turn on full Qwen2.5 shapes, and the plain copy of the same bytes beside them.

Warm: inputs on a disk and in its page cache, outputs on tmpfs, both alike. Then every other method beside linear,
and cold: inputs dropped from the cache, from disk to disk, durable, beside the device's own sequential rate for the
same bytes. Prints Markdown tables with wall time and peak memory. Needs mergekit, torch and FUSEO1_PROGRAM (the
program); `make bench` arranges both.
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
HALF = {"weight": 0.5, "density": 0.5}
OTHERS = {
    "task_arithmetic": ("task_arithmetic", True, 3, {"weight": 0.5}, {}),
    "dare_linear": ("dare_linear", True, 3, HALF, {}),
    "dare_ties": ("dare_ties", True, 3, HALF, {}),
    "della_linear": ("della_linear", True, 3, HALF | {"epsilon": 0.2}, {}),
    "breadcrumbs": ("breadcrumbs", True, 3, HALF | {"gamma": 0.01}, {}),
    "breadcrumbs_ties": ("breadcrumbs_ties", True, 3, HALF | {"gamma": 0.01}, {}),
    "model_stock": ("model_stock", True, 3, {}, {}),
    "multislerp": ("multislerp", False, 3, {"weight": 1.0}, {}),
    "nuslerp": ("nuslerp", False, 2, {"weight": 0.5}, {}),
    "karcher": ("karcher", False, 3, {}, {}),
    "nearswap": ("nearswap", True, 1, {}, {"t": 0.001}),
    "arcee_fusion": ("arcee_fusion", True, 1, {}, {}),
    "passthrough": ("passthrough", False, 1, {}, {}),
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


# In a process of its own: a child begins with the peak of the process that forked it.
MEASURE = """
import os, subprocess, sys, time
start = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(time.monotonic() - start, usage.ru_maxrss * 1024, status)
"""


def timed(command, out):
    """Seconds and peak resident bytes of a command; out is removed before."""
    shutil.rmtree(out, ignore_errors=True)
    run = subprocess.run([sys.executable, "-S", "-c", MEASURE, *map(str, command)], capture_output=True, text=True)
    seconds, peak, status = run.stdout.split() if run.returncode == 0 else (0, 0, "1")
    if status != "0":
        sys.exit(f"{command[0]} failed:\n{run.stderr[-2000:]}")
    return float(seconds), int(peak)


def copy_seconds(paths):
    start = time.monotonic()
    subprocess.run(["cat", *map(str, paths)], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


class Bench:
    def __init__(self, args, models, memory):
        self.args = args
        self.models = models  # on a disk
        self.memory = memory  # a folder of a memory file system
        self.program = os.environ["FUSEO1_PROGRAM"]
        self.mergekit = pathlib.Path(sys.executable).parent / "mergekit-yaml"

    def config(self, recipe):
        """Writes the recipe; returns its models' files, which are in the page cache then."""
        count = write_config(self.models / "config.yaml", self.models, recipe)
        first = 0 if recipe[1] else 1  # without a base the models are a, b, c
        inputs = [self.models / m / "model.safetensors" for m in MODELS[first:first + count]]
        copy_seconds(inputs)
        return inputs

    def run(self, program, out):
        return timed([program, *(["merge"] if program == self.program else []), self.models / "config.yaml", out,
                      "--quiet", "-j", self.args.threads, "--no-copy-tokenizer"], out)

    def warm(self):
        print("| recipe | mergekit | peak | fuseo1 | peak | ratio | `cat` of the inputs |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        for name, recipe in RECIPES.items():
            if self.args.only not in name:
                continue
            copy = copy_seconds(self.config(recipe))
            ours, our_peak = min(self.run(self.program, self.memory / "out") for _ in range(2))
            row = [name, "–", "–", f"{ours:.2f} s", f"{our_peak / 2**20:.0f} MiB", "–", f"{copy:.2f} s"]
            if not self.args.no_mergekit:
                theirs, their_peak = self.run(self.mergekit, self.memory / "out")
                if theirs < 60:  # else its start from a cold cache does not weigh
                    theirs, their_peak = min((theirs, their_peak), self.run(self.mergekit, self.memory / "out"))
                row[1:3] = f"{theirs:.1f} s", f"{their_peak / 2**20:.0f} MiB"
                row[5] = f"{theirs / ours:.0f} x"
            print("| " + " | ".join(row) + " |", flush=True)

    def beside_linear(self):
        print("\n| method | fuseo1 | of linear's time |\n| --- | ---: | ---: |")
        linear = None
        for name, recipe in ({"linear": RECIPES["linear"]} | OTHERS).items():
            self.config(recipe)
            ours = min(self.run(self.program, self.memory / "out")[0] for _ in range(2))
            linear = linear or ours
            print(f"| {name} | {ours:.2f} s | {ours / linear:.1f} x |", flush=True)

    def cold(self):
        """Disk to disk: the bound is what the device needs for the same bytes, read and written in turn."""
        shutil.rmtree(self.memory / "out", ignore_errors=True)
        print("\n| recipe, cold and durable | fuseo1 | the device, same bytes | rate | of linear's time |")
        print("| --- | ---: | ---: | ---: | ---: |")
        linear = None
        for name in ("linear", "ties, density 0.5", "sce, select_topk 0.1"):
            inputs = self.config(RECIPES[name])
            drop(inputs)
            device = copy_seconds(inputs) + write_seconds(self.models / "probe", inputs[0])
            drop(inputs)
            ours = self.run(self.program, self.models / "out")[0]
            linear = linear or ours
            print(f"| {name} | {ours:.2f} s | {device:.2f} s | {device / ours:.2f} | {ours / linear:.2f} x |",
                  flush=True)


def drop(paths):
    """Puts files out of the page cache."""
    for path in paths:
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def write_seconds(path, like):
    """Time to write as many bytes as `like` has, and to sync them."""
    block = os.urandom(1 << 22)
    size = like.stat().st_size
    start = time.monotonic()
    with open(path, "wb", buffering=0) as file:
        for _ in range(0, size, len(block)):
            file.write(block)
        os.fsync(file.fileno())
    seconds = time.monotonic() - start
    path.unlink()
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="0.5b")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--dir", default="build", help="where the models go: on the disk to measure")
    parser.add_argument("--memory-dir", default="/dev/shm", help="where warm merges go: a memory file system")
    parser.add_argument("--only", default="", help="recipes whose name holds this")
    parser.add_argument("--no-mergekit", action="store_true")
    parser.add_argument("--no-others", action="store_true", help="only the recipes that mergekit runs too")
    parser.add_argument("--no-cold", action="store_true")
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with (tempfile.TemporaryDirectory(prefix="fuseo1-bench-", dir=args.dir) as disk,
          tempfile.TemporaryDirectory(prefix="fuseo1-bench-", dir=args.memory_dir) as memory):
        models = pathlib.Path(disk).resolve()
        generator = torch.Generator().manual_seed(1)
        base = make_model(models / "base", args.shape, generator)
        for model in MODELS[1:]:
            make_model(models / model, args.shape, generator, base)
        del base
        os.sync()
        bench = Bench(args, models, pathlib.Path(memory))
        bench.warm()
        if not args.no_others:
            bench.beside_linear()
        if not args.no_cold:
            bench.cold()


if __name__ == "__main__":
    main()
