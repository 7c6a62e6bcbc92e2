#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/nifti: small files as nibabel writes them, what nibabel reads in them, and what nibabel and scipy
say about the geometry of volumes.

Needs Debian's python3-nibabel and python3-scipy. Run it from anywhere; the files are the same every time.

files.npz has for each case, under its name: `file` (or `header` and `image`, a pair), the bytes; `raw`, the numbers as
stored, axes backwards so that C order is the file's order; `scaled`, the values in float64 (not for colors); `affine`
(4, 4); `codes`, that is qform_code, sform_code and the number of extensions.

geometry.npz has for each volume: its data, its affine, its orientation, the volume in other orientations, resampled by
scipy; and `quaternions`: transforms with the qform that nibabel makes of them.
"""
import io
import itertools
import pathlib

import nibabel as nib
import nibabel.processing
import numpy as np
import scipy.ndimage
from nibabel.affines import apply_affine
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, io_orientation, ornt_transform

folder = pathlib.Path(__file__).resolve().parent / "nifti"
random = np.random.default_rng(20)
axes_of = {1: nib.Nifti1Header, 2: nib.Nifti2Header}
image_of = {1: nib.Nifti1Image, 2: nib.Nifti2Image}
pair_of = {1: nib.Nifti1Pair, 2: nib.Nifti2Pair}
colors = {"rgb24": np.dtype([(c, "u1") for c in "RGB"]), "rgba32": np.dtype([(c, "u1") for c in "RGBA"])}


def rotation(x, y, z):
    """Turns around the three axes."""
    result = np.eye(3)
    for axis, angle in enumerate((x, y, z)):
        a, b = [n for n in range(3) if n != axis]
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        result = turn @ result
    return result


def affine_of(angles, spacing, offset, shear=0.0):
    result = np.eye(4)
    result[:3, :3] = rotation(*angles) @ np.diag(spacing)
    result[:3, 1] += shear * result[:3, 0]
    result[:3, 3] = offset
    return result


oblique = affine_of((0.3, -0.2, 0.5), (0.9, 1.1, 2.5), (-31.5, 12.25, 7.0))


def numbers(kind, shape):
    """Numbers of a type with its extremes among them."""
    if kind in colors:
        return random.integers(0, 256, shape + (len(colors[kind]),), np.uint8).view(colors[kind])[..., 0]
    kind = np.dtype(kind)
    if kind.kind == "f":
        values = (random.standard_normal(shape) * 100).astype(kind)
        special = [np.nan, np.inf, -np.inf, np.finfo(kind).max, np.finfo(kind).tiny, -0.0]
    else:
        limits = np.iinfo(kind)
        values = random.integers(limits.min, limits.max, shape, kind, endpoint=True)
        special = [limits.min, limits.max, 0, 1]
    flat = values.reshape(-1)
    flat[:len(special)] = special[:flat.size]
    return values


files = {}


def add(name, data, version=1, big=False, affine=oblique, pair=False, change=None, extensions=()):
    header = axes_of[version](endianness=">" if big else "<")
    header.set_data_dtype(data.dtype)
    image = (pair_of if pair else image_of)[version](data, affine, header)
    for code, content in extensions:
        image.header.extensions.append(nib.nifti1.Nifti1Extension(code, content))
    where = {key: nib.FileHolder(fileobj=io.BytesIO()) for key in (("header", "image") if pair else ("image",))}
    image.to_file_map(where)
    content = {key: bytearray(holder.fileobj.getvalue()) for key, holder in where.items()}
    if change:  # fields that nibabel would set anew while writing
        first = content["header" if pair else "image"]
        size = header.sizeof_hdr
        edited = axes_of[version](bytes(first[:size]), endianness=">" if big else "<")
        for field, value in change.items():
            edited[field] = value
        first[:size] = edited.binaryblock
    again = (pair_of if pair else image_of)[version].from_file_map(
        {key: nib.FileHolder(fileobj=io.BytesIO(bytes(value))) for key, value in content.items()})
    for key, value in content.items():
        files[f"{name}/{key if pair else 'file'}"] = np.frombuffer(bytes(value), np.uint8)
    raw = np.asarray(again.dataobj.get_unscaled())
    raw = np.ascontiguousarray(raw.T)
    if raw.dtype.names:
        raw = raw.view(np.uint8).reshape(raw.shape + (len(raw.dtype.names),))
    else:
        raw = raw.astype(raw.dtype.newbyteorder("="))
        files[f"{name}/scaled"] = np.ascontiguousarray(again.get_fdata().T)
    files[f"{name}/raw"] = raw
    files[f"{name}/affine"] = again.affine
    files[f"{name}/codes"] = np.array([int(again.header["qform_code"]), int(again.header["sform_code"]),
                                       len(again.header.extensions)], np.int32)


kinds = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64", *colors]
for kind, version, big in itertools.product(kinds, (1, 2), (False, True)):
    add(f"{kind}-{version}-{'big' if big else 'little'}", numbers(kind, (2, 3, 4)), version, big)
for rank in range(1, 8):
    for version in (1, 2):
        add(f"axes-{rank}-{version}", numbers("int16", (3, 2, 1, 2, 1, 2, 3)[:rank]), version, rank % 2 == 0)
add("colors-4", numbers("rgb24", (3, 2, 2, 2)))
small = numbers("int16", (3, 4, 2))
add("slope", small, change={"scl_slope": 0.07540696859359741, "scl_inter": 3100.76171875})
add("slope-2", small, 2, True, change={"scl_slope": 1 / 3, "scl_inter": -1e-3})
add("slope-negative", numbers("uint8", (3, 4, 2)), change={"scl_slope": -2.5, "scl_inter": 0})
add("slope-zero", small, change={"scl_slope": 0, "scl_inter": 5})
add("slope-nan", small, change={"scl_slope": np.nan, "scl_inter": np.nan})
add("slope-infinite", small, change={"scl_slope": np.inf, "scl_inter": 5})
add("slope-float32", numbers("float32", (3, 4, 2)), change={"scl_slope": 0.1, "scl_inter": 7})
add("slope-uint64", numbers("uint64", (3, 4, 2)), change={"scl_slope": 0.5, "scl_inter": 1})
add("slope-int8-big", numbers("int8", (3, 4, 2)), 1, True, change={"scl_slope": 3, "scl_inter": -4})
for version, big in itertools.product((1, 2), (False, True)):
    add(f"pair-{version}-{'big' if big else 'little'}", small, version, big, pair=True)
add("pair-extensions", small, 1, True, pair=True, extensions=[("comment", b"one"), ("afni", b"<two/>" * 5)])
add("extension", small, extensions=[("comment", b"a comment of more than 8 bytes")])
add("extensions-2-big", small, 2, True, extensions=[("comment", b"x"), ("comment", b"y" * 40)])
add("qform", small, change={"sform_code": 0, "qform_code": 1})
add("qform-flipped", small, affine=oblique @ np.diag([1, 1, -1, 1]), change={"sform_code": 0, "qform_code": 3})
add("qform-2-big", small, 2, True, change={"sform_code": 0, "qform_code": 1})
add("qform-half-turn", small, affine=np.diag([-1.5, -2, 3, 1]), change={"sform_code": 0, "qform_code": 2})
add("qform-qfac-0", small, change={"sform_code": 0, "qform_code": 1,
                                   "pixdim": np.array([0, 2, 3, 4, 1, 1, 1, 1], "f4")})
add("qform-negative-spacing", small, change={"sform_code": 0, "qform_code": 1,
                                             "pixdim": np.array([-1, -2, 3, -4, 1, 1, 1, 1], "f4")})
add("no-transform", small, change={"sform_code": 0, "qform_code": 0})
add("no-transform-two-axes", numbers("int16", (3, 4)), change={"sform_code": 0, "qform_code": 0})
add("no-transform-spacing-0", small, change={"sform_code": 0, "qform_code": 0,
                                             "pixdim": np.array([1, 0, 3, 4, 1, 1, 1, 1], "f4")})
add("codes-out-of-range", small, change={"sform_code": 9, "qform_code": -3})
add("both-transforms", small, change={"sform_code": 4, "qform_code": 1, "quatern_b": 0, "quatern_c": 0, "quatern_d": 1})

geometry = {}


def to_codes(data, affine, code):
    turn = ornt_transform(io_orientation(affine), axcodes2ornt(code))
    return apply_orientation(data, turn), affine @ inv_ornt_aff(turn, data.shape)


def sample(data, affine, shape, grid, order):
    """Values on a grid: a voxel reaches half a step beyond its middle, outside is 0; halfway between is the upper."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), -1)
    at = apply_affine(np.linalg.inv(affine) @ grid, index)
    inside = np.all((at >= -0.5 - 1e-6) & (at <= np.array(data.shape) - 0.5 + 1e-6), -1)
    at = np.clip(at, 0, np.array(data.shape) - 1)
    if order == 0:
        values = data[tuple(np.floor(at + 0.5 + 1e-6).astype(int)[..., n] for n in range(3))]
    else:
        values = scipy.ndimage.map_coordinates(data.astype(np.float64), np.moveaxis(at, -1, 0), order=1, mode="nearest")
    return np.where(inside, values, 0)


