# SPDX-License-Identifier: MIT
"""Every layer and every composite says what it takes, gives, learns and costs, and shows a `using` line that compiles:

    layer_docs.py [<compile_commands.json>]

Prints each layer whose comment lacks one of them as file:line:. With the commands of the tests the `using` lines of all
headers are compiled, those of one comment together."""
import pathlib
import re
import subprocess
import sys

from headers import command_of_the_tests

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"
WORDS = ("takes", "gives", "learns", "costs")
STRUCT = re.compile(r"^struct (\w+)([^;{]*\{\};|.*?^\};)", re.M | re.S)
# A leaf answers lower(), a composite has children; others are made of one of these.
NO_LAYERS = {"elementwise"}  # what layers of one's own derive from, with an example of a struct
LAYER = re.compile(r"outcome lower\(dims|using children|^\s*:\s*(sum|chain|concat|repeat|detail::\w+)<")


def comment_above(lines):
    """Of a struct: in front of its template parameters."""
    while lines and lines[-1] and not lines[-1].startswith("///"):
        lines.pop()
    first = len(lines)
    while first > 0 and lines[first - 1].startswith("///"):
        first -= 1
    return first + 1, "\n".join(lines[first:])


def layers_of(text):
    """(line, name, comment) of each."""
    for found in STRUCT.finditer(text):
        name, body = found.groups()
        before = text[:found.start()]
        opened = len(re.findall(r"^namespace (?:ctnn::)?detail \{", before, re.M))
        closed = len(re.findall(r"^\}  // namespace (?:ctnn::)?detail", before, re.M))
        if opened == closed and name not in NO_LAYERS and LAYER.search(body):
            line, comment = comment_above(before.split("\n")[:-1])
            yield line, name, comment


def examples_of(text):
    """(line, `using` lines) of each comment that has them."""
    for found in re.finditer(r"(?:^///[^\n]*\n)+", text, re.M):
        code = "".join(line[4:] if line.startswith("///     ") else "\n" for line in found[0].splitlines(True))
        lines = re.findall(r"^ +using \w+ =[^;]*;", code, re.M)
        if lines:
            yield text.count("\n", 0, found.start()) + 1 + code.count("\n", 0, code.index(lines[0])), lines


def compile_examples(command):
    """How many there are, and what the compiler says of them; a network in them must fit its input."""
    source, count = "#ifndef CTNN_WITH_STUDIES\n#define CTNN_WITH_STUDIES\n#endif\n#include <ctnn/ctnn.hpp>\n", 0
    for path in sorted(INCLUDE.rglob("*.hpp")):
        for line, lines in examples_of(path.read_text(encoding="utf-8")):
            count += 1
            source += f'namespace example_{count} {{\n#line {line} "{path}"\n' + "\n".join(lines) + "\n"
            for name in (re.match(r" +using (\w+)", line)[1] for line in lines):
                source += f"static_assert(sizeof({name}) > 0);\n"
            source += "}\n"
    run = subprocess.run(command + ["-fsyntax-only", "-x", "c++", "-"], input=source, capture_output=True, text=True)
    return count, run.stderr if run.returncode else ""


def main():
    headers = sorted([*(INCLUDE / "ctnn/layers").glob("*.hpp"), *(INCLUDE / "ctnn/graph").glob("*.hpp")])
    breaches, count = [], 0
    for path in headers:
        for line, name, comment in layers_of(path.read_text(encoding="utf-8")):
            count += 1
            lacking = [word for word in WORDS if not re.search(rf"^///     {word} ", comment, re.M)]
            if not re.search(r"^///     using \w+ =", comment, re.M):
                lacking.append("a using line")
            if lacking:
                breaches.append(f"{path.relative_to(INCLUDE.parent)}:{line}: {name} lacks {', '.join(lacking)}")
    print("".join(breach + "\n" for breach in breaches) + f"{count} layers, {len(breaches)} of them not described")

    message = ""
    if len(sys.argv) > 1:
        examples, message = compile_examples(command_of_the_tests(sys.argv[1]))
        print(message or f"{examples} examples compile")
    sys.exit(bool(breaches or message) or count == 0)


if __name__ == "__main__":
    main()
