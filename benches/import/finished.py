#!/usr/bin/env python3
"""Writes the finished rows of a book as CSV, for another database to copy in: finished.py regulars.db FOLDER"""

import os
import sqlite3
import sys

CUSTOMER = ("id ref title first_name last_name full_name suffix spouse company street street2 city state postcode country "
            "email phone birthday notes post_consent email_consent household_id put_together home").split()
PURCHASE = "id source receipt ref customer_id day amount_minor quantity_milli same nth".split()


def cell(value):
    """Texts are quoted, so that an empty one is not taken for nothing."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return f'"\\x{value.hex()}"'
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else str(value)


book = sqlite3.connect(sys.argv[1])
for table, columns in (("customer", CUSTOMER), ("purchase", PURCHASE)):
    with open(os.path.join(sys.argv[2], f"{table}.copy.csv"), "w", encoding="utf-8", newline="") as out:
        for row in book.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id"):
            out.write(",".join(map(cell, row)) + "\n")
