#!/usr/bin/env python3
"""Checks that files stay small: none over 600 lines, the median at most 150, nine of ten at most 400.

Usage: check_lengths.py [SOURCE_DIR]; prints the offenders, exits 1 where there are any.
"""
import pathlib
import statistics
import sys

HARD_CAP = 600
MEDIAN_CAP = 150
P90_CAP = 400
FOLDERS = ("src", "tests", "tools", "scripts", "bench", "fuzz")
SUFFIXES = {".h", ".cc", ".py", ".sh"}


def lengths(root, folders):
    found = {}
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                found[path] = len(path.read_text(encoding="utf-8").splitlines())
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    bad = 0
    for path, lines in lengths(root, FOLDERS).items():
        if lines > HARD_CAP:
            print(f"{path}: {lines} lines, at most {HARD_CAP}")
            bad += 1
    source = sorted(lengths(root, ("src",)).values())
    if not source:
        print("no sources found")
        return 1
    median = statistics.median(source)
    p90 = source[min(len(source) - 1, len(source) * 9 // 10)]
    print(f"{len(source)} sources: median {median:.0f} lines, nine of ten at most {p90}, "
          f"longest {source[-1]}")
    if median > MEDIAN_CAP or p90 > P90_CAP:
        print(f"the median may be {MEDIAN_CAP} and the ninth tenth {P90_CAP}")
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
