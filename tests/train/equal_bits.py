# SPDX-License-Identifier: MIT
"""Runs a program in processes with 1, 2, 3 and 5 threads and fails unless all print the same: equal_bits.py <program> [argument ...]."""
import os
import subprocess
import sys

found = {}
for threads in "1", "2", "3", "5", "2":
    environment = dict(os.environ, OMP_NUM_THREADS=threads, OMP_DYNAMIC="false")
    found[threads] = subprocess.run(sys.argv[1:], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(threads, "threads:", found[threads].strip())
assert len(set(found.values())) == 1, found
