"""Golden cases of the methods that see models as vectors, and of the other methods without a task vector's mask.

Their oracle in float64 is mergekit's own function on float64 tensors: none of these formulas depends on the type
but by its roundings. Sines of float32 and float64 come from a vendor's library whose last bit we do not repeat:
there the torch result is not stored; nor is that of scalars, which mergekit's karcher promotes to float32."""

import numpy as np
import torch

NARROW = ("BF16", "F16")
ALMOST = 0.995  # of the elements, where a sine decides a coefficient's last bit
SHAPES = [("BF16", (37, 19)), ("F16", (23, 31)), ("F32", (29, 17)), ("BF16", (311,)), ("F32", (5, 7, 11)),
          ("F64", (13, 21)), ("BF16", ()), ("F16", (1, 1)), ("BF16", (203, 101)), ("F16", (64, 33))]


def spread(case, method, numbers, seed, sines, **options):
    cases = []
    for number, (dtype, shape) in enumerate(SHAPES, seed):
        with_torch = not sines or (dtype in NARROW and shape != ())
        share = ALMOST if sines else 1.0
        cases.append(case(method, dtype, shape, numbers, seed=number, torch=with_torch, torch_share=share, **options))
    return cases


def geometric_cases(case):
    """`case` makes one record; see golden_cases.py."""
    def every(method, numbers, seed, sines=False, **options):
        return spread(case, method, numbers, seed, sines, **options)

    return {
        "slerp": every("slerp", {"t": 0.3}, 500, True, models=1)
        + every("slerp", {"t": 0.75}, 520, True, models=1, base=1, spread=0.5),
        "nearswap": every("nearswap", {"t": 0.001}, 600, models=1) + every("nearswap", {"t": 0.0}, 620, models=1, base=1),
        "passthrough": every("passthrough", {"scale": 0.37}, 640, models=1, base=-1)
        + every("passthrough", {"scale": None}, 660, models=1, base=-1),
        "nuslerp": every("nuslerp", {"weight": [0.3, 0.5]}, 700, True, models=2, base=-1)
        + every("nuslerp", {"weight": [0.3, 0.5]}, 720, True, models=2)
        + every("nuslerp", {"weight": [0.3, 0.5], "nuslerp_flatten": False}, 740, True, models=2, base=-1, spread=0.25)
        + every("nuslerp", {"weight": [1.0, -1.0], "nuslerp_flatten": False}, 760, True, models=2, base=2)
        + every("nuslerp", {"weight": [0.3, 0.5], "nuslerp_flatten": False, "nuslerp_row_wise": True}, 780, True,
                models=2, base=-1, spread=0.25)
        + every("nuslerp", {"weight": [0.3, 0.5], "nuslerp_flatten": False, "nuslerp_row_wise": True}, 800, True,
                models=2, base=1),
        "multislerp": every("multislerp", {"weight": [0.3, 0.5, 0.4]}, 850, base=-1)
        + every("multislerp", {"weight": [0.3, 0.5, 0.4]}, 870, base=1)
        + every("multislerp", {"weight": [0.3, 0.5, 0.4], "normalize_weights": False}, 890)
        + [case("multislerp", "BF16", (12, 9), {"weight": 1.0}, 1, -1, seed=910)],
        "karcher": every("karcher", {}, 950, True, base=-1, spread=0.25)
        + every("karcher", {"max_iter": 2}, 970, True, models=5, base=-1, spread=0.5),
        "model_stock": every("model_stock", {}, 1000) + every("model_stock", {}, 1020, models=2, base=1)
        + every("model_stock", {"filter_wise": True}, 1040),
        "ram": every("ram", {"epsilon": 0.002}, 1100) + every("ram", {}, 1120, models=2, base=1)
        + [case("ram", "BF16", (31, 33), {}, 1, seed=1140), case("ram", "F32", (9, 11), {}, 17, seed=1141)],
        "ramplus_tl": every("ramplus_tl", {"epsilon": 0.002}, 1150)
        + every("ramplus_tl", {"epsilon": 0.01, "r": 0.3, "alpha": 0.7}, 1170, models=2, base=1),
        "arcee_fusion": every("arcee_fusion", {}, 1200, True, models=1)
        + every("arcee_fusion", {}, 1220, True, models=1, base=1, spread=0.5),
    }


def in_float64(run_mergekit):
    """An oracle: the method on float64 tensors."""
    def oracle(inputs, case):
        tensors = [torch.from_numpy(np.array(x, dtype=np.float64)) for x in inputs]
        return run_mergekit(tensors, case).numpy()

    return oracle


def ramplus_tl(inputs, case):
    """mergekit's factors are float32 in any type: the formula once more."""
    numbers = {"r": 0.1, "alpha": 0.2, "epsilon": 1e-5, **case["numbers"]}
    base = inputs[case["base"]]
    deltas = np.stack([x - base for i, x in enumerate(inputs) if i != case["base"]])
    changed = np.abs(deltas) > numbers["epsilon"]
    count = changed.sum(0)
    merged = np.array(base)
    for delta, mine in zip(deltas, changed):
        shared, unique = (mine & (count > 1)).sum(), (mine & (count == 1)).sum()
        factor = 1 + numbers["r"] * min(shared / max(unique, numbers["epsilon"]), numbers["alpha"])
        merged = merged + np.where(mine, np.where(count > 1, delta / np.maximum(count, 1), delta * factor), 0)
    return merged
