#!/usr/bin/env python3
"""Takes in the exports of other people: each comes in right, or is refused with its line.

    tests/exports.py BINARY

The files are not part of the project; they are looked for in $REGULARS_DATA, by default in ../shared/data next to it.
"""

import json
import tempfile
from decimal import ROUND_HALF_UP, Decimal

from support import harness
from support.harness import Shop, rows_of

DIALECTS = {
    "Shopify customers": "shopify-customers", "Shopify orders": "shopify-orders", "Square customers": "square-customers",
    "Square Items": "square-items", "Square Transactions": "square-transactions", "Clover": "clover",
    "Lightspeed Retail": "lightspeed-x", "Lightspeed eCom": "lightspeed-c", "Mailchimp": "mailchimp", "Brevo": "brevo",
    "generic French": "plain-french", "Google Contacts CSV (2024": "google-contacts",
    "Google Contacts CSV (legacy": "google-contacts-old", "Outlook": "outlook", "WooCommerce": "woocommerce-orders",
    "Etsy": "etsy-items", "BigCommerce": "bigcommerce-orders", "German shop": "plain-german", "Amazon": "amazon-orders",
}
SALES = ("orders", "Items", "Transactions", "order items")


def new_shop(home, currency="USD"):
    """A shop folder that is new for each file."""
    shop = Shop(tempfile.mkdtemp(dir=home), today="2026-01-01")
    shop.edit("shop.toml", '"USD"', f'"{currency}"')
    return shop


def taken(shop, kind, file, *words):
    """The status, the answer and the messages of an import."""
    done = shop.run("--json", "import", kind, file, *words, status=None)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def headers(home, data):
    known = json.loads((data / "exports/headers.json").read_text(encoding="utf-8"))
    for entry in known:
        name = f"{entry['platform']} {entry['kind']}"
        expected = next(dialect for start, dialect in DIALECTS.items() if name.startswith(start))
        kind = "purchases" if any(word in entry["kind"] for word in SALES) else "customers"
        shop = new_shop(home)
        path = shop.write("export.csv", entry["header_line"] + "\n")
        status, answer, said = taken(shop, kind, path, "--dry-run")
        assert status == 0 and answer["dialect"] == expected, (name, status, answer.get("dialect"), said)
    print(f"{len(known)} headers: each recognised")


def orders(home, data):
    """The sums of Shopify's orders, counted again here."""
    for name in ("fixture_ltv-cohort-kit", "sample_ltv-cohort-kit", "hard_sample_smarter_csv"):
        path = data / f"exports/shopify_orders_{name}.csv"
        rows = [row for row in rows_of(path) if row["Total"]]
        expected = sum(Decimal(row["Total"]) - Decimal(row["Refunded Amount"] or 0) for row in rows)
        shop = new_shop(home, rows[0]["Currency"])
        status, answer, said = taken(shop, "purchases", path, "--new-customers", "--dry-run")
        assert status == 0, (name, said)
        assert answer["added"] == len(rows) and answer["profile"]["takings_minor"] == expected * 100, (name, answer, expected)
        print(f"{name}: {len(rows)} orders, {expected} {rows[0]['Currency']}")


def refused_or_right(home, data):
    """Customers of a messy list; files without rows."""
    shop, path = new_shop(home), data / "exports/messy_semicolon_customers_tgourdel.csv"
    status, answer, said = taken(shop, "customers", path)
    assert status == 1 and {p["line"] for p in answer["problems"]} == {8} and answer["problems"][0]["column"], answer
    status, answer, said = taken(shop, "customers", path, "--skip-bad")
    assert status == 0 and (answer["added"], answer["rejected"]) == (10, 1), (answer, said)
    status, answer, said = taken(new_shop(home), "customers", data / "exports/shopify_customers_legacy21.header.csv")
    assert status == 0 and answer["dialect"] == "shopify-customers", said
    print("messy list: refused with its lines, the good rows taken")


def spectrum(home, data):
    """Every cell of the torture set comes through as it should; the JSON next to it says how."""
    root = data / "hostile/csv-spectrum"
    paths = sorted((root / "csvs").iterdir())
    for path in paths:
        rows = json.loads((root / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        fields = ["first_name", "last_name", "company", "city", "notes"]
        rows = rows if isinstance(rows, list) else [rows]
        columns = list(rows[0])
        shop = new_shop(home)
        maps = [word for pair in zip(fields, columns[1:]) for word in ("--map", "=".join(pair))]
        status, answer, said = taken(shop, "customers", path, "--map", f"ref={columns[0]}", *maps)
        assert status == 0 and answer["added"] == len(rows), (path, answer, said)
        found = shop.ask(f"SELECT ref, {', '.join(fields)} FROM customer ORDER BY id")
        for row, cells in zip(rows, found):
            # In a card, line breaks become spaces.
            expected = [row[column].replace("\r\n", "  ").replace("\n", " ").strip() for column in columns]
            got = [cell.replace("\r\n", "  ").replace("\n", " ") for cell in cells[: len(columns)]]
            if path.name == "location_coordinates.csv":
                # The JSON next to this file has another phone number than the file.
                got[0] = expected[0] = ""
            assert got == expected, (path, got, expected)
    print(f"csv-spectrum: {len(paths)} files right")


def online_retail(home, data):
    """Three days of a wholesaler: net and identified sales to the cent; a line is rounded half away from zero."""
    truth = json.loads((data / "truth_dev.json").read_text())["online_retail_3_days"]
    shop = new_shop(home, "GBP")
    status, answer, said = taken(shop, "purchases", data / "online_retail_2010-12-01_to_03.csv", "--new-customers")
    assert status == 0 and answer["read"] == truth["rows"], said
    cents = lambda mills: int((Decimal(mills) / 10).quantize(Decimal(1), ROUND_HALF_UP))
    sheet = shop.json("best", "--top", "25")
    identified = sheet["takings_minor"]
    net = identified + sheet["unlinked"]["takings_minor"]
    assert (net, identified) == (cents(truth["net_total_mills"]), cents(truth["net_identified_mills"])), (net, identified)
    top = [(one["ref"], one["takings_minor"]) for one in sheet["list"]]
    expected = truth["top25_net"]
    assert [int(ref) for ref, _ in top] == expected["ids_in_rank_order"], top
    assert [total for _, total in top] == [cents(mills) for mills in expected["spend_minor_in_rank_order"]], top
    print(f"online retail: net {net / 100:.2f}, identified {identified / 100:.2f}, the first 25 in order")


def main():
    harness.arguments()
    harness.data("exports", "hostile", "truth_dev.json")
    with harness.folder() as home:
        for check in (headers, orders, refused_or_right, spectrum, online_retail):
            check(home, harness.DATA)


main()
