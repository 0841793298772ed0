#!/usr/bin/env python3
"""Merges small checkpoints of Qwen2's shape with mergekit 0.1.5 and with fuseo1, and compares every element.

Torch numerics must repeat mergekit in the models' type. Exact numerics must round what mergekit computes in float64
(where neither chance nor a tie decides). Prints one line a merge; exits 1 where a bar is missed.

Needs mergekit, torch and FUSEO1_PROGRAM (the program). Options: --only WORD, --threads N (of torch; its sums over
more than 32768 elements depend on it), --keep DIR, --verbose (the tensors that differ).
"""

import argparse
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile

import torch
import yaml
from safetensors.torch import load_file, save_file

from _recipes import FLIPS, FLOATS, SINES, recipes

DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
SEED = 7
LAYERS, HIDDEN, VOCABULARY = 3, 64, 320
SINE_ERROR = 2.0**-21
F64_ERROR = 1e-13  # of the tensor's largest number: two orders of the same float64 operations, before rounding


def shapes():
    kv, ffn = HIDDEN // 4, HIDDEN * 5 // 2
    yield "model.embed_tokens.weight", (VOCABULARY, HIDDEN)
    for i in range(LAYERS):
        prefix = f"model.layers.{i}."
        for name, shape in (("self_attn.q_proj", (HIDDEN, HIDDEN)), ("self_attn.k_proj", (kv, HIDDEN)),
                            ("self_attn.v_proj", (kv, HIDDEN)), ("self_attn.o_proj", (HIDDEN, HIDDEN)),
                            ("mlp.gate_proj", (ffn, HIDDEN)), ("mlp.up_proj", (ffn, HIDDEN)),
                            ("mlp.down_proj", (HIDDEN, ffn))):
            yield f"{prefix}{name}.weight", shape
            if name[-6] in "qkv" and "attn" in name and "o_proj" not in name:
                yield f"{prefix}{name}.bias", shape[:1]
        yield f"{prefix}input_layernorm.weight", (HIDDEN,)
        yield f"{prefix}post_attention_layernorm.weight", (HIDDEN,)
    yield "model.norm.weight", (HIDDEN,)


def write_model(folder, dtype, seed, spread, shards):
    """The base is drawn from one seed; a tune adds differences of its own to most tensors."""
    folder.mkdir(parents=True)
    tensors = {}
    for number, (name, shape) in enumerate(shapes()):
        common = torch.Generator().manual_seed(1000 + number)
        own = torch.Generator().manual_seed(seed * 7919 + number)
        values = torch.randn(shape, generator=common) * 0.02 + (1 if "norm" in name else 0)
        if spread and number % 11 != seed:  # a few tensors stay as they are in the base
            values = values + torch.randn(shape, generator=own) ** 3 * spread
        tensors[name] = values.to(DTYPES[dtype])
    config = dict(architectures=["Qwen2ForCausalLM"], model_type="qwen2", hidden_size=HIDDEN,
                  intermediate_size=HIDDEN * 5 // 2, num_attention_heads=4, num_key_value_heads=1,
                  num_hidden_layers=LAYERS, vocab_size=VOCABULARY, max_position_embeddings=128, rms_norm_eps=1e-6,
                  rope_theta=10000.0, tie_word_embeddings=True, torch_dtype=dtype, hidden_act="silu")
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
        return
    names, places = list(tensors), {}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = {name: tensors[name] for name in names[shard::shards]}
        save_file(part, folder / file, {"format": "pt"})
        places.update(dict.fromkeys(part, file))
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": total}, "weight_map": places}))


def with_paths(value, root):
    """The recipe with its models' names made into paths."""
    if isinstance(value, dict):
        return {k: str(root / v) if k in ("model", "base_model") else with_paths(v, root) for k, v in value.items()}
    return [with_paths(v, root) for v in value] if isinstance(value, list) else value


def run_mergekit(config, out):
    from mergekit.config import MergeConfiguration
    from mergekit.merge import run_merge
    from mergekit.options import MergeOptions

    options = MergeOptions(copy_tokenizer=False, write_model_card=False, random_seed=SEED, quiet=True)
    run_merge(MergeConfiguration.model_validate(config), str(out), options)
    return load_all(out)


