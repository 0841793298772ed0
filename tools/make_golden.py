#!/usr/bin/env python3
"""Makes tests/golden/methods/*.safetensors: what mergekit computes, and what the formulas give in float64.

    python tools/make_golden.py --fork SCE_MERGING.PY [METHOD ...]

needs mergekit 0.1.5, torch 2.13, numpy and safetensors. --fork names merge_methods/sce_merging.py of the
mergekit that FuseO1-Preview ships; without it the cases of `sce` with variant fuseo1 are refused.

Inputs are not stored: a case names a recipe (seed, dtype, spread, steps) and the C++ test makes the same
numbers. A file holds per case N the tensors N.torch (mergekit, one thread) and N.exact (our float64 oracle,
rounded once), where they exist, and the case itself as JSON in the metadata. A method's cases stand in CASES;
oracles are functions of (inputs as float64, case) and stand in ORACLES;
where a method has none, mergekit on float64 tensors is its oracle.
"""

import argparse
import ast
import json
import pathlib
import types

import numpy as np
import torch
from safetensors.torch import save_file

from golden_cases import CASES
from golden_geometric import in_float64, ramplus_tl
from golden_oracles import ORACLES

DTYPES = {"BF16": torch.bfloat16, "F16": torch.float16, "F32": torch.float32, "F64": torch.float64}
MASK = (1 << 64) - 1


def mix(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def uniform(seed, tensor, elems):
    start = (seed * 0x9E3779B97F4A7C15 + (tensor + 1) * 0xD1B54A32D192ED03) & MASK
    x = mix(np.arange(elems, dtype=np.uint64) + np.uint64(start))
    return (x >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1)


def rounded(values, dtype):
    return torch.from_numpy(values).to(DTYPES[dtype])


def rounded_once(values, dtype):
    """float64 to dtype with one rounding; torch rounds to float32 on the way to 16 bits."""
    nearest = values.astype(np.float32)
    if dtype in ("BF16", "F16"):
        bits = np.atleast_1d(nearest).view(np.uint32)
        away = np.abs(np.atleast_1d(nearest).astype(np.float64)) > np.abs(np.atleast_1d(values))
        inexact = np.atleast_1d(nearest).astype(np.float64) != np.atleast_1d(values)
        odd = np.where(inexact, (bits - away) | 1, bits).astype(np.uint32)
        values = odd.view(np.float32).reshape(values.shape)
    return torch.from_numpy(np.ascontiguousarray(values)).reshape(values.shape).to(DTYPES[dtype])


def make_input(case, tensor):
    elems = int(np.prod(case["shape"], dtype=np.int64))
    base = rounded(uniform(case["seed"], 0, elems) * np.float32(0.0625), case["dtype"])
    if tensor:
        u = uniform(case["seed"], tensor, elems)
        if case["steps"]:
            u = np.floor(u * np.float32(case["steps"])) / np.float32(case["steps"])
        delta = u * u * u * np.float32(case["spread"])
        base = rounded(base.to(torch.float32).numpy() + delta, case["dtype"])
    return base.reshape(case["shape"])


def of_models(case, value):
    """A per-model parameter as {input: value}; lists name the models, the base left out."""
    models = [i for i in range(len(case["inputs"])) if i != case["base"]]
    if not isinstance(value, list):
        return {i: value for i in models}
    indices = models if len(value) == len(models) else range(len(case["inputs"]))
    return dict(zip(indices, value))


def run_mergekit(tensors, case):
    from mergekit import merge_methods

    method = merge_methods.get(case["method"])
    parameters = dict(case["numbers"])
    for parameter in method.spec.parameters:
        if parameter.name in parameters and parameter.scope.name != "SHARED":
            parameters[parameter.name] = of_models(case, parameters[parameter.name])
    torch.manual_seed(case["rng"])
    return merge_methods.merge_tensors(
        tensors, method, parameters=parameters, base_index=case["base"] if case["base"] >= 0 else None
    )


def run_fork(tensors, case, path):
    """The fork's task, run as it stands, without the old mergekit around it."""
    tree = ast.parse(pathlib.Path(path).read_text())
    body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    task = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "SCETask")
    body += [n for n in task.body if isinstance(n, ast.FunctionDef) and n.name == "execute"]
    for function in body:
        function.returns = None
        for argument in function.args.args:
            argument.annotation = None
    scope = {"torch": torch, "logging": __import__("logging")}
    exec(compile(ast.Module(body, []), path, "exec"), scope)
    self = types.SimpleNamespace(
        base_model=case["base"], out_tensor_name="tensor", select_topk=case["numbers"]["select_topk"]
    )
    return scope["execute"](self, tensors=dict(enumerate(tensors)))


def oracle(method):
    own = {**ORACLES, "ramplus_tl": ramplus_tl}
    return own.get(method, in_float64(run_mergekit))


def expected(case, fork):
    tensors = [make_input(case, t) for t in case["inputs"]]
    result = {}
    variant = case["texts"].get("variant")
    if case["torch"] and variant == "fuseo1":
        result["torch"] = run_fork([t.clone() for t in tensors], case, fork)
    elif case["torch"]:
        result["torch"] = run_mergekit(tensors, case)
    if case["exact"]:
        inputs = [t.to(torch.float64).numpy() for t in tensors]
        exact = oracle(case["method"])(inputs, case)
        result["exact"] = rounded_once(np.asarray(exact, dtype=np.float64), case["dtype"])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fork", help="the fork's sce_merging.py")
    parser.add_argument("methods", nargs="*", help="only these")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "methods"
    for method, cases in CASES.items():
        if arguments.methods and method not in arguments.methods:
            continue
        tensors = {}
        for number, case in enumerate(cases):
            for kind, tensor in expected(case, arguments.fork).items():
                tensors[f"{number}.{kind}"] = tensor.contiguous()
        save_file(tensors, folder / f"{method}.safetensors", {"cases": json.dumps(cases)})
        print(method, len(cases), "cases")


if __name__ == "__main__":
    main()
