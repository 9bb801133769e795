"""600 letters to people with names and addresses from many countries: every name printed as it is typed, or named.

    python3 tests/names.py target/release/regulars

The names and addresses are not part of the project. They are looked for in ../shared/data next to it, or where
REGULARS_DATA says; without them this prints that it was skipped. With the machine's fonts off, every letter whose name has
a character that the shipped font lacks must be a problem that names the customer and the character. With Debian's Noto fonts
(fonts-noto-core, fonts-noto-cjk) no letter may have one; that half is left out where they are missing. Needs pdftotext,
pdffonts and qpdf.

No common forename or surname may be taken for a title, a company, an empty cell or letters behind a name: each is greeted as a
person's, in cells of its own and within a whole name.
"""

import csv
import json
import os
import re
import sqlite3
import sys
import unicodedata
from itertools import cycle
from pathlib import Path

from support import harness
from support.harness import Shop, outside, rows_of

NOTO = ["/usr/share/fonts/truetype/noto", "/usr/share/fonts/opentype/noto"]
LETTERS = 600

CAMPAIGN = """name = "Names"
as_of = 2024-03-01
channel = "letter"
[segment]
where = "true"
one_per = "customer"
[gift]
name = "a bottle"
claim_until = 2024-06-30
[letter]
template = "names.md"
"""
TEMPLATE = "+++\npaper = \"a4\"\n+++\n\nFor {{ customer.full_name }}, with thanks. Code {{ code }}\n"


def people(lists, addresses):
    """Names of every country in turn, each with an address."""

    def by_country(rows):
        found = {}
        for row in rows:
            if row["Localized Name"].strip():
                found.setdefault(row["Country"], []).append(row["Localized Name"].strip())
        return found

    given, family = (by_country(rows_of(lists / f"common-{kind}-by-country.csv", "utf-8-sig")) for kind in ("forenames", "surnames"))
    with open(lists / "probablepeople_athletes.csv", encoding="utf-8", newline="") as out:
        athletes = [row[0] for row in csv.reader(out) if row and row[0].strip()]
    names, depth = [], 0
    while len(names) < LETTERS - len(athletes):
        for country in sorted(set(given) | set(family)):
            parts = [part[country][depth % len(part[country])] for part in (given, family) if country in part]
            names.append(" ".join(parts))
        depth += 1
    names = names[: LETTERS - len(athletes)] + athletes
    places = [entry["components"] for entry in json.loads(addresses.read_text(encoding="utf-8"))]
    for number, (name, place) in enumerate(zip(names, cycle(places))):
        street = " ".join(place.get(key, "") for key in ("house_number", "road")).strip()
        yield {
            "ref": f"N-{number:04}",
            "full name": name,
            "street": street or place.get("building", "") or place.get("suburb", "") or "1",
            "city": place.get("city") or place.get("town") or place.get("village") or place.get("state") or "Town",
            "state": place.get("state_code", ""),
            "postcode": place.get("postcode", ""),
            "country": place.get("country_code", "us").upper(),
        }


def common(lists):
    """References, cells of a card, and the greetings that are right: each forename before a surname, each surname behind one."""

    def names(kind):
        rows = rows_of(lists / f"common-{kind}-by-country.csv", "utf-8-sig")
        return sorted({" ".join(row[column].split()) for row in rows for column in ("Localized Name", "Romanized Name")} - {""})

    for number, name in enumerate(names("forenames")):
        greetings = {f"Dear {name},", f"Dear {name.split()[0]},", f"Dear {name} Zzyzx,"}
        yield f"F{number}", ["", name, "Zzyzx", ""], {f"Dear {name},"}
        yield f"G{number}", ["", "", "", f"{name} Zzyzx"], greetings
    for number, name in enumerate(names("surnames")):
        yield f"S{number}", ["", "Zora", name, ""], {"Dear Zora,"}
        yield f"T{number}", ["", "", "", f"Zora {name}"], {"Dear Zora,"}
        yield f"U{number}", ["Ms.", "", name, ""], {f"Dear Ms. {name},"}
        yield f"V{number}", ["", "", "", f"Ms. Zora {name}"], {f"Dear Ms. {name},"}


