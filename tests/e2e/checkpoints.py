"""Checkpoints that are made fast: random bf16 of ordinary size, or sparse files whose bytes nobody ever wrote."""
import json
import random
import struct

# The high byte of a bf16: sign and exponent of numbers around 0.01 and 0.05.
HIGH_BYTES = bytes(random.Random(1).choice((0x3C, 0x3D, 0xBC, 0xBD)) for _ in range(256))
WIDTHS = {"BF16": 2, "F16": 2, "F32": 4, "F64": 8, "I64": 8}


def random_bf16(count, seed):
    data = bytearray(random.Random(seed).randbytes(2 * count))
    data[1::2] = data[1::2].translate(HIGH_BYTES)
    return bytes(data)


def elements(shape):
    count = 1
    for side in shape:
        count *= side
    return count


def header_of(tensors):
    """tensors: {name: (dtype, shape)}. The header's bytes and the length of the data behind it."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape) in tensors.items():
        end = offset + elements(shape) * WIDTHS[dtype]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text, offset


def write_shards(folder, shards, write_data, config=None):
    """shards: a list of {name: (dtype, shape)}; write_data(file, tensors, start, length) fills a shard's data."""
    folder.mkdir(parents=True)
    weight_map = {}
    for i, tensors in enumerate(shards):
        name = "model.safetensors" if len(shards) == 1 else f"model-{i + 1:05}-of-{len(shards):05}.safetensors"
        header, length = header_of(tensors)
        with open(folder / name, "wb") as file:
            file.write(header)
            write_data(file, tensors, len(header), length)
            file.truncate(len(header) + length)
        weight_map.update(dict.fromkeys(tensors, name))
    if len(shards) > 1:
        (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (folder / "config.json").write_text(json.dumps(config or {"architectures": ["NoSuchModel"], "model_type": "none"}))


def make_random(folder, seed, shards):
    """Every tensor is BF16; models of the same shapes with other seeds have other numbers, related as tunes are."""

    def write_data(file, tensors, start, length):
        del start, length
        for name, (_, shape) in tensors.items():
            file.write(random_bf16(elements(shape), f"{name} {seed}"))

    write_shards(folder, shards, write_data)


def make_sparse(folder, seed, shards, written_bytes=4096):
    """Zeros that take no disk, but for random bytes at the start of every tensor."""

    def write_data(file, tensors, start, length):
        del length
        for name, (dtype, shape) in tensors.items():
            size = elements(shape) * WIDTHS[dtype]
            if dtype == "BF16":
                file.seek(start)
                file.write(random_bf16(min(size, written_bytes) // 2, f"{name} {seed}"))
            start += size

    write_shards(folder, shards, write_data)
