#!/usr/bin/env python3
"""Sends through a real mail server, and reads what people receive.

    tests/received.py BINARY

Postfix, with a configuration and folders of this script's own, listens on this machine alone and delivers into a Maildir.
Everyone has one message there, which Python's email reads: names, subject, text and page, the picture, the header's
List-Unsubscribe, lines of 998 at most, no return or nought alone. Its signature is verified by dkimpy and, where MAILAUTH
names the folder that npm put it into, by mailauth, under both kinds of key. It goes there encrypted, from the first byte and
by STARTTLS, with a certificate that is believed through SSL_CERT_FILE, and not at all where it is not believed. One address is refused, one bounces after it was
taken: `bounces` finds postfix's own report in the Maildir. Only root can start postfix: for others this prints that it was skipped.
"""

import email
import email.policy
import json
import os
import shutil

from support import harness
from support.harness import Shop, outside
from support.postfix import Postfix

PEOPLE = [
    ("Zoë", "Müller-Lüdenscheidt"), ("José María", "Núñez"), ("山田", "太郎"), ("Мария", "Иванова"), ("محمد", "الفاسي"),
    ("😀 Pat", "O’Brien"), ("=?utf-8?q?You_won?=", "Smith"), ('Ann "the hat"', "Lee, Jr."), ("x" * 300, "Long"),
    ("<b>Bold</b>", "x {{ code }}"), ("..Dot", ".Stuffed"), ("Pat\\", "Back;slash"),
]
VERIFY = """
const fs = require('fs');
const { dkimVerify } = require(process.env.MAILAUTH + '/mailauth/lib/dkim/verify');
const [records, ...files] = process.argv.slice(2);
const known = new Map(JSON.parse(fs.readFileSync(records)).map(r => [r.name, r.value]));
const resolver = async (name, kind) => {
  if (kind === 'TXT' && known.has(name)) return [[known.get(name)]];
  throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
};
(async () => {
  for (const file of files) {
    const { results } = await dkimVerify(fs.readFileSync(file), { resolver });
    const good = results.filter(r => r.status.result === 'pass');
    if (good.length !== 1) { console.error(file, JSON.stringify(results.map(r => r.status))); process.exit(1); }
  }
  console.log(files.length);
})();
"""


def look(raw, expected, records):
    """One message, by Python's email and dkimpy."""
    import dkim

    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    assert b"\r" not in head + body and b"\0" not in raw, "a return or a nought stands alone"
    assert max(map(len, raw.split(b"\n"))) <= 998, "a line is too long"
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not message.defects and all(not part.defects for part in message.walk()), message.defects
    to = message["to"].addresses[0]
    name = expected[to.addr_spec].lstrip(". ")  # readers do not expect full stops in front
    assert to.display_name == name.strip()[:100], (to.display_name, name)
    assert "Tea for " in message["subject"] and message["bcc"] is None
    text = message.get_body(("plain",)).get_content()
    page = message.get_body(("html",)).get_content()
    assert "Salem" in text and "Salem" in page and "<b>Bold" not in page
    assert any(part.get_content_type() == "image/png" for part in message.walk()), "the code is no picture"
    assert "1 Main Street" in text and "1 Main Street" in page
    assert message["list-unsubscribe"].startswith("<https://shop.example/u/")
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    dns = {record["name"] + ".": record["value"].encode() for record in records}
    crlf = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    signed = crlf[crlf.lower().index(b"dkim-signature:"):]
    assert dkim.verify(signed, dnsfunc=lambda name, timeout=5: dns.get(name.decode() if isinstance(name, bytes) else name)), "not verified"
    return to.addr_spec


