# SPDX-License-Identifier: MIT
"""What scripts/amalgamate.py must get right beyond pasting: headers that are first needed inside an #if."""
import importlib.util
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "amalgamate.py"
specification = importlib.util.spec_from_file_location("amalgamate", SCRIPT)
amalgamate = importlib.util.module_from_spec(specification)
specification.loader.exec_module(amalgamate)


class Amalgamate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.addCleanup(setattr, amalgamate, "INCLUDE", amalgamate.INCLUDE)
        amalgamate.INCLUDE = self.folder

    def write(self, **headers):
        (self.folder / "ctnn").mkdir()
        for name, text in headers.items():
            (self.folder / "ctnn" / f"{name}.hpp").write_text("// SPDX-License-Identifier: MIT\n#pragma once\n" + text)

    def preprocess(self, *flags):
        result = amalgamate.Amalgamation("ctnn/ctnn.hpp")
        command = ["c++", "-E", "-P", "-nostdinc", "-x", "c++", *flags, "-"]
        run = subprocess.run(command, input="\n".join(result.lines), capture_output=True, text=True, check=True)
        return run.stdout.split()

    def test_a_header_stands_once_where_it_is_first_needed(self):
        self.write(ctnn='#include "ctnn/b.hpp"\n#include "ctnn/a.hpp"\n', a="a\n", b='#include "ctnn/a.hpp"\nb\n')
        self.assertEqual(self.preprocess(), ["a", "b"])

    def test_a_header_that_all_need_stands_before_the_if_that_needs_it_first(self):
        self.write(ctnn='z\n#if defined(X)\n#if defined(Y)\n#include "ctnn/b.hpp"\n#endif\n#endif\n#include "ctnn/a.hpp"\n',
                   a="a\n", b='#include "ctnn/a.hpp"\nb\n')
        self.assertEqual(self.preprocess(), ["z", "a"])
        self.assertEqual(self.preprocess("-DX"), ["z", "a"])
        self.assertEqual(self.preprocess("-DX", "-DY"), ["z", "a", "b"])

    def test_a_header_stands_once_under_one_condition(self):
        self.write(ctnn='#if defined(X)\n#include "ctnn/a.hpp"\n#endif\n#if defined(X)\n#include "ctnn/b.hpp"\n#endif\n',
                   a="a\n", b='#include "ctnn/a.hpp"\n#if defined(Y)\n#include "ctnn/a.hpp"\n#endif\nb\n')
        self.assertEqual(self.preprocess("-DX", "-DY"), ["a", "b"])
        self.assertEqual(amalgamate.Amalgamation("ctnn/ctnn.hpp").lines.count("a"), 1)

    def test_the_branches_of_an_if_are_conditions_of_their_own(self):
        self.write(ctnn='#if defined(X)\n#include "ctnn/a.hpp"\n#else\n#include "ctnn/b.hpp"\n#endif\nz\n',
                   a='#include "ctnn/c.hpp"\na\n', b='#include "ctnn/c.hpp"\nb\n', c="c\n")
        self.assertEqual(self.preprocess(), ["c", "b", "z"])
        self.assertEqual(self.preprocess("-DX"), ["c", "a", "z"])

    def test_each_of_two_conditions_alone_brings_the_header(self):
        self.write(ctnn='#if defined(X)\n#include "ctnn/a.hpp"\n#endif\n#if defined(Y)\n#include "ctnn/a.hpp"\n#endif\n',
                   a="a\n")
        self.assertEqual(self.preprocess(), [])
        self.assertEqual(self.preprocess("-DX"), ["a"])
        self.assertEqual(self.preprocess("-DY"), ["a"])
        self.assertEqual(self.preprocess("-DX", "-DY"), ["a"])

    def test_a_standard_header_inside_an_if_is_included_again_outside(self):
        self.write(ctnn="#if defined(X)\n#include <vector>\n#endif\n#include <vector>\n#include <vector>\n")
        result = amalgamate.Amalgamation("ctnn/ctnn.hpp")
        self.assertEqual(result.lines.count("#include <vector>"), 2)


if __name__ == "__main__":
    unittest.main()
