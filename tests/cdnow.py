"""Two thousand real customers of a music shop: import, segment, a campaign, the till, report and follow-up, counted again.

    python3 tests/cdnow.py target/release/regulars

The data is not part of the project. It is looked for in ../shared/data next to it, or where REGULARS_DATA says; without it
this prints that it was skipped. Every figure is worked out here from the CSV, independently of the program's.
"""

import json
import math
from collections import defaultdict

from support import harness
from support.harness import Shop, near, rows_of, same

IN_1997 = "spend_between(date('1997-01-01'), date('1997-12-31'))"
CAMPAIGN = f"""
name    = "Thanks for 1997"
as_of   = 1997-12-31
channel = "letter"

[segment]
where    = "{IN_1997} > 0"
order_by = "{IN_1997} DESC"
limit    = 200
one_per  = "customer"

[gift]
name        = "a concert recording"
unit_cost   = "2.75"
stock       = 200
claim_until = 1998-03-31

[letter]
template = "first-letter.md"
postage  = "0.32"
"""


def cents(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def shown(amount):
    return f"{amount // 100}.{amount % 100:02}"


def wilson(k, n, z=1.959963984540054):
    middle = (k / n + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    return [middle - half, middle + half]


def import_the_book(program, files, purchases):
    taken = program.json("import", "customers", files / "customers.csv")
    same("customers", [taken["read"], taken["added"], taken["rejected"]], [2357, 2357, 0])
    taken = program.json("import", "purchases", files / "purchases.csv")
    same("purchases", [taken[k] for k in ("read", "added", "unlinked", "rejected")], [6919, 6919, 0, 0])
    for kind, n in (("customers", 2357), ("purchases", 6919)):
        again = program.json("import", kind, files / f"{kind}.csv")
        same(f"{kind} a second time", [again[k] for k in ("added", "changed", "unchanged")], [0, 0, n])
    same("the sum of purchases", program.json("best")["takings_minor"], 24409194)
    same("the sum in the CSV", sum(amount for _, _, amount in purchases), 24409194)


def spent_in_1997(purchases):
    spent = defaultdict(int)
    for ref, day, amount in purchases:
        if day.startswith("1997"):
            spent[ref] += amount
    return {ref: amount for ref, amount in spent.items() if amount > 0}


def ask(program, truth, purchases):
    found = program.json("segment", f"{IN_1997} > 0", "--order-by", f"{IN_1997} DESC", "--limit", "60")
    order = truth["cdnow_sample"]["calendar_1997"]["top60"]["ids_in_rank_order"]
    same("the 60 best of 1997", [int(c["ref"]) for c in found["customers"]], order)
    same("who bought in 1997", found["matched"], len(spent_in_1997(purchases)))


def best_of_1997(people, purchases, n):
    spent = spent_in_1997(purchases)
    reached = {p["Customer ID"] for p in people if p["Street Address"].strip() and p["Post Consent"] != "no"
               and (p["City"].strip() or p["Postal Code"].strip())}
    ranked = sorted(spent, key=lambda ref: (-spent[ref], ref))
    return [ref for ref in ranked if ref in reached][:n]


def write_to_them(program, chosen):
    program.write("campaigns/best.toml", CAMPAIGN)
    plan = program.json("plan", "best", today="1997-12-31")
    same("letters planned", [plan["mailed"], plan["gift_cost_minor"], plan["postage_minor"]], [200, 55000, 6400])
    recipients = program.json("recipients", "best")["recipients"]
    same("who is written to", sorted(r["ref"] for r in recipients), sorted(chosen))
    same("codes", len({r["code"] for r in recipients}), 200)
    print_them(program, recipients)
    program.run("posted", "best", "--on", "1998-01-01")
    return {r["ref"]: r["code"] for r in recipients}


def print_them(program, recipients):
    """The fonts have Latin, Greek and Cyrillic; the letters to all others are named, and left out when the owner says so."""
    refused = program.run("print", "best", today="1997-12-31", status=1).stderr
    same("a PDF in spite of problems", (program.folder / "out/best/letters.pdf").exists(), False)
    named = {line.split("(`")[1].split("`)")[0] for line in refused.splitlines() if line.startswith("error: letter to")}
    program.run("print", "best", "--leave-out-problems", today="1997-12-31", status=3)
    manifest = rows_of(program.folder / "out/best/manifest.csv")
    # Twenty at most are named on the terminal.
    same("letters named and printed", len(named) + len(manifest), len(recipients))
    same("who is named", named & {row["ref"] for row in manifest}, set())
    pages = harness.outside("pdftotext", program.folder / "out/best/letters.pdf", "-").split("\f")[:-1]
    same("pages", len(pages), sum(int(row["pages"]) for row in manifest))
    for row in manifest:
        page = pages[int(row["page"]) - 1]
        if row["code"] not in page or row["name"].split()[-1] not in page:
            harness.fail(f"page {row['page']} should be the letter to {row['name']}, {row['code']}:\n{page}")


def they_come(program, codes, purchases):
    """Those who bought in the first quarter of 1998 redeem on their first day, for all they spent in it."""
    spent, first = defaultdict(int), {}
    for ref, day, amount in sorted(purchases, key=lambda p: p[1]):
        if ref in codes and "1998-01-01" <= day <= "1998-03-31":
            spent[ref] += amount
            first.setdefault(ref, day)
    for ref, day in first.items():
        answer = program.json("redeem", codes[ref], "--spend", shown(spent[ref]), "--on", day, today="1998-03-31")
        same(f"the till's answer to {ref}", [answer["outcome"], answer["ref"], answer["spend_minor"]], ["accepted", ref, spent[ref]])
    again = program.json("redeem", codes[next(iter(first))], today="1998-03-31", status=1)
    same("a second time", again["outcome"], "already_redeemed")
    return spent


def judge(program, spent):
    n, takings = len(spent), sum(spent.values())
    report = program.json("report", "best")
    cost = n * 275 + 6400
    keys = ("mailed", "undeliverable", "redeemed", "takings_minor", "gift_cost_minor", "postage_minor", "net_minor")
    same("the report", [report[k] for k in keys], [200, 0, n, takings, n * 275, 6400, takings - cost])
    near("the rate", [report["response_rate"]], [n / 200])
    near("its interval", report["response_ci95"], wilson(n, 200))
    near("the return", [report["return_on_cost"]], [(takings - cost) / cost])


def write_again(program, codes, spent):
    program.json("follow-up", "best", "next")
    plan = program.json("plan", "next", today="1998-12-31")
    branches = {b["name"]: b["count"] for b in plan["by_branch"]}
    same("next year's branches", branches, {"came": len(spent), "missed": 200 - len(spent)})
    for recipient in program.json("recipients", "next")["recipients"]:
        branch = "came" if recipient["ref"] in spent else "missed"
        same(f"the branch of {recipient['ref']}", recipient["branch"], branch)
    same("nobody is lost", plan["mailed"], len(codes))


def main():
    harness.arguments()
    files, truth = harness.data("cdnow-shop", "truth_dev.json")
    people = rows_of(files / "customers.csv")
    purchases = [(row["Customer ID"], row["Date"], cents(row["Amount"])) for row in rows_of(files / "purchases.csv")]
    with harness.folder() as home:
        program = Shop(home, today="1998-07-01")
        import_the_book(program, files, purchases)
        ask(program, json.loads(truth.read_text()), purchases)
        codes = write_to_them(program, best_of_1997(people, purchases, 200))
        spent = they_come(program, codes, purchases)
        judge(program, spent)
        write_again(program, codes, spent)
    print(f"cdnow: 2,357 customers, 200 letters, {len(spent)} came with ${shown(sum(spent.values()))}: all figures agree")


if __name__ == "__main__":
    main()
