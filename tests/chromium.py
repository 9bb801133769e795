"""Chromium as a test drives it: its own driver over plain HTTP (W3C WebDriver), nothing in between, nothing downloaded.

Everything waits for so long and no longer; the browser and its driver end with the test.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 20
FONTS = Path(__file__).resolve().parent.parent / "src/letter/fonts"
ENTER, ESCAPE, UP, DOWN, TAB = "\ue007", "\ue00c", "\ue013", "\ue015", "\ue004"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Chromium:
    """One window. `with Chromium() as browser:`"""

    def __init__(self, *more):
        self.home = tempfile.mkdtemp(prefix="chromium-")
        # Pages may not depend on the fonts of a machine: beside their own they find the ones of the letters here, and no others.
        fonts = f"{self.home}/fonts.conf"
        with open(fonts, "w", encoding="utf-8") as file:
            file.write(f"<fontconfig><dir>{FONTS}</dir><cachedir>{self.home}/fonts</cachedir></fontconfig>")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0", f"--log-path={self.home}/driver.log"], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "FONTCONFIG_FILE": fonts},
        )  # fmt: skip
        try:
            self._open(more)
        except BaseException:
            self.close()
            raise

    def _open(self, more):
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                break
        else:
            raise AssertionError("chromedriver does not start")
        self.base = f"http://127.0.0.1:{found[1]}/session"
        words = [
            "--headless=new", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", f"--user-data-dir={self.home}/profile",
        ]  # fmt: skip
        # Its sandbox refuses to be started by root.
        words += ["--no-sandbox"] if os.geteuid() == 0 else []
        options = {"binary": shutil.which("chromium"), "args": [*words, *more]}
        asked = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "ignore",
            "timeouts": {"pageLoad": PATIENCE * 1000, "script": PATIENCE * 1000},
        }
        self.base += "/" + self._ask("POST", "", {"capabilities": {"alwaysMatch": asked}})["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            if self.base.count("/") > 3:
                self._ask("DELETE", "")
        except (OSError, AssertionError, AttributeError):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _ask(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE * 3) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as fault:
            value = json.load(fault)["value"]
            raise AssertionError(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def tell(self, command, **what):
        """A command of Chromium's own protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": what})

    def go(self, address):
        self._ask("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """What a piece of script on the page returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for_script(self, script, *arguments):
        """What a piece of script hands to its last argument, a function."""
        return self._ask("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def type(self, *keys):
        """Types into whatever has the focus, as a scanner does."""
        # A busy machine gives a new page's field the focus a while after the page is there.
        self.until("document.activeElement && document.activeElement !== document.body")
        active = self._ask("GET", "/element/active")[ELEMENT]
        self._ask("POST", f"/element/{active}/value", {"text": "".join(keys)})

    def press(self, selector):
        """Clicks what a person would click, once it is there."""
        self.until("document.querySelector(arguments[0])", selector)
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
        self._ask("POST", f"/element/{found}/click")

    def until(self, script, *arguments, within=PATIENCE):
        """Waits until a script returns something true."""
        end = time.monotonic() + within
        last = None
        while time.monotonic() < end:
            try:
                if last := self.run("return " + script, *arguments):
                    return last
            except AssertionError as fault:
                # Between two pages there is none.
                if not re.match("stale|no such|javascript error|unknown error|aborted", str(fault)):
                    raise
            time.sleep(0.02)
        raise AssertionError(f"waited for `{script}` {arguments}; the page says:\n{self.text()}")

    def text(self):
        return self.run("return document.body.innerText")

    def shows(self, *parts):
        """Waits until the page shows all of these, as people read them."""
        for part in parts:
            self.until("document.body.innerText.toLowerCase().includes(arguments[0].toLowerCase())", part)

    def size(self, width, height, dark=False):
        """A phone is touched; what is wider has a mouse."""
        is_phone = width < 600
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone)
        self.tell("Emulation.setTouchEmulationEnabled", enabled=is_phone)
        # Without motion, so that no color is looked at on its way to another.
        schemes = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce"}]
        self.tell("Emulation.setEmulatedMedia", features=schemes)

    def picture(self, path):
        """The whole page, as a PNG."""
        taken = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    def console(self):
        """What the page has complained about since the last time."""
        return [line["message"] for line in self._ask("POST", "/se/log", {"type": "browser"})]
