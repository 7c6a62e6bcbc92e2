# SPDX-License-Identifier: MIT
"""Removes the checks of the readers one at a time and runs their tests: every removal must make a test fail.

    python3 tests/fuzz/remove_checks.py [--compiler clang++-14] [--folder <work>] [--only <pattern of headers>]
                                          [--list] [--reuse]

A check is an `if` in include/ctnn/io whose statement returns. All of them get a switch in one copy of the headers, so
that the tests are compiled once; then they run once for each check with its switch off, under the sanitizers, until the
first failure. Prints the checks that no test misses, and fails if there is one that ALLOWED does not explain.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
IO = ROOT / "include/ctnn/io"
# What writes, talks to the system, or computes geometry or an order of features is no reader.
LEFT_OUT = {"system_file.hpp", "file.hpp", "stb_read.hpp", "stb_write.hpp", "stb_memory.hpp", "picture.hpp",
            "resize.hpp", "event_file.hpp", "nifti_write.hpp", "nifti_affine.hpp", "self_test.hpp", "io.hpp",
            "folder.hpp", "path.hpp", "feature_order.hpp"}
# The tests of each header, the fastest first; then the corpora of CORPORA, or all, are replayed.
TESTS = {
    "bytes": ["file_test", "nifti_damage_test", "npy_test", "safetensors_test"],
    "checksum": ["file_test"],
    "image": ["image_test", "jpeg_test", "png_test", "damaged_image_test"],
    "exif": ["image_test"], "bmp": ["image_test", "damaged_image_test"],
    "jpeg": ["jpeg_test", "image_test", "damaged_image_test"],
    "png": ["image_test", "png_test", "damaged_image_test"], "pnm": ["image_test", "damaged_image_test"],
    "inflate": ["png_test", "npz_test"], "zip": ["npz_test"], "npz": ["npz_test"], "npy": ["npy_test", "npz_test"],
    "safetensors": ["safetensors_test"], "model": ["safetensors_test", "model_file_test"],
    "utf8": ["safetensors_test", "csv_test"],
    "csv": ["csv_test"], "gzip": ["nifti_damage_test"], "json": ["decathlon_test", "safetensors_test"],
    "nifti": ["nifti_refusal_test", "nifti_damage_test", "nifti_golden_test"],
    "foreign": ["foreign_weights_test"], "feature": ["foreign_weights_test"],
}
CORPORA = {
    "bmp": ["image"], "csv": ["csv"], "exif": ["image"], "foreign": ["model_file"], "gzip": ["nifti_gzip"], "image": ["image"], "jpeg": ["image"],
    "json": ["model_file"], "model": ["model_file"], "nifti": ["nifti", "nifti_gzip"], "npy": ["array"],
    "npz": ["array"], "png": ["image"], "pnm": ["image"], "safetensors": ["model_file"], "zip": ["array"],
}
SWITCH = """#pragma once
#include <cstdlib>
#include <type_traits>
namespace ctnn_checks {
inline const int removed = std::getenv("REMOVED") != nullptr ? std::atoi(std::getenv("REMOVED")) : -1;
constexpr bool on(int number) { return std::is_constant_evaluated() || number != removed; }
template <class Failure>
constexpr Failure keep(int number, Failure failure) { return on(number) ? static_cast<Failure&&>(failure) : Failure{}; }
}  // namespace ctnn_checks
"""
# A check that no test can miss the removal of: "header: the condition" with the reason.
ALLOWED = {
    "csv_fields.hpp: !field.quoted": "a shortcut: without quotes there are no doubled ones",
    "foreign_layout.hpp: order.size() != from.size()": "an empty order moves nothing; others are as long as the axis",
    "foreign_match.hpp: groups_.size() != layers_.size()": "a shortcut: what is left over is listed below",
    "foreign_match.hpp: text.empty()": "a shortcut where all layers bear the names of the file",
    "gzip.hpp: status == Z_MEM_ERROR": "io_allocation_failure misses it: there malloc itself fails",
    "gzip.hpp: status != Z_STREAM_END": "of the writer, and again only memory can be missing",
    'image.hpp: reason != nullptr && std::strcmp(reason, "outofmem") == 0': "io_allocation_failure misses it",
    "image.hpp: width != out.width || height != out.height || channels != out.channels":
        "stb reads the size where the walk has read it",
    "image_types.hpp: o < 2 || o > 8": "a shortcut: the loops below leave the pixels of 1 in their places",
    "inflate.hpp: packed.size > 0x7fffffff || to.size() > 0x7fffffff": "no test has 2 GiB",
    "nifti.hpp: error wrong = walk_nifti_extensions(b, begin, end, c.header, file, check)":
        "the second walk refuses the same, after memory was taken",
    "nifti.hpp: error wrong = check_nifti_header(bytes, file, false, budget, c)":
        "the unpacked bytes are checked again",
    "nifti_extension.hpp: size > 0x7fffffff": "no test has 2 GiB",
    "png.hpp: ended == inflation::out_of_memory": "io_allocation_failure misses it",
    "zip.hpp: bytes > 0xfffffff0 - 22 || members.size() >= 0xffff": "of the writer; no test has 4 GiB",
}


def closing(text, at):
    """The place of the parenthesis that closes the one at `at`; what is in quotes or in a comment does not count."""
    depth = 0
    while at < len(text):
        c = text[at]
        if text.startswith("//", at):
            at = text.index("\n", at)
        elif c in "\"'":
            end = at + 1
            while text[end] != c:
                end += 2 if text[end] == "\\" else 1
            at = end
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise ValueError("no closing parenthesis")


def returns(text, at):
    """Does the statement at this place, or the block, return at its end?"""
    rest = text[at:].lstrip()
    if rest.startswith("return"):
        return True
    if not rest.startswith("{"):
        return False
    block = rest[1:closing(rest, 0)].strip()
    last = re.split(r"[;{}]\s*(?=\S)", block.rstrip("; \n"))[-1] if block else ""
    return block.startswith("return") or last.lstrip().startswith("return")


def switch(text, name, checks):
    """The header with a switch in each check; appends (header, line, condition)."""
    out, at = "", 0
    for found in re.finditer(r"(?<![#\w])if \(", text):
        begin = found.end() - 1
        line = text.count("\n", 0, begin) + 1
        before = text[text.rfind("\n", 0, begin) + 1:begin]
        if begin < at or "//" in before:
            continue
        end = closing(text, begin)
        condition = text[begin + 1:end]
        if not returns(text, end + 1):
            continue
        number = len(checks)
        if ";" in condition and '"' not in condition:
            first, rest = condition.rsplit(";", 1)
            changed = f"{first}; ::ctnn_checks::on({number}) && ({rest.strip()})"
        elif kept := re.match(r"((?:const )?[\w:]+(?:<[\w:<>, ]+>)?[ *&]+\w+ = )(.*)", condition, re.S):
            changed = f"{kept[1]}::ctnn_checks::keep({number}, {kept[2]})"
        else:
            changed = f"::ctnn_checks::on({number}) && ({condition})"
        checks.append((name, line, " ".join(condition.split())))
        out += text[at:begin + 1] + changed
        at = end
    return out + text[at:]


def of_header(table, header, others):
    """The entry of the longest name that the header's begins with."""
    return next((table[name] for name in sorted(table, key=len, reverse=True) if header.startswith(name)), others)


