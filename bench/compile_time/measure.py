#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seconds and peak memory that the compiler takes for one file, as a table.

Seconds are those of the processor, user and system: a compiler has one thread, so on an idle machine they are those of
the clock, and on a busy one they still mean something.

    bench/compile_time/measure.py                       g++ and clang++-14, every case
    bench/compile_time/measure.py --compiler g++ net32  the cases whose name holds a word
    bench/compile_time/measure.py --check               fail where g++ exceeds a budget

A case runs --times times, and its best counts.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# name: source, definitions, budget of g++ in seconds and MB
CASES = {
    "#include <ctnn/ctnn.hpp>": ("bench/compile_time/header.cpp", [], 1.5, None),
    "net32 inference": ("bench/compile_time/inference.cpp", ["CTNN_NETWORK=net32"], 5, 400),
    "net32 training": ("bench/compile_time/training.cpp", ["CTNN_NETWORK=net32", "CTNN_LOSS=binary_cross_entropy"], 8, 500),
    "cnn150 inference": ("bench/compile_time/inference.cpp", ["CTNN_NETWORK=cnn150"], None, None),
    "cnn150 training": ("bench/compile_time/training.cpp", ["CTNN_NETWORK=cnn150", "CTNN_LOSS=cross_entropy"], None, None),
    "unet256 inference": ("bench/compile_time/inference.cpp", ["CTNN_NETWORK=unet256"], None, None),
    "unet256 training": ("bench/compile_time/training.cpp",
                         ["CTNN_NETWORK=unet256", "CTNN_LOSS=binary_cross_entropy"], 15, 700),
    "resnet18 inference": ("bench/compile_time/inference.cpp", ["CTNN_NETWORK=resnet18"], None, None),
    "resnet18 training": ("bench/compile_time/training.cpp",
                          ["CTNN_NETWORK=resnet18", "CTNN_LOSS=cross_entropy"], None, None),
    "densenet121 inference": ("bench/compile_time/inference.cpp", ["CTNN_NETWORK=densenet121"], 15, 1000),
    "densenet121 training": ("bench/compile_time/training.cpp",
                             ["CTNN_NETWORK=densenet121", "CTNN_LOSS=cross_entropy"], 30, 1500),
    "examples/classify.cpp": ("examples/classify.cpp", ["CTNN_WITH_IMAGES", "CTNN_WITH_VOLUMES", "CTNN_WITH_ZLIB"], None, None),
}


def measure(command):
    """Seconds, peak MB of the largest process, and what the compiler said if it failed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)  # the driver's usage holds that of the compiler proper
    process.returncode = status
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, message if status else None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("cases", nargs="*", help="words; a case runs if its name holds one")
    options.add_argument("--compiler", action="append", help="g++ and clang++-14 unless given")
    options.add_argument("--flags", default="-O3 -march=native", help="default: %(default)s")
    options.add_argument("--xsimd", action="store_true", help="with xsimd instead of the compiler's vectors")
    options.add_argument("--times", type=int, default=2, help="default: %(default)s")
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    compilers = [name for name in arguments.compiler or ["g++", "clang++-14"] if shutil.which(name)]
    flags = ["-std=c++20", *arguments.flags.split(), f"-I{ROOT / 'include'}", f"-I{ROOT / 'bench'}", "-I/usr/include/stb"]
    if arguments.xsimd:
        flags.append("-DCTNN_WITH_XSIMD")

    exceeded = []
    folder = tempfile.TemporaryDirectory()
    object_file = os.path.join(folder.name, "measured.o")
    print("| file | " + " | ".join(f"{name}: s | MB" for name in compilers) + " | budget |")
    print("| --- |" + " ---: | ---: |" * len(compilers) + " --- |")
    for name, (source, definitions, most_seconds, most_memory) in CASES.items():
        if arguments.cases and not any(word in name for word in arguments.cases):
            continue
        cells = []
        for compiler in compilers:
            command = [compiler, *flags, *[f"-D{d}" for d in definitions], "-c", str(ROOT / source), "-o", object_file]
            seconds, memory, failure = min((measure(command) for _ in range(arguments.times)), key=lambda run: run[0])
            if failure:
                print(failure, file=sys.stderr)
                exceeded.append(f"{name} does not compile with {compiler}")
                cells += ["-", "-"]
                continue
            cells += [f"{seconds:.1f}", f"{memory:.0f}"]
            if compiler == "g++" and (seconds > (most_seconds or seconds) or memory > (most_memory or memory)):
                exceeded.append(f"{name} exceeds its budget")
        budget = ", ".join([f"{most_seconds} s"] * bool(most_seconds) + [f"{most_memory} MB"] * bool(most_memory))
        print(f"| {name} | " + " | ".join(cells) + f" | {budget} |", flush=True)
    for line in exceeded:
        print(line, file=sys.stderr)
    sys.exit(bool(exceeded) if arguments.check else any("not compile" in line for line in exceeded))


if __name__ == "__main__":
    main()
