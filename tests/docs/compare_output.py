# SPDX-License-Identifier: MIT
"""Runs a program in an empty folder and compares what it prints with a file: compare_output.py <file> <command>...

`...` in the file stands for any text, where a number depends on the machine.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

expected = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
with tempfile.TemporaryDirectory() as folder:
    found = subprocess.run(sys.argv[2:], capture_output=True, text=True, cwd=folder, check=True).stdout
pattern = ".*?".join(re.escape(part) for part in expected.split("..."))
if not re.fullmatch(pattern, found):
    sys.exit(f"The program prints\n{found}\ninstead of\n{expected}")
