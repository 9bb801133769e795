"""Every naughty string through every field that a person can fill, into the book and out again as JSON, unchanged.

    python3 tests/naughty.py target/release/regulars

The list (blns.json, the big list of naughty strings) is not part of the project. It is looked for in ../shared/data beside
it, or where REGULARS_DATA says; without it this says that it was left out. A string of blanks alone is no text: the field
is then empty. A command line cannot carry the sign NUL.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("REGULARS_DATA") or PROJECT / "../shared/data")
STRINGS = DATA / "hostile/blns.json"
FIELDS = (
    "title first_name last_name full_name suffix spouse company street street2 city state postcode country email phone "
    "birthday notes"
).split()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not STRINGS.is_file():
        print(f"naughty: left out: there is no {STRINGS}", file=sys.stderr)
        return
    binary = str(Path(sys.argv[1]).resolve())
    strings = [text for text in json.loads(STRINGS.read_text(encoding="utf-8")) if "\0" not in text]
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "shop"

        def run(*words, cwd=folder, status=0):
            env = {"PATH": os.environ.get("PATH", ""), "NO_COLOR": "1", "REGULARS_TODAY": "2024-03-01"}
            done = subprocess.run([binary, *words], cwd=cwd, env=env, capture_output=True)
            if done.returncode != status:
                sys.exit(f"naughty: {words!r} ended with {done.returncode}\n{done.stderr.decode(errors='replace')}")
            return done.stdout

        run("init", str(folder), cwd=home)
        faults = []
        (folder / "c.csv").write_text("Customer ID\n" + "".join(f"N-{n}\n" for n in range(len(strings))))
        run("import", "customers", "c.csv")
        for n, text in enumerate(strings):
            reference, is_blank = f"N-{n}", not text.strip()
            words = [f"{field}={text}" for field in FIELDS] + [f"preference.x={text}"]
            if not is_blank:
                words += [f"tag=+{text}", f"preference.k{text}=v"]
            run("customer", "set", reference, f"--source={text}", "post=yes", *words)
            run("customer", "note", reference, "--kind", "idea", "--", text, status=1 if is_blank else 0)
            card = json.loads(run("--json", "customer", "show", reference))
            held = json.loads(run("--json", "customer", "export", reference))
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
            faults += [f"{text!r}: {what} is {was!r}" for what, was in seen.items() if was != expected]
            if card["wishes"][0]["source"] != text:
                faults.append(f"{text!r}: source is {card['wishes'][0]['source']!r}")
            page = run("customer", "show", reference).decode()
            if any(sign in page for sign in "\x1b\x07\x08\r\u202e"):
                faults.append(f"{text!r}: the page holds signs that steer a terminal")
            if page.count("\n") > 60:
                faults.append(f"{text!r}: the page has {page.count(chr(10))} lines")
        if faults:
            sys.exit("\n".join(["naughty:", *faults]))
        print(f"naughty: {len(strings)} strings through {len(FIELDS) + 5} places, unchanged")


main()
