"""The merges that are compared. A recipe is (name, method, what stands in the YAML besides models and dtype, bar)."""

# What a comparison must reach: how the torch numerics are judged, and whether float64 judges the exact ones.
SAME = "same"      # at least 99.9 % of the elements bit-equal, the rest one unit in the last place off
SINES = "sines"    # the same for 16 bits; float32 follows a vendor's sine: within 2^-21 of the tensor's largest
FLOATS = "floats"  # mergekit computes in float32 whatever `dtype` says: exact results are within one unit for 16
                   # bits, and within 2^-21 of the tensor's largest number for float32
FLIPS = "flips"    # a threshold decides: up to 0.1 % of the elements may take the other side, 16 bits only


def models(names, *weights, **parameters):
    """One entry a model; every list in `parameters` has one value a model."""
    entries = []
    for i, name in enumerate(names):
        values = {key: value[i] if isinstance(value, list) else value for key, value in parameters.items()}
        if weights:
            values["weight"] = weights[i]
        entries.append({"model": name, **({"parameters": values} if values else {})})
    return entries


def recipes():
    base, a, b, c = "base", "tune_a", "tune_b", "tune_c"
    based = {"base_model": base}
    gradient = [0.1, 0.9, 0.4]
    filters = [{"filter": "self_attn", "value": [0.0, 0.5, 1.0]}, {"filter": "mlp", "value": 0.8}, {"value": 0.3}]

    def one(name, method, config, bar=SAME, exact=True):
        return {"name": name, "bar": bar, "exact": exact, "config": {"merge_method": method, **config}}

    abc = (a, b, c)
    yield one("linear", "linear", {"models": models(abc, 0.2, 0.2, 0.2)})
    yield one("linear sum", "linear", {"models": models(abc, 1.0, 0.3, -0.4), "parameters": {"normalize": False}})
    yield one("linear gradient", "linear", {"models": models(abc, gradient, filters, 0.5)})
    yield one("slerp", "slerp", {**based, "models": models((base, a)), "parameters": {"t": 0.3}}, SINES)
    yield one("slerp filters", "slerp", {**based, "models": models((b, base)), "parameters": {"t": filters}}, SINES)
    yield one("slerp slices", "slerp", {**based, "parameters": {"t": gradient}, "slices": [
        {"sources": [{"model": base, "layer_range": [0, 1]}, {"model": a, "layer_range": [1, 2]}]},
        {"sources": [{"model": base, "layer_range": [1, 3]}, {"model": a, "layer_range": [0, 2]}]}]}, SINES)
    yield one("nuslerp", "nuslerp", {"models": models((a, b), 0.3, 0.5)}, SINES)
    yield one("nuslerp base", "nuslerp", {**based, "models": models((a, b), 0.3, 0.5)}, SINES)
    for axis in (False, True):
        parameters = {"nuslerp_flatten": False, "nuslerp_row_wise": axis}
        where = "down" if axis else "across"
        yield one(f"nuslerp {where}", "nuslerp", {"models": models((a, b), gradient, 0.5), "parameters": parameters}, SINES)
        yield one(f"nuslerp {where} base", "nuslerp",
                  {**based, "models": models((a, b), 1.0, 0.5), "parameters": parameters}, SINES)
    yield one("multislerp", "multislerp", {"models": models(abc, 0.3, 0.5, 0.4)})
    yield one("multislerp base", "multislerp", {**based, "models": models(abc, 0.3, 0.5, 0.4)}, SINES)
    yield one("karcher", "karcher", {"models": models(abc)}, SINES)
    yield one("karcher 2 steps", "karcher", {"models": models((base, *abc)), "parameters": {"max_iter": 2}}, SINES)
    yield one("model_stock", "model_stock", {**based, "models": models(abc)})
    yield one("model_stock rows", "model_stock", {**based, "models": models((a, b)), "parameters": {"filter_wise": True}})
    yield one("nearswap", "nearswap", {**based, "models": models((a,)), "parameters": {"t": 0.001}})
    yield one("nearswap gradient", "nearswap", {**based, "models": models((c,)), "parameters": {"t": [0.0, 0.01]}})
    yield one("passthrough", "passthrough", {"models": models((a,))})
    yield one("passthrough scale", "passthrough", {"slices": [{"sources": [{
        "model": a, "layer_range": [0, 3],
        "parameters": {"scale": [{"filter": "o_proj", "value": 0.0}, {"value": 0.37}]}}]}]})
    yield one("ram", "ram", {**based, "models": models(abc)})
    yield one("ram epsilon", "ram", {**based, "models": models(abc), "parameters": {"epsilon": 0.002}})
    yield one("ramplus_tl", "ramplus_tl", {**based, "models": models(abc), "parameters": {"epsilon": 0.002, "r": 0.3}},
              FLOATS)
    yield one("arcee_fusion", "arcee_fusion", {**based, "models": models((base, a))}, FLIPS)
    yield one("task_arithmetic", "task_arithmetic", {**based, "models": models(abc, 0.5, 0.3, 0.7)})
    yield one("task_arithmetic lambda", "task_arithmetic",
              {**based, "models": models(abc, gradient, filters, 0.7), "parameters": {"lambda": 0.6, "normalize": True}})
    density = [0.5, 0.2, 0.9]
    for method in ("ties", "breadcrumbs", "breadcrumbs_ties"):
        yield one(method, method, {**based, "models": models(abc, 0.5, 0.3, 0.7, density=density)}, exact=False)
    yield one("ties mask", "ties", {**based, "models": models(abc, 0.5, 0.3, gradient, density=density),
                                    "parameters": {"int8_mask": True, "normalize": True, "lambda": 0.8}}, exact=False)
    for method in ("dare_linear", "dare_ties", "della", "della_linear"):
        yield one(method, method, {**based, "models": models(abc, 0.5, 0.3, 0.7, density=0.5)}, exact=False)
        yield one(f"{method} scaled", method, {**based, "models": models(abc, 0.5, 0.3, 0.7, density=0.5),
                                               "parameters": {"rescale": False, "normalize": True}}, exact=False)
    for topk in (1.0, 0.3):
        yield one(f"sce {topk}", "sce", {**based, "models": models(abc), "parameters": {"select_topk": topk}},
                  exact=topk == 1.0)
