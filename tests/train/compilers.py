# SPDX-License-Identifier: MIT
"""Compiles a program that prints the losses of twenty training steps by g++ and by clang, with the optimizations of a
user, and fails where one differs by more than 1e-4: compilers.py <source> <include folder> <folder for programs>."""
import pathlib
import shutil
import subprocess
import sys

source, include, folder = sys.argv[1:]
losses = {}
for compiler in "g++", "clang++-14", "clang++-19":
    if not shutil.which(compiler):
        print(f"skipped: no {compiler} here")
        continue
    program = pathlib.Path(folder) / f"twenty_steps-{compiler}"
    subprocess.run([compiler, "-std=c++20", "-O3", "-march=native", f"-I{include}", source, "-o", program], check=True)
    text = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout
    losses[compiler] = [float(line) for line in text.split()]
    assert len(losses[compiler]) == 20, text
first, *others = losses
print(f"{first}: loss {losses[first][0]:.6f} of the first step, {losses[first][-1]:.6f} of the last")
for other in others:
    difference = max(abs(a - b) for a, b in zip(losses[first], losses[other]))
    print(f"{other}: at most {difference:.2e} away from {first} over 20 steps")
    assert difference <= 1e-4, difference
