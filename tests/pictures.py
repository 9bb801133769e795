#!/usr/bin/env python3
"""The pictures of README and the manual, made again from the demo: a letter, and the card at the till.

    tests/pictures.py BINARY

They are written into src/manual/pictures/ and committed. Needs chromium, chromedriver and pdftoppm.
"""

import base64

from support import harness
from support.harness import PROJECT, Server, outside

from chromium import ENTER, Chromium

CAMPAIGN, TODAY = "1990-sauvignon-blanc", "1990-02-12"
FOLDER = PROJECT / "src/manual/pictures"
LARGEST = 80_000


def main():
    harness.arguments()
    with harness.folder() as home:
        shop = harness.Shop(home, today=TODAY, verb="demo")
        letters = shop.folder / f"out/{CAMPAIGN}/letters.pdf"
        outside("pdftoppm", "-png", "-gray", "-r", "72", "-f", "1", "-singlefile", letters, FOLDER / "letter")
        # A family that waits for a second bottle: their card shows most of what a card can.
        waiting = [one for one in shop.json("recipients", CAMPAIGN)["recipients"] if one["branch"] == "came" and one["response"] == "not_redeemed"]
        code = next(one["code"] for one in waiting if shop.json("customer", "show", one["ref"])["family"])
        server = Server(shop, "127.0.0.1:0")
        try:
            with Chromium() as browser:
                browser.size(960, 648)
                browser.go(server.url + "/till")
                browser.shows("Which till is this?")
                browser.press("main button")
                browser.shows("Scan or type the code")
                browser.type(code, ENTER)
                browser.shows("The letter promised")
                taken = browser.tell("Page.captureScreenshot", format="png")
                (FOLDER / "till.png").write_bytes(base64.b64decode(taken["data"]))
        finally:
            server.end()
    for picture in sorted(FOLDER.glob("*.png")):
        if picture.stat().st_size > LARGEST:
            harness.fail(f"{picture.name} has {picture.stat().st_size} bytes; {LARGEST} are the most")


main()
