"""The best-customer worksheet of two real shops, to the cent: CDNOW in 1997 and altogether, a wholesaler's three days.

    python3 tests/best.py target/release/regulars

The data is not part of the project. It is looked for in ../shared/data next to it, or where REGULARS_DATA says; without it
this prints that it was skipped. The figures of truth_dev.json were worked out independently of the program's; what it
does not tell is counted again here.
"""

import json
from collections import Counter
from decimal import Decimal

from support import harness
from support.harness import Shop, near, rows_of, same


def cents(text):
    return int(Decimal(text) * 100)


def cdnow(program, files, truth):
    program.json("import", "customers", files / "customers.csv")
    program.json("import", "purchases", files / "purchases.csv")
    purchases = [(row["Customer ID"], row["Date"], cents(row["Amount"])) for row in rows_of(files / "purchases.csv")]
    for name in ("calendar_1997", "full"):
        window = truth[name]
        pareto, top60 = window["pareto_top20"], window["top60"]
        sheet = program.json("best", "--from", window["start"], "--as-of", window["end_inclusive"])
        same(f"customers, {name}", sheet["customers"], pareto["customers"])
        same(f"takings, {name}", sheet["takings_minor"], window["total_cents"])
        same(f"the best fifth, {name}", sheet["top"]["count"], pareto["top_count_ceil"])
        same(f"its takings, {name}", sheet["top"]["takings_minor"], pareto["top_spend_ceil_minor"])
        near(f"its share, {name}", sheet["top"]["share"], pareto["top_share_ceil"])
        same(f"who makes 80 %, {name}", sheet["customers_making_80pct"], pareto["customers_making_80pct"])
        first = sheet["list"][:60]
        same(f"the 60 best, {name}", [int(one["ref"]) for one in first], top60["ids_in_rank_order"])
        same(f"what they brought, {name}", [one["takings_minor"] for one in first], top60["spend_minor_in_rank_order"])
        count_again(name, sheet, [p for p in purchases if window["start"] <= p[1] <= window["end_inclusive"]])


def count_again(name, sheet, purchases):
    """The whole list with its order, and the fifths, which truth_dev.json does not tell."""
    takings, visits, last = Counter(), Counter(), {}
    for ref, day, amount in purchases:
        takings[ref] += amount
        visits[ref] += 1
        last[ref] = max(day, last.get(ref, day))
    ranked = sorted(takings, key=lambda ref: (-takings[ref], ref.encode()))
    best = sheet["list"]
    same(f"the list, {name}", [one["ref"] for one in best], ranked[: len(best)])
    for key, measure in (("recency", last), ("frequency", visits), ("money", takings)):
        order = sorted(measure.values())
        lower = {value: order.index(value) for value in set(order)}
        fifth = {ref: 1 + 5 * lower[value] // len(order) for ref, value in measure.items()}
        same(f"{key}, {name}", [one[key] for one in best], [fifth[one["ref"]] for one in best])
        sizes = Counter(fifth.values())
        same(f"fifths of {key}, {name}", {f["fifth"]: f["customers"] for f in sheet["fifths"][key]}, dict(sizes))


def retail(program, file, truth):
    """Ids are written `17850.0` in this export; here they come without it, so that only the worksheet is looked at."""
    program.edit("shop.toml", '"USD"', '"GBP"')
    rows = rows_of(file)
    rows = [row | {"CustomerID": row["CustomerID"].removesuffix(".0")} for row in rows]
    clean = program.csv("retail.csv", ",".join(rows[0]), [row.values() for row in rows])
    columns = {"receipt": "InvoiceNo", "ref": "CustomerID", "on": "InvoiceDate", "item": "Description"}
    columns |= {"quantity": "Quantity", "unit_price": "UnitPrice"}
    maps = [word for field, column in columns.items() for word in ("--map", f"{field}={column}")]
    program.json("import", "purchases", clean, "--new-customers", *maps)
    sheet, top25 = program.json("best", "--top", "25"), truth["top25_net"]
    same("customers of three days", sheet["customers"], top25["eligible_customers"])
    same("identified, net, in mills", sheet["takings_minor"] * 10, truth["net_identified_mills"])
    everything = sheet["takings_minor"] + sheet["unlinked"]["takings_minor"]
    same("everything, net, in mills", everything * 10, truth["net_total_mills"])
    same("the 25 best", [int(one["ref"]) for one in sheet["list"]], top25["ids_in_rank_order"])
    brought = [one["takings_minor"] * 10 for one in sheet["list"]]
    same("what they brought, in mills", brought, top25["spend_minor_in_rank_order"])
    near("their share", sheet["top"]["share"], top25["share_of_spend_top"])


def main():
    harness.arguments()
    files, wholesaler, truth = harness.data("cdnow-shop", "online_retail_2010-12-01_to_03.csv", "truth_dev.json")
    truth = json.loads(truth.read_text())
    with harness.folder() as home:
        cdnow(Shop(home, "cdnow", today="1998-07-01"), files, truth["cdnow_sample"])
        retail(Shop(home, "retail", today="2010-12-31"), wholesaler, truth["online_retail_3_days"])
    print("best: CDNOW in 1997 and altogether, and a wholesaler's three days: all figures agree")


if __name__ == "__main__":
    main()
