# SPDX-License-Identifier: MIT
"""Kills a training run at random moments and starts it again: killed_runs.py <kills> <program> [argument ...].

Every start finds a whole checkpoint or none, and every run that reaches its end prints what the run prints that nobody
killed."""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

kills, command = int(sys.argv[1]), sys.argv[2:]
environment = dict(os.environ, OMP_NUM_THREADS="1")


def start(folder):
    return subprocess.Popen(command + [str(folder / "run")], env=environment, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


with tempfile.TemporaryDirectory() as name:
    whole, cut = pathlib.Path(name) / "whole", pathlib.Path(name) / "cut"
    whole.mkdir()
    cut.mkdir()
    began = time.monotonic()
    expected, said = start(whole).communicate()
    lasts = time.monotonic() - began
    assert expected and said == "began\n", (expected, said)
    chance = random.Random(11)
    killed = ended = leftovers = continued = 0
    while True:
        run = start(cut)
        if killed < kills:
            try:
                # A sixth of the whole on average, so that runs are killed early, late and while they start.
                run.wait(chance.uniform(0, lasts / 3))
            except subprocess.TimeoutExpired:
                run.kill()
                run.communicate()
                killed += 1
                leftovers += (cut / "run.new").exists()
                assert {file.name for file in cut.iterdir()} <= {"run", "run.new"}, list(cut.iterdir())
                continue
        found, said = run.communicate()
        assert run.returncode == 0, said
        assert found == expected, (found, expected)
        ended += 1
        continued += said == "continued\n"
        if killed == kills:
            break
        for file in cut.iterdir():
            file.unlink()
    assert not (cut / "run.new").exists()
    print(f"{killed} runs killed, {leftovers} of them while a checkpoint was written; {ended} reached their end, "
          f"{continued} of them continued, all with {expected.strip()}")
    assert continued > 0
