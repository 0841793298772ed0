"""merge and what it writes: side files, refusals, the name mergekit-yaml, resume by the same command."""
import json
import os
import signal
import struct
import subprocess
import time
import unittest

from harness import Case, PROGRAM, QWEN2, make_model, read_safetensors


class Merge(Case):
    def test_writes_a_complete_checkpoint(self):
        done = self.ok("merge", "merge.yaml", "out", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["tensors"], 6)
        names = sorted(p.name for p in (self.dir / "out").iterdir())
        self.assertEqual(names, ["README.md", "config.json", "fuseo1.json", "generation_config.json",
                                 "mergekit_config.yml", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
        merged = read_safetensors(self.dir / "out/model.safetensors")
        self.assertEqual(set(merged), set(read_safetensors(self.dir / "a/model.safetensors")))

    def test_copies_tokenizer_files_unread(self):
        (self.dir / "a/tokenizer.json").write_text("not json at all")
        self.ok("merge", "merge.yaml", "out")
        self.assertEqual((self.dir / "out/tokenizer.json").read_text(), "not json at all")

    def test_no_copy_tokenizer_leaves_them(self):
        self.ok("merge", "merge.yaml", "out", "--no-copy-tokenizer")
        self.assertFalse((self.dir / "out/tokenizer.json").exists())

    def test_a_tokenizer_that_is_asked_for_is_read(self):
        self.write_config("t.yaml", extra="tokenizer_source: b\n")
        self.ok("merge", "t.yaml", "out")
        (self.dir / "b/tokenizer.json").write_text("{]")
        self.assertIn("tokenizer.json", self.refused(3, "merge", "t.yaml", "out2"))
        self.assertFalse((self.dir / "out2").exists())

    def test_a_tokenizer_link_that_leads_outside_is_refused(self):
        (self.dir / "secret.txt").write_text("secret")
        (self.dir / "a/merges.txt").symlink_to(self.dir / "secret.txt")
        self.assertIn("merges.txt", self.refused(3, "merge", "merge.yaml", "out"))
        self.assertFalse((self.dir / "out").exists())

    def test_config_is_kept_verbatim_with_line_feeds(self):
        text = (self.dir / "merge.yaml").read_text() + "# a remark\n"
        (self.dir / "merge.yaml").write_bytes(text.replace("\n", "\r\n").encode())
        self.ok("merge", "merge.yaml", "out")
        self.assertEqual((self.dir / "out/mergekit_config.yml").read_bytes(), text.encode())
        self.assertIn("# a remark", (self.dir / "out/README.md").read_text())

    def test_chat_template_by_name_and_by_text(self):
        self.write_config("t.yaml", extra="chat_template: chatml\n")
        self.ok("merge", "t.yaml", "out")
        config = json.loads((self.dir / "out/tokenizer_config.json").read_text())
        self.assertIn("<|im_start|>", config["chat_template"])
        self.write_config("t.yaml", extra='chat_template: "{{ messages[0].content }} and more"\n')
        self.ok("merge", "t.yaml", "out2")
        config = json.loads((self.dir / "out2/tokenizer_config.json").read_text())
        self.assertEqual(config["chat_template"], "{{ messages[0].content }} and more")

    def test_a_chat_template_that_is_none_is_refused(self):
        self.write_config("t.yaml", extra="chat_template: chatlm\n")
        self.assertIn("chatlm", self.refused(2, "merge", "t.yaml", "out"))
        self.assertFalse((self.dir / "out").exists())

    def test_a_doubled_bos_is_prevented_and_said(self):
        config = {"tokenizer_class": "LlamaTokenizerFast", "add_bos_token": True, "bos_token": {"content": "<BOS>"},
                  "chat_template": "{{ bos_token }}{{ messages[0].content }}"}
        (self.dir / "a/tokenizer_config.json").write_text(json.dumps(config))
        done = self.ok("merge", "merge.yaml", "out")
        self.assertIn("add_bos_token", done.stderr)
        written = json.loads((self.dir / "out/tokenizer_config.json").read_text())
        self.assertEqual(written, {**config, "add_bos_token": False})
        self.assertIn("add_bos_token", (self.dir / "out/README.md").read_text())

    def test_out_must_be_apart_from_every_input(self):
        (self.dir / "link").symlink_to("a")
        before = self.tree(".")
        for out in ("a", "a/", "a/inside", ".", "link", "link/inside", "b/../a"):
            self.assertIn("OUT", self.refused(2, "merge", "merge.yaml", out), out)
            self.assertEqual(self.tree("."), before, out)

    def test_out_must_be_a_folder_that_can_be_made(self):
        (self.dir / "file").write_text("mine")
        (self.dir / "dangling").symlink_to("nowhere")
        before = self.tree(".")
        for out, words in (("file", "is a file"), ("file/x/y", "lies below"), ("dangling", "link to a folder"),
                           ("dangling/x", "link to a folder")):
            self.assertIn(words, self.refused(2, "merge", "merge.yaml", out), out)
            self.assertEqual(self.tree("."), before, out)

    def test_a_folder_that_is_not_ours_is_left_alone(self):
        (self.dir / "out").mkdir()
        (self.dir / "out/notes.txt").write_text("mine")
        self.refused(2, "merge", "merge.yaml", "out")
        self.assertEqual(os.listdir(self.dir / "out"), ["notes.txt"])
        self.ok("merge", "merge.yaml", "out", "--overwrite")
        self.assertEqual((self.dir / "out/notes.txt").read_text(), "mine")
        self.ok("verify", "out")

    def test_a_folder_where_a_file_goes_is_found_at_once(self):
        for name in ("model.safetensors", "config.json", "README.md"):
            (self.dir / "out" / name).mkdir(parents=True)
            self.assertIn(name, self.refused(2, "merge", "merge.yaml", "out", "--overwrite"))
            self.assertEqual(os.listdir(self.dir / "out"), [name])
            (self.dir / "out" / name).rmdir()

    def test_a_tokenizer_file_that_is_a_pointer_is_copied_with_a_word(self):
        (self.dir / "a/tokenizer.json").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
        self.assertIn("git lfs pull", self.ok("merge", "merge.yaml", "out").stderr)
        self.assertTrue((self.dir / "out/tokenizer.json").read_text().startswith("version"))

    def test_a_cached_repository_may_be_a_link(self):
        commit, hub = "c" * 40, self.dir / "hub"
        store = self.dir / "store"
        (store / "snapshots" / commit).mkdir(parents=True)
        (store / "refs").mkdir()
        (store / "refs/main").write_text(commit)
        (self.dir / "a").rename(store / "blobs")
        for path in (store / "blobs").iterdir():
            path.rename(store / "blobs" / f"{path.name}-hash")
            (store / "snapshots" / commit / path.name).symlink_to(f"../../blobs/{path.name}-hash")
        hub.mkdir()
        (hub / "models--org--a").symlink_to(store)
        config = (self.dir / "merge.yaml").read_text()
        (self.dir / "merge.yaml").write_text(config.replace("model: a", "model: org/a"))
        self.ok("merge", "merge.yaml", "out", "--transformers-cache", hub)
        self.assertTrue((self.dir / "out/tokenizer.json").exists())

    def test_infinity_in_a_config_is_kept(self):
        text = (self.dir / "a/config.json").read_text()
        (self.dir / "a/config.json").write_text(text[:-1] + ', "time_step_limit": [0.0, Infinity]}')
        self.ok("merge", "merge.yaml", "out")
        self.assertEqual(json.loads((self.dir / "out/config.json").read_text())["time_step_limit"][1], float("inf"))

    def test_errors_of_the_config_name_file_and_line(self):
        self.write_config("m.yaml", parameters="{}")
        self.assertIn("m.yaml: line 2, column 5: Missing", self.refused(2, "merge", "m.yaml", "out"))
        self.write_config("m.yaml", method="ties")
        self.assertIn("m.yaml: line 2, column 5: ", self.refused(2, "merge", "m.yaml", "out"))
        self.write_config("m.yaml", extra="base_model: nowhere/to/be\n")
        self.assertIn("m.yaml: line 8, column 13: model", self.refused(2, "plan", "m.yaml"))

    def test_overwriting_leaves_no_stale_index(self):
        self.ok("merge", "merge.yaml", "out", "--out-shard-size", "200")
        self.assertTrue((self.dir / "out/model.safetensors.index.json").exists())
        self.ok("merge", "merge.yaml", "out", "--overwrite")
        self.assertEqual([p.name for p in (self.dir / "out").glob("*safetensors*")], ["model.safetensors"])
        self.ok("verify", "out")

    def test_quiet_is_silent(self):
        done = self.ok("merge", "merge.yaml", "out", "--quiet", "--cuda")
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_every_option_of_mergekit_is_accepted_in_both_forms(self):
        flags = ["allow-crimes", "cuda", "low-cpu-memory", "copy-tokenizer", "clone-tensors", "trust-remote-code",
                 "lazy-unpickle", "write-model-card", "safe-serialization", "read-to-gpu", "multi-gpu", "gpu-rich",
                 "async-write", "quiet", "unsafe-truncate-embeddings"]
        words = [f"--{flag}" for flag in flags] + [f"--no-{flag}" for flag in flags]
        words += ["--lora-merge-cache", "x", "--lora-merge-dtype", "float16", "--device", "cpu", "--write-threads", "2",
                  "--random-seed", "7", "--num-threads", "1", "--transformers-cache", "cache", "--out-shard-size", "5B",
                  "-v", "-v"]
        for name in ("fuseo1", "mergekit-yaml"):
            command = ["merge"] if name == "fuseo1" else []
            done = self.ok(*command, "merge.yaml", f"out-{name}", *words, name=name)
            ignored = [line for line in done.stderr.splitlines() if "--cuda" in line]
            self.assertEqual(len(ignored), 1, done.stderr)

    def test_under_mergekits_name_unknown_keys_warn_and_output_is_replaced(self):
        self.write_config("u.yaml", extra="paramters: {x: 1}\n")
        self.assertIn("paramters", self.refused(2, "merge", "u.yaml", "out"))
        done = self.ok("u.yaml", "out", name="mergekit-yaml")
        self.assertIn("paramters", done.stderr)
        self.ok("u.yaml", "out", name="mergekit-yaml")

    def test_float64_becomes_half_in_one_rounding_or_in_torchs_two(self):
        (self.dir / "wide").mkdir()
        (self.dir / "wide/config.json").write_text('{"architectures": ["NoSuchModel"]}')
        header = json.dumps({"x": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}).encode()
        data = struct.pack("<Q", len(header)) + header + struct.pack("<d", 1 + 2.0**-11 + 2.0**-40)  # above a tie
        (self.dir / "wide/model.safetensors").write_bytes(data)
        (self.dir / "h.yaml").write_text(f"models: [{{model: {self.dir}/wide}}]\nmerge_method: passthrough\n"
                                         "out_dtype: float16\n")
        for numerics, bits in (("exact", 0x3C01), ("torch", 0x3C00)):
            self.ok("merge", "h.yaml", numerics, "--numerics", numerics)
            self.assertEqual((self.dir / numerics / "model.safetensors").read_bytes()[-2:], struct.pack("<H", bits))

    def test_sce_runs_the_variant_of_the_name(self):
        (self.dir / "s.yaml").write_text("models: [{model: base}, {model: a}, {model: b}]\nmerge_method: sce\n"
                                         "base_model: base\nparameters: {select_topk: 0.5}\ndtype: bfloat16\n")
        self.ok("merge", "s.yaml", "out1")
        self.ok("s.yaml", "out2", name="mergekit-yaml")
        self.ok("merge", "s.yaml", "out3", "--sce-variant", "paper")
        for out, variant in (("out1", "fuseo1"), ("out2", "mergekit"), ("out3", "paper")):
            self.assertIn(f"variant `{variant}`", (self.dir / out / "README.md").read_text())
            self.assertEqual(json.loads((self.dir / out / "fuseo1.json").read_text())["recipe"]["variant"], variant)

    def test_the_same_merge_gives_the_same_bytes(self):
        self.ok("merge", "merge.yaml", "out")
        self.ok("merge", "merge.yaml", "x/out", "--threads", "7", "--memory", "64MiB", "--io", "uring", "--chunk-elems", "1")
        self.assertEqual(list(self.tree("out").values()), list(self.tree("x/out").values()))

    def test_missing_inputs_are_usage_errors(self):
        self.assertIn("nowhere.yaml", self.refused(2, "merge", "nowhere.yaml", "out"))
        self.write_config("m.yaml", extra="base_model: ./gone\n")
        self.assertIn("gone", self.refused(2, "merge", "m.yaml", "out"))

    def test_a_fifo_where_the_config_belongs_is_no_hang(self):
        os.mkfifo(self.dir / "fifo.yaml")
        done = self.run_program("merge", "fifo.yaml", "out")
        self.assertIn(done.returncode, (3, 4), done.stderr)

    def test_a_second_merge_into_the_same_folder_ends_at_once(self):
        import fcntl
        (self.dir / "out").mkdir()
        handle = os.open(self.dir / "out", os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = self.run_program("merge", "merge.yaml", "out")
        os.close(handle)
        if done.returncode != 0:  # 0: the lock is on another file than the folder
            self.assertEqual(done.returncode, 4, done.stderr)

    def test_a_signal_ends_with_six_and_the_same_command_goes_on(self):
        for i in range(3):
            make_model(self.dir / f"big{i}", i, rows=2048, config={**QWEN2, "hidden_size": 2048})
        (self.dir / "big.yaml").write_text("models: [{model: big1}, {model: big2}]\nmerge_method: ties\nbase_model: big0\n"
                                           "parameters: {weight: 0.5, density: 0.5}\n")
        self.ok("merge", "big.yaml", "straight/out")
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            out = f"{stop.name}/out"
            child = subprocess.Popen([str(PROGRAM), "merge", "big.yaml", out, "--threads", "1"], cwd=self.dir,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while child.poll() is None and not (self.dir / out).exists():
                time.sleep(0.002)
            child.send_signal(stop)
            _, errors = child.communicate(timeout=30)
            self.assertIn(child.returncode, (0, 6), errors)  # 0: it was done already
            if child.returncode == 6:
                self.assertFalse((self.dir / out / "model.safetensors").exists())
                self.ok("merge", "big.yaml", out)
            self.assertEqual(list(self.tree("straight").values()), list(self.tree(out).values()))
            self.ok("verify", out)


if __name__ == "__main__":
    unittest.main()
