#!/usr/bin/env python3
"""The two drawings of a letter, laid over each other: the PDF as pdftoppm shows it, the SVG as Chromium does.

    tests/drawings.py BINARY [FOLDER]

Both are drawn with 300 pixels an inch, so that neither moves edges onto whole pixels, brought to 100 and compared square by square:
they agree to a pixel's blur, and a line, a picture or a code that stands 2 pixels beside its place is noticed. Looked at are the letters of the demo, and one with all that a letter can have.
The pictures are left in FOLDER. Needs pdftoppm, chromium and chromedriver.
"""

import base64
import re
import shutil
from pathlib import Path

from chromium import Chromium
from support import harness
from support.harness import fail, fail_with, outside, same

DPI, FINER = 100, 3
# Of the ink of a square: how much of it may stand elsewhere. The two draw the edges of letters each in its own way.
MOST = 0.3
# A page without its pictures, in bytes.
LARGEST = 60_000
# It has Hebrew letters, and comes with fontconfig, which Chromium needs.
HEBREW = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")

COMPARE = """
const [one, two, finer, done] = arguments, SQUARE = 40, LEAST = SQUARE * SQUARE * 4;
const load = (address) => new Promise((ok, no) => {
    const picture = new Image();
    picture.onload = () => ok(picture);
    picture.onerror = () => no("no picture");
    picture.src = address;
});
const ink = (picture, width, height) => {
    const wide = width * finer, sheet = new OffscreenCanvas(wide, height * finer).getContext("2d");
    sheet.fillStyle = "white";
    sheet.fillRect(0, 0, wide, height * finer);
    sheet.drawImage(picture, 0, 0);
    const pixels = sheet.getImageData(0, 0, wide, height * finer).data, dark = new Float32Array(width * height);
    for (let at = 0; at < pixels.length / 4; at++) {
        const [x, y] = [Math.floor((at % wide) / finer), Math.floor(Math.floor(at / wide) / finer)];
        dark[y * width + x] += (255 - (pixels[4 * at] + pixels[4 * at + 1] + pixels[4 * at + 2]) / 3) / finer ** 2;
    }
    const blurred = new Float32Array(width * height);
    for (let y = 1; y < height - 1; y++)
        for (let x = 1; x < width - 1; x++) {
            let sum = 0;
            for (let dy = -1; dy <= 1; dy++)
                for (let dx = -1; dx <= 1; dx++) sum += dark[(y + dy) * width + x + dx];
            blurred[y * width + x] = sum / 9;
        }
    return blurred;
};
Promise.all([load(one), load(two)]).then(([a, b]) => {
    const width = Math.floor(Math.min(a.width, b.width) / finer), height = Math.floor(Math.min(a.height, b.height) / finer);
    const [first, second] = [ink(a, width, height), ink(b, width, height)];
    let worst = [0, 0, 0], all = 0;
    for (let top = 0; top < height; top += SQUARE)
        for (let left = 0; left < width; left += SQUARE) {
            let apart = 0, most = 0;
            for (let y = top; y < Math.min(top + SQUARE, height); y++)
                for (let x = left; x < Math.min(left + SQUARE, width); x++) {
                    const at = y * width + x;
                    apart += Math.abs(first[at] - second[at]);
                    most += Math.max(first[at], second[at]);
                }
            all += most;
            const share = apart / Math.max(most, LEAST);
            if (share > worst[0]) worst = [share, left, top];
        }
    done({ worst, ink: all, sizes: [a.width, a.height, b.width, b.height] });
}).catch((fault) => done({ fault: String(fault) }));
"""

LETTER = """+++
window = "us-10"
subject = "All that a letter can have"
signer = "Helen Wiedeman"
signature = "signature.png"
+++

# Wine, and what goes with it

{{ greeting }}

Here is **bold**, here *italic*, here ***both***; [Small Capitals]{.smallcaps}, “quotes” and 1990–2024: fi fl ffi. Look at
www.example.com/wine or write to helen@example.com, or [read more](https://example.org/more).

{HEBREW}

- oysters of the bay,
- a *cheese* that is not too old,
- and company.

1. Come in.
2. Take it home.

> Ed says that it wants oysters; I say that it wants company.

## What you bought

| Item | Pieces | Paid |
|---|---|---|
| a linen blazer | 1 | 210.00 |
| silk ties | 3 | 96.50 |

---

![The front of the shop](letterhead.png)

{{ qr() }}

{{ barcode() }}

Yours,
"""


