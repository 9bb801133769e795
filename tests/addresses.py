#!/usr/bin/env python3
"""Address blocks of the whole world, frozen by a plan, held against how others write them.

    python3 tests/addresses.py target/release/regulars

The addresses (addresses_half.json) are not part of the project. They are looked for in ../shared/data next to it, or where
REGULARS_DATA says; without them this prints that it was skipped. They show how places are displayed, which is not always
how an envelope is written: so only the order and the lines of town and postcode are compared, and how many agree is counted.
What must hold for each of them is checked as a law: nothing that the post needs is cut, lost or said twice.
"""

import json
import os

from support import harness
from support.harness import Shop

TOWNS = "town city village hamlet municipality locality county city_district suburb island state_district".split()
LEAST = 0.80
CAMPAIGN = """
name = "Everywhere"
as_of = 2024-03-01
[segment]
where = "spend_12m > 0"
[letter]
template = "hello.md"
"""


def bare(text):
    return "".join(sign for sign in text.upper() if sign.isalnum())


def shape(lines, town, postcode):
    """How town (T) and postcode (Z) stand: `Z T`, `T Z`, `T / Z`."""
    shape = []
    for line in map(bare, lines):
        found = [(line.find(text), sign) for text, sign in ((bare(town), "T"), (bare(postcode), "Z")) if text in line]
        if found:
            shape.append(" ".join(sign for _, sign in sorted(found)))
    return " / ".join(shape)


def card(case):
    """The parts as a shop would have typed them, and how town and postcode are expected to stand."""
    parts, lines = case["components"], case["expected"].splitlines()
    if parts.get("country"):
        lines = lines[:-1]
    named = [parts[key] for key in TOWNS if key in parts]
    town = next((name for name in named if any(name in line for line in lines)), "")
    if not town or not parts.get("country_code"):
        return None
    postcode = parts.get("postcode", "").strip()
    first = max(n for n, line in enumerate(lines) if town in line)
    coded = [n for n, line in enumerate(lines) if postcode and bare(postcode) in bare(line)]
    first = min([first, *coded[-1:]])
    return {
        "street": ", ".join(lines[:first]) or "1 Long Road", "city": town,
        "state": parts.get("state_code") or parts.get("state", ""), "postcode": postcode,
        "country": parts["country_code"].upper(),
        "expected": shape(lines[first:], town, postcode) if coded else "",
    }


def blocks(cards):
    """The address lines that a plan freezes for each card, by its number."""
    with harness.folder() as home:
        shop = Shop(home)
        # A shop that is nowhere: every letter goes abroad.
        shop.edit("shop.toml", '"US"', '"AQ"')
        shop.write("campaigns/everywhere.toml", CAMPAIGN)
        shop.write("letter-templates/hello.md", "Hello.\n")
        keys = ("street", "city", "state", "postcode", "country")
        people = [[n, f"Ann Berg{n}", *(one[key] for key in keys)] for n, one in enumerate(cards)]
        shop.run("import", "customers", shop.csv("c.csv", "ref,full_name,street,city,state,postcode,country", people))
        bought = [[n, "2024-02-01", "10.00"] for n in range(len(cards))]
        shop.run("import", "purchases", shop.csv("p.csv", "ref,date,amount", bought))
        shop.run("plan", "everywhere")
        rows = shop.ask("SELECT ref, fields FROM recipient")
        return {int(reference): json.loads(fields)["address_lines"] for reference, fields in rows}


def broken_laws(n, one, block):
    """What is wrong with a block, whatever others write."""
    name = f"Ann Berg{n}"
    if name not in (block[0], block[-2]):
        yield "the name stands neither first nor last before the country"
    if block[-1] != block[-1].upper() or not block[-1]:
        yield "the country is not in capitals"
    if any(line != " ".join(line.split()) or not line for line in block):
        yield "a line is empty or has spaces too many"
    if any(line.strip(" ,-/") != line for line in block[1:]):
        yield "a line begins or ends with what should stand between"
    text = bare("".join(line for line in block[:-1] if line != one["street"]))
    if bare(one["city"]) not in text:
        yield "the town is lost"
    if bare(one["state"]) == bare(one["city"]) and text.count(bare(one["city"])) > 1:
        yield "the town is said twice"
    if block.count(one["street"]) != 1 and one["country"] not in ("CI", "GN"):
        yield "the street is not there once, in a line of its own"


def main():
    harness.arguments()
    cases = json.loads(harness.data("hostile/addresses_half.json").read_text(encoding="utf-8"))
    cards = [one for one in map(card, cases) if one]
    found = blocks(cards)
    faults, other, compared = [], [], 0
    for n, one in enumerate(cards):
        block = found[n]
        faults += [f"{block}: {law}" for law in broken_laws(n, one, block)]
        if one["expected"]:
            compared += 1
            place = [line for line in block[:-1] if line not in (f"Ann Berg{n}", one["street"])]
            was = shape(place, one["city"], one["postcode"])
            if was != one["expected"]:
                other.append(f"{one['country']}: {was or 'no postcode'} in {block}, others have {one['expected']}")
    harness.fail_with(faults)
    agree = compared - len(other)
    countries = len({one["country"] for one in cards})
    print(f"addresses: {len(cards)} of {countries} countries; town and postcode stand as others have them in {agree} of {compared}")
    if agree < LEAST * compared:
        harness.fail(*other)
    if os.environ.get("REGULARS_SHOW"):
        print("\n".join(other))


main()
