#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fills the blocks of README.md and docs/*.md with text cut from files that the tests compile, run or compare.

    scripts/docs.py           write the blocks
    scripts/docs.py --check   fail if one is not what its file says

A block is marked by the line before it:

    <!-- cut from tests/docs/first.cpp [network] -->
    ```cpp
    ...
    ```

[network] is what lies between the two lines `// [network]` (`# [network]` in CMake files); without it, the whole file.
A table is cut from a Markdown file, and ends with <!-- end -->. What stands inside an #ifdef CTNN_CORRECT, the repair of a mistake, is left out.
"""
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- cut from (\S+)(?: \[(\w+)\])? -->\n(?:```\w*\n|(?=\||<!--)))(.*?)(```\n|<!-- end -->\n)", re.DOTALL)


def cut(path, name):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    if name:
        marks = [i for i, line in enumerate(lines) if line.strip() in (f"// [{name}]", f"# [{name}]")]
        if len(marks) != 2:
            sys.exit(f"{path}: {len(marks)} lines '// [{name}]' instead of 2")
        lines = lines[marks[0] + 1:marks[1]]
    text = re.sub(r"#ifdef CTNN_CORRECT\n.*?#endif\n", "", "\n".join(lines) + "\n", flags=re.DOTALL)
    return textwrap.dedent(text).strip("\n") + "\n"


def fill(page, check):
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(ROOT)
    if text.count("<!-- cut from ") != len(BLOCK.findall(text)):
        sys.exit(f"{name}: a mark '<!-- cut from ... -->' without a block after it")
    fresh = BLOCK.sub(lambda block: block[1] + cut(block[2], block[3]) + block[5], text)
    if check:
        stale = [block[2] for block in BLOCK.finditer(text) if cut(block[2], block[3]) != block[4]]
        if stale:
            sys.exit(f"{name} is not fresh ({', '.join(stale)}): run scripts/docs.py")
        # Code that is not cut from a file is not compiled, so it may not be there.
        if bare := re.search(r"(?<!-->\n)```(cpp|cmake)\n.*\n", text):
            sys.exit(f"{name}: a block of code that is cut from no file: {bare[0]}")
    elif fresh != text:
        page.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    for page in PAGES:
        fill(page, "--check" in sys.argv[1:])
