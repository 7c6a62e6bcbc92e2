# SPDX-License-Identifier: MIT
"""A headless Chromium that opens a page and does what a reader does: asks it, points at it, looks at it.

Speaks WebDriver (https://www.w3.org/TR/webdriver2/) to Debian's chromedriver."""
import base64
import contextlib
import json
import re
import shutil
import subprocess
import urllib.request

SKIPPED = "skipped: no chromedriver here (Debian: chromium, chromium-driver)"


@contextlib.contextmanager
def started():
    """A chromedriver on a port that is free: gives the port, or None where there is no chromedriver."""
    driver = shutil.which("chromedriver")
    if driver is None:
        yield None
        return
    server = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        port = next((found[1] for found in (re.search(r"started successfully on port (\d+)", line)
                                            for line in server.stdout) if found), None)
        assert port, "chromedriver did not start"
        yield int(port)
    finally:
        server.terminate()
        server.wait()


class Window:
    """One page in a window of its own, light or dark; a context manager, which closes it."""
    def __init__(self, port, page, scheme, height=2400):
        self.port, self.scheme, self.session = port, scheme, ""
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", f"--window-size=1200,{height}"]
        if scheme == "dark":
            arguments.append("--force-dark-mode")
        self.session = "/" + self.call("", capabilities={"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}})["sessionId"]
        self.call("/goog/cdp/execute", cmd="Emulation.setEmulatedMedia",
                  params={"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.call("/url", url=page.as_uri())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call("", method="DELETE")

    def call(self, path, method="POST", **body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/session{self.session}{path}", method=method,
                                         data=json.dumps(body).encode() if method == "POST" else None,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["value"]

    def ask(self, script):
        """What an expression of JavaScript is on the page."""
        return self.call("/execute/sync", script="return " + script, args=[])

    def check_alone(self):
        """The page needs nothing but itself, all its pictures are there, and it is as light or dark as was asked."""
        assert self.ask("document.querySelectorAll('script, link').length") == 0
        assert self.ask("[...document.images].every(image => image.naturalWidth > 0)")
        colors = [self.ask(f"getComputedStyle(document.body).{which}") for which in ("color", "backgroundColor")]
        ink, paper = (sum(map(int, color[4:-1].split(","))) for color in colors)
        assert (ink < paper) == (self.scheme == "light"), colors

    def point_at(self, which):
        """Moves the mouse to a mark of the curves, in the middle of the window. What the page then says, which is one
        thing; before, it is nothing."""
        x, y = self.ask(f"(() => {{ const c = document.querySelectorAll('.mark circle')[{which}];"
                        " c.scrollIntoView({block: 'center'}); const b = c.getBoundingClientRect();"
                        " return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        shown = "[...document.querySelectorAll('.mark .tip')].filter(t => getComputedStyle(t).display != 'none')"
        assert self.ask(shown + ".length") == 0
        self.call("/actions", actions=[{"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y)}]}])
        said = self.ask(shown + ".map(t => t.textContent)")
        assert len(said) == 1, said
        return said[0]

    def take_picture(self, path):
        path.write_bytes(base64.b64decode(self.call("/screenshot", method="GET")))

    def print_to(self, path):
        pdf = base64.b64decode(self.call("/print", shrinkToFit=True))
        assert pdf.startswith(b"%PDF")
        path.write_bytes(pdf)