def main():
    harness.arguments()
    if os.getuid() != 0 or not shutil.which("postfix"):
        harness.leave_out("only root can start the postfix that this sends through")
    with harness.folder() as folder:
        os.chmod(folder, 0o755)
        shop = Shop(folder)
        (folder / "postfix").mkdir()
        postfix = Postfix(folder / "postfix")
        try:
            expected = {f"p{n}@example.com": f"{first} {last}" for n, (first, last) in enumerate(PEOPLE)}
            header = "Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent"
            people = [(f"P-{n}", first, last, f"p{n}@example.com") for n, (first, last) in enumerate(PEOPLE)]
            people += [(who, who, who, f"{who}@example.com") for who in ("gone", "late")]
            rows = [[*who, f"{n} Long Rd", "Salem", "OR", "97301", "US", address, "yes"] for n, (*who, address) in enumerate(people)]
            shop.run("import", "customers", shop.csv("customers.csv", header, rows))
            settings = shop.read("shop.toml")
            head = settings.index("address")
            settings = settings[:head] + 'address = ["1 Main Street", "Salem, OR 97301"]\n' + settings[settings.index("\n", head) + 1:]
            settings += """
[email]
from = "June at Zoë's <june@example.com>"
server = "SERVER"
connections = 2
dkim_key = "dkim.pem"
unsubscribe_url = "https://shop.example/u"
"""
            letter = '+++\nsubject = "Tea for {{ customer.first_name }}"\n+++\n\n{{ greeting }}\n\nTea from {{ customer.city }}.\n\n{{ qr() }}\n'
            seen = 0
            for kind, server in (("rsa", f"smtps://localhost:{postfix.tls}"), ("ed25519", f"smtp+starttls://localhost:{postfix.port}")):
                shop.write("shop.toml", settings.replace("SERVER", server))
                shop.campaign(kind, 'channel = "email"', letter, where="has_email")
                records = shop.json("email", "keys", "--kind", kind, "--replace")["records"]
                shop.run("plan", kind)
                first = kind == "rsa"
                shop.environment.pop("SSL_CERT_FILE", None)
                refused = shop.json("send", kind, status=(3,))
                assert refused["sent"] == 0 and "certificate" in refused["stopped"].lower(), refused
                shop.environment["SSL_CERT_FILE"] = str(postfix.certificate)
                assert shop.json("email", "check")["server"]["encryption"] == ("tls" if first else "starttls")
                sent = shop.json("send", kind, status=(3,) if first else (0,))
                # The refused one fails at once and is not written to again; the late one is taken and comes back each time.
                assert (sent["sent"], sent["failed"]) == (len(PEOPLE) + 1, 1 if first else 0), sent
                files = postfix.messages(seen + len(PEOPLE) + 1)
                fresh = [file for file in files if f"{kind}-sha256".encode() in file.read_bytes()]
                fresh = [file for file in fresh if b"Auto-Submitted: auto-replied" not in file.read_bytes()]
                got = sorted(look(file.read_bytes(), expected, records) for file in fresh)
                assert got == sorted(expected), (got, sorted(expected))
                if os.environ.get("MAILAUTH"):
                    (folder / "records.json").write_text(json.dumps(records))
                    (folder / "verify.js").write_text(VERIFY)
                    told = outside("node", folder / "verify.js", folder / "records.json", *fresh)
                    assert int(told) == len(PEOPLE), told
                if first:
                    back = shop.json("bounces", postfix.here / "mail" / "all")
                    # The dead end is behind an address that forwards, which stays in use.
                    told = [(p["email"], p["what"], p["suppressed"]) for p in back["people"]]
                    assert told == [("late@example.com", "undelivered", None)], back
                    again = shop.json("bounces", postfix.here / "mail" / "all")
                    assert again["people"] == [] and again["known"] >= 1, again
                    states = {r["ref"]: r["response"] for r in shop.json("recipients", kind)["recipients"]}
                    assert {ref for ref, response in states.items() if response == "undeliverable"} == {"gone", "late"}, states
                seen = len(files)
        finally:
            postfix.say("stop")
    others = "dkimpy and mailauth" if os.environ.get("MAILAUTH") else "dkimpy"
    print(f"postfix delivered {len(PEOPLE)} emails under each key; verified by {others}; one refused, one report read back")


main()
