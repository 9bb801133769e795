#!/usr/bin/env python3
"""Kills imports in the middle, and looks at what is left: all of it, or nothing of it.

    tests/kill_import.py BINARY [TIMES]

An import is stopped with SIGKILL at moments spread over the time that it takes, into an empty book and into a full one.
Afterwards the book has exactly the purchases from before or exactly those from after, and `doctor` finds nothing wrong.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

CUSTOMERS, PURCHASES = 20_000, 150_000


def run(binary, shop, *words):
    done = subprocess.run([binary, "--shop", shop, "--today", "1990-01-15", "--json", *words], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-500:])
    return json.loads(done.stdout)


def count(shop):
    book = sqlite3.connect(os.path.join(shop, "regulars.db"))
    try:
        counts = book.execute("SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM purchase)").fetchone()
        indexes = [name for name, in book.execute("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")]
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not book.execute("PRAGMA foreign_key_check").fetchall()
        return counts, indexes
    finally:
        book.close()


def main():
    binary, times = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12
    here = os.path.dirname(os.path.abspath(__file__))
    dice = random.Random(1989)
    with tempfile.TemporaryDirectory() as folder:
        generate = os.path.join(here, "..", "benches", "import", "generate.py")
        sizes = ["--customers", str(CUSTOMERS), "--purchases", str(PURCHASES)]
        subprocess.run([sys.executable, generate, folder, *sizes], check=True)
        with open(os.path.join(folder, "more.csv"), "w", encoding="utf-8") as out:
            out.write("Receipt,Customer ID,Date,Item,Quantity,Amount\n")
            for n in range(PURCHASES):
                out.write(f"M{n},C-{n % CUSTOMERS:07},1989-12-01,socks,1,9.50\n")
        empty = os.path.join(folder, "empty")
        subprocess.run([binary, "init", empty], check=True, capture_output=True)
        full = os.path.join(folder, "full")
        shutil.copytree(empty, full)
        run(binary, full, "import", "customers", os.path.join(folder, "customers.csv"))
        run(binary, full, "import", "purchases", os.path.join(folder, "purchases.csv"))
        cases = [
            ("customers into an empty book", empty, "customers", "customers.csv"),
            ("purchases into an empty book", empty, "purchases", "purchases.csv"),
            ("more purchases", full, "purchases", "more.csv"),
        ]
        for what, start, kind, file in cases:
            shop = os.path.join(folder, "shop")
            command = [binary, "--shop", shop, "--today", "1990-01-15", "import", kind, os.path.join(folder, file)]
            shutil.copytree(start, shop)
            before, indexes = count(shop)
            began = time.monotonic()
            subprocess.run(command, check=True, capture_output=True)
            took = time.monotonic() - began
            after, _ = count(shop)
            shutil.rmtree(shop)
            wholly = nothing = 0
            for turn in range(times):
                shutil.copytree(start, shop)
                process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(took * (turn + dice.random()) / times * 1.05)
                process.send_signal(signal.SIGKILL)
                process.wait()
                found, kept = count(shop)
                assert found in (before, after), (what, before, found, after)
                assert kept == indexes, (what, set(indexes) - set(kept))
                assert run(binary, shop, "doctor") is not None
                # What was lost is taken in the second time, and only once.
                run(binary, shop, "import", kind, os.path.join(folder, file))
                assert count(shop)[0] == after, what
                wholly, nothing = wholly + (found == after), nothing + (found == before)
                shutil.rmtree(shop)
            print(f"{what}: killed {times} times within {took:.1f} s: {nothing} times nothing, {wholly} times all of it")


main()
