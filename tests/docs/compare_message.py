# SPDX-License-Identifier: MIT
"""The README's error message is that of the compiler: compare_message.py <compile_commands.json> <source> <text>

Each line of the text is a part of a line that g++ prints; other compilers have other words around the same message.
"""
import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "style"))
from headers import command_of_the_tests  # noqa: E402

commands, source, text = sys.argv[1:]
run = subprocess.run(command_of_the_tests(commands) + ["-fsyntax-only", source], capture_output=True, text=True)
message = run.stderr.replace("\u2018", "'").replace("\u2019", "'")
missing = [line for line in pathlib.Path(text).read_text(encoding="utf-8").splitlines() if line not in message]
if run.returncode == 0 or missing:
    sys.exit(f"The compiler says\n{message}\nwithout\n" + "\n".join(missing))
