# SPDX-License-Identifier: MIT
"""Reads what write_model_file wrote by the public description of safetensors, and the archive with NumPy if it is there:
read_safetensors.py <write_model_file>"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

SIZES = {"F32": ("f", 4), "F64": ("d", 8)}


def read(path):
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + size])
    metadata = header.pop("__metadata__")
    data = content[8 + size:]
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        code, bytes_each = SIZES[entry["dtype"]]
        begin, stop = entry["data_offsets"]
        count = 1
        for extent in entry["shape"]:
            count *= extent
        assert begin == end and stop - begin == count * bytes_each, name
        tensors[name] = entry["shape"], struct.unpack(f"<{count}{code}", data[begin:stop])
        end = stop
    assert end == len(data) and (8 + size) % 8 == 0
    return metadata, tensors


with tempfile.TemporaryDirectory() as folder:
    model, archive = pathlib.Path(folder, "m.safetensors"), pathlib.Path(folder, "m.npz")
    subprocess.run([sys.argv[1], model, archive], check=True)
    metadata, tensors = read(model)
    assert metadata["classes"] == 'normal\npneumonia "viral"'
    assert tensors["conv.weight"] == ([2, 3, 4], tuple(i * 0.5 for i in range(24)))
    assert tensors["conv.bias"] == ([2], (1.25, -2.5))
    try:
        import numpy
    except ImportError:
        print("skipped: numpy is not there, the .npz was not read")
    else:
        arrays = numpy.load(archive)
        assert arrays["weight"].shape == (2, 3, 4) and (arrays["weight"].ravel() == numpy.arange(24) * 0.5).all()
        assert arrays["bias"].tolist() == [1.25, -2.5]
    print("the file is as described")
