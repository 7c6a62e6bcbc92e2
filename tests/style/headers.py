# SPDX-License-Identifier: MIT
"""Every header compiles alone, with the warnings of the tests:

    headers.py <compile_commands.json> [every | folders | part of a name]

folders: the headers that stand for a folder, core/core.hpp, and those beside the folders."""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"


def command_of_the_tests(path):
    """The compiler and its flags, as tests/main.cpp is compiled, without its file and output."""
    entries = json.loads(pathlib.Path(path).read_text())
    entry = next(entry for entry in entries if entry["file"].endswith("/tests/main.cpp"))
    words = shlex.split(entry["command"])
    output = words.index("-o")
    return [word for word in words[:output] + words[output + 2:] if word not in ("-c", entry["file"])]


def compile_alone(command, header):
    source = f'#include "{header}"\n'
    # "-" with -x is the only way to compile what is in no file; a header as main file would warn of its #pragma once.
    run = subprocess.run(command + ["-fsyntax-only", "-x", "c++", "-"], input=source, capture_output=True, text=True)
    return run.returncode == 0, run.stderr


def stands_for_a_folder(header):
    return header.stem == header.parent.name or len(header.parts) == 2


def main():
    command = command_of_the_tests(sys.argv[1])
    part = sys.argv[2] if len(sys.argv) > 2 else "every"
    headers = sorted(path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.hpp"))
    if part == "folders":
        headers = [header for header in headers if stands_for_a_folder(pathlib.PurePosixPath(header))]
    elif part != "every":
        headers = [header for header in headers if part in header]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, (good, text) in zip(headers, pool.map(lambda header: compile_alone(command, header), headers)):
            if not good:
                failed += 1
                print(f"{header} does not compile alone:\n{text}")
    print(f"{len(headers)} headers, {failed} of them do not compile alone")
    sys.exit(failed > 0 or not headers)


if __name__ == "__main__":
    main()
