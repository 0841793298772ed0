"""plan, inspect, diff and verify: what they say, and what they notice."""
import json
import shutil
import unittest

from harness import Case, bf16, read_safetensors, write_safetensors


class Reports(Case):
    def test_plan_says_every_tensors_fate(self):
        plan = json.loads(self.ok("plan", "merge.yaml", "--json").stdout)
        self.assertEqual(plan["tensor_count"], 6)
        self.assertEqual({t["fate"] for t in plan["tensors"]}, {"merge"})
        self.assertEqual(plan["disk"]["needed_bytes"], plan["output_bytes"])
        self.assertIn("method", self.ok("plan", "merge.yaml").stdout)
        self.assertFalse((self.dir / "out").exists())

    def test_inspect_counts_parameters_and_types(self):
        facts = json.loads(self.ok("inspect", "a", "--json").stdout)
        self.assertEqual(facts["parameters"], 16 * 8 + 4 * 64 + 8)
        self.assertEqual(facts["dtypes"], {"BF16": 6})
        self.assertEqual(facts["tokenizer"]["class"], "Qwen2Tokenizer")
        self.assertIn("model.layers.*.mlp.up_proj.weight", self.ok("inspect", "a").stdout)
        self.assertIn("model.layers.1.mlp.up_proj.weight", self.ok("inspect", "a", "--tensors").stdout)

    def test_inspect_of_nothing_says_how_to_get_it(self):
        self.refused(2, "inspect", "./nowhere")
        self.refused(5, "inspect", "someone/some-model", env={"HF_HOME": str(self.dir)})

    def test_diff_of_equals_is_zero(self):
        result = json.loads(self.ok("diff", "a", "a", "--json").stdout)
        self.assertEqual(result["overall"]["changed"], 0)
        self.assertEqual(result["overall"]["relative_change"], 0)
        self.assertAlmostEqual(result["overall"]["cosine"], 1)

    def test_diff_numbers_are_right(self):
        for name, values in (("x", [1, 2, -3, 0]), ("y", [1, -2, -3, 4])):
            (self.dir / name).mkdir()
            write_safetensors(self.dir / name / "model.safetensors", {"t": ("BF16", [4], bf16(values)),
                                                                      name: ("BF16", [1], bf16([1]))})
        result = json.loads(self.ok("diff", "x", "y", "--json").stdout)
        self.assertEqual((result["only_a"], result["only_b"]), (["x"], ["y"]))
        (row,) = result["tensors"]
        self.assertEqual((row["changed"], row["changed_share"], row["sign_disagreement"]), (2, 0.5, 0.25))
        self.assertAlmostEqual(row["cosine"], (1 - 4 + 9) / (14 ** 0.5 * 30 ** 0.5))
        self.assertAlmostEqual(row["norm_diff"], 32 ** 0.5)
        self.assertEqual(row["max_abs_diff"], 4)

    def test_diff_does_not_depend_on_threads(self):
        one = self.ok("diff", "a", "b", "--json", "-j", "1").stdout
        self.assertEqual(one, self.ok("diff", "a", "b", "--json", "-j", "7").stdout)

    def test_verify_notices_a_manifest_that_leaves_tensors_out_or_renames_them(self):
        self.ok("merge", "merge.yaml", "out")
        path = self.dir / "out/fuseo1.json"
        whole = json.loads(path.read_text())
        for change in (lambda tensors: tensors.clear(), lambda tensors: tensors.pop(),
                       lambda tensors: tensors[0].update(name="other"), lambda tensors: tensors[0].update(shape=[]),
                       lambda tensors: tensors.append(tensors[0])):
            manifest = json.loads(json.dumps(whole))
            change(manifest["tensors"])
            path.write_text(json.dumps(manifest))
            self.assertIn("manifest", self.refused(3, "verify", "out"))

    def test_verify_accepts_what_merge_wrote_and_merges_it_again(self):
        self.ok("merge", "merge.yaml", "out", "--out-shard-size", "200")
        report = json.loads(self.ok("verify", "out", "--recompute", "100%", "--json").stdout)
        self.assertEqual((report["ok"], report["tensors"], report["recomputed_tensors"]), (True, 6, 6))

    def test_verify_notices_one_changed_byte_in_each_tensor(self):
        self.ok("merge", "merge.yaml", "out")
        path = self.dir / "out/model.safetensors"
        whole = path.read_bytes()
        for name, (_, _, data) in read_safetensors(path).items():
            at = whole.rindex(data) + len(data) // 2
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            self.assertIn(name, self.refused(3, "verify", "out"))
        path.write_bytes(whole[:-1])
        self.assertIn("model.safetensors", self.refused(3, "verify", "out"))

    def test_verify_tells_damage_from_an_edited_card(self):
        self.ok("merge", "merge.yaml", "out")
        with open(self.dir / "out/README.md", "a") as card:
            card.write("more words\n")
        self.assertIn("README.md", self.ok("verify", "out").stdout)
        (self.dir / "out/config.json").write_text("{}")
        self.assertIn("config.json", self.refused(3, "verify", "out"))

    def test_verify_needs_our_manifest(self):
        self.assertIn("fuseo1.json", self.refused(2, "verify", "a"))
        self.ok("merge", "merge.yaml", "out")
        (self.dir / "out/fuseo1.json").write_text('{"format": "fuseo1-manifest"}')
        self.refused(3, "verify", "out")

    def test_recompute_notices_another_input(self):
        self.ok("merge", "merge.yaml", "out")
        shutil.rmtree(self.dir / "b")
        shutil.copytree(self.dir / "base", self.dir / "b")
        self.refused(3, "verify", "out", "--recompute", "1")


if __name__ == "__main__":
    unittest.main()
