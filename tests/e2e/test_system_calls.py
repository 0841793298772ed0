"""The shipped program is killed, or refused, at every system call that changes files: strace does it from outside.
The same command then ends with the same bytes, and nobody ever finds a part of a model."""
import re
import shutil
import subprocess
import unittest

from checkpoints import make_random
from harness import Case, PROGRAM, digest, soak_row, soaking

SHARDS = [{"a.weight": ("BF16", [40, 30]), "b.weight": ("BF16", [64, 20])}, {"c.weight": ("BF16", [100]),
                                                                             "d.weight": ("BF16", [3, 3])}]
# Without threads the calls of a run come in one order, so that the n-th is the n-th: strace counts by thread.
NO_THREADS = ["-e", "inject=clone,clone3:error=EAGAIN"]
CHANGES = ["openat", "pwrite64", "write", "rename", "renameat", "renameat2", "unlink", "unlinkat", "fsync", "fdatasync",
           "mkdir", "mkdirat", "ftruncate", "fallocate", "copy_file_range", "sync_file_range", "io_uring_enter"]
FAILS = CHANGES + ["pread64", "read", "newfstatat", "fstat", "fstatfs", "statfs", "flock", "getdents64", "close"]
# A push tries those that a merge is made of; `make soak` every one.
CHANGES_OF_A_PUSH = ["pwrite64", "rename", "unlink", "fsync", "fdatasync", "mkdir", "ftruncate", "fallocate"]
FAILS_OF_A_PUSH = ["pwrite64", "rename", "fsync", "fdatasync"]


class SystemCalls(Case):
    in_memory = True
    needs_models = False

    def setUp(self):
        super().setUp()
        if shutil.which("strace") is None:
            self.skipTest("strace is not installed")
        for seed in range(3):
            make_random(self.dir / f"x{seed}", seed, SHARDS)
        (self.dir / "x.yaml").write_text("models: [{model: x1}, {model: x2}]\nmerge_method: ties\nbase_model: x0\n"
                                         "parameters: {weight: 0.5, density: 0.3}\n")
        self.merge = ["merge", "x.yaml", "out/o", "--out-shard-size", "3000", "--quiet"]
        self.ok(*self.merge)
        self.straight = digest(self.dir / "out/o")
        probe = self.strace(*NO_THREADS)
        if probe.returncode != 0 or digest(self.dir / "out/o") != self.straight:
            self.skipTest(f"strace cannot inject here: {probe.stderr[-200:]}")

    def strace(self, *inject, options=()):
        shutil.rmtree(self.dir / "out", ignore_errors=True)
        return subprocess.run(["strace", "-f", "-qq", "-o", "trace", *inject, str(PROGRAM), *self.merge, *options],
                              cwd=self.dir, capture_output=True, text=True, timeout=300, check=False)

    def injected(self):
        return "INJECTED" in re.sub(r"clone3?\(.*", "", (self.dir / "trace").read_text(errors="replace"))

    def sweep(self, call, fault, threads, options=()):
        """`fault` at the n-th `call`, for every n that a run reaches: how many that were."""
        n = 1
        while True:
            inject = [*(() if threads else NO_THREADS), "-e", f"inject={call}:{fault.replace('@', str(n))}"]
            done = self.strace(*inject, options=options)
            where = f"{call} {n} {fault}: {done.stderr}"
            killed = done.returncode == -9 or done.returncode == 137
            if not killed and not self.injected():
                self.assertEqual(done.returncode, 0, where)
                return n - 1
            if not killed and "shared libraries" not in done.stderr:  # the loader's calls are not ours
                self.assertIn(done.returncode, (0, 2, 3, 4), where)
                self.assertTrue(done.returncode == 0 or "fuseo1: error: " in done.stderr, where)
            out = self.dir / "out/o"
            self.assert_whole_or_unpublished(out, self.straight)
            if done.returncode == 0:
                self.assertEqual({**digest(out), ".fuseo1-journal": ""}, {**self.straight, ".fuseo1-journal": ""}, where)
            elif not out.exists() or digest(out) != self.straight:
                again = self.run_program(*self.merge, *options)
                self.assertEqual(again.returncode, 0, where + again.stderr)
                self.assertEqual(digest(out), self.straight, where)
            n += 1

    def row(self, fault, points, end):
        reached = {call: n for call, n in points.items() if n}
        soak_row(fault, ", ".join(f"{call} {n}" for call, n in reached.items()), f"{sum(reached.values())} points", end)

    def test_killed_at_every_call_that_changes_files(self):
        kill = "signal=KILL:when=@"
        points = {f"`{call}`": self.sweep(call, kill, False) for call in (CHANGES if soaking() else CHANGES_OF_A_PUSH)}
        self.row("`kill -9` at the n-th call, no threads", points, "same bytes")
        if soaking():
            points = {f"`{call}`": self.sweep(call, kill, True) for call in CHANGES}
            points["`io_uring_enter` under `--io uring`"] = self.sweep("io_uring_enter", kill, True, ("--io", "uring"))
            self.row("`kill -9` at a thread's n-th call", points, "same bytes")

    def test_every_call_fails(self):
        for error in ("EIO", "ENOSPC") if soaking() else ("EIO",):
            for when, words in (("@", "at the n-th call"), ("@+", "from the n-th call on")) if soaking() else (("@", "at the n-th call"),):
                points = {f"`{call}`": self.sweep(call, f"error={error}:when={when}", False)
                          for call in (FAILS if soaking() else FAILS_OF_A_PUSH)}
                self.row(f"{error} {words}", points, "same bytes, or a clear error and then the same bytes")


if __name__ == "__main__":
    unittest.main()
