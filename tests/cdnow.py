"""Two thousand real customers of a music shop: import, segment, a campaign, the till, report and follow-up, counted again.

    python3 tests/cdnow.py target/release/regulars

The data is not part of the project. It is looked for in ../shared/data beside it, or where REGULARS_DATA says; without it
this says that it was left out. Every figure is worked out here from the CSV, by other means than the program's.
"""

import csv
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("REGULARS_DATA") or PROJECT / "../shared/data")
SHOP = DATA / "cdnow-shop"
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


class Program:
    """The program, in a shop folder of its own."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def run(self, *words, today="1998-07-01", status=0):
        env = {"PATH": os.environ.get("PATH", ""), "NO_COLOR": "1", "REGULARS_TODAY": today, "REGULARS_FONTS": ""}
        done = subprocess.run([self.binary, *words], cwd=self.folder, env=env, capture_output=True, text=True)
        if done.returncode != status:
            sys.exit(f"cdnow: `{' '.join(words)}` ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words, **more):
        return json.loads(self.run("--json", *words, **more).stdout)


def same(what, actual, expected):
    if actual != expected:
        sys.exit(f"cdnow: {what}: the program says\n  {actual}\nbut it is\n  {expected}")


def near(what, actual, expected):
    if len(actual) != len(expected) or any(abs(a - e) > 1e-9 for a, e in zip(actual, expected)):
        sys.exit(f"cdnow: {what}: the program says {actual}, but it is {expected}")


def cents(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def shown(amount):
    return f"{amount // 100}.{amount % 100:02}"


def wilson(k, n, z=1.959963984540054):
    middle = (k / n + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    return [middle - half, middle + half]


def import_the_book(program, purchases):
    taken = program.json("import", "customers", str(SHOP / "customers.csv"))
    same("customers", [taken["read"], taken["added"], taken["rejected"]], [2357, 2357, 0])
    taken = program.json("import", "purchases", str(SHOP / "purchases.csv"))
    same("purchases", [taken[k] for k in ("read", "added", "unlinked", "rejected")], [6919, 6919, 0, 0])
    for kind, n in (("customers", 2357), ("purchases", 6919)):
        again = program.json("import", kind, str(SHOP / f"{kind}.csv"))
        same(f"{kind} a second time", [again[k] for k in ("added", "changed", "unchanged")], [0, 0, n])
    book = sqlite3.connect(f"file:{program.folder}/regulars.db?mode=ro", uri=True)
    same("the sum of purchases", book.execute("SELECT count(*), sum(amount_minor) FROM purchase").fetchone(), (6919, 24409194))
    book.close()
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
    (program.folder / "campaigns/best.toml").write_text(CAMPAIGN)
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
    with open(program.folder / "out/best/manifest.csv", encoding="utf-8", newline="") as file:
        manifest = list(csv.DictReader(file))
    # Twenty at most are named on the terminal.
    same("letters named and printed", len(named) + len(manifest), len(recipients))
    same("who is named", named & {row["ref"] for row in manifest}, set())
    text = subprocess.run(["pdftotext", "out/best/letters.pdf", "-"], cwd=program.folder, check=True, capture_output=True, text=True)
    pages = text.stdout.split("\f")[:-1]
    same("pages", len(pages), sum(int(row["pages"]) for row in manifest))
    for row in manifest:
        page = pages[int(row["page"]) - 1]
        if row["code"] not in page or row["name"].split()[-1] not in page:
            sys.exit(f"cdnow: page {row['page']} should be the letter to {row['name']}, {row['code']}:\n{page}")


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
    if not (SHOP / "customers.csv").is_file():
        print(f"cdnow: left out, there is no {SHOP} (REGULARS_DATA says where else to look)")
        return
    binary = str(Path(sys.argv[1]).resolve())
    with open(SHOP / "customers.csv", encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    with open(SHOP / "purchases.csv", encoding="utf-8", newline="") as file:
        purchases = [(row["Customer ID"], row["Date"], cents(row["Amount"])) for row in csv.DictReader(file)]
    truth = json.loads((DATA / "truth_dev.json").read_text())
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([binary, "init", f"{home}/shop"], check=True, capture_output=True)
        program = Program(binary, Path(home) / "shop")
        import_the_book(program, purchases)
        ask(program, truth, purchases)
        codes = write_to_them(program, best_of_1997(people, purchases, 200))
        spent = they_come(program, codes, purchases)
        judge(program, spent)
        write_again(program, codes, spent)
    print(f"cdnow: 2,357 customers, 200 letters, {len(spent)} came with ${shown(sum(spent.values()))}: all figures agree")


if __name__ == "__main__":
    main()
