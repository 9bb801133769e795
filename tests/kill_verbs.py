#!/usr/bin/env python3
"""Kills verbs in the middle, and looks at what is left: all of it, or nothing of it, and the verb can be run again.

    tests/kill_verbs.py BINARY [COUNT] [SEED]

Each verb is stopped with SIGKILL at COUNT moments spread over the time that it takes, each time in a fresh copy of its shop. What
is left is a sound database as it was before or as it is afterwards; what the verb writes next to it is there whole under its name or
not at all; `doctor` names what is half made, and the verb, run again, ends as if nothing had happened. Imports of large files, sends
and the till have scripts of their own.
"""

import hashlib
import random
import re
import shutil
import sqlite3
import time

from support import harness
from support.harness import PROJECT, Shop, kill
from support.taker import Taker

PEOPLE = 900
LATER = "2024-04-02"
LETTER = "{{ greeting }}\n\nA tin of tea is waiting for you. Your code is {{ code }}.\n"


def main():
    count, seed = harness.numbers(3, 1989)
    dice = random.Random(seed)
    with harness.folder() as home:
        shops = Shops(home)
        for case in [
            Import("import", ["import", "customers", "more.csv"]),
            Database("import undo", ["import", "undo", "2"], before=["import purchases sales.csv"]),
            Database("plan", ["plan", "tea"]),
            Database("posted", ["posted", "tea"], before=["plan tea", "print tea --from 1 --to 2"]),
            Database("merge", ["customer", "merge", "P-000003", "P-000004"], before=["customer note P-000003 hello --kind call"]),
            Forget("forget", ["customer", "forget", "P-000007", "--yes"]),
            Print("print", ["print", "tea"], before=["plan tea"]),
            Print("print --each", ["print", "tea", "--each", "--from", "1", "--to", "30"], before=["plan tea"]),
            Run("run", ["--today", LATER, "run"], before=["plan tea", "print tea", "posted tea"]),
            FollowUp("follow-up", ["follow-up", "tea", "next"], before=["plan tea", "print tea --from 1 --to 2", "posted tea"]),
            Backup("backup", ["backup", "copy.db"]),
            Restore("restore", ["restore", "copy.db", "--yes"], before=["backup copy.db", "import customers more.csv"]),
            Migration("migration", ["calls"]),
            Init("init", ["init", "."]),
            Bounces("bounces", ["bounces", "mail"]),
        ]:
            case.play(shops, count, dice)


class Shops:
    def __init__(self, home):
        self.base = shop = Shop(home, "base")
        shop.invent(PEOPLE)
        rows = [[f"M-{n}", "Mo", f"Person{n}", f"{n} Short Rd", "Salem", "OR", "97301", "US"] for n in range(PEOPLE)]
        shop.csv("more.csv", "Customer ID,First Name,Last Name,Street,City,State,Zip,Country", rows)
        rows = [[f"R{n}", f"P-{n % PEOPLE:06}", "2024-02-01", "socks", "9.50"] for n in range(4 * PEOPLE)]
        shop.csv("sales.csv", "Receipt,Customer ID,Date,Item,Amount", rows)
        shop.campaign("tea", 'channel = "letter"', LETTER)
        shop.write("letter-templates/again.md", LETTER)
        shop.write("campaigns/tea.toml", shop.read("campaigns/tea.toml") + '\n[[reminder]]\nafter = "30 days"\ntemplate = "again.md"\n')


