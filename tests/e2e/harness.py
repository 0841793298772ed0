"""What the end-to-end tests share: the program under test, small checkpoints, and a folder per test."""
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

PROGRAM = pathlib.Path(os.environ["FUSEO1_PROGRAM"])
SOURCE = pathlib.Path(os.environ["FUSEO1_SOURCE_DIR"])


def bf16(values):
    words = [struct.unpack("<I", struct.pack("<f", v))[0] for v in values]
    return b"".join(struct.pack("<H", (w + 0x7FFF + (w >> 16 & 1)) >> 16) for w in words)


def write_safetensors(path, tensors, metadata=None):
    """tensors: {name: (dtype, shape, bytes)}, written in the order given."""
    header, offset = {"__metadata__": metadata or {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(t[2] for t in tensors.values()))


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    header.pop("__metadata__", None)
    data = raw[8 + length:]
    return {name: (t["dtype"], t["shape"], data[slice(*t["data_offsets"])]) for name, t in header.items()}


QWEN2 = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": 8, "num_hidden_layers": 2,
         "vocab_size": 16, "tie_word_embeddings": True, "torch_dtype": "bfloat16"}


def make_model(folder, seed, config=None, files=None, rows=8):
    """A tiny checkpoint; numbers depend on the seed alone."""
    folder.mkdir(parents=True)
    tensors = {}
    state = seed * 2654435761 % 2**32

    def numbers(count):
        nonlocal state
        if count > 4096:  # large tensors repeat a pattern: Python is slow
            return numbers(4096) * (count // 4096)
        values = []
        for _ in range(count):
            state = (state * 1664525 + 1013904223) % 2**32
            values.append((state >> 8) / 2**24 - 0.5)
        return bf16(values)

    tensors["model.embed_tokens.weight"] = ("BF16", [16, rows], numbers(16 * rows))
    for layer in range(2):
        for part in ("self_attn.q_proj", "mlp.up_proj"):
            tensors[f"model.layers.{layer}.{part}.weight"] = ("BF16", [rows, rows], numbers(rows * rows))
    tensors["model.norm.weight"] = ("BF16", [rows], numbers(rows))
    write_safetensors(folder / "model.safetensors", tensors)
    (folder / "config.json").write_text(json.dumps(QWEN2 if config is None else config))
    for name, contents in (files or {}).items():
        text = contents if isinstance(contents, str) else json.dumps(contents)
        (folder / name).write_text(text, encoding="utf-8")


def soaking():
    return "FUSEO1_SOAK" in os.environ


def soak_count(short, long):
    return long if soaking() else short


def soak_row(*cells):
    """A row of the table that `make soak` prints at its end."""
    if "FUSEO1_SOAK_TABLE" in os.environ:
        with open(os.environ["FUSEO1_SOAK_TABLE"], "a", encoding="utf-8") as table:
            table.write("| " + " | ".join(map(str, cells)) + " |\n")


def digest(folder):
    """name -> SHA-256 of every file of a folder."""
    digests = {}
    for path in sorted(folder.iterdir()):
        with open(path, "rb") as file:
            state = hashlib.sha256()
            while piece := file.read(1 << 20):
                state.update(piece)
            digests[path.name] = state.hexdigest()
    return digests


def memory_disk():
    """A file system in memory with room, or None: there a sync never waits for what others write to the disk."""
    shm = pathlib.Path("/dev/shm")
    if soaking() or not os.access(shm, os.W_OK) or shutil.disk_usage(shm).free < 2 << 30:
        return None
    return shm


class Case(unittest.TestCase):
    """Each test runs in a folder of its own with the models base, a and b and the config merge.yaml."""
    needs_models = True  # base, a, b and merge.yaml
    in_memory = False  # many syncs: a push tests it where they are fast, `make soak` on the disk

    def setUp(self):
        place = memory_disk() if self.in_memory else None
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fuseo1-e2e-", dir=place)).resolve()
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        if not self.needs_models:
            return
        tokenizer = {"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
        for i, name in enumerate(("base", "a", "b")):
            make_model(self.dir / name, i + 1, files={
                "tokenizer.json": tokenizer,
                "tokenizer_config.json": {"tokenizer_class": "Qwen2Tokenizer", "add_bos_token": False},
                "generation_config.json": {"eos_token_id": 1}})
        self.write_config("merge.yaml")

    def write_config(self, name, method="linear", extra="", parameters="{weight: 1.0}"):
        models = "".join(f"  - model: {m}\n    parameters: {parameters}\n" for m in ("a", "b"))
        (self.dir / name).write_text(f"models:\n{models}merge_method: {method}\ndtype: bfloat16\n{extra}")

    def run_program(self, *words, name="fuseo1", env=None, **options):
        return subprocess.run([str(PROGRAM.parent / name), *map(str, words)], cwd=self.dir, capture_output=True,
                              text=True, timeout=200, env=env, check=False, **options)

    def ok(self, *words, **options):
        done = self.run_program(*words, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, code, *words, **options):
        """Ends with `code` and at most 12 lines that begin as our errors do; gives the error's text."""
        done = self.run_program(*words, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        lines = done.stderr.splitlines()
        self.assertLessEqual(len(lines), 12, done.stderr)
        self.assertTrue(any(line.startswith("fuseo1: error: ") for line in lines), done.stderr)
        for word in ("std::", "what()", "terminate"):
            self.assertNotIn(word, done.stderr)
        return done.stderr

    def assert_whole_or_unpublished(self, out, straight):
        """Nothing that a reader takes for a model, or all of it: `straight` is digest() of the undisturbed merge."""
        if not out.exists():
            return
        names = set(os.listdir(out))
        if names & {"model.safetensors", "model.safetensors.index.json"}:
            found = digest(out)
            self.assertEqual({name: found.get(name) for name in straight}, straight)

    def tree(self, folder):
        """Contents of every file below, to see that nothing was touched."""
        return {p.relative_to(self.dir): p.read_bytes() for p in sorted((self.dir / folder).rglob("*")) if p.is_file()}
