"""What the formulas give in float64, written a second time and without regard to speed. An oracle takes the
inputs (float64 arrays) and the case of tools/golden_cases.py, and returns the merged tensor before its rounding."""

import numpy as np

M64 = (1 << 64) - 1
PICKERS = 8


def models_of(case):
    return [i for i in range(len(case["inputs"])) if i != case["base"]]


def value(case, name, index, default):
    given = case["numbers"].get(name, default)
    if not isinstance(given, list):
        return given
    models = models_of(case)
    return given[models.index(index)] if len(given) == len(models) else given[index]


def mix(x):
    x = (x + 0x9E3779B97F4A7C15) & M64
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & M64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & M64
    return x ^ (x >> 31)


def element_random(seed, tensor, model, elems, stream=0):
    """Our counter-based numbers (src/methods/common/random.h), for fewer than 2^32 elements."""
    key = mix(seed)
    for c in tensor.encode():
        key = mix(key ^ c)
    key = (mix(key ^ (len(tensor) << 8)) + mix(model + (stream << 32))) & M64
    key = mix(key)
    x = np.arange(elems, dtype=np.uint32) ^ np.uint32(key & 0xFFFFFFFF)
    x ^= x >> np.uint32(17)
    x *= np.uint32(0xED5AD4BB)
    x ^= x >> np.uint32(11)
    x = x * np.uint32(0xAC4C1B51) + np.uint32(key >> 32)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x31848BAB)
    x ^= x >> np.uint32(14)
    return x


def by_magnitude(magnitude):
    """Indices from the largest to the smallest; compared as float32, equal ones by index."""
    return np.argsort(-magnitude.astype(np.float32), kind="stable")


def ranked_mask(rows, random, picks, density, epsilon):
    """Element i of a row stays below density - epsilon; up to density + epsilon if it exceeds another, which lies
    a distance ahead in the row that eight elements have in common (src/methods/common/ranked_keep.h)."""
    width = rows.shape[1]
    random = random.reshape(rows.shape)
    distance = 1 + ((picks.astype(np.uint64) * np.uint64(width - 1)) >> np.uint64(32)).astype(np.int64)
    index = np.arange(width)
    other = (index + np.repeat(distance.reshape(len(rows), -1), PICKERS, axis=1)[:, :width]) % width
    keys = rows.astype(np.float32)
    theirs = np.take_along_axis(keys, other, axis=1)
    exceeds = (keys > theirs) | ((keys == theirs) & (index > other))
    uniform = random * 2.0**-32
    return ((uniform < density - epsilon) | ((uniform < density + epsilon) & exceeds)).reshape(-1)


def keep_mask(kind, delta, case, index):
    flat = np.abs(delta).reshape(-1)
    n = flat.size
    density = value(case, "density", index, 1.0)
    if kind is None or density >= 1:
        return np.ones(n, bool)
    if density <= 0:
        return np.zeros(n, bool)
    mask = np.zeros(n, bool)
    target = int(density * n)
    if kind == "magnitude":
        mask[by_magnitude(flat)[: max(1, target)]] = True
    elif kind == "outliers":
        top = min(int(value(case, "gamma", index, 0.01) * n), n - target)
        mask[by_magnitude(flat)[top : top + target]] = True
    else:
        random = element_random(case["rng"], case["tensor"], index, n)
        width = delta.shape[-1] if delta.ndim else 1
        mask = random * 2.0**-32 < density
        if kind == "ranked" and width > 1:
            groups = n // width * -(-width // PICKERS)
            picks = element_random(case["rng"], case["tensor"], index, groups, stream=1)
            epsilon = value(case, "epsilon", index, 0.15)
            mask = ranked_mask(flat.reshape(-1, width), random, picks, density, epsilon)
    return mask


def gta(kind, consensus, normalize, rescale):
    def oracle(inputs, case):
        numbers = case["numbers"]
        base = inputs[case["base"]]
        weighed, weights = [], []
        for index in models_of(case):
            delta = inputs[index] - base
            mask = keep_mask(kind, delta, case, index).reshape(delta.shape)
            masked = np.where(mask, delta, 0.0)
            if kind and numbers.get("rescale", rescale) and value(case, "density", index, 1.0) < 1:
                before, after = np.abs(delta).sum(), np.abs(masked).sum()
                if before >= 1e-7 and after >= 1e-7:
                    masked = masked * (before / after)
            weights.append(value(case, "weight", index, None))
            weighed.append(weights[-1] * masked)
        if not weighed:
            return base
        if consensus:
            positive = sum(weighed) >= 0
            keep = [np.where(positive, w > 0, w < 0) for w in weighed]
            mixed = sum(np.where(k, w, 0.0) for k, w in zip(keep, weighed))
            divisor = sum(w * k for k, w in zip(keep, weights))
            divisor = np.where(np.abs(divisor) <= 1e-12 * np.abs(weights).sum(), 1.0, divisor)
        else:
            mixed = sum(weighed)
            divisor = sum(weights) if abs(sum(weights)) >= 1e-8 else 1.0
        if numbers.get("normalize", normalize):
            mixed = mixed / divisor
        return base + numbers.get("lambda", 1.0) * mixed

    return oracle


def sce(inputs, case):
    variant = case["texts"]["variant"]
    topk = case["numbers"]["select_topk"]
    base = inputs[case["base"]]
    deltas = np.stack([inputs[i] - base for i in models_of(case)])
    selected = deltas
    if topk < 1:
        wide = deltas.astype(np.longdouble)
        pairs = [(a - b) ** 2 for j, a in enumerate(wide) for b in wide[:j]]  # their sum is K² times the variance
        variance = np.asarray(sum(pairs, np.zeros(base.shape)), np.float64).reshape(-1)
        mask = np.zeros(variance.size, bool)
        mask[by_magnitude(variance)[: int(np.count_nonzero(variance) * topk)]] = True
        selected = deltas * mask.reshape(base.shape)
    energies = (selected**2).reshape(len(deltas), -1).sum(axis=1)
    fallback = energies.sum() / base.size < 1e-6 if variant == "mergekit" else energies.sum() == 0
    weights = np.full(len(deltas), 1.0 / len(deltas)) if fallback else energies / energies.sum()
    merged = deltas if variant == "fuseo1" else selected
    positive = merged.sum(axis=0) >= 0
    keep = np.where(positive, merged > 0, merged < 0)
    shape = (-1,) + (1,) * base.ndim
    mixed = (merged * keep * weights.reshape(shape)).sum(axis=0)
    divisor = (keep * weights.reshape(shape)).sum(axis=0)
    if variant == "paper":
        return base + mixed
    divisor = np.maximum(divisor, 1e-6) if variant == "mergekit" else np.where(divisor == 0, 1.0, divisor)
    return base + mixed / divisor


def linear(inputs, case):
    weights = [value(case, "weight", k, None) for k in range(len(inputs))]
    total = sum(w * x for w, x in zip(weights, inputs))
    return total / sum(weights) if case["numbers"].get("normalize", True) else total


ORACLES = {
    "linear": linear,
    "task_arithmetic": gta(None, False, False, False),
    "ties": gta("magnitude", True, True, False),
    "dare_linear": gta("random", False, False, True),
    "dare_ties": gta("random", True, False, True),
    "breadcrumbs": gta("outliers", False, False, False),
    "breadcrumbs_ties": gta("outliers", True, False, False),
    "della": gta("ranked", True, True, True),
    "della_linear": gta("ranked", False, False, True),
    "sce": sce,
}