class Case:
    """A verb that is killed; `before` is done before."""

    def __init__(self, name, words, before=()):
        self.name, self.words, self.commands = name, words, before

    def prepare(self, shop):
        for line in self.commands:
            shop.run(*line.split(), status=(0, 3))

    def play(self, shops, count, dice):
        start = shops.base.copy("start")
        self.prepare(start)
        self.before = self.state(start)
        whole = start.copy("shop")
        began = time.monotonic()
        whole.run(*self.words, status=(0, 3))
        took = time.monotonic() - began
        self.after = self.state(whole)
        whole.remove()
        nothing = wholly = 0
        for turn in range(count):
            shop = start.copy("shop")
            process = shop.start(*self.words)
            time.sleep(took * (turn + dice.random()) / count * 1.05)
            kill(process)
            left = self.look(shop)
            nothing, wholly = nothing + (left == self.before), wholly + (left == self.after)
            self.again(shop, left)
            shop.is_whole()
            self.same(shop, self.state(shop), self.after)
            self.is_tidy(shop)
            shop.remove()
        start.remove()
        print(f"{self.name}: killed {count} times within {took:.2f} s: {nothing} times nothing, {wholly} times all of it")

    def same(self, shop, found, *allowed):
        if found not in allowed:
            other = [str(row)[:300] for one in allowed for at in (0, 1) for row in sorted(set(found[at]) ^ set(one[at]))[:5]]
            harness.fail(f"{self.name}: not as it should be:", *other)

    def state(self, shop):
        return rows(shop), files(shop)

    def is_tidy(self, shop):
        """Nothing is left, or what was left is named; it can be deleted as `doctor` says."""
        for part in [path for path in shop.folder.rglob("*") if path.suffix.startswith(".part")]:
            found = shop.run("doctor", status=1).stdout
            assert f"{part.relative_to(shop.folder)} was left half written" in found, found
            shutil.rmtree(part) if part.is_dir() else part.unlink()
        shop.run("doctor")


class Database(Case):
    """All is in the database."""

    def state(self, shop):
        return rows(shop), ()

    def look(self, shop):
        shop.is_whole()
        left = self.state(shop)
        self.same(shop, left, self.before, self.after)
        return left

    def again(self, shop, left):
        # What was undone or merged cannot be so again.
        shop.run(*self.words, status=0 if left == self.before else (0, 1, 3))


class Import(Database):
    """Each import is listed, one that added nothing as well."""

    def state(self, shop):
        return tuple(row for row in rows(shop) if not row.startswith("import ")), ()


class Forget(Database):
    def prepare(self, shop):
        shop.run("customer", "note", "P-000007", "collects Zwiebelmuster", "--kind", "visit")

    def look(self, shop):
        # What waits to be wiped is wiped by the next command, whatever it is.
        shop.run("calls")
        left = super().look(shop)
        is_gone = b"Zwiebelmuster" not in (shop.folder / "regulars.db").read_bytes()
        assert is_gone == (left == self.after), "forgotten, and still in the file"
        return left


class Print(Case):
    def look(self, shop):
        shop.is_whole()
        state, there = rows(shop), files(shop)
        assert state in (self.before[0], self.after[0])
        named = [name for name in dict(there).keys() - dict(self.before[1]).keys() if ".part" not in name]
        if named:
            assert state == self.after[0], f"not on record, but there: {named}"
            assert "printed" in shop.run("plan", "tea", "--again", status=1).stderr
        return state, there

    def again(self, shop, left):
        shop.run(*self.words)


class Run(Case):
    """A letter that is on record as printed is in a file of its name once `run` was run again."""

    def look(self, shop):
        shop.is_whole()
        return self.state(shop)

    def again(self, shop, left):
        shop.run(*self.words)


class FollowUp(Case):
    def look(self, shop):
        left = self.state(shop)
        assert left[0] == self.before[0]
        whole = dict(self.after[1])
        for name, content in left[1]:
            assert name.endswith(".part") or whole[name] == content, name
        return left

    def again(self, shop, left):
        shop.run(*self.words, status=1 if (shop.folder / "campaigns/next.toml").exists() else 0)


class Backup(Case):
    def state(self, shop):
        copy = shop.folder / "copy.db"
        return rows(shop), (rows(shop, "copy.db") if copy.exists() else ())

    def look(self, shop):
        left = self.state(shop)
        self.same(shop, left, self.before, self.after)
        return left

    def again(self, shop, left):
        shop.run(*self.words, status=1 if left == self.after else 0)


class Restore(Case):
    def state(self, shop):
        return rows(shop), ()

    def look(self, shop):
        shop.run("calls")
        left = self.state(shop)
        self.same(shop, left, self.before, self.after)
        return left

    def again(self, shop, left):
        shop.run(*self.words)