def greeted(lists):
    """Each of them whose greeting is another, and how many there are."""
    people = list(common(lists))
    rows = [[ref, *cells, f"{n} Long St", "Boston", "MA", "02108"] for n, (ref, cells, _) in enumerate(people)]
    with harness.folder() as home:
        shop = Shop(home)
        shop.run("import", "customers", shop.csv("people.csv", "ref,title,first name,last name,full name,street,city,state,zip", rows))
        shop.write("campaigns/names.toml", CAMPAIGN)
        shop.write("letter-templates/names.md", "{{ greeting }}\n")
        shop.run("plan", "names")
        database = sqlite3.connect(shop.folder / "regulars.db")
        greetings = {ref: json.loads(fields)["greeting"] for ref, fields in database.execute("SELECT ref, fields FROM recipient")}
        database.close()
    return [f"{cells}: {greetings.get(ref)}" for ref, cells, right in people if greetings.get(ref) not in right], len(people)


def said(text):
    """Text without what may be written in another way: white, forms of one letter, apostrophes, marks of the direction."""
    return re.sub("[\\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+", "", unicodedata.normalize("NFKC", re.sub("[´`’]", "'", text)))


def main():
    harness.arguments()
    everyone = list(people(*harness.data("hostile/names", "hostile/addresses_half.json")))
    with harness.folder() as home:
        shop = Shop(home)

        def printed(fonts, status):
            """Prints, and gives what was left out, and each page's text by customer."""
            told = shop.json("print", "names", "--leave-out-problems", fonts=fonts, status=status)
            pdf = shop.folder / told["file"]
            outside("qpdf", "--check", pdf)
            for line in outside("pdffonts", pdf).splitlines()[2:]:
                if " yes yes yes " not in line:
                    harness.fail(f"not embedded, cut down and with its text: {line}")
            pages = outside("pdftotext", pdf, "-").split("\f")
            manifest = rows_of(shop.folder / told["manifest"])
            for row in manifest:
                if int(row["pages"]) != 1:
                    harness.fail(f"the letter to {row['ref']} takes {row['pages']} pages")
            return told["left_out"], {row["ref"]: pages[int(row["page"]) - 1] for row in manifest}

        shop.run("import", "customers", shop.csv("people.csv", ",".join(everyone[0]), [person.values() for person in everyone]))
        shop.write("campaigns/names.toml", CAMPAIGN)
        shop.write("letter-templates/names.md", TEMPLATE)
        shop.run("plan", "names")
        faults = []

        def compare(pages):
            for person in everyone:
                text = pages.get(person["ref"])
                if text is not None and said(person["full name"]) not in said(text):
                    faults.append(f"{person['ref']}: {person['full name']!r} is not on its page: {text!r}")

        left_out, pages = printed("", 3)
        compare(pages)
        named = {match.group(1) for problem in left_out if (match := re.search(r"\(`(N-\d+)`\): no font has '", problem))}
        if missing := [problem for problem in left_out if "no font has" not in problem]:
            faults.append(f"other problems: {missing[:3]}")
        if {person["ref"] for person in everyone} != named | set(pages):
            faults.append("somebody has neither a letter nor a problem")
        shipped = f"{len(pages)} of {LETTERS} letters in the shipped font, {len(named)} named with the signs it lacks"
        if all(Path(folder).is_dir() for folder in NOTO):
            left_out, pages = printed(os.pathsep.join(NOTO), 0)
            compare(pages)
            if left_out or len(pages) != LETTERS:
                faults.append(f"with Noto fonts {len(left_out)} were left out: {left_out[:3]}")
            shipped += f"; {len(pages)} with Noto fonts"
        else:
            print("names: left out: letters in Noto fonts, which are not installed here", file=sys.stderr)
    mistaken, count = greeted(harness.data("hostile/names"))
    faults.extend(mistaken)
    harness.fail_with(faults)
    print(f"names: {shipped}; every name on its page as typed; {count} cards of common names greeted as people")


main()
