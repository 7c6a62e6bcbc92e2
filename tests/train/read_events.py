# SPDX-License-Identifier: MIT
"""Reads an event file with code of its own, checks every checksum, and compares scalars with the CSV log, histograms with
the saved weights: read_events.py <program that writes them>."""
import csv
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib


def crc32c(content):
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def masked(content):
    crc = crc32c(content)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(content):
    while content:
        (length,), (check,) = struct.unpack("<Q", content[:8]), struct.unpack("<I", content[8:12])
        assert check == masked(content[:8])
        record, (check,) = content[12:12 + length], struct.unpack("<I", content[12 + length:16 + length])
        assert len(record) == length and check == masked(record)
        yield record
        content = content[16 + length:]


def varint(content, at):
    value = shift = 0
    while True:
        value |= (content[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not content[at - 1] & 0x80:
            return value, at


def fields(content):
    """{field: value}; every field of these messages comes once, repeated numbers are packed."""
    found, at = {}, 0
    while at < len(content):
        key, at = varint(content, at)
        field, kind = key >> 3, key & 7
        assert field not in found
        if kind == 0:
            found[field], at = varint(content, at)
        elif kind == 2:
            length, at = varint(content, at)
            found[field], at = content[at:at + length], at + length
        else:
            size = {1: 8, 5: 4}[kind]
            (found[field],) = struct.unpack("<d" if size == 8 else "<f", content[at:at + size])
            at += size
    assert at == len(content)
    return found


def doubles(content):
    return list(struct.unpack(f"<{len(content) // 8}d", content))


def tensors(path):
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    for name, entry in json.loads(content[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            yield name, struct.unpack(f"<{(end - begin) // 4}f", content[begin:end])


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run(sys.argv[1:] + [name], check=True)
    (path,) = folder.glob("events.out.tfevents.*")
    events = [fields(record) for record in records(path.read_bytes())]
    history = list(csv.DictReader((folder / "history.csv").open(newline="")))
    weights = dict(tensors(folder / "model.safetensors"))

assert events[0][3] == b"brain.Event:2" and 2 not in events[0], events[0]
assert all(event[1] > 1.6e9 for event in events)
values = {}
for event in events[1:]:
    assert set(event) == {1, 2, 5}, event
    value = fields(fields(event[5])[1])
    values[value[1].decode(), event[2]] = value
assert len(values) == len(events) - 1

scalars = 0
for row in history:
    for tag, text in row.items():
        if tag == "epoch":
            continue
        assert math.isclose(values[tag, int(row["epoch"])][2], float(text), rel_tol=1e-6), (tag, row)
        scalars += 1
assert scalars == 3 * 7
assert [step for tag, step in values if tag == "batch_loss"] == [2, 4, 6, 8]

histograms = 0
for (tag, step), value in values.items():
    if 5 not in value:
        continue
    found = fields(value[5])
    limits, counts = doubles(found[6]), doubles(found[7])
    assert len(limits) == len(counts) and limits == sorted(limits) and sum(counts) == found[3]
    assert found[1] <= found[2] == limits[-1]
    histograms += 1
    if tag in weights and step == 3:
        numbers = weights[tag]
        assert found[3] == len(numbers) and found[1] == min(numbers) and found[2] == max(numbers), tag
        assert math.isclose(found[4], math.fsum(numbers), rel_tol=1e-9, abs_tol=1e-9)
        assert math.isclose(found[5], math.fsum(x * x for x in numbers), rel_tol=1e-9)
assert histograms == 3 * len(weights) + sum(tag.startswith("gradient/") for tag, _ in values) + 1
known = fields(values["known", 300][5])
assert [known[i] for i in range(1, 6)] == [0, 10, 5, 14, 106], known
assert doubles(known[7])[:7] == [1, 0, 0, 2, 0, 0, 1] and doubles(known[7])[-1] == 1

if ("picture", 300) in values:
    picture = fields(values["picture", 300][4])
    png = picture[4]
    assert (picture[1], picture[2], picture[3]) == (2, 3, 1) and png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (3, 2)
    begin = png.index(b"IDAT") + 4
    assert len(zlib.decompress(png[begin:])) == 2 * (1 + 3)
print(len(events), "events,", scalars, "scalars and", histograms, "histograms agree with the log and the weights")
