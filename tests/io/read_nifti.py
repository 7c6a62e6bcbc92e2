#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reads with nibabel what write_nifti_files wrote, and compares data, affine, type and codes.

Usage: read_nifti.py <write_nifti_files>. Debian's nibabel belongs to /usr/bin/python3, which is tried if the present
interpreter has none.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import nibabel
    import numpy as np
except ImportError:
    debian = "/usr/bin/python3"
    if os.path.exists(debian) and "CTNN_TRIED_DEBIAN" not in os.environ:
        os.environ["CTNN_TRIED_DEBIAN"] = "1"
        os.execv(debian, [debian, *sys.argv])
    print("skipped: nibabel is not installed")
    sys.exit(0)

place = np.array([[-1.5, -0.25, 0, 90], [-0.5, 0.75, 0, -126], [0, 0, 2.5, -72], [0, 0, 0, 1]])
ranks = {"volume": (3, 4, 5, 2)} | {f"axes{n}": (2, 1, 3, 1, 2, 2, 3)[:n][::-1] for n in range(1, 8)}
kinds = {"pair": "int16", "scaled": "int16", "volume": "float32"} | {f"axes{n}": "int16" for n in range(1, 8)}

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    paths = sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix != ".img")
    for path in paths:
        name, version, order = path.name.split(".")[0].split("-")
        image = nibabel.load(path)
        header = image.header
        shape = ranks.get(name, (3, 4, 5))
        count = np.prod(shape)
        signed = not kinds.get(name, name).startswith("uint")
        expected = (np.arange(count) * 7 % 101 - 50 * signed).reshape(shape, order="F").astype(float)
        if name == "scaled":
            expected = expected * 0.5 - 3
            assert [e.get_code() for e in header.extensions] == [6], path
            assert header.extensions[0].get_content() == b"note", path
            assert header["descrip"].item() == b"written by ctnn", path
        assert image.shape == shape, (path, image.shape)
        assert header.get_data_dtype().newbyteorder("=") == np.dtype(kinds.get(name, name)), path
        assert header.endianness == (">" if order == "big" else "<"), path
        assert header.sizeof_hdr == (348 if version == "1" else 540), path
        assert np.array_equal(image.get_fdata(), expected), path
        assert np.array_equal(image.affine, place), (path, image.affine)
        # A half turn, as here, has a = sqrt(1 - b^2 - c^2 - d^2) near 0, which loses half of float32's digits.
        assert np.allclose(header.get_qform(), place, atol=5e-3 if version == "1" else 1e-7), (path, header.get_qform())
        assert (int(header["qform_code"]), int(header["sform_code"])) == (2, 2), path
        assert header.get_xyzt_units()[0] == "mm", path
        assert np.allclose(header.get_zooms()[:3], np.sqrt((place[:3, :3] ** 2).sum(0))[:len(shape)]), path
    print(len(paths), "files of ctnn are read by nibabel with equal data, affine and codes")
    assert len(paths) >= 51
