#!/usr/bin/env python3
"""Writes a book of invented people and their purchases, the same on every machine.

    generate.py FOLDER [--customers 1000000] [--purchases 7000000]

customers.csv and purchases.csv are exports as a till writes them: a reference, an address, receipts of one line or several.
"""

import argparse
import os

FIRST = "Anna Ben Carla David Elena Farid Greta Hugo Iris Jonas Keiko Liam Mina Noah Olga Pablo Quinn Rosa Sam Tara".split()
LAST = ("Albrecht Brandt Castro Dubois Eriksen Ferrari Garcia Hansen Ivanova Jansen Kowalski Lopez Moreau Novak Okafor "
        "Petrov Quist Rossi Silva Tanaka Ulrich Vega Weber Xu Young Zimmer").split()
STREETS = "Bay Rd|Elm St|Grove Ave|High St|Lake Dr|Main St|Oak Ln|Park Pl|River Rd|Station St".split("|")
CITIES = [("Springfield", "MA", "01103"), ("Holyoke", "MA", "01040"), ("Palo Alto", "CA", "94301"), ("Austin", "TX", "78701"),
          ("Portland", "OR", "97201"), ("Dayton", "OH", "45402"), ("Albany", "NY", "12207")]


def dice(seed):
    """A small generator of numbers (a 64-bit linear congruence, upper half)."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        yield state >> 33


def days():
    """Every day of ten years, as ISO text."""
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return [f"{year}-{month + 1:02}-{day:02}" for year in range(1980, 1990) for month in range(12)
            for day in range(1, lengths[month] + 1)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder")
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--purchases", type=int, default=7_000_000)
    said = arguments.parse_args()
    os.makedirs(said.folder, exist_ok=True)
    roll = dice(1989)
    path = os.path.join(said.folder, "customers.csv")
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write("Customer ID,Title,First Name,Last Name,Street Address,City,State,Postal Code,Country,Email,Phone\n")
        for n in range(said.customers):
            r = next(roll)
            first, last = FIRST[r % 20], LAST[r // 20 % 26]
            city, state, postcode = CITIES[r // 520 % 7]
            email = f"{first.lower()}.{last.lower()}{n}@example.com" if r // 3640 % 3 == 0 else ""
            out.write(f"C-{n:07},{('Ms.', 'Mr.', '')[r // 11 % 3]},{first},{last},{r % 9000 + 1} {STREETS[r // 9 % 10]},"
                      f"{city},{state},{postcode},US,{email},+1 413 555 {n % 10000:04}\n")
    calendar = days()
    path = os.path.join(said.folder, "purchases.csv")
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write("Receipt,Customer ID,Date,Quantity,Amount\n")
        for n in range(said.purchases):
            r = next(roll)
            # A tenth of the sales has no customer; some customers come often.
            who = "" if r % 10 == 0 else f"C-{(r // 10 % said.customers) * (n % 3 > 0) + (n % (said.customers // 20 + 1)) * (n % 3 == 0):07}"
            out.write(f"{n + 100000},{who},{calendar[n * len(calendar) // said.purchases]},{r // 7 % 3 + 1},"
                      f"{r // 13 % 20000 / 100:.2f}\n")


main()
