#!/usr/bin/env python3
"""Times strict grading and Math-Verify on the same pairs: the golds of MATH500 and OlympiadBench with answers as
models write them, right and wrong. One core each. GRADE_BENCH names the program; `make bench` arranges the rest.
"""
import json
import logging
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

GOLDS = pathlib.Path(__file__).parent.parent / "tests/golden/eval-vectors/gold_normalised.jsonl"
BENCHMARKS = ("math", "olympiadbench")
SLOWER = 8  # Math-Verify gets every eighth pair: it is that much slower, and more


def last_box(text):
    start = text.rfind("\\boxed{")
    if start < 0:
        return text
    depth = 0
    for end in range(start + 6, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[start + 7:end]
    return text


def rewritten(gold):
    """The same answer in another hand."""
    text = gold.replace("\\frac", "\\dfrac").replace(",", ", ")
    text = re.sub(r"\\sqrt\{(\d)\}", r"\\sqrt\1", text)
    if re.fullmatch(r"\d{5,}", text):
        text = f"{int(text):,}"
    return text


def pairs():
    golds = []
    for line in GOLDS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["benchmark"] in BENCHMARKS and row["raw_gold"]:
            golds.append(last_box(row["raw_gold"]).strip().strip("$").strip().replace("\t", " ").replace("\n", " "))
    for i, gold in enumerate(golds):
        yield gold, gold
        yield gold, rewritten(gold)
        yield gold, golds[(i + 7) % len(golds)]
        yield gold, f"{gold} + 1"


def main():
    logging.disable(logging.CRITICAL)
    chosen = list(pairs())
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
        file.writelines(f"{gold}\t{answer}\n" for gold, answer in chosen)
        file.flush()
        ours = subprocess.run([os.environ["GRADE_BENCH"], file.name], capture_output=True, text=True, check=True).stdout
    print(f"strict, {len(chosen)} pairs: {ours.strip()}")
    from math_verify import parse, verify
    times = []
    for gold, answer in chosen[::SLOWER]:
        start = time.perf_counter()
        try:
            verify(parse(f"\\boxed{{{gold}}}", parsing_timeout=None), parse(f"\\boxed{{{answer}}}", parsing_timeout=None),
                   timeout_seconds=None)
        except Exception:  # a pair it cannot take is a pair all the same
            pass
        times.append(time.perf_counter() - start)
    print(f"Math-Verify, {len(times)} of them: {len(times) / sum(times):.0f} pairs/s, median "
          f"{statistics.median(times) * 1e3:.1f} ms, slowest {max(times) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
