#!/usr/bin/env python3
"""The pages of `regulars serve` as people see them: a real Chromium on a phone and on a desk, light and dark.

    tests/browser.py BINARY AXE [FOLDER]

AXE is axe.min.js of axe-core, by which every page is checked; pictures of all pages are left in FOLDER. The shop is the
demo's, on a day of its second campaign. Needs chromium, chromedriver, pdftoppm and zbarimg.
"""

import json
import re
from pathlib import Path

from support import harness
from support.harness import Server, outside

from chromium import DOWN, ENTER, ESCAPE, UP, Chromium

PHONE, DESK, NARROW = (390, 844), (1280, 900), (320, 640)
CAMPAIGN, TODAY = "1990-sauvignon-blanc", "1990-02-12"

# Names that would be markup, script, a template or a mess, were they not taken for names.
HOSTILE = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus=alert(1) autofocus='", "{{ 7 * 7 }}",
    "{% include \"card.html\" %}", "javascript:alert(1)", "</title><script>alert(1)</script>", "<!--", "&lt;b&gt;",
    "W" * 180, "אבג‮דה", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘", "👩‍👩‍👧‍👦" * 12, "﷽﷽﷽﷽", "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>", "<iframe src=//example.org>", "<base href=//example.org>", "a\tb", "%00%0a", "../../etc",
]  # fmt: skip


class Shop(harness.Shop):
    """The demo's shop, and its server."""

    server, address = None, "127.0.0.1:0"

    def open(self):
        """Opens the pages, where they were when they were closed."""
        self.server = Server(self, self.address)
        self.url, self.address = self.server.url, self.server.address

    def close(self):
        if self.server:
            self.server.end()
            self.server = None

    def events(self, code):
        """What happened to a code, in its order."""
        return [row[0] for row in self.ask("SELECT outcome FROM redemption_event WHERE code = ? ORDER BY id", code)]


