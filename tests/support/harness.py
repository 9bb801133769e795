"""What the scripts next to this folder share: the data, the program in a shop folder of its own, its pages, and kills.

    shop = Shop(home, today="2024-03-01")         `init` in a folder of its own below `home`
    shop.write("campaigns/x.toml", "…")           files, by their path in the folder
    shop.run("plan", "spring", status=1).stderr   status 0 is expected unless another is given; None takes any
    shop.json("recipients", "spring")             … `--json` is added, stdout is read as JSON
    shop.start("send", "spring")                  runs on by itself, to be killed
    with shop.serve() as server: …                the pages, at server.address

The program's environment is empty but for PATH, TMPDIR, NO_COLOR and a folder for what it remembers; fonts of the machine
are not looked for.
"""

import csv
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("REGULARS_DATA") or PROJECT / "../shared/data").resolve()
SCRIPT = Path(sys.argv[0]).stem


def arguments(most=1, least=1):
    """The script's own arguments, or how it is called."""
    if not least <= len(sys.argv) - 1 <= most:
        sys.exit(sys.modules["__main__"].__doc__)
    return sys.argv[1:]


def numbers(*usual):
    """The numbers behind BINARY, filled up with the usual ones."""
    given = [int(word) for word in arguments(1 + len(usual))[1:]]
    return [*given, *usual[len(given) :]]


def binary():
    return os.path.abspath(sys.argv[1])


def leave_out(why):
    """Ends the script without a fault."""
    print(f"{SCRIPT}: left out: {why}", file=sys.stderr)
    sys.exit(0)


def data(*paths):
    """Files of the data that is no part of the project; without one of them the script is left out."""
    for path in paths:
        if not (DATA / path).exists():
            leave_out(f"there is no {DATA / path} (REGULARS_DATA says where else to look)")
    found = [DATA / path for path in paths]
    return found[0] if len(found) == 1 else found


def fail(*lines):
    sys.exit(f"{SCRIPT}: " + "\n".join(map(str, lines)))


def fail_with(faults, most=40):
    """Ends the script when there are errors."""
    if faults:
        fail(*faults[:most], f"{len(faults)} faults")


def same(what, actual, expected):
    if actual != expected:
        fail(f"{what}: the program says\n  {actual}\nbut it is\n  {expected}")


def near(what, actual, expected):
    """Numbers, or lists of them, that are the same but for rounding."""
    if isinstance(actual, list):
        same(f"how many figures of {what}", len(actual), len(expected))
        for pair in zip(actual, expected):
            near(what, *pair)
    elif abs(actual - expected) > 1e-9:
        fail(f"{what}: the program says {actual}, but it is {expected}")


def naughty_strings():
    """The big list of naughty strings, without NUL, which no command line carries; None where it is not there."""
    file = DATA / "hostile/blns.json"
    return [text for text in json.loads(file.read_text(encoding="utf-8")) if "\0" not in text] if file.is_file() else None


