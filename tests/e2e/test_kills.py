"""The program is killed or asked to stop at random moments: the same command ends with the same bytes, and nobody
ever finds a part of a model."""
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from checkpoints import make_random
from harness import Case, PROGRAM, digest, soak_count, soak_row, soaking

TENSORS = {f"layers.{i}.weight": ("BF16", [1024, 512]) for i in range(11)} | {"norm.weight": ("BF16", [1000])}
CONFIG = "models: [{model: x1}, {model: x2}]\nmerge_method: ties\nbase_model: x0\n" \
         "parameters: {weight: 0.5, density: 0.3}\n"


class Kills(Case):
    in_memory = True
    needs_models = False

    def setUp(self):
        super().setUp()
        for seed in range(3):
            make_random(self.dir / f"x{seed}", seed, [TENSORS])
        (self.dir / "x.yaml").write_text(CONFIG)

    def command(self, out, *options):
        return [str(PROGRAM), "merge", "x.yaml", out, "--quiet", *options]

    def start(self, out, *options):
        return subprocess.Popen(self.command(out, *options), cwd=self.dir, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def straight(self, name, *options):
        """The digests of an undisturbed merge, and how long it took."""
        begin = time.monotonic()
        self.ok(*self.command(f"{name}/out", *options)[1:])
        return digest(self.dir / name / "out"), time.monotonic() - begin

    def kill_often(self, kills, *options):
        """Kills and goes on, also several times in one merge; a merge that ended makes way for the next."""
        chance = random.Random(4)
        straight, seconds = self.straight(f"straight{len(options[-1])}", *options)
        out = self.dir / "killed/out"
        killed = merges = most = in_this = 0
        while killed < kills:
            child = self.start("killed/out", *options)
            try:
                code = child.wait(chance.random() * seconds)
            except subprocess.TimeoutExpired:
                child.kill()
                code = child.wait()
            errors = child.stderr.read()
            child.stderr.close()
            if code == -signal.SIGKILL:
                killed += 1
                in_this += 1
                most = max(most, in_this)
                self.assert_whole_or_unpublished(out, straight)
                done = out.exists() and digest(out) == straight  # killed while it ended
                if not done and in_this < 6:
                    continue
                code = 0 if done else self.ok(*self.command("killed/out", *options)[1:]).returncode
            self.assertEqual(code, 0, errors)
            self.assertEqual(digest(out), straight)
            shutil.rmtree(out)
            merges += 1
            in_this = 0
        self.ok(*self.command("killed/out", *options)[1:])
        self.assertEqual(digest(out), straight)
        shutil.rmtree(out)
        return killed, merges + 1, most

    def test_random_kills_and_the_same_bytes(self):
        for label, options in (("one file", ("--threads", "2")),
                               ("three shards, 64 MiB", ("--out-shard-size", "5M", "--memory", "64MiB"))):
            killed, merges, most = self.kill_often(soak_count(13, 500), *options)
            soak_row("`kill -9` at a random moment", label, f"{killed} kills in {merges} merges, up to {most} in one",
                     "same bytes")

    def test_stop_signals_end_within_two_seconds_and_can_be_resumed(self):
        chance = random.Random(5)
        straight, seconds = self.straight("straight", "--threads", "1")
        slowest = stopped = 0
        for i in range(soak_count(6, 60)):
            number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[i % 3]
            child = self.start(f"stop{i}/out", "--threads", "1")
            while child.poll() is None and i % 4 > 0 and not (self.dir / f"stop{i}/out").exists():
                time.sleep(0.001)
            time.sleep(chance.random() * seconds / 2)
            child.send_signal(number)
            sent = time.monotonic()
            _, errors = child.communicate(timeout=60)
            took = time.monotonic() - sent
            # Before the program has set up its handlers, the signal ends it as it ends any program.
            self.assertIn(child.returncode, (0, 6, -number), errors)
            if child.returncode == 6:
                stopped += 1
                slowest = max(slowest, took)
                if soaking():
                    self.assertLess(took, 2)
                self.assertIn("same command", errors)
                self.assertFalse((self.dir / f"stop{i}/out/model.safetensors").exists())
            if child.returncode != 0:
                self.ok(*self.command(f"stop{i}/out")[1:])
            self.assertEqual(digest(self.dir / f"stop{i}/out"), straight)
            shutil.rmtree(self.dir / f"stop{i}")
        soak_row("INT, TERM, HUP", "random moment", f"{stopped} stopped, the slowest in {slowest:.2f} s", "same bytes")

    def hold(self, out):
        """A merge that has begun to write, and stands still."""
        child = self.start(out, "--threads", "1")
        while child.poll() is None and not (self.dir / out / ".fuseo1-journal").exists():
            pass
        child.send_signal(signal.SIGSTOP)
        self.addCleanup(child.kill)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)  # its threads stop one by one
        return child

    def test_a_second_merge_into_the_same_folder_ends_at_once_and_disturbs_nothing(self):
        straight, _ = self.straight("straight")
        for _ in range(20):
            first = self.hold("shared/out")
            if first.poll() is None and not (self.dir / "shared/out/model.safetensors").exists():
                break
            first.send_signal(signal.SIGCONT)
            first.communicate()
            shutil.rmtree(self.dir / "shared")
        before = {p.name: p.stat().st_mtime_ns for p in (self.dir / "shared/out").iterdir()}
        self.assertIn("another process", self.refused(4, "merge", "x.yaml", "shared/out"))
        self.assertEqual({p.name: p.stat().st_mtime_ns for p in (self.dir / "shared/out").iterdir()}, before)
        first.send_signal(signal.SIGCONT)
        _, errors = first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0, errors)
        self.assertEqual(digest(self.dir / "shared/out"), straight)

    def test_a_second_signal_ends_at_once(self):
        child = self.hold("twice/out")
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGTERM)
        child.send_signal(signal.SIGCONT)
        child.communicate(timeout=60)
        self.assertIn(child.returncode, (0, 6))
        self.assertEqual(self.run_program("merge", "x.yaml", "twice/out").returncode, 0 if child.returncode else 2)

    def test_inputs_that_change_between_the_runs_are_refused(self):
        straight, _ = self.straight("straight")
        child = self.hold("changed/out")
        child.kill()
        child.communicate()
        path = self.dir / "x1/model.safetensors"
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
        self.assertIn("x1/model.safetensors", self.refused(3, "merge", "x.yaml", "changed/out"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        (self.dir / "x.yaml").write_text(CONFIG.replace("0.3", "0.4"))
        self.assertIn("config", self.refused(3, "merge", "x.yaml", "changed/out"))
        (self.dir / "x.yaml").write_text(CONFIG)
        self.ok("merge", "x.yaml", "changed/out")
        self.assertEqual(digest(self.dir / "changed/out"), straight)


if __name__ == "__main__":
    unittest.main()