class Pages:
    """Checks every page, and keeps its picture."""

    def __init__(self, browser, axe, folder):
        self.browser, self.axe, self.folder = browser, axe, folder
        self.faults, self.seen = [], 0
        self.size = DESK

    def on(self, size):
        self.size = size
        self.browser.size(*size)

    def look(self, name, main=None):
        """`main` is what must be in sight without scrolling."""
        browser = self.browser
        here = f"{name}-{self.size[0]}"
        for dark in (False, True):
            browser.size(*self.size, dark)
            for one in browser.wait_for_script(
                self.axe + ";const done = arguments[arguments.length - 1];"
                "axe.run(document).then(r => done(r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes[0].html)),"
                " fault => done(['axe: ' + fault]))"
            ):
                self.faults.append(f"{here}{' dark' if dark else ''}: {one}")
            if self.folder:
                browser.picture(self.folder / f"{here}{'-dark' if dark else ''}.png")
        browser.size(*self.size)
        if main:
            box = browser.run(
                "scrollTo(0, 0); const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                "return [b.top, b.bottom, b.width]", main
            )  # fmt: skip
            if not (0 <= box[0] and box[1] <= self.size[1] and box[2] > 0):
                self.faults.append(f"{here}: `{main}` is not in sight: {box}")
        self.in_forced_colours(here)
        for size in (NARROW, self.size):
            browser.size(*size)
            self.fits(here, size[0])
        self.with_large_letters(here)
        browser.size(*self.size)

    def with_large_letters(self, name):
        """With letters twice as large nothing scrolls sideways on the narrowest phone, and no name is cut."""
        browser = self.browser
        browser.size(*NARROW)
        browser.run("document.documentElement.style.fontSize = '200%'")
        self.fits(f"{name} in large letters", NARROW[0])
        cut = browser.run(
            "return [...document.querySelectorAll('main :is(.name, bdi)')].map(e => { for (let b = e; b.id !== 'main'; b = b.parentElement) {"
            "const s = getComputedStyle(b); if (s.display === 'inline' || b.classList.contains('vh')) continue;"
            "if (s.overflowY !== 'visible' && b.scrollHeight > b.clientHeight + 1) return e.outerHTML.slice(0, 200) } return '' }).find(Boolean)"
        )  # fmt: skip
        if cut:
            self.faults.append(f"{name}: of this name a part is cut: {cut}")
        browser.run("document.documentElement.style.fontSize = ''")

    def in_forced_colours(self, name):
        """Where a person's own colors are forced on the page, what is pressed can be read and has an edge."""
        self.browser.tell("Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}])
        unread = self.browser.run(
            "const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });"
            "return .2126 * r + .7152 * g + .0722 * b + .05 };"
            "return [...document.querySelectorAll('main :is(.btn-go, .btn-ink)')].filter(e => { const s = getComputedStyle(e);"
            "const [a, b] = [light(s.color), light(s.backgroundColor)];"
            "return Math.max(a, b) / Math.min(a, b) < 4.5 || parseFloat(s.borderTopWidth) < 4 }).map(e => e.outerHTML.slice(0, 200))[0]"
        )  # fmt: skip
        if unread:
            self.faults.append(f"{name}: in forced colours this cannot be read: {unread}")

    def fits(self, name, width):
        """Nothing scrolls sideways, and nothing was complained about."""
        # A phone makes its window as wide as what is in it: the width that it has is the one that was set.
        wide = self.browser.run(
            "const all = document.documentElement.scrollWidth, width = arguments[0]; if (all <= width) return '';"
            "const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width);"
            "return all + ' px: ' + (wide.length ? wide[wide.length - 1].outerHTML.slice(0, 200) : '')", width
        )  # fmt: skip
        if wide:
            self.faults.append(f"{name} is wider than {width} px: {wide}")
        # What is cut so that it fits is text; what is pressed stands there as a whole.
        cut = self.browser.run(
            "return [...document.querySelectorAll('main :is(button, input, textarea, summary)')].filter(e => {"
            "const b = e.getBoundingClientRect(); return e.checkVisibility() && b.width > 1 && (b.left < 0 || b.right > arguments[0]) })"
            ".map(e => e.outerHTML.slice(0, 200))[0]", width
        )  # fmt: skip
        if cut:
            self.faults.append(f"{name}: at {width} px this is cut: {cut}")
        self.faults += [f"{name}: {line}" for line in self.browser.console() if is_fault(line)]
        self.seen += 1


def is_fault(line):
    return any(word in line for word in ("Security Policy", "Refused to", "Uncaught", "deprecat"))


def at_the_till(shop, pages, letters):
    """The till's day: five letters, of people who have not come."""
    browser = pages.browser
    came, undone, other, twice = (next(letters) for _ in range(4))
    browser.go(shop.url + "/till")
    if "Which till" in browser.text():
        pages.look("which", ".btn-big")
        browser.press(".btn-big")
    browser.shows("Scan or type the code, or a name")
    pages.look("waiting", ".btn-go")

    wrong = came["code"][:-1] + ("7" if came["code"][-1] != "7" else "8")
    browser.type(wrong, ENTER)
    browser.shows("No code reads like that")
    pages.look("wrong-code", "#q")

    # A code, the amount, Enter twice.
    browser.go(shop.url + "/till")
    browser.type(came["code"].lower(), ENTER)
    browser.shows("The letter promised")
    pages.look("card", ".act .btn-go")
    assert browser.run("return document.activeElement.id") == "amt", "the amount is not ready"
    browser.run(
        "const f = document.querySelector('.act form'); f.amount.value = '412.50';"
        "f.requestSubmit(); f.requestSubmit()"
    )
    browser.shows("Yes. The bottle is theirs.", "$412.50")
    pages.look("given", ".btn-go")
    assert shop.events(came["code"]) == ["accepted"], shop.events(came["code"])

    # A second time.
    browser.type(came["code"], ENTER)
    browser.shows("Already given.")
    pages.look("refused", ".btn-ink")
    assert browser.run("return document.activeElement.id") == "amt", "the amount is not ready"
    browser.type("33", ENTER)
    browser.shows("It is recorded.", "$33.00")
    browser.type(came["code"], ENTER)
    browser.shows("Already given.")
    spent = "SELECT d.spend_minor FROM redemption d JOIN recipient r ON r.id = d.recipient_id WHERE r.code = ?"
    assert shop.ask(spent, came["code"]) == [(41250,)]

    # By a name with a slip in it; arrows and Esc.
    browser.go(shop.url + "/till")
    surname = undone["name"].split()[-1]
    slip = surname[:2] + surname[3:] if len(surname) > 4 else surname
    browser.type(slip, " ", undone["name"].split()[0], ENTER)
    browser.shows("a bottle is waiting")
    pages.look("found", ".found .first")
    browser.type(DOWN)
    assert browser.run("return document.activeElement === document.querySelectorAll('.found a')[0]"), "arrow down"
    browser.type(UP)
    assert browser.run("return document.activeElement.id") == "q", "arrow up"
    browser.type(ESCAPE)
    browser.until("location.pathname === '/till'")
    browser.type(slip, " ", undone["name"].split()[0], ENTER)
    browser.shows("a bottle is waiting")
    browser.type(ENTER)
    browser.shows("The letter promised")

    # The same while it is typed; what stood there comes back with Esc.
    browser.go(shop.url + "/till")
    browser.type(slip, " ", undone["name"].split()[0])
    browser.shows("a bottle is waiting")
    assert browser.run("return location.pathname") == "/till" and "Who came last" not in browser.text()
    pages.look("typing", ".found .first")
    browser.type(ESCAPE)
    browser.shows("Who came last")
    typed = f"{slip} {undone['name'].split()[0]}"
    browser.type(typed)
    browser.until("document.querySelector('[name=was]').value === arguments[0]", typed)
    browser.type(ENTER)
    browser.shows("The letter promised")

    # A code that is scanned into the amount is a search.
    browser.type(other["code"], ENTER)
    browser.until("document.querySelector('h1').innerText.includes(arguments[0])", other["name"].split()[-1])
    assert shop.events(other["code"]) == [], "a scan wrote something down"
    browser.type("4x12", ENTER)
    browser.shows("Write it like 412.50")
    pages.look("mend", ".act .btn-go")
    browser.type(ESCAPE)
    browser.until("location.pathname === '/till'")

    # Handed over, and taken back.
    browser.type(undone["code"], ENTER)
    browser.shows("The letter promised")
    browser.type(ENTER)
    browser.shows("Yes. The bottle is theirs.")
    browser.press(".undo summary")
    browser.run("document.getElementById('amt').value = ''")
    browser.press("#amt")
    browser.type("38.40", ENTER)
    browser.shows("$38.40 recorded")
    browser.press(".undo details + details summary")
    browser.press("#why")
    browser.type("the wrong person", ENTER)
    browser.shows("Undone.", "The bottle and $38.40")
    pages.look("taken-back", ".next .btn")
    here = browser.run("return location.href")
    assert browser.run("return document.activeElement.id") == "q", "the next customer is ready"
    browser.type(ENTER)
    browser.until("location.pathname === '/till'")
    browser.go(here)
    browser.shows("Undone.")
    assert shop.events(undone["code"]) == ["accepted", "changed", "undone"], shop.events(undone["code"])

    # Amount only, twice, and Enter on the empty field after it; the bottle still waits.
    browser.press(".undo .plain")
    browser.shows("The letter promised")
    bought = "SELECT count(*) FROM redemption_event WHERE outcome = 'bought'"
    before = shop.ask(bought)[0][0]
    browser.run(
        "const f = document.querySelector('.act form'), b = f.querySelector('[formaction]');"
        "f.amount.value = '21.50'; f.requestSubmit(b); f.requestSubmit(b)"
    )
    browser.shows("It is recorded.", "$21.50")
    pages.look("written", ".next .btn")
    assert shop.ask(bought)[0][0] == before + 1
    browser.type(undone["code"], ENTER)
    browser.shows("The letter promised")

    # A second one, by the owner's leave.
    browser.go(shop.url + "/till")
    browser.type(twice["code"], ENTER)
    browser.shows("The letter promised")
    browser.type(ENTER)
    browser.shows("Yes. The bottle is theirs.")
    browser.type(twice["code"], ENTER)
    browser.shows("Already given.")
    browser.press(".choice .btn[formaction]")
    browser.shows("A second bottle is theirs")
    pages.look("again", ".btn-go")

    for name, path, main in [
        ("nobody", "/till/person/999999", None), ("day", "/owner/day", None), ("to-come", "/owner/to-come", None),
        ("unsubscribe", "/u/x", "button"), ("nowhere", "/nowhere", None),
    ]:  # fmt: skip
        browser.go(shop.url + path)
        pages.look(name, main)


def offline(shop, pages, letters):
    """What is handed over while the server is gone is written down once, and a gift given twice is shown to the owner."""
    browser = pages.browser
    first, other, twice, open_card, named, last = (next(letters) for _ in range(6))
    nobodys = "0000-0000"
    newest = shop.ask("SELECT max(id) FROM redemption_event")[0][0]
    browser.go(shop.url + "/till")
    browser.until("navigator.serviceWorker.ready.then(() => caches.match('/till/kept')).then(Boolean)")
    browser.type(open_card["code"], ENTER)
    browser.shows("The letter promised")
    shop.close()

    # The card that is open goes on.
    browser.type("20", ENTER)
    browser.shows("Yes. It is theirs.", "20 saved on this till", "Not confirmed yet.", "You’re offline.")
    pages.look("down-kept", ".next .btn")
    # A code; Enter twice; a second time.
    browser.type(first["code"].lower(), ENTER)
    browser.shows("An open letter")
    assert browser.run("return document.activeElement.id") == "amt", "the amount is not ready"
    pages.look("down-card", ".btn-go")
    browser.run("const f = document.querySelector('[data-keep]'); f.amount.value = '88,00'; f.requestSubmit(); f.requestSubmit()")
    browser.shows("Yes. It is theirs.", "88,00 saved on this till")
    browser.type(first["code"], ENTER)
    browser.shows("Already given.")
    pages.look("down-again", ".next .btn")
    assert not browser.run("return document.querySelector('main .btn-go')"), "green on a no"
    # What is no code, and a code in the wrong field.
    browser.type("".join(reversed(first["code"])), ENTER)
    browser.shows("No code reads like that")
    browser.go(shop.url + "/till")
    browser.shows("You’re offline.", "Saved here: 2")
    pages.look("down-ask", ".btn-go")
    browser.type(named["name"], ENTER)
    browser.shows("Names cannot be found while you’re offline")
    # Of two names and of a phone number one in thirty-two has the characters of a code.
    for person in ("Jane Wood", "Karl Hill", "5550 1012"):
        browser.run("document.getElementById('q').value = ''")
        browser.type(person, ENTER)
        browser.shows("Names cannot be found" if person[0] > "9" else "No code reads like that")
        assert browser.run("return document.querySelector('h1').innerText") == "Till", person
    # A list that is too old, and none.
    for list, says in [
        ("JSON.stringify({...JSON.parse(localStorage['open-codes']), at: Date.now() - 25 * 3600e3})", "more than 24 hours ago"),
        ("JSON.stringify({...JSON.parse(localStorage['open-codes']), at: Date.now() - 3600e3, ends_in: 3500})", "the last day of a gift is over"),
        ("''", "no list of open letters"),
    ]:  # fmt: skip
        browser.run(f"localStorage.held = localStorage['open-codes']; localStorage['open-codes'] = {list}")
        browser.run("document.getElementById('q').value = ''")
        browser.type(last["code"], ENTER)
        browser.shows(says, "Save it, no gift yet")
        if list == "''":
            browser.type("4 hundred 12", ENTER)
            browser.shows("Saved on this till. Give the gift when you’re online again.", says)
        else:
            browser.type(ESCAPE)
        browser.until("document.activeElement.id === 'q'")
        browser.run("localStorage['open-codes'] = localStorage.held; localStorage.removeItem('held')")
    for code, amount in [(twice["code"], "45"), (nobodys, "7.50")]:
        browser.run("document.getElementById('q').value = ''")
        browser.type(code, ENTER)
        browser.until("document.querySelector('h1').innerText === arguments[0]", code)
        if code == twice["code"]:
            browser.type(other["code"], ENTER)
            browser.until("document.querySelector('h1').innerText === arguments[0]", other["code"])
            browser.type(ESCAPE)
            browser.until("document.activeElement.id === 'q'")
            browser.type(code, ENTER)
            browser.until("document.querySelector('h1').innerText === arguments[0]", code)
        browser.type(amount, ENTER)
        if code == nobodys:
            browser.shows("Saved on this till. Give the gift when you’re online again.", "not on the list of open letters")
            assert not browser.run("return document.querySelector('main .btn-go, main .yes, main .kept')"), "green on no yes"
            pages.look("down-saved", ".next .btn")
        else:
            browser.shows("Yes. It is theirs.")
    browser.type(ESCAPE)
    browser.shows("Saved here: 5")
    shop.run("redeem", twice["code"], "--spend", "30", "--till", "back")
    assert shop.events(first["code"]) == [] and shop.events(twice["code"]) == ["accepted"]

    # Back: each once, whatever is loaded again.
    shop.open()
    browser.shows("You’re online again.", "3 visits saved here are recorded.", "1 visit did not go through", "1 visit gets no gift", "Names are found again.", f"Give the gift now: {last['code']}.")
    assert not browser.run("return document.querySelector('main .wrong:not(.empty)')"), "what was wrong offline is no longer"
    pages.look("back", ".btn-go")
    asked = f"SELECT id, at <= arrived_at, request FROM redemption_event WHERE arrived_at IS NOT NULL AND id > {newest}"
    before = shop.ask(asked)
    assert len(before) == 5 and all(row[1] for row in before), before
    for _ in range(2):
        browser.go(shop.url + "/till")
        browser.shows("Who came last", "Give the gift now:")
    browser.press("#give-now .btn")
    browser.until("!document.getElementById('give-now')")
    again = json.dumps({"id": before[0][2], "code": first["code"], "ago": 5})
    sent = "csrf.post('/till/kept', {body: arguments[0]}).then(r => r.json()).then(arguments[1])"
    assert browser.wait_for_script(sent, again)["outcome"] == "accepted"
    assert shop.ask(asked) == before, "it was written down twice"
    assert browser.run("return Object.keys(localStorage).filter(key => !['open-codes', 'give-now'].includes(key)).length") == 0
    spent = "SELECT d.spend_minor FROM redemption d JOIN recipient r ON r.id = d.recipient_id WHERE r.code = ?"
    assert [shop.ask(spent, one["code"]) for one in (open_card, first, twice)] == [[(2000,)], [(8800,)], [(3000,)]]

    # The owner sees both sides until they are put aside; nothing goes.
    browser.go(shop.url + "/owner/day")
    browser.shows("Given twice.", "$45.00", "$30.00", "Not given: the code is on no letter.", "4 hundred 12", "Saved without the gift: check that they got it.")
    pages.look("matters")
    for left in (2, 1, 0):
        browser.press(".matters .btn")
        browser.until("document.querySelectorAll('.matters li').length === arguments[0]", left)
    assert shop.ask(asked) == before

    # The network alone: a phone that has walked too far.
    browser.go(shop.url + "/till")
    lost = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.tell("Network.enable")
    browser.tell("Network.emulateNetworkConditions", offline=True, **lost)
    browser.type("smi" + other["code"], ENTER)
    browser.shows("An open letter")
    browser.type(ENTER)
    browser.shows("Yes. It is theirs.")
    browser.tell("Network.emulateNetworkConditions", offline=False, **lost)
    browser.shows("1 visit saved here is recorded.")
    assert shop.events(other["code"]) == ["accepted"]


def open_for_long(shop, pages, letters):
    """A page from before the server was started again shows what was typed once more; goods that are scanned are no letters."""
    browser, letter = pages.browser, next(letters)
    browser.go(shop.url + "/till")
    browser.type("4006381333931", ENTER)
    browser.shows("That is the bar code of a product, not of a letter.")
    pages.look("goods", "#q")
    browser.run("document.getElementById('q').value = ''")
    browser.type(letter["code"], ENTER)
    browser.shows("The letter promised")
    shop.close()
    shop.open()
    browser.type("64", ENTER)
    browser.shows("This page was open for a long time. Nothing was saved; press the button once more.")
    pages.look("stale", ".btn-ink")
    assert shop.events(letter["code"]) == [], "it was saved all the same"
    assert "64" in browser.run("return [...document.querySelectorAll('main input')].map(e => e.value)")
    browser.press(".btn-ink")
    browser.shows("Yes. The bottle is theirs.", "$64.00")
    # A script hears the new token, and goes on.
    browser.go(shop.url + "/till")
    shop.close()
    shop.open()
    browser.type(letter["name"])
    browser.until("document.querySelectorAll('.found a').length > 0")
    browser.type(ENTER)
    browser.shows("Had the bottle")


def signed_out_meanwhile(shop, pages, letters):
    """A till whose session ends while it is offline says so, keeps what it has, and sends it once someone signs in."""
    browser, letter = pages.browser, next(letters)
    shop.run("till", "pin", typed="402917\n")
    sign_in = lambda: (browser.press("[name=till][value=front]"), browser.press("#secret"), browser.type("402917", ENTER))
    browser.go(shop.url + "/till")
    browser.shows("The PIN of the tills")
    pages.look("sign-in", ".btn-go")
    sign_in()
    browser.shows("Who came last", "Sign out")
    browser.until("navigator.serviceWorker.ready.then(() => caches.match('/till/kept')).then(Boolean)")
    browser.type(letter["code"], ENTER)
    browser.shows("The letter promised")
    shop.close()
    browser.type("17", ENTER)
    browser.shows("17 saved on this till")
    shop.change("DELETE FROM session")
    shop.open()
    browser.shows("1 visit is still saved here until you sign in at this till.")
    assert shop.events(letter["code"]) == []
    browser.go(shop.url + "/till")
    sign_in()
    browser.shows("1 visit saved here is recorded.")
    assert shop.events(letter["code"]) == ["accepted"]
    browser.go(shop.url + "/sign-out")
    pages.look("sign-out", ".btn-big")
    shop.run("till", "pin", "--remove")


def by_camera(shop, pages, letters, home):
    """The camera of a phone reads the code of a printed letter."""
    letter = next(letters)
    film = home / "camera.y4m"
    film_of(shop, letter, film)
    watched = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with Chromium(*watched) as browser:
        seeing = Pages(browser, pages.axe, pages.folder)
        seeing.on(PHONE)
        browser.go(shop.url + "/till")
        browser.press(".btn-big")
        browser.shows("Scan with the camera")
        browser.press(".scan")
        browser.shows("The letter promised")
        browser.until("document.querySelector('h1').innerText.includes(arguments[0])", letter["name"].split()[-1])
        seeing.fits("camera", PHONE[0])
        assert shop.events(letter["code"]) == [], "a scan wrote something down"
    pages.faults += seeing.faults


def film_of(shop, letter, path):
    """What a camera sees that is moved down the right side of a letter until the code is there: 640 × 480."""
    sheet, number, dots = path.with_suffix(".pgm"), str(letter["number"]), 200
    for top in range(0, 11 * dots, dots):
        cut = ["-x", str(2 * dots), "-y", str(top), "-W", str(int(6.5 * dots)), "-H", "480", "-r", str(dots)]
        words = ["pdftoppm", "-gray", *cut, "-f", number, "-l", number, "-singlefile"]
        outside(*words, shop.folder / "out" / CAMPAIGN / "letters.pdf", path.with_suffix(""))
        # It ends with 4 where it sees none.
        read = outside("zbarimg", "-q", "--raw", sheet, status=(0, 4))
        if letter["code"] in read:
            break
    else:
        raise AssertionError(f"letter {number} has another code than {letter['code']}")
    _, width, height, _, grey = sheet.read_bytes().split(maxsplit=4)
    width, grey = int(width), grey[-int(width) * int(height) :]
    seen = b"".join(grey[y * width : (y + 1) * width][-640:] for y in range(int(height)))
    frame = b"FRAME\n" + seen.ljust(640 * 480, b"\xff") + b"\x80" * (640 * 480 // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip C420jpeg\n" + frame * 10)


def hostile(shop, pages):
    """People whose names are anything but names."""
    browser, strings = pages.browser, [*HOSTILE, *(text for text in harness.naughty_strings() or [] if text.strip())]
    shop.run("import", "customers", shop.csv("hostile.csv", "Customer ID", [[f"H-{n}"] for n in range(len(strings))]))
    sets = ", ".join(f"{field} = ?1" for field in "first_name last_name spouse company city street".split())
    shop.change(f"UPDATE customer SET {sets} WHERE ref = ?2", [(text, f"H-{n}") for n, text in enumerate(strings)])
    ids = [row[0] for row in shop.ask("SELECT id FROM customer WHERE ref LIKE 'H-%' ORDER BY id")]
    browser.size(*NARROW)
    for id, text in zip(ids, strings):
        browser.go(f"{shop.url}/till/person/{id}")
        pages.fits(f"the card of {text!r}", NARROW[0])
        markup = browser.run("return document.querySelectorAll('main script, main img, iframe, base, main style').length")
        if markup:
            pages.faults.append(f"{text!r} became markup")
    for size in (PHONE, DESK):
        pages.on(size)
        browser.go(f"{shop.url}/till/person/{ids[9]}")
        pages.look("long-name")
    return len(strings)


# Marks above and below the letters, right to left, no place to break, emoji; each is the last name of a customer.
NAMES = [
    "Nguyễn Thị Thùy Dương Ngọc Ánh Hằng", "مُحَمَّدٌ عَبْدُ ٱلرَّحْمٰنِ", "น้ำผึ้ง กิ๊กก๊ก ป้ำเป๋อ", "क्षत्रिय श्रीमती द्वारका", "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis",
    "Maximiliana-Theodora Freifrau von und zu Hohenlohe-Langenburg", "אברהם בֶּן־גּוּרִיּוֹן", "👩‍👩‍👧‍👦 Ng", "Ẫ́Ổ̂ǰ̣ẵ̤",
]  # fmt: skip


def names(shop, pages, letters):
    """Names that are written in other ways stand on every page as a whole, from the list of names to the day's list."""
    browser = pages.browser
    for number, name in enumerate(NAMES):
        browser.go(shop.url + "/till/new")
        browser.shows("Add a new customer")
        browser.press("#f-last_name")
        browser.run("document.getElementById('f-last_name').value = arguments[0]", name)
        browser.run("document.querySelector('main form').requestSubmit()")
        browser.until("location.pathname.startsWith('/till/person/')")
        for size in (PHONE, DESK) if number < 4 else (PHONE,):
            browser.size(*size)
            pages.fits(f"the card of {name!r}", size[0])
        pages.with_large_letters(f"the card of {name!r}")
        small = browser.run(
            "const h = document.querySelector('.who h1'), s = getComputedStyle(h), c = document.createElement('canvas').getContext('2d');"
            "c.font = `${s.fontWeight} ${s.fontSize} ${s.fontFamily}`; const m = c.measureText(h.innerText);"
            "return m.actualBoundingBoxAscent + m.actualBoundingBoxDescent > 1.35 * parseFloat(s.lineHeight)"
        )  # fmt: skip
        # Of other scripts the fonts here have no letters.
        if small and not any("\u0590" <= sign <= "\u0fff" for sign in name):
            pages.faults.append(f"the line of {name!r} has no room for its marks")
    letter = next(letters)
    greeting = json.dumps({"greeting": f"Dear {NAMES[0]},"})
    shop.change("UPDATE recipient SET name = ?1, fields = json_patch(fields, ?2) WHERE code = ?3", [(NAMES[1], greeting, letter["code"])])
    browser.go(shop.url + "/till")
    browser.type(letter["code"], ENTER)
    browser.shows("The letter promised")
    browser.type(ENTER)
    browser.shows("Yes. The bottle is theirs.")
    pages.on(PHONE)
    pages.look("given-name")
    browser.go(shop.url + "/till")
    browser.type("Freifrau", ENTER)
    browser.shows("no letter this year")
    pages.look("found-name", ".found .first")


def a_new_customer(shop, pages):
    """No one matches that: what was typed stands in the form, errors stand at their fields, the owner sees the card."""
    browser = pages.browser
    for size in (PHONE, DESK):
        pages.on(size)
        browser.go(shop.url + "/till")
        browser.type("Quirin Vogelsang", ENTER)
        browser.shows("matches" if size == PHONE else "Add a new customer")
        browser.press("main a[href^='/till/new/']")
        browser.shows("May we email them?")
        assert browser.run("return document.getElementById('f-last_name').value") == "Vogelsang"
        pages.look("new-customer")
        browser.run("document.querySelector('[name=email_consent][value=yes]').click()")
        browser.press("main .btn-big")
        browser.shows("No one was added yet.", "Enter the email address that they said yes to.")
        pages.look("new-customer-faults")
        browser.press("#f-email")
        browser.type("quirin@example.com", ENTER)
        if size == DESK:
            browser.shows("Is it one of these?")
            pages.look("new-customer-known")
            browser.press("main .btn-big")
        browser.shows("No letter this year")
        browser.press("main details:last-of-type summary")
        browser.press("#a-street")
        browser.type("31 Cowper Street", ENTER)
        browser.shows("No letter this year")
        browser.go(shop.url + "/owner/day")
        browser.shows("Changed at the tills: look at this", "A new customer.", "31 Cowper Street")
        pages.look("changes")
        browser.press(".changes .btn")
        browser.shows("Undone:")


def the_manual(shop, pages):
    """The pages of the manual, and a search that is in no address."""
    browser = pages.browser
    for size in (PHONE, DESK):
        pages.on(size)
        browser.go(shop.url + "/till")
        browser.press(".foot a[href='/manual']")
        browser.shows("Your first campaign")
        pages.look("manual")
        browser.press("#q")
        browser.type("paper jam", ENTER)
        browser.shows("After a paper jam")
        assert "paper" not in browser.run("return location.href")
        pages.look("manual-search")
        browser.press("main li a")
        browser.shows("Labels and envelopes")
        pages.look("manual-page")
        browser.go(shop.url + "/manual/template")
        pages.look("manual-tables")


def main():
    words = harness.arguments(most=3, least=2)
    axe = Path(words[1]).read_text(encoding="utf-8")
    pictures = Path(words[2]) if len(words) == 3 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with harness.folder() as home:
        shop = Shop(home, today=TODAY, verb="demo")
        shop.edit("shop.toml", "[till]\n", "[till]\nhonour_twice = true\n")
        everybody = shop.json("recipients", CAMPAIGN)["recipients"]
        letters = iter([one for one in everybody if one["redeemed_on"] is None and one["arm"] == "mailed"])
        shop.open()
        try:
            with Chromium() as browser:
                pages = Pages(browser, axe, pictures)
                for size in (PHONE, DESK):
                    pages.on(size)
                    at_the_till(shop, pages, letters)
                    offline(shop, pages, letters)
                    open_for_long(shop, pages, letters)
                signed_out_meanwhile(shop, pages, letters)
                by_camera(shop, pages, letters, home)
                names(shop, pages, letters)
                a_new_customer(shop, pages)
                the_manual(shop, pages)
                strange = hostile(shop, pages)
        finally:
            shop.close()
        harness.fail_with(pages.faults)
        print(f"browser: {pages.seen} pages looked over, {strange} strange names among them; nothing to mend")


main()