def rows_of(path, encoding="utf-8"):
    """The rows of a CSV with a header."""
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def outside(*words, status=(0,)):
    """Runs another tool; what it gives on stdout."""
    done = subprocess.run([str(word) for word in words], capture_output=True, timeout=300)
    if done.returncode not in status:
        fail(f"`{' '.join(map(str, words))}` ended with {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


@contextmanager
def folder():
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        yield Path(home)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def moments():
    """The same random moments each time."""
    return random.Random(1989)


class Shop:
    """The program, in a shop folder of its own."""

    def __init__(self, home, name="shop", today="2024-03-01", verb="init", **more):
        self.home, self.folder, self.today = Path(home), Path(home) / name, today
        self.environment = {
            "PATH": os.environ["PATH"], "NO_COLOR": "1", "REGULARS_FONTS": "", "XDG_STATE_HOME": str(self.home / "state"), **more,
        }  # fmt: skip
        if "TMPDIR" in os.environ:
            self.environment["TMPDIR"] = os.environ["TMPDIR"]
        self.run(verb, str(self.folder))

    def copy(self, name):
        """The same shop in another folder next to this one."""
        other = object.__new__(Shop)
        other.__dict__ = {**self.__dict__, "folder": self.home / name}
        shutil.copytree(self.folder, other.folder)
        return other

    def remove(self):
        shutil.rmtree(self.folder)

    def _how(self, today=None, fonts=None):
        environment = {**self.environment, "REGULARS_TODAY": today or self.today}
        if fonts is not None:
            environment["REGULARS_FONTS"] = fonts
        return {"env": environment, "cwd": self.folder if self.folder.is_dir() else self.home}

    def run(self, *words, status=0, typed="", **how):
        """One command; text comes as it is, carriage returns and all."""
        words = [binary(), *map(str, words)]
        done = subprocess.run(words, input=typed.encode(), capture_output=True, timeout=1200, **self._how(**how))
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode(errors="replace")
        allowed = status if isinstance(status, tuple) else (status,)
        if status is not None and done.returncode not in allowed:
            fail(f"`{' '.join(words[1:])}` ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def json(self, *words, **how):
        done = self.run("--json", *words, **how)
        return json.loads(done.stdout or "{}")

    def start(self, *words):
        quiet = subprocess.DEVNULL
        return subprocess.Popen([binary(), *map(str, words)], stdin=quiet, stdout=quiet, stderr=quiet, **self._how())

    def serve(self, listen="127.0.0.1:0"):
        return Server(self, listen)

    def write(self, path, text):
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8", newline="")
        return self.folder / path

    def read(self, path):
        return (self.folder / path).read_text(encoding="utf-8")

    def edit(self, path, old, new):
        assert old in self.read(path), f"{path} does not hold {old}"
        self.write(path, self.read(path).replace(old, new))

    def csv(self, path, header, rows):
        """Writes a CSV; the header is a text with commas."""
        with open(self.folder / path, "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(header.split(","))
            out.writerows(rows)
        return self.folder / path

    def invent(self, people, email=False):
        """Imports so many customers, `P-000000` and on, each with an address."""
        more = ",Email,Email Consent" if email else ""
        rows = [
            [f"P-{n:06}", "Pat", f"Person{n}", f"{n} Long Rd", "Salem", "OR", "97301", "US", *([f"p{n}@example.com", "yes"] if email else [])]
            for n in range(people)
        ]  # fmt: skip
        self.json("import", "customers", self.csv("customers.csv", "Customer ID,First Name,Last Name,Street,City,State,Zip,Country" + more, rows))

    def campaign(self, name, text, template, where="true"):
        """A campaign of everyone on the shop's day, each by themselves, and its letter; `text` is what stands before the segment."""
        letter = f"{name}-letter.md"
        self.write(f"letter-templates/{letter}", template)
        self.write(
            f"campaigns/{name}.toml",
            f'name = "{name}"\nas_of = {self.today}\n{text}\n[segment]\nwhere = "{where}"\norder_by = "ref"\none_per = "customer"\n'
            f'[gift]\nname = "a tin of tea"\nunit_cost = "4"\nclaim_until = {self.today[:4]}-06-30\n[letter]\ntemplate = "{letter}"\n',
        )

    def ask(self, sql, *values):
        """Rows of the database, for what the program does not tell."""
        book = sqlite3.connect(self.folder / "regulars.db", timeout=20)
        try:
            return book.execute(sql, values).fetchall()
        finally:
            book.close()

    def change(self, sql, rows=((),)):
        """Changes the database behind the program's back."""
        book = sqlite3.connect(self.folder / "regulars.db", timeout=20)
        with book:
            book.executemany(sql, rows)
        book.close()

    def is_whole(self):
        """SQLite finds no fault in its file, and no row that points nowhere."""
        book = sqlite3.connect(self.folder / "regulars.db", timeout=20)
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not book.execute("PRAGMA foreign_key_check").fetchall()
        book.close()


class Server:
    """`serve`, until it is ended."""

    def __init__(self, shop, listen):
        words = [binary(), "serve", "--listen", listen]
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **shop._how()
        )
        first = self.process.stderr.readline()
        found = re.match(r"Open at (http://([^/:]+:(\d+)))/", first)
        if not found:
            fail(first + self.process.stderr.read())
        self.url, self.address, self.port = found[1], found[2], int(found[3])
        # What it says on must be read: there is room for little.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def form_headers(self):
        """The headers of whoever has a page open, with its cookie and with the token of its forms."""
        with urllib.request.urlopen(self.url + "/sign-in/till") as page:
            cookie = page.headers["Set-Cookie"].split(";")[0]
            token = re.search(r'name="csrf" value="([^"]+)"', page.read().decode())[1]
        return f"Cookie: {cookie}\r\nX-CSRF-Token: {token}\r\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()

    def end(self, how=signal.SIGINT, patience=20):
        """Ends it, and gives its status."""
        self.process.send_signal(how)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            kill(self.process)
            raise
