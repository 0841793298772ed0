"""A recipe for every merge method, with every structure of passes among them: over the models base, x1, x2 and x3."""
import json


def recipes():
    """name -> config without a dtype; several names may share a method."""

    def models(*names, **parameters):
        return [{"model": name, "parameters": {k: v[i] if isinstance(v, list) else v for k, v in parameters.items()}}
                for i, name in enumerate(names)]

    def merge(method, entries, base=True, **parameters):
        return {"merge_method": method, "models": entries, **({"base_model": "base"} if base else {}),
                **({"parameters": parameters} if parameters else {})}

    weights = {"weight": [0.5, 0.3, 0.7]}
    thinned = {**weights, "density": [0.5, 0.2, 0.9]}
    half = {**weights, "density": 0.5}
    three = ("x1", "x2", "x3")
    return {
        "arcee_fusion": merge("arcee_fusion", models("base", "x1")),
        "breadcrumbs": merge("breadcrumbs", models(*three, **thinned)),
        "breadcrumbs_ties": merge("breadcrumbs_ties", models(*three, **thinned)),
        "dare_linear": merge("dare_linear", models(*three, **half)),
        "dare_ties": merge("dare_ties", models(*three, **half), rescale=True),
        "della": merge("della", models(*three, **half)),
        "della_linear": merge("della_linear", models(*three, **half)),
        "karcher": merge("karcher", models(*three), base=False),
        "linear": merge("linear", models(*three, **weights), base=False),
        "model_stock": merge("model_stock", models(*three)),
        "model_stock rows": merge("model_stock", models(*three), filter_wise=True),
        "multislerp": merge("multislerp", models(*three, **weights)),
        "nearswap": merge("nearswap", models("x1"), t=0.001),
        "nuslerp": merge("nuslerp", models("x1", "x2", weight=[0.3, 0.5])),
        "nuslerp rows": merge("nuslerp", models("x1", "x2", weight=[0.3, 0.5]), nuslerp_flatten=False,
                              nuslerp_row_wise=True),
        "nuslerp columns": merge("nuslerp", models("x1", "x2", weight=[0.3, 0.5]), nuslerp_flatten=False),
        "passthrough": merge("passthrough", models("x1", scale=0.37), base=False),
        "ram": merge("ram", models(*three), epsilon=0.002),
        "ramplus_tl": merge("ramplus_tl", models(*three), epsilon=0.002, r=0.3),
        "sce": merge("sce", models(*three), select_topk=0.3),
        "sce all": merge("sce", models(*three), select_topk=1.0),
        "slerp": merge("slerp", models("base", "x1"), t=0.4),
        "task_arithmetic": merge("task_arithmetic", models(*three, **weights)),
        "ties": merge("ties", models(*three, **thinned)),
    }


def write_recipe(path, recipe, dtype="bfloat16"):
    path.write_text(json.dumps({**recipe, "dtype": dtype}))  # JSON is YAML
