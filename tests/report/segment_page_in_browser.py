#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lets segment train on phantoms for two epochs, and opens the page that it writes in headless Chromium: the scores on
the page are those that were printed, the curves those of history.csv, and the worst overlays are there.
segment_page_in_browser.py <segment> <folder for the run and the screenshots>

Says 'skipped' where there is no chromedriver."""
import csv
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import browser  # noqa: E402

EPOCHS = 2


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    with browser.started() as port:
        if port is None:
            print(browser.SKIPPED)
            return
        command = [program, "train", "--out", str(folder), "--epochs", str(EPOCHS)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for scheme in ("light", "dark"):
            with browser.Window(port, folder / "report.html", scheme, 3600) as window:
                look(window, folder, scheme, printed)
    print(f"the page of segment says what was printed, in light and dark: {folder}")


def printed_scores(printed):
    """The heading and the rows of the table that segment prints: cells stand two spaces apart."""
    lines = printed.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("structure "))
    last = next(i for i in range(first, len(lines)) if lines[i].startswith("HD95 and ASSD"))
    return [re.split(r"\s{2,}", line.strip()) for line in lines[first:last]]


def look(window, folder, scheme, printed):
    expected = printed_scores(printed)
    assert [row[0] for row in expected] == ["structure", "organ", "lesion"], expected
    tables = window.ask("[...document.querySelectorAll('table')].map(t => [...t.rows].map(r => "
                        "[...r.cells].map(c => c.innerText)))")
    assert tables[1] == expected, (tables[1], expected)
    facts = dict(row[:2] for row in tables[0])
    assert facts["cases to train, to choose, to test"] == "48, 8, 16", facts
    assert f"Trained {facts['parameters']} parameters for {EPOCHS} epochs" in printed, facts
    assert window.ask("document.querySelector('pre').innerText").startswith("layer")
    window.check_alone()

    # The worst cases come first, and their overlays are the files'.
    dice = {}
    for row in csv.DictReader((folder / "scores.csv").open(encoding="utf-8")):
        dice[row["case"]] = dice.get(row["case"], 0) + float(row["dice"] or 1)
    shown = window.ask("[...document.images].map(image => image.alt)")
    assert shown == sorted(dice, key=lambda case: (dice[case], case))[:8], (shown, dice)

    history = list(csv.DictReader((folder / "history.csv").open(encoding="utf-8")))
    assert window.ask("document.querySelectorAll('.mark circle').length") == 2 * EPOCHS
    said = window.point_at(1)
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", said)]
    assert said.startswith("training") and len(numbers) == 2 and numbers[0] == EPOCHS, said
    assert abs(numbers[1] - float(history[1]["loss"])) < 1e-3 * abs(numbers[1]) + 1e-3, (said, history[1])
    window.take_picture(folder / f"{scheme}.png")
    print(f"{scheme}: {said}")


main()
