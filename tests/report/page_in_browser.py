#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens a page of write_page in headless Chromium and does what a reader does: reads its numbers, points at a curve,
looks at it in light, in dark and on paper. page_in_browser.py <write_page> <folder for the screenshots>

Says 'skipped' where there is no chromedriver."""
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
import browser  # noqa: E402


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    with browser.started() as port:
        if port is None:
            print(browser.SKIPPED)
            return
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / "report.html"
        subprocess.run([program, str(page)], check=True)
        for scheme in ("light", "dark"):
            with browser.Window(port, page, scheme) as window:
                look(window, folder, scheme)
    print(f"the page says what it must, in light and dark: {folder}")


def look(window, folder, scheme):
    assert window.ask("document.body.innerText.includes('Accuracy 0.7500, area under the ROC curve 0.9375.')")
    assert window.ask("document.querySelectorAll('table.confusion td')[1].innerText") == "1"
    window.check_alone()
    said = window.point_at(2)
    assert "sensitivity" in said, said
    window.take_picture(folder / f"{scheme}.png")
    if scheme == "light":
        window.print_to(folder / "paper.pdf")
    print(f"{scheme}: {said}")


main()