def drawn(browser, file):
    """The page as Chromium shows it, as a PNG."""
    browser.go(file.as_uri())
    width, height = browser.run("const page = document.documentElement.getBoundingClientRect(); return [page.width, page.height]")
    browser.tell(
        "Emulation.setDeviceMetricsOverride", width=round(width), height=round(height), deviceScaleFactor=DPI * FINER / 96, mobile=False
    )
    browser.go(file.as_uri())
    return base64.b64decode(browser.tell("Page.captureScreenshot", format="png")["data"])


def compared(browser, one, two):
    browser.go("about:blank")
    addresses = ["data:image/png;base64," + base64.b64encode(picture).decode() for picture in (one, two)]
    found = browser.wait_for_script(COMPARE, *addresses, FINER)
    if "fault" in found:
        fail(found["fault"])
    return found


def shifted(page, way):
    """The same page with one thing on it 2 pixels away from its place; nothing where there is no such thing."""
    by = 2 * 72 / DPI
    moved = {
        "a line to the right": (r'(<g transform="matrix\(\S+ 0 0 \S+ )(\S+)( \S+\)">(?:<use [^>]*>){25})', by),
        "a line down": (r'(<g transform="matrix\(\S+ 0 0 \S+ \S+ )(\S+)(\)">(?:<use [^>]*>){25})', by),
        "a code to the right": (r'(<path transform="translate\()(\S+)( \S+\) )', by),
        "an image down": (r'(<image x="\S+" y=")([^"]+)(")', by),
    }
    pattern, by = moved[way]
    found = re.search(pattern, page)
    return found and page[: found.start(2)] + str(float(found[2]) + by) + page[found.end(2) :]


WAYS = ["a line to the right", "a line down", "a code to the right", "an image down"]


def look(browser, shop, campaign, reference, folder, faults):
    """Compares the drawings of one letter, page by page; the pages of the SVG."""
    pdf = shop.folder / shop.json("preview", campaign, reference)["file"]
    pages = [shop.folder / page for page in shop.json("preview", campaign, reference, "--svg")["pages"]]
    info = outside("pdfinfo", pdf)
    same(f"pages of {reference}", len(pages), int(re.search(r"Pages:\s+(\d+)", info)[1]))
    noticed = set()
    for number, file in enumerate(pages, 1):
        stem = folder / f"{campaign}-{reference}-{number}"
        outside("pdftoppm", "-r", DPI * FINER, "-f", number, "-l", number, "-singlefile", "-png", pdf, f"{stem}-pdf")
        printed, shown = Path(f"{stem}-pdf.png").read_bytes(), drawn(browser, file)
        Path(f"{stem}-svg.png").write_bytes(shown)
        found = compared(browser, printed, shown)
        share, left, top = found["worst"]
        print(f"{stem.name}: {share:.3f} of the ink at {left}, {top} stands elsewhere")
        if share > MOST:
            faults.append(f"{stem.name}: {share:.3f} of the ink at {left}, {top} stands elsewhere in the SVG")
        width, height, other_width, other_height = found["sizes"]
        if abs(width - other_width) > FINER or abs(height - other_height) > FINER or found["ink"] < 1e6:
            faults.append(f"{stem.name}: {found}")
        page = file.read_text(encoding="utf-8")
        size = len(re.sub(r'href="data:[^"]*"', "", page).encode())
        print(f"{stem.name}: {size} bytes without pictures, {len(page.encode())} with them")
        if size > LARGEST:
            faults.append(f"{stem.name}: {size} bytes, {LARGEST} are the most")
        if banned := re.search(r"<style|<script|<foreignObject|\sstyle=|\son\w+=|javascript:", page):
            faults.append(f"{stem.name}: {banned[0]} is not allowed on pages")
        for way in WAYS:
            if other := shifted(page, way):
                beside = folder / "beside.svg"
                beside.write_text(other, encoding="utf-8")
                share = compared(browser, printed, drawn(browser, beside))["worst"][0]
                print(f"{stem.name}: with {way}, {share:.3f}")
                noticed.add(way)
                if share <= MOST:
                    faults.append(f"{stem.name}: {way} by 2 pixels is not noticed: {share:.3f}")
    faults.extend(f"{campaign}: {way} was not tried" for way in WAYS if way not in noticed)
    return pages


