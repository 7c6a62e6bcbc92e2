#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens a page of write_page in headless Chromium and does what a reader does: reads its numbers, points at a curve,
looks at it in light, in dark and on paper. page_in_browser.py <write_page> <folder for the screenshots>

Speaks WebDriver (https://www.w3.org/TR/webdriver2/) to Debian's chromedriver; says 'skipped' where there is none."""
import base64
import json
import pathlib
import shutil
import subprocess
import sys
import urllib.request


def main():
    driver = shutil.which("chromedriver")
    if driver is None:
        print("skipped: no chromedriver here (Debian: chromium, chromium-driver)")
        return
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "report.html"
    subprocess.run([program, str(page)], check=True)
    port = 29515
    server = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.PIPE, text=True)
    try:
        for line in server.stdout:
            if "started successfully" in line:
                break
        for scheme in ("light", "dark"):
            look(port, page, folder, scheme)
    finally:
        server.terminate()
    print(f"the page says what it must, in light and dark: {folder}")


def look(port, page, folder, scheme):
    def call(path, method="POST", **body):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/session{path}", method=method,
                                         data=json.dumps(body).encode() if method == "POST" else None,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["value"]

    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,2400"]
    if scheme == "dark":
        arguments.append("--force-dark-mode")
    session = "/" + call("", capabilities={"alwaysMatch": {
        "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}})["sessionId"]
    try:
        call(session + "/goog/cdp/execute", cmd="Emulation.setEmulatedMedia",
             params={"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        call(session + "/url", url=page.as_uri())

        def ask(script):
            return call(session + "/execute/sync", script="return " + script, args=[])

        assert ask("document.body.innerText.includes('Accuracy 0.7500, area under the ROC curve 0.9375.')")
        assert ask("document.querySelectorAll('table.confusion td')[1].innerText") == "1"
        assert ask("document.querySelectorAll('script, link').length") == 0
        assert ask("[...document.images].every(image => image.naturalWidth > 0)")
        ink, paper = ask("getComputedStyle(document.body).color"), ask("getComputedStyle(document.body).backgroundColor")
        light = [sum(map(int, color[4:-1].split(","))) for color in (ink, paper)]
        assert (light[0] < light[1]) == (scheme == "light"), (ink, paper)

        # The third point of the first curve, in the middle of the window.
        where = ask("(() => { const c = document.querySelectorAll('.mark circle')[2]; c.scrollIntoView({block: 'center'});"
                    " const b = c.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        shown = "[...document.querySelectorAll('.mark .tip')].filter(t => getComputedStyle(t).display != 'none')"
        assert ask(shown + ".length") == 0
        call(session + "/actions", actions=[{"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "duration": 0, "x": round(where[0]), "y": round(where[1])}]}])
        said = ask(shown + ".map(t => t.textContent)")
        assert len(said) == 1 and "sensitivity" in said[0], said
        picture = call(session + "/screenshot", method="GET")
        (folder / f"{scheme}.png").write_bytes(base64.b64decode(picture))
        if scheme == "light":
            pdf = call(session + "/print", shrinkToFit=True)
            (folder / "paper.pdf").write_bytes(base64.b64decode(pdf))
            assert base64.b64decode(pdf).startswith(b"%PDF")
        print(f"{scheme}: {said[0]}")
    finally:
        call(session, method="DELETE")


main()