def backwards(data):
    return np.ascontiguousarray(data.T)


volumes = {
    "oblique": oblique,
    "flipped": affine_of((-0.7, 0.4, 2.6), (2, 0.8, 0.8), (10, 20, -30)) @ np.diag([-1, 1, 1, 1]),
    "sheared": affine_of((0.1, 1.2, -0.4), (1, 2, 3), (0, 0, 0), 0.2),
    "ties": affine_of((0, 0, np.pi / 4), (1, 1, 1), (0, 0, 0)),
}
every_code = ["".join(c) for order in itertools.permutations(("RL", "AP", "SI")) for c in itertools.product(*order)]
for name, affine in volumes.items():
    data = random.integers(-500, 500, (5, 4, 3)).astype(np.int16)
    put = lambda key, value: geometry.__setitem__(f"{name}/{key}", np.ascontiguousarray(value))
    put("data", backwards(data))
    put("affine", affine)
    put("orientation", np.frombuffer("".join(nib.aff2axcodes(affine)).encode(), np.uint8))
    for code in every_code if name == "oblique" else ["RAS", "LPS", "SAR", "ILP"]:
        turned, where = to_codes(data, affine, code)
        put(f"{code}/data", backwards(turned))
        put(f"{code}/affine", where)
    spacing = np.array([0.7, 1.3, 1.9])
    shape = np.maximum(1, np.round(np.array(data.shape) * nib.affines.voxel_sizes(affine) / spacing)).astype(int)
    grid = affine @ np.diag([*(spacing / nib.affines.voxel_sizes(affine)), 1])
    middle = apply_affine(affine, (np.array(data.shape) - 1) / 2)
    grid[:3, 3] += middle - apply_affine(grid, (shape - 1) / 2)
    put("spacing/affine", grid)
    put("spacing/linear", backwards(sample(data, affine, shape, grid, 1)))
    put("spacing/nearest", backwards(sample(data, affine, shape, grid, 0).astype(np.int32)))
    other = affine_of((0.2, 0.1, -0.3), (0.8, 0.9, 1.2), (0, 0, 0))
    other[:3, 3] = middle - apply_affine(other, np.array([3, 3, 3]))
    put("other/affine", other)
    put("other/linear", backwards(sample(data, affine, (7, 6, 7), other, 1)))
    put("other/nearest", backwards(sample(data, affine, (7, 6, 7), other, 0).astype(np.int32)))
    # Wholly between the middles of voxels nibabel's own function says the same.
    within = affine @ affine_of((0.05, 0, 0.05), (0.5, 0.4, 0.3), (1.5, 1.2, 0.9))
    nibabel_says = nib.processing.resample_from_to(
        nib.Nifti1Image(data.astype(np.float64), affine), ((3, 3, 3), within), order=1).get_fdata()
    assert np.allclose(nibabel_says, sample(data, affine, (3, 3, 3), within, 1))
    put("within/affine", within)
    put("within/linear", backwards(nibabel_says))

transforms, said = [], []
for n in range(40):
    affine = affine_of(random.uniform(-3, 3, 3), random.uniform(0.3, 4, 3), random.uniform(-99, 99, 3), (n % 4 == 3) * 0.3)
    if n % 2:
        affine[:3, 2] *= -1
    if n >= 32:  # turns by right angles, where quaternions have zeros and ties
        affine[:3, :3] = np.round(rotation(*(np.pi / 2 * random.integers(0, 4, 3)))) @ np.diag([1, 2, 3 - 6 * (n % 2)])
    header = nib.Nifti2Header()
    header.set_qform(affine, 1)
    transforms.append(affine)
    said.append(np.array(header.get_qform()))
geometry["quaternions/affine"] = np.array(transforms)
geometry["quaternions/qform"] = np.array(said)

folder.mkdir(exist_ok=True)
np.savez(folder / "files.npz", **files)
np.savez(folder / "geometry.npz", **geometry)
print(len({name.split("/")[0] for name in files}), "files,", sum(p.stat().st_size for p in folder.iterdir()), "bytes")
