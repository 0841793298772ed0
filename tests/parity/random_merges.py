#!/usr/bin/env python3
"""Merges small random checkpoints by random configs with mergekit 0.1.5 and with fuseo1, and compares what is written.

Torch numerics must repeat mergekit's bits, but for the differences that docs/differences-from-mergekit.md names.
A case is made of its seed and number alone: --seed 1 --only 17 makes that one again. Prints a line a method; exits 1
where anything differs.

Needs mergekit, torch and FUSEO1_PROGRAM (the program). Options: --seed N, --start N, --count N, --only N (one case) or
--only WORD (methods with this word), --numerics exact (all but the numbers), --keep DIR (the files of cases that
differ), --verbose (every case).
"""

import argparse
import collections
import contextlib
import io
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import yaml
from mergekit.config import MergeConfiguration
from mergekit.io.tasks import LoaderCache
from mergekit.scripts.run_yaml import main as mergekit_yaml

import _random_models as models
from _random_compare import compare
from _random_configs import Case


def referenced_models(config):
    """In the order of the config: mergekit's own order follows Python's hash seed."""
    found = []
    for place in [config, *(config.modules or {}).values()]:
        found += [source.model for source in place.models or []]
        found += [source.model for part in place.slices or [] for source in part.sources]
    return list(dict.fromkeys(found + ([config.base_model] if config.base_model else [])))


def with_paths(value, root):
    if isinstance(value, dict):
        return {k: str(root / v) if k in ("model", "base_model") and isinstance(v, str) else with_paths(v, root)
                for k, v in value.items()}
    return [with_paths(v, root) for v in value] if isinstance(value, list) else value


def run_mergekit(config, out, options):
    """None, or the words of its refusal."""
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            mergekit_yaml.main([str(config), str(out), *options], standalone_mode=False)
    except BaseException as error:  # what mergekit ends with: whatever it is
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{type(error).__name__}: {error}" if str(error) else traceback.format_exc()[-300:]
    finally:
        LoaderCache.loaders.clear()
    return None


def run_fuseo1(case, config, out, options, numerics):
    program = os.environ["FUSEO1_PROGRAM"]
    as_mergekit = case.number % 3 != 0 or "unknown_key" in case.config
    command = ["mergekit-yaml"] if as_mergekit else ["fuseo1", "merge", "--sce-variant", "mergekit"]
    done = subprocess.run([*command, str(config), str(out), *options, "--numerics", numerics, "-j", "1"],
                          executable=program, capture_output=True, text=True, timeout=120)
    return None if done.returncode == 0 else f"exit {done.returncode}: {done.stderr.strip()[-1500:]}"


def run_case(case, root, numerics):
    """(outcome, problems): equal, refused by both, or what differs."""
    for name, spec in case.models.items():
        models.write_model(root / name, spec)
    path = root / "config.yaml"
    path.write_text(yaml.safe_dump(with_paths(case.config, root), sort_keys=False))
    theirs, ours = root / "mergekit", root / "fuseo1"
    refusal = run_mergekit(path, theirs, case.options)
    refused = run_fuseo1(case, path, ours, case.options, numerics)
    return compare(case, theirs, refusal, ours, refused, numerics)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=250)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--numerics", choices=["torch", "exact"], default="torch")
    parser.add_argument("--keep", type=pathlib.Path, help="leave the files of the cases that differ here")
    parser.add_argument("--verbose", action="store_true")
    arguments, _ = parser.parse_known_args()
    torch.set_num_threads(1)
    logging.disable(logging.CRITICAL)
    MergeConfiguration.referenced_models = referenced_models
    numbers = range(arguments.start, arguments.start + arguments.count)
    if arguments.only.isdigit():
        numbers = [int(arguments.only)]
    table = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as scratch:
        for number in numbers:
            run_number(arguments, number, pathlib.Path(scratch), table)
    return report(table)


def run_number(arguments, number, scratch, table):
    case = Case(arguments.seed, number)
    if not arguments.only.isdigit() and arguments.only not in case.method:
        return
    root = (arguments.keep or scratch) / f"case{number}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    outcome, problems = run_case(case, root, arguments.numerics)
    table[case.method][outcome] += 1
    if outcome == "differs" or arguments.verbose:
        print(f"--seed {arguments.seed} --only {number}: {case.method}, {case.family}: {outcome}", flush=True)
        for problem in problems[:6]:
            print("    " + problem.replace("\n", "\n    ")[:700], flush=True)
    if not arguments.keep or outcome != "differs" and not arguments.only.isdigit():
        shutil.rmtree(root)


def report(table):
    outcomes = ["equal", "refused by both", "documented", "differs"]
    print(f"{'method':18} {'cases':>6} " + " ".join(f"{o:>16}" for o in outcomes))
    for method in sorted(table):
        counts = table[method]
        print(f"{method:18} {sum(counts.values()):6} " + " ".join(f"{counts[o]:16}" for o in outcomes))
    differ = sum(counts["differs"] for counts in table.values())
    print(f"{differ} cases differ" if differ else f"all {sum(sum(c.values()) for c in table.values())} cases agree")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
