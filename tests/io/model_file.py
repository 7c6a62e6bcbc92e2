# SPDX-License-Identifier: MIT
"""Opens a saved model with numpy alone: names, shapes, and one forward pass that gives the stored scores.

model_file.py <program that writes a model>; exit code 77 where numpy is missing.
"""
import json
import struct
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError:
    print("skipped: no numpy")
    sys.exit(77)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        begin, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(data[8 + length + begin : 8 + length + end], "<f4").reshape(entry["shape"])
    return tensors, metadata


def forward(tensors, x):
    """conv<16>, relu, max_pool<>, flatten, dense<3>, softmax; channels last."""
    weight, bias = tensors["0.weight"], tensors["0.bias"]
    rows, columns = x.shape[0] - 2, x.shape[1] - 2
    y = numpy.zeros((rows, columns, weight.shape[3]))
    for i in range(rows):
        for j in range(columns):
            y[i, j] = numpy.tensordot(x[i : i + 3, j : j + 3], weight, 3) + bias
    y = numpy.maximum(y, 0)
    rows, columns = rows // 2, columns // 2
    y = y[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2, -1).max((1, 3))
    z = y.reshape(-1) @ tensors["head.weight"] + tensors["head.bias"]
    z = numpy.exp(z - z.max())
    return z / z.sum()


with tempfile.TemporaryDirectory() as folder:
    path = folder + "/model.safetensors"
    subprocess.run([sys.argv[1], path], check=True)
    tensors, metadata = read(path)

shapes = {name: tensor.shape for name, tensor in tensors.items()}
assert shapes == {"0.weight": (3, 3, 2, 16), "0.bias": (16,), "head.weight": (96, 3), "head.bias": (3,)}, shapes
assert metadata["ctnn.class_names"].split("\n") == ["bacterial", "normal", 'viral "2"'], metadata
assert metadata["ctnn.architecture"].startswith("input 8x7x2 -> 8x7x2"), metadata
assert len(metadata["ctnn.fingerprint"]) == 32, metadata

factor, shift = float(metadata["ctnn.input_factor"]), float(metadata["ctnn.input_shift"])
pixels = numpy.frombuffer(bytes.fromhex(metadata["ctnn.self_test.pixels"]), "u1").reshape(8, 7, 2)
scores = numpy.frombuffer(bytes.fromhex(metadata["ctnn.self_test.scores"]), ">f4")
found = forward(tensors, pixels / 255 * factor + shift)
assert numpy.abs(found - scores).max() < 1e-5, (found, scores)
print("scores", found, "as stored")
