#!/usr/bin/env python3
"""Kills imports in the middle, and looks at what is left: all of it, or nothing of it.

    tests/kill_import.py BINARY [TIMES]

An import is stopped with SIGKILL at moments spread over the time that it takes, into an empty book and into a full one, and so
is the undo of one. Afterwards the book has exactly the purchases from before or exactly those from after, and `doctor` finds nothing wrong.
"""

import subprocess
import sys
import time

from support import harness
from support.harness import PROJECT, Shop, kill

CUSTOMERS, PURCHASES = 20_000, 150_000


def main():
    (times,) = harness.numbers(12)
    dice = harness.moments()
    with harness.folder() as home:
        sizes = ["--customers", str(CUSTOMERS), "--purchases", str(PURCHASES)]
        subprocess.run([sys.executable, PROJECT / "benches/import/generate.py", home, *sizes], check=True)
        empty = Shop(home, "empty", today="1990-01-15")
        more = [[f"M{n}", f"C-{n % CUSTOMERS:07}", "1989-12-01", "socks", 1, "9.50"] for n in range(PURCHASES)]
        more = empty.csv("../more.csv", "Receipt,Customer ID,Date,Item,Quantity,Amount", more)
        full = empty.copy("full")
        full.run("import", "customers", home / "customers.csv")
        full.run("import", "purchases", home / "purchases.csv")
        cases = [
            ("customers into an empty book", empty, "customers", home / "customers.csv"),
            ("purchases into an empty book", empty, "purchases", home / "purchases.csv"),
            ("more purchases", full, "purchases", more),
            ("undo of purchases", full, "undo", "2"),
            ("undo of customers", full, "undo", "1"),
        ]
        for what, start, *words in cases:
            shop = start.copy("shop")
            before = count(shop)
            began = time.monotonic()
            shop.run("import", *words, status=(0, 3))
            took = time.monotonic() - began
            after = count(shop)
            shop.remove()
            wholly = nothing = 0
            for turn in range(times):
                shop = start.copy("shop")
                process = shop.start("import", *words)
                time.sleep(took * (turn + dice.random()) / times * 1.05)
                kill(process)
                shop.is_whole()
                found = count(shop)
                assert found in (before, after), (what, before, found, after)
                shop.run("doctor")
                # What was lost is taken in the second time, and only once. What was undone cannot be undone again.
                if words[0] != "undo" or found == before:
                    shop.run("import", *words, status=(0, 3))
                assert count(shop) == after, what
                wholly, nothing = wholly + (found == after), nothing + (found == before)
                shop.remove()
            print(f"{what}: killed {times} times within {took:.1f} s: {nothing} times nothing, {wholly} times all of it")


def count(shop):
    """Customers, purchases, and the indexes, which an import may put aside."""
    (rows,) = shop.ask("SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM purchase)")
    return rows, shop.ask("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")


main()
