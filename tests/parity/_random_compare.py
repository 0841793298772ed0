"""What two merges of one case have in common: refusals, weights, shards, config.json, tokenizer and card."""

import collections
import json
import re

import torch
import yaml
from safetensors.torch import load_file
from transformers import AutoConfig, AutoTokenizer

import _random_models as models
from compare_merges import order

SINE_METHODS = {"slerp", "nuslerp", "multislerp", "karcher"}
SINE_ERROR = 2.0**-19
DRAWS = {"padded vocabularies", "experts one by one", "order of equal labels"}
ELEMENTWISE = {"linear", "passthrough", "task_arithmetic", "nearswap", "ram"}
KARCHER_ERROR = 2.0**-10  # of nearly parallel tensors: the last bit of a dot product decides
TOKENIZER_FILES = ["tokenizer_config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer.model",
                   "added_tokens.json", "merges.txt", "chat_template.jinja", "generation_config.json",
                   "chat_template.json", "video_preprocessor_config.json"]


# What docs/differences-from-mergekit.md lets mergekit alone refuse: before it writes, or after the weights.
REFUSALS = {
    "a tensor of the table that no model has": "required but not present in model",
    "density below 0": "Expected p_in >= 0 && p_in <= 1",
    "multislerp of what cancels": "The weighted sum of the input tensors is zero",
    "optional tensors": "Base input is not present in merge inputs for ",
    "optional tensors of the base": " non-base inputs for ",
}
LATE_REFUSALS = {
    "layer_types": "layer_type",
}


TALKS = [[{"role": "user", "content": "Hello there"}],
         [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " 1+1? "},
          {"role": "assistant", "content": "2\n"}, {"role": "user", "content": "Sure?"}]]


def compare(case, theirs, refusal, ours, refused, numerics):
    """(outcome, problems or the reasons of what is documented)."""
    if refusal and refused:
        return "refused by both", [refusal.splitlines()[0], refused.splitlines()[-1]]
    if refused:
        known = our_reasons(case, refused)
        return ("documented", known) if known else ("differs", ["only fuseo1 refuses: " + refused])
    finished = any((theirs / name).exists() for name in ("model.safetensors", "model.safetensors.index.json"))
    if refusal and not finished:
        known = [reason for reason, words in REFUSALS.items() if words in refusal]
        return ("documented", known) if known else ("differs", ["only mergekit refuses: " + refusal])
    reasons = documented(case)
    problems = compare_weights(case, theirs, ours, numerics)
    if refusal:
        known = [reason for reason, words in LATE_REFUSALS.items() if words in refusal]
        reasons += known
        problems += [] if known else ["only mergekit refuses, after the weights: " + refusal]
    else:
        whole = not reasons and not (numerics == "exact" and case.method in ("arcee_fusion", "ramplus_tl"))
        problems += compare_shards(theirs, ours) if whole else []
        problems += compare_config(case, theirs, ours) + compare_side(case, theirs, ours)
    return ("differs", problems) if problems else ("documented", reasons) if reasons else ("equal", [])


def our_reasons(case, refused):
    """Why fuseo1 alone may refuse a case in these words."""
    rows = [("vocabularies that differ", "the vocabularies differ", True),
            ("models of different depth", "models of different depth", is_inferred(case)),
            ("a tokenizer of a model that is not merged", "is none of the models that are merged", True),
            ("a chat template that is none", "Invalid chat template", case.is_odd),
            ("every value is checked", " must be ", case.is_odd),
            ("config.json that contradicts the weights", "config and weights do not belong together", True),
            ("the base lacks an optional tensor", "needs the base's",
             case.method == "model_stock" or is_inferred(case))]
    return [reason for reason, words, may in rows if may and words in refused]


def documented(case):
    """The documented differences that a case meets."""
    reasons = []
    if case.asks_tokenizer and case.padding:
        reasons.append("padded vocabularies")
    if is_inferred(case) and any("slices" in part for part in [case.config, *case.config.get("modules", {}).values()]):
        reasons.append("number of layers without a table")
    if any(spec["extra"] for spec in case.models.values()):
        reasons.append("tensors outside the table")
    if any(is_per_expert(spec) for spec in case.models.values()):
        reasons.append("experts one by one")
    if case.method == "model_stock" and any(spec["missing"] for spec in case.models.values()):
        reasons.append("model_stock and optional tensors")
    if has_equal_labels(case.config):
        reasons.append("order of equal labels")
    return reasons


