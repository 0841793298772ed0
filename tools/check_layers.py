#!/usr/bin/env python3
"""Checks that every #include of src/ points down: docs/architecture.md, "Layers".

Also that a library from outside is included by the folders that own it, and by no other.
Usage: check_layers.py [SOURCE_DIR]; prints the offending lines, exits 1 where there are any.
"""
import pathlib
import re
import sys

# folder: the folders that it may include, besides itself. A folder includes only lower rows.
MAY_INCLUDE = {
    "base": set(),
    "tensor": {"base"},
    "tokenizer": {"base"},
    "sandbox": {"base"},
    "io": {"base", "tensor"},
    "methods": {"base", "tensor"},
    "checkpoint": {"base", "tensor", "io"},
    "arch": {"base", "tensor", "checkpoint"},
    "plan": {"base", "tensor", "io", "checkpoint", "arch", "tokenizer", "methods"},
    "generate": {"base", "tensor", "io", "checkpoint", "arch", "tokenizer"},
    "engine": {"base", "tensor", "io", "checkpoint", "methods", "plan"},
    "eval": {"base", "tensor", "io", "tokenizer", "generate", "sandbox"},
    "publish": {"base", "tensor", "io", "checkpoint", "methods", "plan", "engine"},
    "report": {"base", "io", "eval"},
    "cli": {"base", "tensor", "io", "checkpoint", "arch", "tokenizer", "methods", "plan", "engine",
            "publish", "generate", "sandbox", "eval", "report"},
}

# A library's headers: the folders that may include them.
LIBRARIES = {
    r"CLI/": {"cli"},
    r"yaml-cpp/|yaml\.h": {"base", "plan"},
    r"nlohmann/": {"base"},
    r"simdjson\.h": {"base", "io"},
    r"liburing\.h": {"io"},
    r"xxhash\.h": {"base"},
    r"openssl/": {"base"},
    r"sqlite3\.h": {"eval"},
    r"seccomp\.h": {"sandbox"},
    r"flint/|fmpz|fmpq|arb\.h|acb\.h": {"eval"},
    r"arrow/|parquet/": {"eval"},
    r"zlib\.h": {"base", "io", "eval", "report"},
    r"llama\.h|ggml": {"generate"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def check_file(path, folder):
    findings = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        name = match.group(1) or match.group(2)
        target = name.split("/")[0]
        if match.group(1) and target in MAY_INCLUDE and target != folder:
            if target not in MAY_INCLUDE[folder]:
                findings.append((number, f"{folder}/ may not include {target}/: {name}"))
        for pattern, owners in LIBRARIES.items():
            if re.match(pattern, name) and folder not in owners and target not in MAY_INCLUDE:
                findings.append((number, f"{name} belongs behind a header of {sorted(owners)}"))
    return findings


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "src"
    count = bad = 0
    for path in sorted(root.rglob("*")):
        if path.suffix not in {".h", ".cc"}:
            continue
        folder = path.relative_to(root).parts[0]
        count += 1
        if folder not in MAY_INCLUDE:
            print(f"{path}: folder {folder}/ has no row in tools/check_layers.py")
            bad += 1
            continue
        # Tests may use their own folder's neighbours below, like the code they test.
        for number, finding in check_file(path, folder):
            print(f"{path}:{number}: {finding}")
            bad += 1
    print(f"{count} files, {bad} includes that point the wrong way")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main())
