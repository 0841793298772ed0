"""The system says no: full disks, too little memory, six descriptors, no threads, closed streams. A clear line and
exit code 4, or the same bytes; never a crash, never a part of a model."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from checkpoints import make_random
from harness import Case, PROGRAM, digest, soak_count, soak_row

TENSORS = {f"layers.{i}.weight": ("BF16", [1024, 512]) for i in range(8)} | {"norm.weight": ("BF16", [1000])}
CONFIG = "models: [{model: x1}, {model: x2}]\nmerge_method: %s\nbase_model: x0\n" \
         "parameters: {weight: 0.5, density: 0.3}\n"
MIB = 1 << 20


class Limits(Case):
    in_memory = True
    needs_models = False

    def setUp(self):
        super().setUp()
        for seed in range(3):
            make_random(self.dir / f"x{seed}", seed, [TENSORS])
        for method in ("ties", "della"):
            (self.dir / f"{method}.yaml").write_text(CONFIG % method)
        self.ok("merge", "ties.yaml", "straight/out")
        self.straight = digest(self.dir / "straight/out")

    def limited(self, out, limit, value, *options):
        """A merge under a resource limit: refused as errors are, or the same bytes. Its exit code."""
        shutil.rmtree(self.dir / out, ignore_errors=True)
        done = self.run_program("merge", "ties.yaml", out, *options,
                                preexec_fn=lambda: resource.setrlimit(limit, (value, value)))
        self.assertIn(done.returncode, (0, 4), (value, done.stderr))
        if done.returncode == 4:
            self.assertTrue(any(line.startswith("fuseo1: error: ") for line in done.stderr.splitlines()), done.stderr)
            self.assertNotIn("bad_alloc", done.stderr)
        self.assert_whole_or_unpublished(self.dir / out, self.straight)
        if done.returncode == 0:
            self.assertEqual(digest(self.dir / out), self.straight)
        return done.returncode

    def test_little_address_space(self):
        codes = {}
        least = 64  # below, the program's libraries do not even start
        while subprocess.run([str(PROGRAM), "--version"], capture_output=True, check=False,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (least * MIB, least * MIB))
                             ).returncode != 0:
            least += 16
        for mib in range(least, least + 512, soak_count(64, 16)):
            codes[mib] = self.limited("as/out", resource.RLIMIT_AS, mib * MIB, "--threads", "2", "--memory", "64MiB")
            if codes[mib] == 4 and (self.dir / "as/out").exists():
                self.ok("merge", "ties.yaml", "as/out")  # goes on where memory ended
                self.assertEqual(digest(self.dir / "as/out"), self.straight)
        self.assertEqual(codes[max(codes)], 0, codes)
        enough = min(mib for mib, code in codes.items() if code == 0)
        soak_row("`RLIMIT_AS`", f"{least} to {max(codes)} MiB, {len(codes)} steps", f"exit code 4 below {enough} MiB, else 0",
                 "same bytes")

    def test_few_descriptors(self):
        codes = [self.limited("nofile/out", resource.RLIMIT_NOFILE, count) for count in range(4, 13)]
        self.assertEqual(codes[-1], 0, codes)
        soak_row("`RLIMIT_NOFILE`", "4 to 12", f"exit code 4 {codes.count(4)} times, else 0", "same bytes")

    def test_a_file_size_limit(self):
        for size in (0, 1000, MIB):
            self.assertEqual(self.limited("fsize/out", resource.RLIMIT_FSIZE, size), 4)
            self.ok("merge", "ties.yaml", "fsize/out")
            self.assertEqual(digest(self.dir / "fsize/out"), self.straight)

    def test_closed_streams_and_an_empty_environment(self):
        for i, closed in enumerate(((0,), (1,), (2,), (0, 1, 2))):
            def close(which=closed):
                for descriptor in which:
                    os.close(descriptor)

            done = subprocess.run([str(PROGRAM), "merge", "ties.yaml", f"closed{i}/out"], cwd=self.dir, env={},
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=close, timeout=200,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(digest(self.dir / f"closed{i}/out"), self.straight)

    def small_disk(self, mib):
        """A file system of its own with so much room; skips where that cannot be mounted."""
        place = pathlib.Path(tempfile.mkdtemp(prefix="fuseo1-disk-"))
        self.addCleanup(shutil.rmtree, place, ignore_errors=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(place)],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no right to mount a small disk: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(place)], check=False)
        return place

    def test_a_disk_that_is_too_small_is_said_before_the_first_byte(self):
        disk = self.small_disk(48)
        (disk / "ballast").write_bytes(bytes(20 * MIB))
        error = self.refused(4, "merge", "ties.yaml", disk / "out")
        self.assertIn("missing", error)
        self.assertFalse((disk / "out").exists())
        (disk / "ballast").unlink()
        self.ok("merge", "ties.yaml", disk / "out")
        self.assertEqual(digest(disk / "out"), self.straight)

    def test_a_disk_that_fills_up_on_the_way_and_is_made_room_on(self):
        disk = self.small_disk(48)
        for attempt in range(20):
            child = subprocess.Popen([str(PROGRAM), "merge", "ties.yaml", str(disk / "out"), "--threads", "1"],
                                     cwd=self.dir, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            while child.poll() is None and not (disk / "out/.fuseo1-journal").exists():
                pass
            child.send_signal(signal.SIGSTOP)
            time.sleep(0.01)
            if not (disk / "out/config.json").exists():
                break
            child.send_signal(signal.SIGCONT)
            child.communicate(timeout=60)
            shutil.rmtree(disk / "out")
        with open(disk / "ballast", "wb") as ballast:
            try:
                while True:
                    ballast.write(bytes(65536))
                    ballast.flush()
            except OSError:
                pass
        child.send_signal(signal.SIGCONT)
        _, errors = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 4, errors)
        self.assertRegex(errors, r"(?s)No space left.*missing")
        self.assert_whole_or_unpublished(disk / "out", self.straight)
        (disk / "ballast").unlink()
        self.ok("merge", "ties.yaml", disk / "out")
        self.assertEqual(digest(disk / "out"), self.straight)
        soak_row("full disk", "before the first byte and on the way", "exit code 4, says what is missing", "same bytes")


if __name__ == "__main__":
    unittest.main()
