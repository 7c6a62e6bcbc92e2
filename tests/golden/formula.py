# SPDX-License-Identifier: MIT
"""The numbers that golden data are made from, the same as in formula.hpp."""
import numpy as np

first_input, second_input, output_gradient, parameters, statistics = 1, 2, 3, 4, 5  # streams of numbers


def numbers(stream, count):
    """count multiples of 1/64 in [-1, 1): a hash of the index and the stream."""
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(stream * 0x85EBCA77 & 0xFFFFFFFF)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x7FEB352D)
        h = (h ^ (h >> np.uint32(15))) * np.uint32(0x846CA68B)
        h ^= h >> np.uint32(16)
    return ((h >> np.uint32(25)).astype(np.float64) - 64) / 64
