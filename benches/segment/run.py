#!/usr/bin/env python3
"""How fast a question is answered: `regulars segment` beside DuckDB on its own tables, in turns, as medians and ratios.

    python3 benches/segment/run.py [--customers 10000 100000 1000000] [--runs 5]

Whole processes: each opens its database, asks for the best 600 by the spend of twelve months who came in the last eighteen and
are no wholesalers, and prints them. Both answer the same, which is checked. DuckDB (pip install duckdb) is asked by Python; the
time that an empty Python process with the same import takes is told beside it. Seven purchases for each customer, over four
years; both databases count the same rows out (book.py). The files are made in a folder of their own, 1 GB for a million
customers, and removed. REGULARS is the program; otherwise target/release/regulars.
"""

import argparse
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import book

HERE = Path(__file__).resolve().parent
TODAY, LAST_DAY, YEARS, PLACES = "2024-01-01", 19723, 4, 600
QUESTION = "spend_12m >= 500 AND last_purchase >= months_ago(18) AND NOT has_tag('wholesale')"
# The first days of twelve and of eighteen months.
YEAR, LATELY = LAST_DAY - 364, LAST_DAY - 549

PEER = f"""
import sys
import duckdb
found = duckdb.connect(sys.argv[1], read_only=True).execute('''
    WITH sums AS (SELECT customer_id, sum(amount_minor) FILTER (WHERE day >= {YEAR}) AS spend,
                         max(day) FILTER (WHERE amount_minor >= 0) AS last FROM purchase WHERE day <= {LAST_DAY} GROUP BY customer_id)
    SELECT c.ref FROM customer c JOIN sums s ON s.customer_id = c.id
    WHERE s.spend >= 50000 AND s.last >= {LATELY}
    AND NOT EXISTS (SELECT 1 FROM customer_tag t WHERE t.customer_id = c.id AND t.tag = 'wholesale')
    ORDER BY s.spend DESC, c.ref LIMIT {PLACES}''').fetchall()
print("\\n".join(ref for (ref,) in found))
"""


def fill(folder, people):
    """The same rows in a shop folder and in a file of DuckDB."""
    import duckdb

    subprocess.run([REGULARS, "init", folder / "shop"], check=True, capture_output=True)
    count = people * 7
    ours = sqlite3.connect(folder / "shop" / "regulars.db", isolation_level=None)
    for pragma in ("synchronous = OFF", "cache_size = -400000"):
        ours.execute(f"PRAGMA {pragma}")
    kept = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('purchase', 'customer')"
    ours.execute("BEGIN")
    indexes = ours.execute(kept).fetchall()
    for name, _ in indexes:
        ours.execute(f'DROP INDEX "{name}"')
    cards, sales = book.customers(book.SQLITE_SERIES, people), book.purchases(book.SQLITE_SERIES, people, count, LAST_DAY, YEARS)
    ours.execute("INSERT INTO customer (id, ref, last_name, city, street, postcode, household_id) "
                 f"SELECT id, ref, 'Nr ' || id, city, id || ' Elm St', '97301', id FROM ({cards})")
    ours.execute(f"INSERT INTO customer_tag (customer_id, tag) SELECT id, 'wholesale' FROM ({cards}) WHERE tenth = 0")
    ours.execute("INSERT INTO purchase (id, source, customer_id, day, amount_minor, same, nth) "
                 f"SELECT id, 'bench', customer_id, day, amount_minor, CAST(id AS BLOB), 1 FROM ({sales})")
    for _, sql in indexes:
        ours.execute(sql)
    ours.execute("COMMIT")
    ours.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ours.close()
    peer = duckdb.connect(str(folder / "peer.duckdb"))
    peer.execute(f"CREATE TABLE customer AS {book.customers(book.DUCKDB_SERIES, people)}")
    peer.execute("CREATE TABLE customer_tag AS SELECT id AS customer_id, 'wholesale' AS tag FROM customer WHERE tenth = 0")
    peer.execute(f"CREATE TABLE purchase AS {book.purchases(book.DUCKDB_SERIES, people, count, LAST_DAY, YEARS)}")
    peer.close()


def timed(words):
    """What a process printed, its seconds by the clock, and those of the processor."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    out = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return out, took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def race(folder, people, runs):
    ours = [REGULARS, "--shop", folder / "shop", "--today", TODAY, "--json", "segment", QUESTION,
            "--order-by", "spend_12m DESC", "--limit", str(PLACES)]
    sides = {"regulars": ours, "duckdb": [sys.executable, "-c", PEER, folder / "peer.duckdb"],
             "import duckdb": [sys.executable, "-c", "import duckdb"]}
    figures = {side: [] for side in sides}
    for turn in range(runs + 1):
        answers = {}
        for side, words in sides.items():
            out, *figure = timed(words)
            answers[side] = out
            # The first turn fills the memory of the machine.
            if turn:
                figures[side].append(figure)
        refs = [one["ref"] for one in json.loads(answers["regulars"])["customers"]]
        assert refs == answers["duckdb"].split(), "the answers differ"
    clock, processor = ({side: statistics.median(each[i] for each in all) for side, all in figures.items()} for i in (0, 1))
    for side in sides:
        print(f"{people:>9,} customers: {side:<13} {clock[side] * 1000:7.0f} ms, of the processor {processor[side] * 1000:7.0f} ms")
    print(f"{people:>9,} customers: regulars takes {clock['regulars'] / clock['duckdb']:.2f} of the time of DuckDB, "
          f"{processor['regulars'] / processor['duckdb']:.2f} of its work")
    return processor["regulars"]


def main():
    global REGULARS
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--customers", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    arguments.add_argument("--runs", type=int, default=5)
    chosen = arguments.parse_args()
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
    REGULARS = os.environ.get("REGULARS", target / "release" / "regulars")
    work = []
    for people in chosen.customers:
        with tempfile.TemporaryDirectory(prefix="regulars-segment-") as folder:
            fill(Path(folder), people)
            work.append((people, race(Path(folder), people, chosen.runs)))
    for (few, before), (many, after) in zip(work, work[1:]):
        print(f"{many // few} times as many customers take {after / before:.1f} times the work")


main()
