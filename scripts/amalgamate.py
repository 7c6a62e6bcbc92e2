#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes single_include/ctnn/ctnn.hpp out of include/ctnn/ctnn.hpp and everything that it includes.

    scripts/amalgamate.py                   write the file
    scripts/amalgamate.py --check           fail, with the first differences, if the file is not fresh
    scripts/amalgamate.py --forward FOLDER  make a tree in which <ctnn/any/header.hpp> leads to the single header

A header stands once, where it is first needed. If that is inside an #if, but all need it, it stands before that #if; if
only some need it, it stands behind a guard macro of its own in each #if that is not part of one where it stands already.
So the conditions around an #include of ctnn's own must not change in between, as those of CTNN_WITH_... do not. System
headers stay #include lines; one of the standard library that was included already, outside any #if, is dropped.
"""
import argparse
import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"
SINGLE = ROOT / "single_include" / "ctnn" / "ctnn.hpp"
ENTRY = "ctnn/ctnn.hpp"

PROJECT_INCLUDE = re.compile(r'^\s*#\s*include\s*["<](ctnn/[^">]+)[">]')
SYSTEM_INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>")
OPENS = re.compile(r"^\s*#\s*if.*")
TURNS = re.compile(r"^\s*#\s*(else|elif).*")
CLOSES = re.compile(r"^\s*#\s*endif")
DROPPED = re.compile(r"^(// SPDX-License-Identifier: .*|\s*#\s*pragma\s+once\s*)$")


def read(name):
    """The lines of a header, each with the conditions around it."""
    conditions = []
    for line in (INCLUDE / name).read_text(encoding="utf-8").splitlines():
        if CLOSES.match(line):
            if not conditions:
                sys.exit(f"{name}: #endif without #if")
            conditions.pop()
        elif TURNS.match(line):
            conditions[-1] = f"{conditions[-1]} {line.strip()}"
        yield line, frozenset(conditions)
        if OPENS.match(line):
            conditions.append(line.strip())
    if conditions:
        sys.exit(f"{name}: #if without #endif")


def needed_by_all(name, found=None):
    """The headers that are included whatever is defined."""
    found = set() if found is None else found
    if name not in found:
        found.add(name)
        for line, conditions in read(name):
            if not conditions and (project := PROJECT_INCLUDE.match(line)):
                needed_by_all(project[1], found)
    return found


class Amalgamation:
    def __init__(self, entry):
        self.for_all = needed_by_all(entry)
        self.stands = {}     # header -> the conditions of each place where it stands
        self.system = set()  # standard headers that were included outside any #if
        self.lines = self.write(entry, frozenset(), [])

    def has(self, name, conditions):
        return any(place <= conditions for place in self.stands.get(name, ()))

    def write(self, name, around, before):
        """The lines of a header for a place inside the conditions `around`; what must stand before them goes to `before`."""
        self.stands.setdefault(name, []).append(around)
        lines, outermost = [], 0
        for line, inside in read(name):
            conditions = around | inside
            if not inside:
                outermost = len(lines)  # if this line is an #if, what all need goes here
            project, system = PROJECT_INCLUDE.match(line), SYSTEM_INCLUDE.match(line)
            if project and not self.has(project[1], conditions):
                if not conditions:
                    lines += self.write(project[1], conditions, [])
                elif project[1] in self.for_all:
                    before += self.write(project[1], frozenset(), [])
                else:
                    lines += self.write(project[1], conditions, before)
                if not around:
                    lines[outermost:outermost] = before
                    outermost += len(before)
                    before.clear()
            elif system and re.fullmatch(r"[a-z_0-9]+", system[1]):
                if system[1] not in self.system:
                    lines.append(line)
                    if not conditions:
                        self.system.add(system[1])
            elif not project and not DROPPED.match(line):
                lines.append(line)
        if around:
            guard = "CTNN_INCLUDED_" + re.sub(r"[^A-Z0-9]", "_", name.removeprefix("ctnn/").removesuffix(".hpp").upper())
            lines = [f"#ifndef {guard}", f"#define {guard}", *lines, f"#endif  // {guard}"]
        return [f"// {'-' * 20} {name}", *lines]


def version():
    text = (INCLUDE / "ctnn/core/config.hpp").read_text(encoding="utf-8")
    return ".".join(re.search(rf"#define CTNN_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


def amalgamate():
    result = Amalgamation(ENTRY)
    license_text = (ROOT / "LICENSE").read_text(encoding="utf-8").rstrip().splitlines()
    head = ["// SPDX-License-Identifier: MIT", "/// \\file",
            f"/// ctnn {version()} in one file: compile-time neural networks for C++20.", "//",
            "// Made by scripts/amalgamate.py; a change belongs into the headers that it is made of.", "//"]
    head += [f"// {line}".rstrip() for line in license_text] + ["#pragma once", ""]
    # At most one empty line in a row, and none where a header began or ended with one.
    text = "\n".join(head + result.lines) + "\n"
    return re.sub(r"\n{3,}", "\n\n", text), result


def forward(folder, result):
    """Headers of the single header become one line; any other stays as it is, and its includes find the one-liners."""
    for header in sorted((INCLUDE / "ctnn").rglob("*.hpp")):
        name = header.relative_to(INCLUDE).as_posix()
        if name == ENTRY:
            continue
        text = "#include <ctnn/ctnn.hpp>\n" if name in result.stands else header.read_text(encoding="utf-8")
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true")
    options.add_argument("--forward", type=pathlib.Path, metavar="FOLDER")
    arguments = options.parse_args()
    text, result = amalgamate()
    if arguments.forward:
        forward(arguments.forward, result)
    elif arguments.check:
        found = SINGLE.read_text(encoding="utf-8") if SINGLE.exists() else ""
        if found != text:
            difference = difflib.unified_diff(found.splitlines(), text.splitlines(), "committed", "fresh", lineterm="")
            print("\n".join(list(difference)[:40]))
            sys.exit(f"{SINGLE} is not fresh: run scripts/amalgamate.py")
    else:
        SINGLE.parent.mkdir(parents=True, exist_ok=True)
        SINGLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
