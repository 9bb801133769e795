#!/usr/bin/env python3
"""Files that are broken at random: each is taken or refused in words, and a refusal changes nothing.

    tests/fuzz.py BINARY [FILES]

Good files of every kind that the program reads (lists of customers and purchases, workbooks, address cards, emails that came back,
settings, campaigns, letters) are changed in a few places: bytes turned over, pieces cut out, doubled or put elsewhere, signs
put in that mean something somewhere. The program must end by itself with a status of its own, and say in `--json` what can be
read; `doctor` finds nothing wrong afterwards. Each file is the same every time; one that is not well is left in `fuzz/` beside
the program.
"""

import io
import json
import zipfile
from pathlib import Path

from support import harness
from support.harness import PROJECT, Shop

BASE = PROJECT / "tests/faults/base"
CARDS = b"""BEGIN:VCARD\r\nVERSION:3.0\r\nUID:C-1\r\nN:Lee;Ann;;Mrs.;\r\nFN:Ann Lee\r\nADR;TYPE=HOME:;;1 Elm St;Salem;OR;97301;USA\r
EMAIL:ann@example.com\r\nTEL;TYPE=CELL:+1 650 555 0123\r\nBDAY:1960-05-04\r\nNOTE:likes tea\\, black\r\nEND:VCARD\r
BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=C3=AB\r\nADR:;;2 Elm St;Salem;OR;97301;\r\nEND:VCARD\r
"""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(compression):
    """A small .xlsx; what is stored as it is breaks in its cells, what is compressed in its packing."""
    rows = [["ref", "first_name", "last_name", "postcode"], ["C-1", "Ann", "Lee", "97301"], ["C-2", "José", "Muñoz", "02108"]]
    cells = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{"ABCD"[i]}{n}" t="inlineStr"><is><t>{cell}</t></is></c>' for i, cell in enumerate(row)) + "</row>"
        for n, row in enumerate(rows, 1)
    )
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="A" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r" Type="{RELATIONS}/worksheet" Target="worksheets/a.xml"/></Relationships>',
        "xl/worksheets/a.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name), text, compression)
    return out.getvalue()


PIECES = [
    b"\0", b'"', b'""', b",", b";", b"\t", b"\r", b"\n", b"\r\n\r\n", b"'", b"=", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80",
    b"9" * 40, b"-", b"1e308", b"NaN", b"0000-00-00", b"2024-02-30", b"{{", b"}}", b"{%", b"+++", b"[[", b"]", b"(" * 300, b"<", b"&",
    "Ü".encode(), "👩‍👩‍👧‍👦".encode(), "‮".encode(), b"\x1b[2J", b"a" * 70_000,
]  # fmt: skip


def broken(dice, text):
    """The same bytes, changed in one to six places."""
    text = bytearray(text)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(text) + 1)
        end = min(len(text), at + dice.choice([1, 1, 3, 20, 200]))
        how = dice.randrange(6)
        if how == 0 and at < len(text):
            text[at] = dice.randrange(256)
        elif how == 1:
            del text[at:end]
        elif how == 2:
            text[at:at] = text[at:end] * dice.choice([1, 2, 50])
        elif how == 3:
            piece = text[at:end]
            del text[at:end]
            other = dice.randrange(len(text) + 1)
            text[other:other] = piece
        else:
            text[at:at] = dice.choice(PIECES)
    return bytes(text)


def kinds(shop):
    """What is broken, its good text, where it is written, and what is asked of the program then."""
    mails = sorted((PROJECT / "tests/answers").glob("*.eml"))
    yield "customers", [(BASE / "customers.csv").read_bytes()], "people.csv", ["import", "customers", "people.csv"]
    yield "purchases", [(BASE / "purchases.csv").read_bytes()], "sales.csv", ["import", "purchases", "sales.csv", "--new-customers"]
    yield "cards", [CARDS], "people.vcf", ["import", "customers", "people.vcf"]
    books = [workbook(zipfile.ZIP_STORED), workbook(zipfile.ZIP_DEFLATED)]
    yield "workbooks", books, "people.xlsx", ["import", "customers", "people.xlsx"]
    yield "answers", [path.read_bytes() for path in mails], "answer.eml", ["bounces", "answer.eml"]
    for path in ("shop.toml", "campaigns/spring.toml", "letter-templates/spring.md"):
        yield path, [(BASE / path).read_bytes()], path, ["check"]


def main():
    (files,) = harness.numbers(1500)
    dice, left, faults, statuses = harness.moments(), Path(harness.binary()).parent / "fuzz", [], {0: 0, 1: 0, 3: 0}
    with harness.folder() as home:
        shop = Shop(home)
        for path in ("shop.toml", "campaigns/spring.toml", "letter-templates/spring.md"):
            shop.write(path, (BASE / path).read_text(encoding="utf-8"))
        shop.run("import", "customers", BASE / "customers.csv")
        shop.run("import", "purchases", BASE / "purchases.csv")
        every = list(kinds(shop))
        for number in range(files):
            what, good, path, words = every[number % len(every)]
            was = (shop.folder / path).read_bytes() if (shop.folder / path).is_file() else None
            bad = broken(dice, dice.choice(good))
            (shop.folder / path).write_bytes(bad)
            before = shop.ask("SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM purchase)")
            done = shop.run("--json", *words, status=None)
            wrong = []
            if done.returncode not in statuses:
                wrong.append(f"it ended with {done.returncode}")
            elif done.returncode == 1 and before != shop.ask("SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM purchase)"):
                wrong.append("what was refused left something")
            statuses[done.returncode] = statuses.get(done.returncode, 0) + 1
            if "panicked" in done.stderr or done.returncode == 1 and "error" not in done.stderr and not done.stdout.strip():
                wrong.append(done.stderr or "not a word")
            try:
                json.loads(done.stdout or "{}")
            except ValueError:
                wrong.append("no JSON")
            if wrong:
                left.mkdir(exist_ok=True)
                (left / f"{number}-{Path(path).name}").write_bytes(bad)
                faults.append(f"{left}/{number}-{Path(path).name} ({what}): {'; '.join(wrong)[:600]}")
            if was is None:
                (shop.folder / path).unlink()
            else:
                (shop.folder / path).write_bytes(was)
        shop.run("doctor")
    harness.fail_with(faults)
    print(f"fuzz: {files} broken files: {statuses[0]} taken, {statuses[1]} refused, {statuses[3]} in part; each in words, and nothing half")


main()
