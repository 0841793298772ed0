"""One hash a method: for threads, chunk sizes, budgets, sharing, instruction sets, ways to read, kills and resumes."""
import itertools
import os
import random
import signal
import subprocess
import time
import unittest

from checkpoints import make_random
from harness import Case, PROGRAM, SOURCE, digest, soak_row, soaking
from recipes import recipes, write_recipe

# Odd shapes: several segments and chunks, whole and broken blocks, one row, one element, none.
TENSORS = {"a.weight": ("BF16", [301, 243]), "b.weight": ("BF16", [3, 40001]), "c.weight": ("BF16", [257, 129]),
           "d.bias": ("BF16", [33000]), "e.norm": ("BF16", [7]), "f.scalar": ("BF16", []), "g.one": ("BF16", [1, 1]),
           "h.empty": ("BF16", [0, 5]), "i.conv": ("BF16", [4, 3, 2, 5])}
THREADS = ("1", "2", "7")
CHUNKS = ("0", "32768", "65536", "1000000")
BUDGETS = ("64MiB", "256MiB", "4GiB")
SHARED = ("1000", "50000", "0")
READS = ("pread", "uring")
# A push: every value of every setting, and every pair of threads with another one.
PUSH = [("1", "0", "4GiB", "0", "pread", 0), ("2", "32768", "64MiB", "1000", "uring", 1),
        ("7", "65536", "256MiB", "50000", "pread", 2), ("7", "0", "64MiB", "1000", "uring", 0),
        ("2", "1000000", "4GiB", "50000", "pread", 1)]


class SameBytes(Case):
    in_memory = True
    needs_models = False

    def setUp(self):
        super().setUp()
        for seed, name in enumerate(("base", "x1", "x2", "x3")):
            make_random(self.dir / name, seed, [TENSORS])
        self.isas = [isa for isa in ("baseline", "avx2", "avx512") if self.runs_on(isa)]

    def runs_on(self, isa):
        error = self.run_program("merge", "none.yaml", "none", env={**os.environ, "FUSEO1_ISA": isa}).stderr
        return "FUSEO1_ISA" not in error

    def rows(self):
        if not soaking():
            return [(*row[:5], self.isas[row[5] % len(self.isas)]) for row in PUSH]
        return list(itertools.product(THREADS, CHUNKS, BUDGETS, SHARED, READS, self.isas))

    def merge(self, name, out, row, numerics, *options):
        threads, chunk, budget, shared, reads, isa = row
        words = ["merge", f"{name}.yaml", out, "--threads", threads, "--chunk-elems", chunk, "--memory", budget,
                 "--shared-elems", shared, "--io", reads, "--numerics", numerics, "--quiet", *options]
        return [str(PROGRAM), *words], {**os.environ, "FUSEO1_ISA": isa}

    def digest_of(self, name, out, row, numerics, *options):
        words, env = self.merge(name, out, row, numerics, *options)
        done = subprocess.run(words, cwd=self.dir, env=env, capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual(done.returncode, 0, f"{name} {row}: {done.stderr}")
        return digest(self.dir / out)

    def killed_and_resumed(self, name, out, rows, numerics, chance):
        """Each life of the merge has other settings than the one before."""
        for row in rows:
            words, env = self.merge(name, out, row, numerics, "--commit-bytes", "1")
            child = subprocess.Popen(words, cwd=self.dir, env=env, stderr=subprocess.DEVNULL)
            while child.poll() is None and not (self.dir / out / ".fuseo1-journal").exists():
                pass
            time.sleep(chance.random() * 0.01)
            child.send_signal(signal.SIGKILL)
            if child.wait() == 0:
                break
        if (self.dir / out / "model.safetensors").exists() and not (self.dir / out / ".fuseo1-journal").exists():
            return digest(self.dir / out)
        return self.digest_of(name, out, rows[0], numerics)

    def check(self, recipe_of, numerics, rows):
        chance = random.Random(6)
        for name, recipe in recipe_of.items():
            name = name.replace(" ", "-")
            write_recipe(self.dir / f"{name}.yaml", recipe)
            expected = self.digest_of(name, f"{name}/straight/out", rows[0], numerics)
            for i, row in enumerate(rows[1:]):
                found = self.digest_of(name, f"{name}/{i}/out", row, numerics)
                self.assertEqual(found, expected, f"{name} {row}")
                subprocess.run(["rm", "-rf", str(self.dir / name / str(i))], check=True)
            killed = self.killed_and_resumed(name, f"{name}/killed/out", chance.sample(rows, 3), numerics, chance)
            self.assertEqual(killed, expected, f"{name} killed and resumed")
        soak_row("settings that must not matter", f"{len(recipe_of)} recipes, {numerics} numerics",
                 f"{len(rows)} settings each, killed and resumed", "one hash a recipe")

    def test_every_method_has_a_recipe(self):
        methods = {path.stem for path in (SOURCE / "tests/golden/methods").glob("*.safetensors")}
        self.assertEqual({recipe["merge_method"] for recipe in recipes().values()}, methods)

    def test_exact_numerics(self):
        if soaking():
            every = self.rows()
            whole = {name: recipes()[name] for name in ("linear", "slerp", "ties", "dare_ties", "sce", "della")}
            self.check(whole, "exact", every)
            rest = {name: recipe for name, recipe in recipes().items() if name not in whole}
            self.check(rest, "exact", every[:1] + random.Random(7).sample(every, 60))
        else:
            self.check(recipes(), "exact", self.rows())

    def test_torch_numerics(self):
        some = {name: recipes()[name] for name in ("linear", "slerp", "ties", "dare_ties", "sce", "model_stock")}
        rows = self.rows()
        self.check(some, "torch", rows[:1] + random.Random(8).sample(rows, 60) if soaking() else rows)


if __name__ == "__main__":
    unittest.main()
