"""The cases of tools/make_golden.py: CASES[method] is a list of records made by case()."""

from golden_geometric import geometric_cases


def case(
    method,
    dtype,
    shape,
    numbers,
    models=3,
    base=0,
    inputs=None,
    seed=1,
    spread=0.03125,
    steps=0,
    rng=42,
    texts=None,
    torch=True,
    exact=True,
    torch_share=1.0,
    tensor="model.layers.0.mlp.up_proj.weight",
):
    """numbers: parameters as mergekit takes them; a list has one value per model (the base left out) or per
    input. base: its place among the inputs, -1 for none. torch_share: elements that must be bit-equal to
    mergekit's; the rest may differ by one unit in the last place."""
    if inputs is None:
        inputs = list(range(1, models + 1))
        if base >= 0:
            inputs.insert(base, 0)
    return dict(
        method=method,
        dtype=dtype,
        shape=list(shape),
        numbers=numbers,
        inputs=inputs,
        base=base,
        seed=seed,
        spread=spread,
        steps=steps,
        rng=rng,
        texts=texts or {},
        torch=torch,
        exact=exact,
        torch_share=torch_share,
        tensor=tensor,
    )


def task_vectors(method, **lists):
    """What every member of the task-arithmetic family is tested with. Lists are repeated to fit the models."""
    def fit(models):
        return {name: [values[k % len(values)] for k in range(models)] for name, values in lists.items()}

    fixed = fit(3)
    w3 = {"weight": [0.5, 0.3, 0.7], **fixed}
    cases = [
        case(method, dtype, shape, w3, seed=seed)
        for seed, (dtype, shape) in enumerate(
            [("BF16", (37, 19)), ("F16", (23, 31)), ("F32", (29, 17)), ("BF16", (311,)), ("F32", (5, 7, 11))], 10
        )
    ]
    cases.append(case(method, "F64", (13, 21), w3, seed=20))
    cases.append(case(method, "BF16", (203, 101), w3, seed=21))
    cases.append(case(method, "BF16", (64, 65), w3, seed=22, steps=8))
    cases.append(case(method, "F16", (64, 33), w3, seed=23, steps=4, spread=0.001953125))
    cases.append(case(method, "F32", (40, 33), {**w3, "lambda": 0.4, "normalize": True}, seed=24, steps=16))
    cases.append(case(method, "BF16", (40, 33), {**w3, "lambda": 1.7, "normalize": False}, seed=25))
    cases.append(case(method, "BF16", (31, 33), {**fit(2), "weight": [1.0, -0.75], "normalize": True}, 2, 1, seed=26))
    cases.append(case(method, "BF16", (31, 33), {**fit(1), "weight": 0.2}, 1, seed=27))
    cases.append(case(method, "F32", (9, 11), {**fit(17), "weight": [0.1 * k for k in range(1, 18)]}, 17, seed=28))
    cases.append(case(method, "BF16", (64, 16), {**w3, "rescale": True, "normalize": True}, seed=29))
    cases.append(case(method, "F16", (64, 16), {**w3, "rescale": False, "normalize": True}, seed=30))
    cases.append(case(method, "BF16", (2, 2), {**w3, "int8_mask": True}, seed=31))
    if method.startswith("della"):
        return cases
    cases.append(case(method, "BF16", (), w3, seed=32))
    cases.append(case(method, "BF16", (1, 1), {**fit(9), "weight": [0.1 * k for k in range(1, 10)]}, 9, seed=33))
    cases.append(case(method, "F32", (1,), {**fit(19), "weight": [0.1 * k for k in range(1, 20)]}, 19, seed=34))
    return cases


def density(method, *values, **fixed):
    cases = []
    for seed, value in enumerate(values, 100):
        numbers = {"weight": 1.0, "density": value, **fixed}
        cases.append(case(method, "BF16", (61, 43), numbers, seed=seed))
        cases.append(case(method, "F32", (41, 23), numbers, seed=seed, steps=32))
    return cases


