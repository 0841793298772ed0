"""Random merge configs over random models: the cases of random_merges.py. A case is a function of (seed, number)."""

import random

from mergekit.merge_methods.base import BasePolicy, ParameterScope
from mergekit.merge_methods.registry import registered_methods

import _random_models as models

METHODS = {method.spec.name: method.spec for method in registered_methods()}
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
FILTERS = ["self_attn", "mlp", "norm", "q_proj", "layers.0", "layers.1.", "embed_tokens", "lm_head", "weight", "*",
           "nothing_has_this", "down_proj", ".bias", "model.layers.1.self_attn", "experts"]

# Numbers that a parameter may be given, most of them ordinary, some at the edges.
NUMBERS = {
    "weight": [0.5, 0.3, 1.0, 0.7, 0.25, 1, 2, 0.1, 1.7, 0, -0.4, -1, 1e-9],
    "density": [0.5, 0.3, 0.9, 0.66, 0.2, 0.01, 0, 1, 1.0, 1.3, -0.1, 0.999],
    "gamma": [0.01, 0.1, 0.3, 0, 0.9, 0.05],
    "lambda": [1.0, 0.5, 1.5, 0.3, 0, -0.7, 1],
    "epsilon": [0.1, 0.05, 0.15, 0.01, 0.19],
    "t": [0.5, 0.3, 0.1, 0.9, 0, 1, 0.77, 1.2, -0.2],
    "select_topk": [0.1, 0.5, 0.9, 1.0, 1, 0, 0.01, 1.5, -1],
    "max_iter": [10, 1, 3, 5, 0, 30],
    "tol": [1e-5, 1e-3, 0.1, 1e-8],
    "eps": [1e-8, 1e-5, 1e-3],
    "r": [0.1, 0.05, 0.5, 1, 0],
    "alpha": [0.2, 1.0, 0.01, 0],
    "scale": [0.5, 1.0, 0, -1, 2.3, 1e-3],
}
FITTING = {"nearswap": {"t": [0.001, 0.0001, 0.02, 0.5, 0]}, "ram": {"epsilon": [1e-5, 0.002, 0.01, 0]},
           "ramplus_tl": {"epsilon": [1e-5, 0.002, 0.01, 0]}}
INTEGERS = {"max_iter"}


