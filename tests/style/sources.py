# SPDX-License-Identifier: MIT
"""The rules of the code that can be read off its text. Prints every breach as file:line: and fails if there is one."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include"

# Which folder of include/ctnn may include which others. Arrows go down only.
ARROWS = {
    "core": set(),
    "kernels": {"core"},
    "layers": {"core", "kernels"},
    "graph": {"core", "kernels", "layers"},
    "engine": {"core", "kernels", "layers", "graph"},
    "train": {"core", "kernels", "layers", "graph", "engine", "data", "io"},
    "io": {"core", "graph", "engine"},
    "data": {"core", "io"},
    "explain": {"core", "kernels", "layers", "graph", "engine", "train"},
    "report": {"core", "graph", "engine", "train", "data", "io"},
    "models": {"core", "layers", "graph"},
}
# Headers directly in include/ctnn gather the folders or bridge to another library; no folder includes them back.
EVERYTHING = set(ARROWS)

BANNED_INCLUDES = {"iostream", "regex", "functional", "random", "ranges", "format", "sstream", "fstream", "thread",
                   "chrono", "memory", "atomic"}
# Which other libraries a folder, or a single file, may see.
LIBRARIES = {
    re.compile(r"xsimd/"): {"kernels"},
    re.compile(r".*intrin\.h|arm_neon\.h"): {"kernels", "stb_read.hpp"},
    re.compile(r"(limits|math|stdarg|stddef|stdint|stdio|stdlib|string)\.h"): {"stb_read.hpp", "stb_write.hpp"},
    re.compile(r"(omp|pthread)\.h"): {"core"},
    re.compile(r"(stb/)?stb_.*\.h"): {"io", "report"},
    re.compile(r"zlib\.h"): {"io"},
    re.compile(r"xtensor/|xtl/"): {"xtensor.hpp"},
    re.compile(r"(sys/.*|unistd|fcntl|dirent|io|process|windows|time)\.h"): {"core", "io"},
}

BANNED_WORDS = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "finish it or leave it out"),
    (re.compile(r"(?<![.>\w])(cfg|ptr|idx|num|tmp|buf|cnt|params)\b"), "whole words"),
    (re.compile(r"\b(colour|grey|behaviour|(?:de)?normalis|initialis|optimis|vectoris|serialis|neighbour|centre\b)", re.I),
     "American English"),
    (re.compile(r"(issue|PR) #\d+|/work/|\bsession'?s\b.*\bhelper", re.I), "the project speaks of itself alone"),
]

MOST_LINES, MOST_COLUMNS = 400, 120
breaches = []


def breach(path, line, text):
    breaches.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def check_text(path, lines):
    if len(lines) > MOST_LINES:
        breach(path, len(lines), f"{len(lines)} lines, more than {MOST_LINES}: a file does one thing")
    for number, line in enumerate(lines, 1):
        if len(line) > MOST_COLUMNS and "http" not in line and not line.startswith("// expect: "):
            breach(path, number, f"{len(line)} columns, more than {MOST_COLUMNS}")
        if line != line.rstrip() or "\t" in line:
            breach(path, number, "a tab, or blanks at the end")
        for pattern, advice in BANNED_WORDS:
            if found := pattern.search(line):
                breach(path, number, f"'{found[0]}': {advice}")


def check_head(path, lines):
    if not lines or lines[0] != "// SPDX-License-Identifier: MIT":
        breach(path, 1, "the first line is '// SPDX-License-Identifier: MIT'")
    if len(lines) < 3 or lines[1] != "/// \\file" or not re.match(r"/// \S.*", lines[2]):
        breach(path, 2, "the second line is '/// \\file', the next says what the file is")


def check_header(path, lines):
    check_head(path, lines)
    if "#pragma once" not in lines:
        breach(path, 1, "no #pragma once")
    parts = path.relative_to(INCLUDE / "ctnn").parts
    folder = parts[0] if len(parts) > 1 else None
    if folder and folder not in ARROWS:
        breach(path, 1, f"the folder '{folder}' is not in the table of arrows")
        return
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not found:
            continue
        name = found[2]
        if name.startswith("ctnn/"):
            if found[1] != '"':
                breach(path, number, 'ctnn\'s own headers are included with "..."')
            if not (INCLUDE / name).exists():
                breach(path, number, f"no header {name}")
            target = name.split("/")[1]
            if folder and target != folder and target not in ARROWS[folder]:
                breach(path, number, f"{folder} includes {target}: arrows go down only")
        elif found[1] == '"':
            breach(path, number, f"{name}: ctnn's headers are spelled from ctnn/, all others in <>")
        elif name in BANNED_INCLUDES:
            breach(path, number, f"<{name}> costs every user compile time or breaks -fno-exceptions")
        elif "/" in name or name.endswith(".h"):
            allowed = [places for pattern, places in LIBRARIES.items() if pattern.fullmatch(name) or pattern.match(name)]
            if not allowed or not ({folder, parts[-1]} & set().union(*allowed)):
                breach(path, number, f"<{name}> is not among the libraries of {folder or 'this header'}")


def main():
    headers = sorted(INCLUDE.rglob("*.hpp"))
    others = [path for folder in ("tests", "bench", "examples") for suffix in ("*.cpp", "*.hpp")
              for path in sorted((ROOT / folder).rglob(suffix))]
    for path in headers + others:
        lines = path.read_text(encoding="utf-8").splitlines()
        check_text(path, lines)
        if path in headers:
            check_header(path, lines)
        elif "compile_fail" not in path.parts and not lines[0].startswith("// expect: "):
            check_head(path, lines)
    print("\n".join(breaches))
    print(f"{len(headers)} headers and {len(others)} other sources, {len(breaches)} breaches")
    sys.exit(bool(breaches))


if __name__ == "__main__":
    main()