def is_inferred(case):
    return any(models.table_of(spec["config"]["architectures"][0]) is None for spec in case.models.values())


def has_equal_labels(config):
    """Whether two layers of the output have the same largest source: mergekit's order is then that of a set."""
    for module in [config, *config.get("modules", {}).values()]:
        labels = []
        for part in module.get("slices") or []:
            for offset in range(part["sources"][0]["layer_range"][1] - part["sources"][0]["layer_range"][0]):
                labels.append(max(str(source["layer_range"][0] + offset) for source in part["sources"]))
        if len(set(labels)) < len(labels):
            return True
    return False


def moved_ends(case):
    """Norm and head of a table that mergekit lacks: from its first slice, from fuseo1's last."""
    return case.family == "qwen2_moe" and "slices" in str(case.config)


def is_per_expert(spec):
    return spec["per_expert"] and spec["config"]["model_type"] in ("mixtral", "qwen2_moe", "qwen3_moe")


def is_expert(name):
    return "block_sparse_moe." in name or ".experts." in name or name.endswith("mlp.gate.weight")


def weights(folder):
    tensors, files = {}, {}
    for file in sorted(folder.glob("*.safetensors")) if folder.exists() else []:
        tensors.update(load_file(file))
        files[file.name] = header(file)
    return tensors, files


