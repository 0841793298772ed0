"""The peak of resident memory is at most the budget of --memory and 64 MiB, whatever the method and the tensors' size."""
import os
import shutil
import time
import unittest

from checkpoints import make_random, make_sparse
from harness import Case, PROGRAM, soak_row, soaking
from recipes import recipes, write_recipe

MIB = 1 << 20
SLACK = 64 * MIB
BUDGETS = {"16MiB": 16 * MIB, "64MiB": 64 * MIB, "256MiB": 256 * MIB, "2GiB": 2048 * MIB}
# One of each structure: combination, search, search with a vote, variances, ranks of rows, columns, norms, quartiles.
REPRESENTATIVES = ("linear", "slerp", "ties", "dare_ties", "della", "breadcrumbs", "sce", "model_stock",
                   "nuslerp columns", "karcher", "ram", "arcee_fusion")


def qwen2_14b():
    """The tensors of the full 14B shape, in shards of about 4 GB."""
    hidden, inner, vocabulary, key_value = 5120, 13824, 152064, 1024
    tensors = {"model.embed_tokens.weight": [vocabulary, hidden], "lm_head.weight": [vocabulary, hidden],
               "model.norm.weight": [hidden]}
    for layer in range(48):
        parts = {"self_attn.q_proj.weight": [hidden, hidden], "self_attn.k_proj.weight": [key_value, hidden],
                 "self_attn.v_proj.weight": [key_value, hidden], "self_attn.o_proj.weight": [hidden, hidden],
                 "self_attn.q_proj.bias": [hidden], "self_attn.k_proj.bias": [key_value],
                 "self_attn.v_proj.bias": [key_value], "mlp.gate_proj.weight": [inner, hidden],
                 "mlp.up_proj.weight": [inner, hidden], "mlp.down_proj.weight": [hidden, inner],
                 "input_layernorm.weight": [hidden], "post_attention_layernorm.weight": [hidden]}
        tensors.update({f"model.layers.{layer}.{name}": shape for name, shape in parts.items()})
    items = list(tensors.items())
    return [{name: ("BF16", shape) for name, shape in items[i::8]} for i in range(8)]


class Memory(Case):
    in_memory = True
    needs_models = False

    def peak(self, name, recipe, budget, *options):
        """Runs the merge into a folder that goes away; its peak of resident memory in bytes, and its seconds."""
        write_recipe(self.dir / "m.yaml", recipe)
        words = [str(PROGRAM), "merge", "m.yaml", "out/o", "--memory", budget, "--quiet", *options]
        begin = time.monotonic()
        child = os.posix_spawn("/bin/sh", ["sh", "-c", 'cd "$0" && exec "$@"', str(self.dir), *words], os.environ)
        _, status, usage = os.wait4(child, 0)
        seconds = time.monotonic() - begin
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, name)
        shutil.rmtree(self.dir / "out")
        return usage.ru_maxrss * 1024, seconds

    def check(self, label, names, budgets, *options):
        worst = {}
        for budget in budgets:
            for name in names:
                peak, seconds = self.peak(name, recipes()[name], budget, *options)
                print(f"{label}, {name}, {budget}: {peak / MIB:.0f} MiB, {seconds:.1f} s", flush=True)
                worst[budget] = max(worst.get(budget, (0, "")), (peak, name))
        for budget, (peak, name) in worst.items():
            soak_row(f"peak memory at `--memory {budget}`", label, f"{len(names)} recipes",
                     f"at most {peak / MIB:.0f} MiB ({name})")
            self.assertLessEqual(peak, BUDGETS[budget] + SLACK, f"{label}, {name}, {budget}")

    def models(self, shards):
        for seed, name in enumerate(("base", "x1", "x2", "x3")):
            make_sparse(self.dir / name, seed, shards, written_bytes=MIB)

    def test_a_tensor_larger_than_the_budget(self):
        self.models([{"a.weight": ("BF16", [3000, 4000]), "b.norm": ("BF16", [4000])}])
        self.check("a tensor of 24 MB", recipes() if soaking() else REPRESENTATIVES, ("16MiB",), "--threads", "2",
                   "--shared-elems", "1000000")

    def test_many_threads_share_one_budget(self):
        self.models([{f"{i}.weight": ("BF16", [2000, 3000]) for i in range(4)}])
        self.check("7 threads", ("ties", "sce", "della"), ("64MiB",), "--threads", "7", "--shared-elems", "1000000")

    def test_very_many_tiny_tensors(self):
        count = 200_000 if soaking() else 20_000
        tensors = {f"model.layers.{i // 100}.experts.{i % 100}.weight": ("BF16", [8, 8]) for i in range(count)}
        for seed, name in enumerate(("base", "x1", "x2", "x3")):
            make_random(self.dir / name, seed, [tensors])
        for name in ("linear", "ties"):
            peak, seconds = self.peak(name, recipes()[name], "64MiB", "--threads", "2")
            soak_row(f"{count} tensors of 128 bytes", name, f"{seconds:.1f} s", f"peak {peak / MIB:.0f} MiB")
            self.assertLessEqual(peak, 64 * MIB + SLACK, name)

    @unittest.skipUnless(soaking(), "`make soak` writes 3 GB a merge")
    def test_a_tensor_of_three_gigabytes(self):
        self.models([{"a.weight": ("BF16", [152064, 10240])}])
        self.check("a tensor of 3 GB", recipes(), ("64MiB",))
        self.check("a tensor of 3 GB", ("linear", "ties", "sce", "della"), ("256MiB", "2GiB"))

    @unittest.skipUnless(soaking(), "`make soak` writes 30 GB a merge")
    def test_a_model_of_fourteen_billion_parameters(self):
        if shutil.disk_usage(self.dir).free < 40 << 30:
            self.skipTest("less than 40 GB of disk are free")
        self.models(qwen2_14b())
        self.check("14B shape", ("linear", "ties", "sce"), ("64MiB",))
        self.check("14B shape", ("linear",), ("256MiB", "2GiB"))


if __name__ == "__main__":
    unittest.main()