class Case:
    """One merge: its models (name -> spec), config (with models' names) and command-line options."""

    def __init__(self, seed, number):
        self.number = number
        self.rng = rng = random.Random(seed * 1_000_003 + number)
        self.method = rng.choice(list(METHODS))
        self.spec = METHODS[self.method]
        self.is_odd = rng.random() < 0.12  # may ask for what is wrong
        self.models = {}
        self.layers = {}
        self._make_models()
        self.config = self._make_config()
        self.options = self._make_options()

    def chance(self, share):
        return self.rng.random() < share

    def odd(self, share=0.3):
        return self.is_odd and self.chance(share)

    # Models

    def _make_models(self):
        rng = self.rng
        kind = rng.random()
        if kind < 0.78:
            self.family = rng.choice([f for f in models.COMMON if f != "qwen2_moe"])
        elif kind < 0.88:
            self.family = rng.choice(list(models.INFERRED))
        else:
            self.family = rng.choice(models.RARE if self.chance(0.75) else models.UNTABLED)
        self.is_plain = self.family in models.UNTABLED
        same_head = self.family in models.INFERRED or self.is_plain
        self.other_family = {"llama": "mistral", "mistral": "llama"}.get(self.family) if self.chance(0.06) else None
        contract = self.spec.contract
        most = contract.max_inputs or 4
        if contract.max_non_base is not None:
            most = contract.max_non_base + 1
        self.has_base = (contract.base == BasePolicy.REQUIRED and not self.odd(0.2)
                         or contract.base == BasePolicy.OPTIONAL and self.chance(0.5)
                         or contract.base == BasePolicy.IGNORED and self.chance(0.25))
        least = contract.min_inputs
        if contract.min_non_base:
            least = contract.min_non_base + self.has_base
            most = (contract.max_non_base or 4) + self.has_base
        count = rng.randint(max(least, min(2, most)), max(least, min(most, 4)))
        if self.odd(0.2):
            count = max(1, count + rng.choice([-1, 1]))
        hidden = 64 if self.family in models.RARE + models.UNTABLED else rng.choice([16, 32, 32, 48])
        layers = rng.choice([1, 2, 2, 3, 3, 4])
        tied = self.chance(0.4)
        types = list(models.TYPES)
        main = rng.choice(types)
        pattern = rng.random()
        tokenizer = self._tokenizer()
        self.asks_tokenizer = self.chance(0.08)
        self.padding = 0 if self.asks_tokenizer and self.chance(0.7) else rng.choice([0, 0, 3, 13])
        vocabulary = models.tokens_of(tokenizer) + self.padding
        common_seed, scale = rng.randrange(1 << 30), rng.choice([0.02, 0.02, 0.05, 1.0])
        spread = rng.choice([0.004, 0.002, 0.0005, 0.02, 0.2]) * (scale / 0.02 if scale < 1 else 1)
        per_expert = self.chance(0.25)
        self.names = (["base"] if self.has_base else []) + [f"tune_{i}" for i in range(count - self.has_base)]
        for number, name in enumerate(self.names):
            family = self.other_family if self.other_family and number == count - 1 else self.family
            depth = layers if self.chance(0.96) else rng.randint(1, 4)
            rows = vocabulary + (rng.choice([4, -3]) if self.chance(0.02) else 0)
            config = models.small_config(family, depth, hidden, rows, tied)
            dtypes = [main] if pattern < 0.7 else [rng.choice(types)] if pattern < 0.9 else rng.sample(types, 2)
            if self.chance(0.9):
                config[rng.choice(["torch_dtype", "dtype"])] = dtypes[0]
            if self.chance(0.2):
                config["transformers_version"] = "4.48.0"
            optional = [n for n, _, is_optional in models.shapes(config) if is_optional and not models.is_head(n)]
            missing = {n for n in optional if self.chance(0.5) and not self.is_plain}
            if self.odd(0.1):
                missing |= {rng.choice([n for n, _, _ in models.shapes(config)])}
            extra = {}
            if self.chance(0.04):
                extra["model.extra.weight"] = (3, 5)
            if self.family in models.COMMON and self.family != "qwen2_moe" and self.chance(0.02):
                extra["model.layers.0.self_attn.rotary_emb.inv_freq"] = (4,)
            self.layers[name] = depth
            self.models[name] = {
                "config": config, "dtypes": dtypes, "shards": rng.choice([1, 1, 2, 3]), "missing": sorted(missing),
                "head": not tied if self.chance(0.9) and not same_head else True, "extra": extra,
                "common_seed": common_seed,
                "own_seed": number * 1009 + 17, "spread": 0 if name == "base" else spread, "scale": scale,
                "tails": self.chance(0.7), "odd_values": self.chance(0.3), "per_expert": per_expert,
                "tokenizer": tokenizer if self.asks_tokenizer else self._vary(tokenizer)}

    def _tokenizer(self):
        special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<pad>"]
        files = [f for f in ("special_tokens_map.json", "generation_config.json", "added_tokens.json", "merges.txt",
                             "vocab.json", "chat_template.jinja") if self.chance(0.35)]
        without = ["tokenizer_config.json"] if self.chance(0.03) else []
        return {"merges": self.rng.choice([4, 6]), "special": special[:self.rng.randint(2, 4)], "files": files,
                "without": without, "template": self.rng.choice([None, TEMPLATE, None]),
                "add_bos_token": self.rng.choice([None, False, True]),
                "class": self.rng.choice(["PreTrainedTokenizerFast", "PreTrainedTokenizerFast", "Qwen2Tokenizer"])}

    def _vary(self, tokenizer):
        if self.chance(0.06):
            return None
        return tokenizer | {"template": self.rng.choice([tokenizer["template"], TEMPLATE, TEMPLATE + " "])}

    # Config

    def _make_config(self):
        rng = self.rng
        config = {"merge_method": self.method}
        base = "base" if self.has_base else None
        if self.spec.contract.base == BasePolicy.IGNORED and base and self.chance(0.3):
            base = None  # the model is there, but not as a base
        listed = self.names[1:] if base and self.chance(0.5) else list(self.names)
        if self.chance(0.3):
            rng.shuffle(listed)
        self.needs = [p for p in self.spec.parameters if p.required]
        layout = rng.random()
        table = models.table_of(self.models[self.names[0]]["config"]["architectures"][0])
        modules = list(table.modules) if table else ["default"]
        if layout < 0.55 or self.is_plain or len(modules) > 1 and layout < 0.8:
            config["models"] = self._inputs(listed)
            if base:
                config["base_model"] = base
        elif layout < 0.88 or len(modules) > 1:
            if len(modules) > 1 and not self.odd():
                config["modules"] = {m: self._module(listed, base, 0.4) for m in modules if self.chance(0.95)}
            else:
                config["slices"] = self._slices(base)
            if base and not self._base_in_slices:
                config["base_model"] = base
        else:
            config["modules"] = {m: self._module(listed, base, 0.5) for m in modules}
            if base:
                config["base_model"] = base
        self._parameters(config, self.names, top=True)
        if self.chance(0.45):
            config["dtype"] = rng.choice(["bfloat16", "float16", "float32", "bfloat16", "float64", "torch.float32"])
        if self.chance(0.2):
            config["out_dtype"] = rng.choice(["bfloat16", "float16", "float32", "float64", "torch.float16"])
        self._tokenizer_keys(config, base)
        if self.odd(0.1):
            config["unknown_key"] = 1
        keys = list(config)
        if self.chance(0.3):
            rng.shuffle(keys)
        return {key: config[key] for key in keys}

    def _tokenizer_keys(self, config, base):
        rng = self.rng
        if self.asks_tokenizer:
            source = rng.choice(["base", rng.choice(self.names)])
            if self.chance(0.5):
                config["tokenizer_source"] = source if source == "base" else {"model": source}
            else:
                config["tokenizer"] = {"source": source if source == "base" else {"model": source}}
        if self.chance(0.06):
            config["chat_template"] = rng.choice(["auto", "chatml", "llama3", "alpaca", "mistral", "exaone",
                                                  TEMPLATE + "x"] + (["nope"] if self.is_odd else []))

    def _inputs(self, names):
        return [self._parameters({"model": name}, [name]) for name in names]

    def _module(self, listed, base, sliced):
        module = {"slices": self._slices(base)} if self.chance(sliced) else {"models": self._inputs(listed)}
        self._base_in_slices = False
        return self._parameters(module, self.names)

    def _slices(self, base):
        rng = self.rng
        self._base_in_slices = False
        slices = []
        if base and self.chance(0.15):
            self._base_in_slices = True
        contract = self.spec.contract
        fewer = (len(self.names) > max(2, contract.min_inputs) and self.chance(0.25) and not contract.min_non_base)
        for _ in range(rng.choice([1, 2, 2, 3])):
            names = list(self.names)
            if base is None or self.spec.contract.base == BasePolicy.IGNORED:
                rng.shuffle(names)
            elif self.chance(0.3):
                names = [base] + rng.sample(names[1:], len(names) - 1)
            if fewer:  # in all slices: mergekit counts the last slice's sources by the first's
                names.pop()
            if contract.max_inputs:
                names = names[:contract.max_inputs]
            depth = min(self.layers[name] for name in names)
            length = rng.randint(1, depth)
            same = self.chance(0.8)
            first = rng.randint(0, depth - length)
            sources = []
            for name in names:
                start = first if same else rng.randint(0, self.layers[name] - length)
                if self.odd(0.05):
                    start += 1
                sources.append(self._parameters({"model": name, "layer_range": [start, start + length]}, [name]))
            part = {"sources": sources}
            if base and (self._base_in_slices or self.chance(0.05)):
                part["base_model"] = base
            if self.chance(0.03):
                part["residual_weight"] = 0.5
            slices.append(self._parameters(part, names))
        return slices

    # Parameters

    def _parameters(self, place, names, top=False):
        """Adds parameters to a place of the config. A required one is at the top or at every model."""
        settings = {}
        is_input = "model" in place
        for parameter in self.spec.parameters:
            per_input = parameter.scope != ParameterScope.SHARED
            if parameter.required:
                wanted = 0.75 if is_input and per_input else 1 if top else 0.05
                wanted = 0.05 if is_input and not per_input else wanted
                wanted = wanted * 0.95 if self.is_odd else wanted
            else:
                wanted = 0.35 if top or is_input and per_input else 0.06
            if self.chance(wanted):
                settings[parameter.name] = self._setting(parameter, total=top and parameter.required)
        if self.chance(0.02):
            settings["embed_slerp" if self.is_odd else "t" if "t" in settings else "density"] = 0.5
        if settings or self.chance(0.02):
            place["parameters"] = settings
        return place

    def _scalar(self, parameter):
        rng = self.rng
        if parameter.value_type is bool:
            value = rng.choice([True, False, True, False, 1, 0, "true", "no"])
            return rng.choice([2, "maybe"]) if self.odd(0.03) else value
        numbers = FITTING.get(self.method, {}).get(parameter.name) or NUMBERS[parameter.name]
        head = numbers[:6] if self.chance(0.75) else numbers
        value = rng.choice(head)
        if parameter.name not in INTEGERS and isinstance(value, float) and self.chance(0.15):
            value = round(rng.uniform(0.05, 0.95) * value, rng.choice([2, 6])) or value
        if self.odd(0.02):
            return rng.choice(["abc", "nan", ".5x", None])
        return repr(value) if self.chance(0.04) else value

    def _gradient(self, parameter):
        return [self._scalar(parameter) for _ in range(self.rng.choice([1, 2, 3, 5]))]

    def _setting(self, parameter, total):
        kind = self.rng.random()
        gradual = parameter.name not in INTEGERS
        if kind < 0.6 or self.is_plain:
            return self._scalar(parameter)
        if kind < 0.78 and gradual:
            return self._gradient(parameter)
        entries = []
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            value = self._gradient(parameter) if gradual and self.chance(0.3) else self._scalar(parameter)
            entries.append({"filter": self.rng.choice(FILTERS), "value": value})
        if total or self.chance(0.6):
            entries.append({"value": self._scalar(parameter)})
        if len(entries) == 1 and self.chance(0.5):
            return entries[0]
        return [] if self.odd(0.03) else entries

    # Options

    def _make_options(self):
        rng = self.rng
        options = ["--random-seed", str(rng.choice([0, 7, 42, 123456]))]
        if self.chance(0.3):
            options += ["--out-shard-size", rng.choice(["20000", "8k", "50K", "1M", "1b", "1"])]
        if self.other_family and not self.odd() or self.chance(0.03):
            options.append("--allow-crimes")
        for option, share in (("--no-copy-tokenizer", 0.2), ("--copy-tokenizer", 0.1), ("--no-write-model-card", 0.2),
                              ("--lazy-unpickle", 0.05), ("--safe-serialization", 0.05), ("--clone-tensors", 0.05),
                              ("--trust-remote-code", 0.05), ("--low-cpu-memory", 0.03), ("--quiet", 0.3),
                              ("--async-write", 0.03), ("--unsafe-truncate-embeddings", 0.05), ("-v", 0.03)):
            if self.chance(share):
                options.append(option)
        return options
