# SPDX-License-Identifier: MIT
"""The table of bench/compare.py from times that are made up: medians, paired ratios, missing peers, no peers at all."""
import argparse
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
import compare  # noqa: E402
import programs  # noqa: E402


def measured(times, extra=((50.0, 60.0),), alone=()):
    result = compare.Measured(compare.Case("net32", 32, 2, False))
    result.times, result.extra, result.alone = times, list(extra), list(alone)
    return result


class Fake:
    """A program that answers from a list of times, and notes when it was asked."""
    log = []

    def __init__(self, peer, tools, case):
        if peer.name == "dlib":
            raise programs.Missing("not installed")
        self.name, self.version, self.variant = peer.name, "1.2", ""

    def turn(self, seconds):
        Fake.log.append(self.name)
        return [64.0, 10.0, 20.0] if self.name == "ctnn" else [96.0]

    def stop(self):
        Fake.log.append("stop " + self.name)


class Compare(unittest.TestCase):
    def test_the_ratio_is_the_median_of_pairs_and_not_the_ratio_of_medians(self):
        result = measured({"ctnn": [1.0, 2.0, 10.0], "a": [3.0, 2.0, 20.0], "b": [9.0, 9.0, 9.0]})
        self.assertEqual(result.best_peer(), "a")  # medians 3 and 9
        self.assertEqual(result.ratio_to("a"), 2.0)  # of 3, 1 and 2; the medians would give 1.5
        self.assertIn("| a | **2.00** |", compare.row(result, ["a", "b"]))

    def test_a_row_without_peers_has_ctnn_and_its_percentages(self):
        row = compare.row(measured({"ctnn": [150.4, 150.4]}, [(10.0, 20.0), (30.0, 40.0)], [300.8, 300.8]), [])
        self.assertEqual(row, "| net32 | 32 | 2 | 150 | 20 % | 30 % | - | - | - | 2.00 |")

    def test_programs_take_turns_and_a_missing_one_is_named(self):
        real, programs.Player = programs.Player, Fake
        try:
            case, versions = compare.Case("net32", 32, 1, False), {}
            wanted = [p for p in programs.PROGRAMS if p.name in ("ctnn", "oneDNN", "dlib")]
            result = compare.measure(case, None, wanted, 2, 0.1, versions)
        finally:
            programs.Player = real
        self.assertEqual(Fake.log, ["ctnn", "oneDNN"] * 2 + ["stop ctnn", "stop oneDNN"])
        self.assertEqual(result.times, {"ctnn": [2.0, 2.0], "oneDNN": [3.0, 3.0]})  # microseconds for one of 32 samples
        self.assertEqual(result.missing, {"dlib": "not installed"})
        self.assertEqual(versions, {"ctnn": "1.2", "oneDNN": "1.2"})

    def test_the_file_names_machine_flags_and_who_is_missing(self):
        result = measured({"ctnn": [1.0], "oneDNN": [2.0]})
        result.missing["dlib"] = "not installed"
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "RESULTS.md"
            tools = programs.Toolbox(folder, "c++", "native")
            compare.write(path, [result], tools, {"ctnn": "1", "oneDNN": "2"}, argparse.Namespace(rounds=3, seconds=0.1),
                          (0.0, 0.0))
            text = path.read_text(encoding="utf-8")
        for words in ("## Inference", "| oneDNN | **2.00** |", "-march=native", "dlib is missing: not installed",
                      "ctnn 1, oneDNN 2", tools.isa()):
            self.assertIn(words, text)
        self.assertNotIn("## A training step", text)


if __name__ == "__main__":
    unittest.main()
