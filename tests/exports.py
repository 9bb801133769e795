#!/usr/bin/env python3
"""Takes in the exports of other people: each comes in right, or is refused with its line.

    tests/exports.py BINARY

The files are not part of the project; they are looked for in $REGULARS_DATA, by default in ../shared/data beside it.
"""

import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal

DIALECTS = {
    "Shopify customers": "shopify-customers", "Shopify orders": "shopify-orders", "Square customers": "square-customers",
    "Square Items": "square-items", "Square Transactions": "square-transactions", "Clover": "clover",
    "Lightspeed Retail": "lightspeed-x", "Lightspeed eCom": "lightspeed-c", "Mailchimp": "mailchimp", "Brevo": "brevo",
    "generic French": "plain-french", "Google Contacts CSV (2024": "google-contacts",
    "Google Contacts CSV (legacy": "google-contacts-old", "Outlook": "outlook", "WooCommerce": "woocommerce-orders",
    "Etsy": "etsy-items", "BigCommerce": "bigcommerce-orders", "German shop": "plain-german", "Amazon": "amazon-orders",
}
SALES = ("orders", "Items", "Transactions", "order items")


class Shop:
    """A shop folder that is new for each file."""

    def __init__(self, binary, folder):
        self.binary, self.path = binary, tempfile.mkdtemp(dir=folder)
        toml = os.path.join(self.path, "shop", "shop.toml")
        subprocess.run([binary, "init", os.path.join(self.path, "shop")], check=True, capture_output=True)
        self.toml = toml

    def currency(self, code):
        with open(self.toml, encoding="utf-8") as file:
            text = file.read()
        with open(self.toml, "w", encoding="utf-8") as file:
            file.write(text.replace('"USD"', f'"{code}"'))

    def run(self, *words):
        command = [self.binary, "--shop", os.path.join(self.path, "shop"), "--today", "2026-01-01", "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr


def headers(binary, folder, data):
    with open(os.path.join(data, "exports", "headers.json"), encoding="utf-8") as file:
        known = json.load(file)
    for entry in known:
        name = f"{entry['platform']} {entry['kind']}"
        expected = next(dialect for start, dialect in DIALECTS.items() if name.startswith(start))
        kind = "purchases" if any(word in entry["kind"] for word in SALES) else "customers"
        shop = Shop(binary, folder)
        path = os.path.join(shop.path, "export.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(entry["header_line"] + "\n")
        status, answer, said = shop.run("import", kind, path, "--dry-run")
        assert status == 0 and answer["dialect"] == expected, (name, status, answer.get("dialect"), said)
    print(f"{len(known)} headers: each recognised")


def orders(binary, folder, data):
    """The sums of Shopify's orders, counted again here."""
    for name in ("fixture_ltv-cohort-kit", "sample_ltv-cohort-kit", "hard_sample_smarter_csv"):
        path = os.path.join(data, "exports", f"shopify_orders_{name}.csv")
        with open(path, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["Total"]]
        expected = sum(Decimal(row["Total"]) - Decimal(row["Refunded Amount"] or 0) for row in rows)
        shop = Shop(binary, folder)
        shop.currency(rows[0]["Currency"])
        status, answer, said = shop.run("import", "purchases", path, "--new-customers", "--dry-run")
        assert status == 0, (name, said)
        assert answer["added"] == len(rows) and answer["profile"]["takings_minor"] == expected * 100, (name, answer, expected)
        print(f"{name}: {len(rows)} orders, {expected} {rows[0]['Currency']}")


def refused_or_right(binary, folder, data):
    """Customers of a messy list; files without rows."""
    shop = Shop(binary, folder)
    path = os.path.join(data, "exports", "messy_semicolon_customers_tgourdel.csv")
    status, answer, said = shop.run("import", "customers", path)
    assert status == 1 and {p["line"] for p in answer["problems"]} == {2, 8, 9} and answer["problems"][0]["column"], answer
    status, answer, said = shop.run("import", "customers", path, "--skip-bad")
    assert status == 0 and (answer["added"], answer["rejected"]) == (8, 3), (answer, said)
    status, answer, said = Shop(binary, folder).run("import", "customers",
                                                    os.path.join(data, "exports", "shopify_customers_legacy21.header.csv"))
    assert status == 0 and answer["dialect"] == "shopify-customers", said
    print("messy list: refused with its lines, the good rows taken")


def spectrum(binary, folder, data):
    """Every cell of the torture set comes through as it should; the JSON beside it says how."""
    root = os.path.join(data, "hostile", "csv-spectrum")
    names = sorted(os.listdir(os.path.join(root, "csvs")))
    for name in names:
        with open(os.path.join(root, "json", name.replace(".csv", ".json")), encoding="utf-8") as file:
            rows = json.load(file)
        fields = ["first_name", "last_name", "company", "city", "notes"]
        rows = rows if isinstance(rows, list) else [rows]
        columns = list(rows[0])
        path = os.path.join(root, "csvs", name)
        shop = Shop(binary, folder)
        maps = [word for pair in zip(fields, columns[1:]) for word in ("--map", "=".join(pair))]
        status, answer, said = shop.run("import", "customers", path, "--map", f"ref={columns[0]}", *maps)
        assert status == 0 and answer["added"] == len(rows), (name, answer, said)
        book = sqlite3.connect(os.path.join(shop.path, "shop", "regulars.db"))
        found = book.execute(f"SELECT ref, {', '.join(fields)} FROM customer ORDER BY id").fetchall()
        for row, cells in zip(rows, found):
            # In a card, line breaks become spaces.
            expected = [row[column].replace("\r\n", "  ").replace("\n", " ").strip() for column in columns]
            got = [cell.replace("\r\n", "  ").replace("\n", " ") for cell in cells[: len(columns)]]
            if name == "location_coordinates.csv":
                # The JSON beside this file has another phone number than the file.
                got[0] = expected[0] = ""
            assert got == expected, (name, got, expected)
    print(f"csv-spectrum: {len(names)} files right")


def online_retail(binary, folder, data):
    """Three days of a wholesaler: net and identified takings to the cent; a line is rounded half away from zero."""
    with open(os.path.join(data, "truth_dev.json"), encoding="utf-8") as file:
        truth = json.load(file)["online_retail_3_days"]
    path = os.path.join(data, "online_retail_2010-12-01_to_03.csv")
    shop = Shop(binary, folder)
    shop.currency("GBP")
    status, answer, said = shop.run("import", "purchases", path, "--new-customers")
    assert status == 0 and answer["read"] == truth["rows"], said
    book = sqlite3.connect(os.path.join(shop.path, "shop", "regulars.db"))
    cents = lambda mills: int((Decimal(mills) / 10).quantize(Decimal(1), ROUND_HALF_UP))
    (net,), = book.execute("SELECT sum(amount_minor) FROM purchase")
    (identified,), = book.execute("SELECT sum(amount_minor) FROM purchase WHERE ref <> ''")
    assert (net, identified) == (cents(truth["net_total_mills"]), cents(truth["net_identified_mills"])), (net, identified)
    top = book.execute("SELECT c.ref, sum(p.amount_minor) s FROM purchase p JOIN customer c ON c.id = p.customer_id "
                       "GROUP BY c.ref ORDER BY s DESC, c.ref LIMIT 25").fetchall()
    expected = truth["top25_net"]
    assert [int(ref) for ref, _ in top] == expected["ids_in_rank_order"], top
    assert [total for _, total in top] == [cents(mills) for mills in expected["spend_minor_in_rank_order"]], top
    print(f"online retail: net {net / 100:.2f}, identified {identified / 100:.2f}, the first 25 in order")


def main():
    binary = os.path.abspath(sys.argv[1])
    here = os.path.dirname(os.path.abspath(__file__))
    data = os.environ.get("REGULARS_DATA", os.path.join(here, "..", "..", "shared", "data"))
    if not os.path.isdir(os.path.join(data, "exports")):
        print(f"left out: the exports of other people are not in {data}; say where with REGULARS_DATA")
        return
    with tempfile.TemporaryDirectory() as folder:
        for check in (headers, orders, refused_or_right, spectrum, online_retail):
            check(binary, folder, data)


main()