def sce_cases():
    cases = []
    shapes = [("BF16", (37, 19)), ("F16", (23, 31)), ("F32", (29, 17)), ("BF16", (311,)), ("F32", (5, 7, 11)),
              ("F64", (13, 21)), ("BF16", ()), ("F32", ()), ("BF16", (1, 1)), ("F16", (1,))]
    for variant in ("fuseo1", "mergekit", "paper"):
        texts = {"variant": variant}
        published = variant != "paper"
        for seed, (dtype, shape) in enumerate(shapes, 200):
            for topk in (1.0, 0.6):
                cases.append(case("sce", dtype, shape, {"select_topk": topk}, seed=seed, texts=texts, torch=published))
        for seed, (topk, models, steps, spread) in enumerate(
            [(0.1, 3, 0, 0.03125), (0.01, 3, 8, 0.03125), (0.5, 2, 4, 0.03125), (0.9, 5, 8, 0.25), (0.3, 3, 0, 2.0**-12),
             (0.0, 3, 0, 0.03125), (1.0, 3, 0, 2.0**-12), (0.5, 1, 0, 0.03125), (1.0, 1, 0, 0.03125), (1.0, 17, 0, 0.03125),
             (0.5, 3, 0, 0.0)], 250,
        ):
            cases.append(case("sce", "BF16", (61, 43), {"select_topk": topk}, models, 1 if seed % 2 else 0, seed=seed,
                              steps=steps, spread=spread, texts=texts, torch=published))
        cases.append(case("sce", "BF16", (311, 331), {"select_topk": 0.2}, seed=290, texts=texts, torch=published))
    return cases


def linear_cases():
    cases = []
    for seed, (dtype, shape) in enumerate([("BF16", (37, 19)), ("F16", (311,)), ("F32", (29, 17)), ("F64", (5, 7)), ("BF16", ())], 400):
        for numbers in ({"weight": [0.2, 0.2, 0.2]}, {"weight": [1.0, 0.3, -0.4], "normalize": False}):
            cases.append(case("linear", dtype, shape, numbers, base=-1, seed=seed))
    return cases


CASES = {
    "linear": linear_cases(),
    "task_arithmetic": task_vectors("task_arithmetic"),
    "ties": task_vectors("ties", density=[0.5, 0.2, 0.9]) + density("ties", 0.0, 0.001, 0.02, 0.33, 1.0, 1.5),
    "dare_linear": task_vectors("dare_linear", density=[0.5, 0.2, 1.0]) + density("dare_linear", 0.0, 0.1, 1.0),
    "dare_ties": task_vectors("dare_ties", density=[0.5, 0.2, 1.0]) + density("dare_ties", 0.0, 0.1, 1.0),
    "breadcrumbs": task_vectors("breadcrumbs", density=[0.5, 0.2, 0.9], gamma=[0.01, 0.2, 0.05])
    + density("breadcrumbs", 0.0, 0.9, 1.0, gamma=0.5) + density("breadcrumbs", 0.4, gamma=0.0),
    "breadcrumbs_ties": task_vectors("breadcrumbs_ties", density=[0.5, 0.2, 0.9], gamma=[0.01, 0.2, 0.05])
    + density("breadcrumbs_ties", 0.0, 0.9, 1.0, gamma=0.5) + density("breadcrumbs_ties", 0.4, gamma=0.0),
    "della": task_vectors("della", density=[0.5, 0.2, 1.0], epsilon=[0.1, 0.15, 0.3])
    + density("della", 0.0, 0.5, 1.0),
    "della_linear": task_vectors("della_linear", density=[0.5, 0.2, 1.0], epsilon=[0.1, 0.15, 0.3])
    + density("della_linear", 0.0, 0.5, 1.0),
    "sce": sce_cases(),
    **geometric_cases(case),
}