def header(file):
    with open(file, "rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        return [(k, v) for k, v in json.loads(stream.read(size)).items() if k != "__metadata__"]


def compare_weights(case, theirs, ours, numerics):
    expected, found = weights(theirs)[0], weights(ours)[0]
    extra = {name for spec in case.models.values() for name in spec["extra"]}
    experts = any(is_per_expert(spec) for spec in case.models.values())
    if moved_ends(case):
        extra |= {"model.norm.weight", "lm_head.weight"}
        expected = {k: v for k, v in expected.items() if not is_extra(k, extra)}
    if case.method == "model_stock":  # mergekit drops an optional tensor that too few have
        extra |= {n for n in set(found) - set(expected) if is_head(n) or is_optional(case, n)}
    if experts and case.method in ELEMENTWISE:
        found = joined_experts(found)
        experts = False
    found = {k: v for k, v in found.items() if not (is_extra(k, extra) or experts and is_expert(k))}
    expected = {k: v for k, v in expected.items() if not (experts and is_expert(k))}
    problems = [f"{name}: missing" for name in sorted(set(expected) - set(found))]
    problems += [f"{name}: not expected" for name in sorted(set(found) - set(expected))]
    for name in sorted(set(found) & set(expected)):
        a, b = found[name], expected[name]
        if case.asks_tokenizer and case.padding and a.shape != b.shape:
            continue
        if numerics == "exact" and case.method in ("arcee_fusion", "ramplus_tl"):
            b = b.to(a.dtype)  # which mergekit leaves in float32
        if a.dtype != b.dtype or a.shape != b.shape:
            problems.append(f"{name}: {a.dtype} {tuple(a.shape)}, mergekit {b.dtype} {tuple(b.shape)}")
        elif not (numerics == "exact" or skips_bits(case) or same_bits(case, a, b)):
            problems.append(f"{name}: {differences(a, b)}")
    return problems


def skips_bits(case):
    reasons = set(documented(case))
    if case.method.startswith(("dare", "della")):  # who draws what depends on the tensors before
        return bool(reasons & DRAWS) or is_inferred(case) and "tensors outside the table" in reasons
    return case.method == "arcee_fusion"  # the last bits of a vendor's logarithm decide


def is_head(name):
    return name.endswith("lm_head.weight")


def is_optional(case, name):
    """Whether a model lacks this tensor, in any of its layers: slices give it another number."""
    return any(re.sub(r"\.\d+\.", ".N.", name) == re.sub(r"\.\d+\.", ".N.", missing)
               for spec in case.models.values() for missing in spec["missing"])


def joined_experts(tensors):
    """Experts in mergekit's layout: all of a layer in one tensor, gate above up."""
    out, parts = {}, collections.defaultdict(dict)
    for name, value in tensors.items():
        name = name.replace(".block_sparse_moe.", ".mlp.")
        if match := re.fullmatch(r"(.*\.experts)\.(\d+)\.(\w+)\.weight", name):
            part = {"w1": "gate_proj", "w3": "up_proj", "w2": "down_proj"}.get(match[3], match[3])
            parts[match[1]][part, int(match[2])] = value
        else:
            out[name] = value
    for name, experts in parts.items():
        count = range(len(experts) // 3)
        out[f"{name}.down_proj"] = torch.stack([experts["down_proj", i] for i in count])
        out[f"{name}.gate_up_proj"] = torch.stack(
            [torch.cat([experts["gate_proj", i], experts["up_proj", i]]) for i in count])
    return out


def is_extra(name, extra):
    return name in extra or name.endswith("self_attn.rotary_emb.inv_freq")


def same_bits(case, found, expected):
    if not expected.is_floating_point():
        return torch.equal(found, expected)
    both_nan = found.isnan() & expected.isnan()
    equal = (order(found) == order(expected)) | both_nan
    if bool(equal.all()):
        return True
    if case.method not in SINE_METHODS:
        return False
    if found.element_size() == 2:  # a tie of the rounding, in few elements
        apart = torch.where(both_nan, 0, (order(found) - order(expected)).abs())
        return int(apart.max()) == 1 and int(apart.sum()) <= max(1, apart.numel() // 500)
    apart = torch.where(both_nan, 0, (found.double() - expected.double()).abs()).max().item()
    error = KARCHER_ERROR if case.method == "karcher" else SINE_ERROR
    return apart <= error * expected.double().abs().max().item()


def differences(found, expected):
    if not expected.is_floating_point():
        return "integers differ"
    apart = (order(found) - order(expected)).abs()
    apart = torch.where(found.isnan() & expected.isnan(), 0, apart)
    where = int(apart.argmax())
    return (f"{int((apart > 0).sum())} of {apart.numel()} differ, by {int(apart.max())} units at most; at {where} "
            f"{found.flatten()[where].item():.9g}, mergekit {expected.flatten()[where].item():.9g} ({found.dtype})")


def compare_shards(theirs, ours):
    expected, found = weights(theirs)[1], weights(ours)[1]
    if expected != found:
        if list(expected) != list(found):
            return [f"shards {list(found)}, mergekit {list(expected)}"]
        for name in expected:
            if expected[name] != found[name]:
                return [f"header of {name}: {found[name][:3]}, mergekit {expected[name][:3]}"]
    index = "model.safetensors.index.json"
    if (theirs / index).exists() != (ours / index).exists():
        return ["index on one side only"]
    if (theirs / index).exists():
        a, b = (json.loads((folder / index).read_text()) for folder in (ours, theirs))
        if a["metadata"]["total_size"] != b["metadata"]["total_size"]:
            return [f"total_size {a['metadata']['total_size']}, mergekit {b['metadata']['total_size']}"]
        if list(a["weight_map"].items()) != list(b["weight_map"].items()):
            return ["weight_map differs"]
    return []


def compare_config(case, theirs, ours):
    """By what transformers makes of them: mergekit writes transformers' form, fuseo1 the donor's."""
    raw = json.loads((theirs / "config.json").read_text())
    if str(raw.get("dtype", "")).startswith("torch."):  # which transformers cannot read
        raw["dtype"] = raw["dtype"][len("torch."):]
        (theirs / "config.json").write_text(json.dumps(raw))
    a, b = (AutoConfig.from_pretrained(folder).to_dict() for folder in (ours, theirs))
    problems, reasons = [], documented(case)
    follows_rows = "--unsafe-truncate-embeddings" in case.options
    sizes = collections.Counter()
    for tensor in weights(ours)[0].values():
        if tensor.is_floating_point():
            sizes[str(tensor.dtype)[len("torch."):]] += tensor.numel() * tensor.element_size()
    for key in sorted(set(a) | set(b)):
        if key in ("transformers_version", "_name_or_path"):
            continue
        if key in ("num_hidden_layers", "n_layer", "layer_types") and "number of layers without a table" in reasons:
            continue
        if key == "vocab_size" and (follows_rows or "padded vocabularies" in reasons):
            continue
        if key == "dtype" and a.get(key) in (None, sizes.most_common(1)[0][0]):
            continue
        if a.get(key) != b.get(key):
            problems.append(f"config.json {key}: {a.get(key)!r}, mergekit {b.get(key)!r}")
    return problems


def parsed(path):
    text = path.read_text()
    return json.loads(text) if path.suffix == ".json" else text


def compare_side(case, theirs, ours):
    problems = []
    donor = case.models[case.config.get("base_model") or next(iter(first_models(case.config)))]["tokenizer"]
    built = (any(key in case.config for key in ("tokenizer_source", "tokenizer", "chat_template"))
             or donor and "tokenizer_config.json" in donor["without"])
    has = [(folder / "tokenizer.json").exists() for folder in (theirs, ours)]
    if built and has[0]:
        problems += compare_tokenizers(case, theirs, ours)
    elif not built and donor:
        for name in TOKENIZER_FILES:
            if (theirs / name).exists():
                if not (ours / name).exists():
                    problems.append(f"{name}: missing")
                elif parsed(theirs / name) != parsed(ours / name):
                    problems.append(f"{name} differs")
    for name in ("mergekit_config.yml", "README.md"):
        if (theirs / name).exists() != (ours / name).exists():
            problems.append(f"{name}: on one side only")
    if (theirs / "mergekit_config.yml").exists():
        texts = [(folder / "mergekit_config.yml").read_text() for folder in (theirs, ours)]
        if texts[0] != texts[1]:
            problems.append("mergekit_config.yml differs")
        cards = [(folder / "README.md").read_text() for folder in (theirs, ours)]
        blocks = [re.search(r"```yaml\n(.*?)```", card, re.S) for card in cards]
        if not all(blocks) or yaml.safe_load(blocks[0][1]) != yaml.safe_load(blocks[1][1]):
            problems.append("README.md: another config")
        fronts = [yaml.safe_load(card.split("---")[1]) for card in cards]
        if fronts[0]["base_model"] != fronts[1].get("base_model", []):
            problems.append("README.md: base_model differs")
    return problems


def first_models(config):
    for module in [config, *config.get("modules", {}).values()]:
        yield from (source["model"] for source in module.get("models", []))
        yield from (source["model"] for part in module.get("slices", []) for source in part["sources"])


def outcome_of(tokenizer, what):
    try:
        return eval(f"t.{what}", {"t": tokenizer})  # noqa: S307: an expression of compare_tokenizers
    except Exception as error:  # tokenizers and templates raise what they like
        return str(error)


def compare_tokenizers(case, theirs, ours):
    a, b = (AutoTokenizer.from_pretrained(folder) for folder in (ours, theirs))
    problems = []
    for what in ("get_vocab()", "special_tokens_map", "model_max_length",
                 "encode('the cat in an inner tower, ABC!')"):
        one, two = (outcome_of(t, what) for t in (a, b))
        if one != two:
            problems.append(f"tokenizer {what}: {str(one)[:200]}, mergekit {str(two)[:200]}")
    if bool(a.chat_template) != bool(b.chat_template):
        problems.append(f"chat_template {a.chat_template!r}, mergekit {b.chat_template!r}")
    elif a.chat_template and case.config.get("chat_template") != "alpaca":
        for messages in TALKS:
            for prompt in (True, False):
                how = {"tokenize": False, "add_generation_prompt": prompt}
                one, two = (outcome_of(t, f"apply_chat_template({messages!r}, **{how!r})") for t in (a, b))
                if "".join(one.split()) != "".join(two.split()) and "is undefined" not in two:
                    problems.append(f"chat template gives {one!r}, mergekit {two!r}")
    return problems