def run(arguments, **others):
    return subprocess.run(arguments, capture_output=True, text=True, errors="replace", **others)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--compiler", default="clang++-14")
    options.add_argument("--folder", default="/tmp/ctnn-remove-checks")
    options.add_argument("--only", default="")
    options.add_argument("--list", action="store_true")
    options.add_argument("--reuse", action="store_true", help="what the last run compiled, if no header has changed")
    options = options.parse_args()
    work = pathlib.Path(options.folder)
    shutil.rmtree(work / "include", ignore_errors=True)
    shutil.copytree(ROOT / "include", work / "include")
    (work / "include/ctnn/io/checks.hpp").write_text(SWITCH)
    checks = []
    for header in sorted(IO.glob("*.hpp")):
        if header.name in LEFT_OUT:
            continue
        text = switch(header.read_text(), header.name, checks)
        text = text.replace("#pragma once\n", '#pragma once\n#include "ctnn/io/checks.hpp"\n', 1)
        (work / "include/ctnn/io" / header.name).write_text(text)
    if options.list:
        for number, check in enumerate(checks):
            print(number, *check)
        return 0

    flags = ["-std=c++20", "-O1", "-g1", "-march=native", "-DCTNN_WITH_IMAGES", "-DCTNN_WITH_VOLUMES", "-DCTNN_WITH_ZLIB",
             "-DDOCTEST_CONFIG_SUPER_FAST_ASSERTS", '-DCTNN_SHARED_DATA="/nowhere"', f"-I{work}/include", "-w",
             "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    wanted = sorted({test for name, tests in TESTS.items() for test in tests})
    objects = {"main": ROOT / "tests/main.cpp", "replay": ROOT / "tests/fuzz/replay.cpp"}
    for test in wanted:  # of several tests of one name that of io
        objects[test] = sorted(ROOT.glob(f"tests/*/{test}.cpp"), key=lambda path: path.parent.name != "io")[0]
    objects.update({path.stem: path for path in (ROOT / "tests/fuzz").glob("*_fuzz.cpp")})
    for name, source in objects.items():
        if options.reuse and (work / f"{name}.o").exists():
            continue
        made = run([options.compiler, *flags, "-c", str(source), "-o", f"{work}/{name}.o"])
        if made.returncode != 0:
            sys.exit(f"{source} does not compile:\n{made.stderr}")
    fuzz = [f"{work}/{name}.o" for name in objects if name.endswith("_fuzz")]
    for name, parts in {**{test: [f"{work}/{test}.o", f"{work}/main.o"] for test in wanted},
                        "replay": [f"{work}/replay.o", *fuzz]}.items():
        made = run([options.compiler, *flags, *parts, "-o", f"{work}/{name}", "-lz"])
        if made.returncode != 0:
            sys.exit(f"{name} does not link:\n{made.stderr}")

    def fails(name, number):
        test, *corpus = name.split()
        words = [f"{work}/{test}", *([str(ROOT / "tests/fuzz/corpus"), *corpus] if test == "replay" else ["-aa=1"])]
        environment = {**os.environ, "REMOVED": str(number),
                       "ASAN_OPTIONS": "detect_leaks=0:max_allocation_size_mb=4096:hard_rss_limit_mb=3000"}
        try:
            return run(words, env=environment, timeout=120).returncode != 0
        except subprocess.TimeoutExpired:
            return True

    for test in (*wanted, "replay"):
        if fails(test, -1):
            sys.exit(f"{test} fails with all checks in place")
    survivors = 0
    tried = 0
    for number, (header, line, condition) in enumerate(checks):
        if not re.search(options.only, header):
            continue
        tried += 1
        tests = [*of_header(TESTS, header, []), *(f"replay {corpus}" for corpus in of_header(CORPORA, header, [""]))]
        if any(fails(test, number) for test in tests):
            continue
        reason = ALLOWED.get(f"{header}: {condition}")
        survivors += reason is None
        print(f"{header}:{line}: no test misses '{condition}'" + (f" ({reason})" if reason else ""), flush=True)
    print(f"{tried} checks removed one at a time, {survivors} of them unnoticed")
    return survivors > 0


if __name__ == "__main__":
    sys.exit(main())