def run_fuseo1(config, out, numerics):
    path = out.with_suffix(".yaml")
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    command = [os.environ["FUSEO1_PROGRAM"], "merge", str(path), str(out), "--numerics", numerics, "--no-copy-tokenizer",
               "--no-write-model-card", "--random-seed", str(SEED), "--sce-variant", "mergekit", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"fuseo1 ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return load_all(out)


def load_all(folder):
    tensors = {}
    for file in sorted(folder.glob("*.safetensors")):
        tensors.update(load_file(file))
    return tensors


def order(tensor):
    """Numbers of a float type as integers in the same order; zeros of both signs are one."""
    bits = tensor.view({2: torch.int16, 4: torch.int32, 8: torch.int64}[tensor.element_size()]).to(torch.int64)
    return torch.where(bits < 0, -(bits + (1 << (8 * tensor.element_size() - 1))), bits)


def rounded_once(tensor, dtype):
    """float64 to dtype with one rounding: the float32 in between is made odd where it is not exact."""
    if dtype == torch.float32 or tensor.dtype != torch.float64:
        return tensor.to(dtype)
    nearest = tensor.to(torch.float32)
    away = (nearest.to(torch.float64).abs() > tensor.abs()).to(torch.int32)
    exact = nearest.to(torch.float64) == tensor
    bits = nearest.view(torch.int32)
    return torch.where(exact, bits, (bits - away) | 1).view(torch.float32).to(dtype)


class Tally:
    """Elements compared: bit-equal, one unit in the last place off, worse."""

    def __init__(self):
        self.tensors = self.elements = self.equal = self.one = self.worse = 0
        self.relative = 0.0  # the largest difference, in units of its tensor's largest number
        self.problems = []

    def add(self, name, found, expected, low=None, high=None):
        """A number between low and high counts as equal: there float64 does not say which way to round."""
        self.tensors += 1
        self.elements += expected.numel()
        if found.dtype != expected.dtype or found.shape != expected.shape:
            self.problems.append(f"{name}: {found.dtype} {tuple(found.shape)}, expected {expected.dtype} "
                                 f"{tuple(expected.shape)}")
            return
        both_nan = found.isnan() & expected.isnan()
        below = order(expected if low is None else low) - order(found)
        above = order(found) - order(expected if high is None else high)
        apart = torch.where(both_nan, 0, torch.maximum(below, above).clamp(min=0))
        equal, one = int((apart == 0).sum()), int((apart == 1).sum())
        self.equal += equal
        self.one += one
        self.worse += expected.numel() - equal - one
        if equal < expected.numel():
            difference = (found.double() - expected.double()).abs().max().item()
            self.relative = max(self.relative, difference / max(expected.double().abs().max().item(), 1e-300))
            self.problems.append(f"{name}: {expected.numel() - equal} of {expected.numel()} differ, by "
                                 f"{int(apart.max())} units at most")

    def share(self):
        return self.equal / max(self.elements, 1)


def compare(found, expected, dtype=None):
    tally = Tally()
    missing = sorted(set(expected) - set(found))
    extra = sorted(set(found) - set(expected))
    tally.problems += [f"{name}: missing" for name in missing] + [f"{name}: not expected" for name in extra]
    for name in sorted(set(found) & set(expected)):
        value = expected[name]
        if dtype is None or value.dtype != torch.float64:
            tally.add(name, found[name], value)
            continue
        slack = F64_ERROR * (value.abs().max().item() if value.numel() else 0.0)
        tally.add(name, found[name], *(rounded_once(x, dtype) for x in (value, value - slack, value + slack)))
    return tally, not missing and not extra


def reaches(bar, dtype, tally, numerics):
    if numerics == "exact" and bar in (FLOATS, SINES) and dtype == "float32":
        return tally.relative <= SINE_ERROR
    if numerics == "exact" and bar == FLOATS:
        return tally.worse == 0
    if numerics == "exact":
        return tally.share() >= 0.999 and tally.worse == 0 or bar == FLIPS and tally.share() >= 0.999
    if bar == FLIPS:
        return dtype == "float32" or tally.share() >= 0.999
    if bar == SINES and dtype == "float32":
        return tally.relative <= SINE_ERROR
    return tally.share() >= 0.999 and tally.worse == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="recipes whose name has this word")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="leave the checkpoints and merges here")
    parser.add_argument("--verbose", action="store_true")
    arguments, _ = parser.parse_known_args()  # the other comparison may have options of its own
    torch.set_num_threads(arguments.threads)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        failures = run(arguments, arguments.keep or pathlib.Path(scratch))
    print(f"{failures} of the comparisons missed their bar" if failures else "every comparison reached its bar")
    return 1 if failures else 0


def run(arguments, root):
    failures = 0
    print(f"{'merge':24} {'type':9} {'numerics':8} {'tensors':>7} {'elements':>9} {'bit-equal':>10} {'1 ulp':>7} "
          f"{'worse':>7}  bar")
    for dtype in DTYPES:
        models = root / dtype
        for seed, (name, spread, shards) in enumerate(
            [("base", 0, 1), ("tune_a", 0.004, 2), ("tune_b", 0.002, 1), ("tune_c", 0.001, 3)]
        ):
            write_model(models / name, dtype, seed, spread, shards)
        for number, recipe in enumerate(recipes()):
            if arguments.only not in recipe["name"]:
                continue
            config = with_paths(recipe["config"], models)
            work = models / f"merge{number}"
            work.mkdir()
            plain = {**config, "dtype": dtype}
            rows = [("torch", plain, None)]
            if recipe["exact"]:
                rows.append(("exact", {**config, "dtype": "float64", "out_dtype": "float64"}, DTYPES[dtype]))
            for numerics, reference, rounded in rows:
                try:
                    expected = run_mergekit(reference, work / f"mergekit-{numerics}")
                    found = run_fuseo1(plain, work / numerics, numerics)
                    tally, complete = compare(found, expected, rounded)
                    passed = complete and reaches(recipe["bar"], dtype, tally, numerics)
                except Exception as error:  # one merge that fails does not hide the others
                    print(f"{recipe['name']:24} {dtype:9} {numerics:8} failed: {error}", flush=True)
                    failures += 1
                    continue
                failures += 0 if passed else 1
                print(f"{recipe['name']:24} {dtype:9} {numerics:8} {tally.tensors:7} {tally.elements:9} "
                      f"{100 * tally.share():9.4f}% {tally.one:7} {tally.worse:7}  {'ok' if passed else 'MISSED'}",
                      flush=True)
                if arguments.verbose or not passed:
                    for problem in tally.problems[:8]:
                        print(f"    {problem}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