class Migration(Case):
    def prepare(self, shop):
        for path in shop.folder.glob("regulars.db*"):
            path.unlink()
        book = sqlite3.connect(shop.folder / "regulars.db", isolation_level=None)
        book.executescript("PRAGMA journal_mode = WAL; PRAGMA application_id = 1380404306")
        for step in sorted((PROJECT / "src/store/migrations").iterdir())[:2]:
            book.executescript(step.read_text())
        book.execute("BEGIN")
        book.execute("INSERT INTO setting (key, value) VALUES ('shop_key', x'0102030405060708')")
        customers = [(n, f"P-{n}", f"Person{n}") for n in range(1, 4000)]
        book.executemany("INSERT INTO customer (id, ref, last_name) VALUES (?, ?, ?)", customers)
        book.execute("PRAGMA user_version = 2")
        book.execute("COMMIT")
        book.close()

    def state(self, shop):
        return rows(shop), shop.ask("SELECT sql FROM sqlite_schema ORDER BY sql")

    def look(self, shop):
        shop.is_whole()
        return self.state(shop)

    def again(self, shop, left):
        shop.run(*self.words)


class Init(Case):
    def prepare(self, shop):
        shop.remove()
        shop.folder.mkdir()

    def state(self, shop):
        """The key is another each time."""
        if not (shop.folder / "shop.toml").exists():
            return (), ()
        return tuple(row for row in rows(shop) if "shop_key" not in row), files(shop)

    def look(self, shop):
        if not (shop.folder / "shop.toml").exists():
            assert "is not a shop folder" in shop.run("doctor", status=1).stderr
            return self.before
        left = self.state(shop)
        assert left[0] == self.after[0]
        assert len(shop.ask("SELECT value FROM setting WHERE key = 'shop_key'")) == 1
        return left

    def again(self, shop, left):
        made = left != self.before
        shop.run(*self.words, status=1 if made else 0)
        if made and (shop.folder / "new-shop").exists():
            assert "new-shop is what `init` made this shop in" in shop.run("doctor", status=1).stdout
            shutil.rmtree(shop.folder / "new-shop")


class Bounces(Database):
    """Reports, complaints and opt-outs about every email are in a Maildir, which stays as it is."""

    def prepare(self, shop):
        server = Taker()
        shop.invent(300, email=True)
        place = f"smtp://127.0.0.1:{server.server_address[1]}"
        shop.write("shop.toml", shop.read("shop.toml") + f'\n[email]\nfrom = "June <june@example.com>"\nserver = "{place}"\n')
        shop.campaign("mail", 'channel = "email"', "+++\nsubject = \"Tea\"\n+++\n\n{{ greeting }}\n", where="has_email")
        shop.run("plan", "mail")
        shop.run("send", "mail")
        server.shutdown()
        for folder in ("cur", "new", "tmp"):
            (shop.folder / "mail" / folder).mkdir(parents=True)
        kinds = [(PROJECT / f"tests/answers/{kind}.eml").read_text() for kind in ("postfix", "full", "complaint", "unsubscribe")]
        for n, (to, [email]) in enumerate(server.taken.items()):
            key = re.search(rb"(?im)^Message-ID: <([^@]+)@", email)[1].decode()
            text = kinds[n % len(kinds)].replace("{TO}", to).replace("{KEY}", key)
            shop.write(f"mail/new/{1709280000 + n}.{n}.host", text)

    def again(self, shop, left):
        before = files(shop)
        shop.run(*self.words)
        assert files(shop) == before, "the mailbox is another"


def rows(shop, name="regulars.db"):
    """Every row of every table."""
    book = sqlite3.connect(shop.folder / name, timeout=20)
    found = []
    for (table,) in book.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
        found += sorted(f"{table} {row}" for row in book.execute(f'SELECT * FROM "{table}"'))
    book.close()
    return tuple(found)


def files(shop):
    """Every file but the database's, and what is in it, hashed."""
    paths = (path for path in shop.folder.rglob("*") if path.is_file() and not path.name.startswith("regulars"))
    name = lambda path: str(path.relative_to(shop.folder))  # noqa: E731
    return tuple(sorted((name(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths if path.suffix != ".lock"))


main()
