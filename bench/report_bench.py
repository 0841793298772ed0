#!/usr/bin/env python3
"""Times `fuseo1 report` on a run of 10,000 samples of 4,000 characters: the table, and the page with every sample
in it. FUSEO1_PROGRAM names the program; `make bench` arranges the rest.
"""
import json
import os
import pathlib
import subprocess
import tempfile
import time

ITEMS, SAMPLES, RUNS = 625, 16, 5


def lines(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def main():
    program = os.environ["FUSEO1_PROGRAM"]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        lines(root / "aime24.jsonl", [{"id": i, "problem": f"What is item {i}?", "answer": str(i)} for i in range(ITEMS)])
        lines(root / "answers.jsonl", [
            {"id": str(i), "sample": s, "finish_reason": "stop", "completion_tokens": 1000 + i,
             "response": f"<think>{'so we look again, ' * 220}</think> It is \\boxed{{{i + (i * 7 + s * 3) % 5 // 3}}}."}
            for i in range(ITEMS) for s in range(SAMPLES)])
        subprocess.run([program, "eval", "aime24", "--engine", "replay", "--answers", "answers.jsonl", "--data", "aime24.jsonl",
                        "--run", "run", "--model", "m", "-n", str(SAMPLES), "-q"], cwd=root, check=True, stdout=subprocess.DEVNULL)
        for name, words in (("table", []), ("page", ["-o", "report.html"])):
            times = []
            for _ in range(RUNS):
                start = time.perf_counter()
                subprocess.run([program, "report", "run", *words, "-q"], cwd=root, check=True, stdout=subprocess.DEVNULL)
                times.append(time.perf_counter() - start)
            print(f"{name} of {ITEMS * SAMPLES} samples: median {sorted(times)[RUNS // 2]:.2f} s of {RUNS}")
        print(f"the page has {(root / 'report.html').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
