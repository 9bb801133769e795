"""Every naughty string through every field that a person can fill, into the book and out again as JSON, letter and email.

    python3 tests/naughty.py target/release/regulars

The list (blns.json, the big list of naughty strings) is not part of the project. It is looked for in ../shared/data beside
it, or where REGULARS_DATA says; without it this prints that it was skipped. A string of blanks alone is no text: the field
is then empty. A command line cannot carry the character NUL.
"""

import email
import email.policy
import html
import re
import unicodedata

from support import harness
from support.harness import Shop, outside, rows_of

# Without `email`, which takes nothing but an address.
FIELDS = (
    "title first_name last_name full_name suffix spouse company street street2 city state postcode country phone notes"
).split()

PRINTED = ["spouse", "city", "first_name", "last_name", "preferences.x"]
CAMPAIGN = """name = "Naughty"
as_of = 2024-03-01
channel = "{channel}"
[segment]
where = "true"
one_per = "customer"
[gift]
name = "a bottle"
claim_until = 2024-06-30
[letter]
template = "naughty.md"
"""
TEMPLATE = (
    '+++\npaper = "a4"\nsubject = "For {{ customer.city }}"\n+++\n\n'
    + "".join(f'{field}: {{{{ customer.{field} | default(value="") }}}} .\n\n' for field in PRINTED)
    + "{{ code }}\n"
)


def main():
    harness.arguments()
    harness.data("hostile/blns.json")
    strings = harness.naughty_strings()
    with harness.folder() as home:
        shop, errors = Shop(home), []
        shop.run("import", "customers", shop.csv("c.csv", "Customer ID", [[f"N-{n}"] for n in range(len(strings))]))
        for n, text in enumerate(strings):
            reference, is_blank = f"N-{n}", not text.strip()
            words = [f"{field}={text}" for field in FIELDS] + [f"preference.x={text}"]
            if not is_blank:
                words += [f"tag=+{text}", f"preference.k{text}=v"]
            shop.run("customer", "set", reference, f"--source={text}", "post=yes", *words)
            shop.run("customer", "note", reference, "--kind", "idea", "--", text, status=1 if is_blank else 0)
            card = shop.json("customer", "show", reference)
            held = shop.json("customer", "export", reference)
            expected = "" if is_blank else text
            seen = {f"show {field}": card["fields"].get(field, "") for field in FIELDS}
            seen |= {f"export {field}": held["card"][field] for field in FIELDS}
            seen["preference"] = card["preferences"].get("x", "")
            if not is_blank:
                seen["tag"] = card["tags"][0]
                seen["note"] = card["contacts"][0]["text"]
                keys = [key[1:] for key in card["preferences"] if key.startswith("k")]
                # A key ends where the value begins.
                seen["key"] = text if keys == [text.split("=")[0].rstrip()] else keys
            errors += [f"{text!r}: {what} is {was!r}" for what, was in seen.items() if was != expected]
            if card["wishes"][0]["source"] != text:
                errors.append(f"{text!r}: source is {card['wishes'][0]['source']!r}")
            page = shop.run("customer", "show", reference).stdout
            if any(sign in page for sign in "\x1b\x07\x08\r\u202e"):
                errors.append(f"{text!r}: the page holds signs that steer a terminal")
            if page.count("\n") > 60:
                errors.append(f"{text!r}: the page has {page.count(chr(10))} lines")
        errors += pieces(shop, {f"N-{n}": text for n, text in enumerate(strings) if text.strip()})
        harness.fail_with(errors)
        print(f"naughty: {len(strings)} strings through {len(FIELDS) + 5} places, letters and emails, unchanged")


def pieces(shop, strings):
    """What is wrong with letters and emails that say every string in six fields."""
    errors = []
    for reference in strings:
        shop.run("customer", "set", reference, f"email={reference.lower()}@example.com", "email_consent=yes")
    shop.write("shop.toml", shop.read("shop.toml") + '\n[email]\nfrom = "Helen <helen@example.com>"\n')
    for channel in ["letter", "email"]:
        shop.write(f"campaigns/{channel}.toml", CAMPAIGN.format(channel=channel))
    shop.write("letter-templates/naughty.md", TEMPLATE)
    shop.run("plan", "letter")
    told = shop.json("print", "letter", "--leave-out-problems", status=3)
    refused = {m.group(1) for problem in told["left_out"] if (m := re.search(r"\(`(N-\d+)`\): (no font has|address does not)", problem))}
    sheets = outside("pdftotext", "-raw", shop.folder / told["file"], "-").split("\f")
    rows = {row["ref"].lstrip("'"): row for row in rows_of(shop.folder / told["manifest"])}
    if set(rows) | refused != set(strings):
        errors.append(f"neither a letter nor a problem: {sorted(set(strings) - set(rows) - refused)}")
    for reference, row in rows.items():
        page = "".join(sheets[int(row["page"]) - 1 : int(row["page"]) - 1 + int(row["pages"])])
        page = re.sub("–\\s*\\d+\\s*–", "", page)
        for field in PRINTED:
            if said(f"{field}: {strings[reference]} .") not in said(page):
                errors.append(f"{strings[reference]!r}: the letter does not say it as {field}: {page!r}")
    shop.run("plan", "email")
    shop.run("send", "email", "--to-folder", "out/mail")
    seen = 0
    for file in sorted((shop.folder / "out/mail").iterdir()):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        wanted = strings[message["To"].addresses[0].addr_spec.split("@")[0].upper()]
        seen += 1
        plain = message.get_body(("plain",)).get_content()
        page = message.get_body(("html",)).get_content()
        shown = html.unescape(re.sub("<[^>]*>", "", page))
        for field in PRINTED:
            for kind, body in [("text", plain), ("page", shown)]:
                if said(f"{field}: {wanted} .") not in said(body):
                    errors.append(f"{wanted!r}: the {kind} of the email does not say it as {field}")
        if re.search("<(script|iframe|svg|object|embed|form|meta http)|\\son[a-z]+=|javascript:", "".join(re.findall("<[^>]*>", page)), re.I):
            errors.append(f"{wanted!r}: becomes markup in an email")
    if seen != len(strings):
        errors.append(f"{seen} emails for {len(strings)} people")
    return errors


def said(text):
    """Text without what paper and mail may write in another way: white, forms of a letter, apostrophes, signs without a shape."""
    text = re.sub("[´`’]", "'", text)
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn"))
    return re.sub(r"\s+", "", text)


main()