def roles(browser, file):
    """What a screen reader is told of a page: roles, each with the names of what has it."""
    browser.go(file.as_uri())
    found = {}
    for node in browser.tell("Accessibility.getFullAXTree")["nodes"]:
        if not node.get("ignored"):
            found.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    return found


def everything(browser, home, folder, faults):
    """A letter with all that one can have."""
    shop = harness.Shop(home, name="everything", today="1990-01-15")
    shop.json("import", "customers", shop.csv("people.csv", "ref,full_name,street,city,state,zip", [["C-1", "Rosa Okafor", "1 Oak St", "Salem", "OR", "97301"]]))
    for picture in ("letterhead.png", "signature.png"):
        shutil.copy(harness.PROJECT / "letter-templates" / picture, shop.folder / "letter-templates")
    if HEBREW.is_file():
        (shop.folder / "fonts").mkdir(exist_ok=True)
        shutil.copy(HEBREW, shop.folder / "fonts")
    else:
        print(f"without right-to-left text: there is no {HEBREW}")
    shop.campaign("all", "", LETTER.replace("{HEBREW}", "שלום לכם, תודה רבה על הביקור." if HEBREW.is_file() else ""))
    shop.json("plan", "all")
    # A page that is full of text: the demo's letters one after the other, without their fields.
    letters = [(harness.PROJECT / "letter-templates" / f"{name}.md").read_text("utf-8") for name in ("free-bottle", "we-missed-you", "thanks-for-coming")]
    prose = re.sub(r"{%.*?%}|{{.*?}}", "", "\n\n".join(letter.split("+++")[2] for letter in letters), flags=re.S)
    full = "\n\n".join(part for part in prose.split("\n\n") if len(part) > 60)
    head = 'window = "us-10"\nmargins = { left = 25, right = 25, bottom = 15 }\nsize = 11\nleading = 1.25'
    shop.campaign("full", "", f"+++\n{head}\n+++\n\n# A longer word\n\n*{full[:150]}*\n\n{full}\n")
    shop.json("plan", "full")
    page = Path(shop.folder / shop.json("preview", "full", "C-1", "--svg")["pages"][0])
    glyphs = len(re.sub(r"\s", "", " ".join(re.findall(r"<text[^>]*>(.*?)</text>", page.read_text("utf-8")))))
    print(f"a page of {glyphs} glyphs: {page.stat().st_size} bytes")
    if glyphs < 1667 or page.stat().st_size > LARGEST:
        faults.append(f"a page of {glyphs} glyphs takes {page.stat().st_size} bytes, {LARGEST} are the most")
    heard = {}
    for page in look(browser, shop, "all", "C-1", folder, faults):
        for role, names in roles(browser, page).items():
            heard.setdefault(role, []).extend(names)
    for role, names in {
        "heading": ["Wine, and what goes with it", "What you bought"],
        "link": ["www.example.com/wine", "helen@example.com", "read more (example.org/more)"],
        "image": ["The front of the shop"],
        "listitem": None,
        "columnheader": None,
        "cell": None,
        "blockquote": None,
    }.items():
        # An address that goes on in the next line is two links.
        told = "".join(heard.get(role, [])).replace(" ", "")
        if role not in heard or names and any(name.replace(" ", "") not in told for name in names):
            faults.append(f"a screen reader is told of {role}: {heard.get(role)}, all of {sorted(heard)}")


def main():
    where = Path(harness.arguments(2)[-1]) if len(harness.arguments(2)) > 1 else None
    faults = []
    with harness.folder() as home:
        folder = where or home / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        demo = harness.Shop(home, name="demo", today="1990-02-12", verb="demo")
        with Chromium() as browser:
            for campaign in ("1989-chardonnay", "1990-sauvignon-blanc"):
                first = {}
                for one in demo.json("recipients", campaign)["recipients"]:
                    if one["code"]:
                        first.setdefault(one["branch"], one["ref"])
                for reference in first.values():
                    look(browser, demo, campaign, reference, folder, faults)
            everything(browser, home, folder, faults)
    fail_with(faults)


main()
