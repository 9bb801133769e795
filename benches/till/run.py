#!/usr/bin/env python3
"""How many codes the till redeems: `regulars serve` beside PostgreSQL behind the same endpoint, alternately, as medians and ratios.

    python3 benches/till/run.py [--runs 3] [--seconds 5] [--connections 64] [--people 120000] [--peer 8,16,32,64] [--flush 3]
    python3 benches/till/run.py --find [--customers 1000000]

The first: kept connections on this machine post /v1/redemptions (load.rs, one thread), each code once, and wait for the answer,
which comes when it is on disk. The peer (peer.rs, peer.sql) answers the same request with the same object and does the same
work, in one function of the database; it is run with several numbers of connections to PostgreSQL (synchronous_commit=on), and
the best of them counts. In each round it is measured how many commits a second the same disk gives: one row each, SQLite with
WAL and synchronous=FULL as ours. Generator, servers and databases share the cores, so the processor's time is printed, too. With
--flush each flush of all three waits so many milliseconds longer, as on a slower disk (slow_disk.c, needs cc).

The second: the till's page in a book of so many customers; see find.py.

Needs Debian's postgresql (initdb, pg_ctl, psql); a cluster of its own is made and removed. Nothing else is touched.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TODAY = "2024-03-01"

COMMITS = """
import sqlite3, sys, time
book = sqlite3.connect(sys.argv[1], isolation_level=None)
book.execute("PRAGMA journal_mode = WAL")
book.execute("PRAGMA synchronous = FULL")
book.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
count, began = 0, time.perf_counter()
while time.perf_counter() - began < 1.5:
    book.execute("INSERT INTO t (text) VALUES (?1)", ("a row of a hundred bytes " * 4,))
    count += 1
print(count / (time.perf_counter() - began))
"""


class Disk:
    """The folder in which all lies, and how slowly it is flushed."""

    def __init__(self, folder, flush):
        self.folder, self.environment = folder, {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        if flush:
            library = folder / "slow_disk.so"
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "slow_disk.c", "-ldl"], check=True)
            self.environment |= {"LD_PRELOAD": str(library), "SLOW_DISK": str(int(flush * 1000))}

    def commits(self):
        path = self.folder / "commits.db"
        words = [sys.executable, "-c", COMMITS, path]
        rate = float(subprocess.run(words, check=True, capture_output=True, text=True, env=self.environment).stdout)
        for each in self.folder.glob("commits.db*"):
            each.unlink()
        return rate


def seconds_of(process):
    """What a process and its children have taken of the processor."""
    ticks, families = 0, [process]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) in families or int(fields[1]) in families:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Load:
    """The generator: what it found, and what it took."""

    def __init__(self, program, codes, connections, seconds):
        self.program, self.codes, self.connections, self.seconds = program, codes, connections, seconds

    def __call__(self, address, token, *processes):
        before = [seconds_of(process) for process in processes]
        words = [self.program, address, token, self.codes, str(self.connections), str(self.seconds)]
        generator = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        said = generator.stdout.read()
        _, status, usage = os.wait4(generator.pid, 0)
        assert status == 0, said
        figures = json.loads(said)
        assert not figures["others"] and figures["accepted"], figures
        figures["rate"] = figures["accepted"] / figures["seconds"]
        each = 1e6 / figures["accepted"]
        figures["cpu"] = sum(seconds_of(process) - was for process, was in zip(processes, before)) * each
        figures["own"] = (usage.ru_utime + usage.ru_stime) * each
        return figures


class Ours:
    """A shop with a posted campaign; each round starts from the same file."""

    def __init__(self, binary, disk, people):
        self.binary, self.disk, self.shop = binary, disk, disk.folder / "shop"
        subprocess.run([binary, "init", self.shop], check=True, capture_output=True)
        with open(disk.folder / "customers.csv", "w", encoding="utf-8") as out:
            out.write("Customer ID,First Name,Last Name,Street,City,State,Zip,Country\n")
            for n in range(people):
                out.write(f"P-{n:06},Pat,Person{n},{n} Long Rd,Salem,OR,97301,US\n")
        self.run("import", "customers", disk.folder / "customers.csv")
        (self.shop / "letter-templates" / "tea.md").write_text("+++\n+++\n\n{{ greeting }}\n\nTea is waiting for you: {{ code }}\n")
        (self.shop / "campaigns" / "tea.toml").write_text(
            f'name = "Tea"\nas_of = {TODAY}\n[segment]\nwhere = "has_address"\norder_by = "ref"\none_per = "customer"\n'
            '[gift]\nname = "a tin of tea"\nunit_cost = "4"\nclaim_until = 2024-06-30\n[letter]\ntemplate = "tea.md"\n')
        assert self.run("plan", "tea")["mailed"] == people
        self.run("posted", "tea")
        self.token = self.run("till", "token", "front")["token"]
        shutil.copy(self.shop / "regulars.db", disk.folder / "posted.db")

    def run(self, *words):
        words = [self.binary, "--shop", self.shop, "--today", TODAY, "--json", *words]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-500:])
        return json.loads(done.stdout)

    def redeem(self, load):
        for name in ("regulars.db-wal", "regulars.db-shm"):
            (self.shop / name).unlink(missing_ok=True)
        shutil.copy(self.disk.folder / "posted.db", self.shop / "regulars.db")
        os.sync()
        words = [self.binary, "--shop", self.shop, "--today", TODAY, "serve", "--listen", "127.0.0.1:0"]
        with open(self.disk.folder / "log", "w+", encoding="utf-8") as log:
            server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=log, env=self.disk.environment)
            try:
                while "\n" not in (said := (self.disk.folder / "log").read_text()):
                    assert server.poll() is None, said
                    time.sleep(0.02)
                figures = load(said.split("/")[2], self.token, server.pid)
            finally:
                server.send_signal(signal.SIGINT)
                server.wait()
        with sqlite3.connect(self.shop / "regulars.db") as book:
            assert book.execute("SELECT count(*) FROM redemption").fetchone() == (figures["accepted"],)
        book.close()
        return figures


class Peer:
    """PostgreSQL with the same people and codes."""

    def __init__(self, program, disk, ours):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            sys.exit("error: there is no PostgreSQL here\nhint: apt-get install postgresql")
        self.tools, self.program, self.token = found[-1].parent, program, ours.token
        self.folder, self.server = disk.folder / "cluster", None
        self.folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.as_postgres(self.tools / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", stdout=subprocess.DEVNULL)
        options = (f"-p 54331 -k {self.folder} -c listen_addresses= -c synchronous_commit=on -c shared_buffers=512MB "
                   "-c max_wal_size=8GB -c checkpoint_timeout=1h -c max_connections=100")
        slow = [f"{name}={disk.environment[name]}" for name in ("LD_PRELOAD", "SLOW_DISK") if name in disk.environment]
        words = ["env", *slow, self.tools / "pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "start", "-o", options]
        self.as_postgres(*words, stdout=subprocess.DEVNULL)
        try:
            self.sql((HERE / "peer.sql").read_text())
            self.fill(ours.shop / "regulars.db")
        except BaseException:
            self.stop()
            raise
        self.postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        self.version = self.sql("SHOW server_version").split()[0]

    def as_postgres(self, *words, **more):
        words = ["runuser", "-u", "postgres", "--", *words] if os.getuid() == 0 else list(words)
        return subprocess.run(words, check=True, text=True, cwd="/", **more)

    def sql(self, text):
        words = ["psql", "-q", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", "54331", "-U", "postgres"]
        return self.as_postgres(*words, input=text, stdout=subprocess.PIPE).stdout

    def fill(self, path):
        book = sqlite3.connect(path)
        tables = [
            ("campaign", "SELECT id, slug, name, gift_name, state, date(as_of * 86400, 'unixepoch'), date(claim_until * 86400, 'unixepoch') FROM campaign"),
            ("recipient", "SELECT id, campaign_id, ref, name, code FROM recipient"),
            ("till_token", "SELECT id, '\\\\x' || hex(hash), till, NULL FROM till_token"),
        ]
        for table, sql in tables:
            rows = "".join("\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n" for row in book.execute(sql))
            self.sql(f"COPY {table} FROM STDIN;\n{rows}\\.\n")
        book.close()
        # The day of the rehearsal cannot be set here: the codes hold today.
        self.sql("UPDATE campaign SET claim_until = '2999-12-31'")
        self.sql("VACUUM ANALYZE")

    def redeem(self, load, connections):
        self.sql("TRUNCATE redemption, redemption_event, till_answer; CHECKPOINT")
        database = f"host={self.folder} port=54331 user=postgres dbname=postgres"
        address = "127.0.0.1:54332"
        server = subprocess.Popen([self.program, address, str(connections), database], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout.readline() == "listening\n"
            figures = load(address, self.token, server.pid, self.postmaster)
        finally:
            server.terminate()
            server.wait()
        assert int(self.sql("SELECT count(*) FROM redemption")) == figures["accepted"]
        return figures

    def stop(self):
        self.as_postgres(self.tools / "pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop", stdout=subprocess.DEVNULL)


def told(name, runs):
    middle = {key: statistics.median(run[key] for run in runs) for key in ("rate", "p50", "p99", "cpu", "own")}
    print(f"  {name:22} {middle['rate']:7,.0f} redemptions/s, half within {middle['p50']:.1f} ms, 99 of 100 within {middle['p99']:.1f} ms; "
          f"CPU {middle['cpu']:.0f} us each, the generator {middle['own']:.0f} us")
    return middle


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--people", type=int, default=120_000)
    options.add_argument("--peer", default="8,16,32,64", help="connections to PostgreSQL; nothing leaves it out")
    options.add_argument("--flush", type=float, default=0, help="milliseconds that each flush takes longer")
    options.add_argument("--find", action="store_true")
    options.add_argument("--customers", type=int, default=1_000_000)
    options.add_argument("--folder", default=tempfile.gettempdir(), help="on the disk that is meant")
    given = options.parse_args()
    subprocess.run(["cargo", "build", "--locked", "--release"], cwd=PROJECT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
    binary = str(target / "release" / "regulars")
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        os.chmod(folder, 0o755)
        if given.find:
            words = [sys.executable, HERE / "find.py", binary, folder, "--customers", str(given.customers)]
            sys.exit(subprocess.run(words).returncode)
        subprocess.run(["cargo", "build", "--locked", "--release", "--target-dir", target], cwd=HERE, check=True)
        disk = Disk(Path(folder), given.flush)
        ours = Ours(binary, disk, given.people)
        with sqlite3.connect(ours.shop / "regulars.db") as book:
            codes = [code for code, in book.execute("SELECT code FROM recipient ORDER BY id")]
        book.close()
        random.Random(1989).shuffle(codes)
        (disk.folder / "codes").write_text("\n".join(codes))
        load = Load(str(target / "release" / "till-load"), str(disk.folder / "codes"), given.connections, given.seconds)
        ways = [int(way) for way in given.peer.split(",") if way]
        peer = Peer(str(target / "release" / "till-peer"), disk, ours) if ways else None
        commits, figures = [], {}
        try:
            for _ in range(given.runs):
                commits.append(disk.commits())
                figures.setdefault("ours", []).append(ours.redeem(load))
                for way in ways:
                    figures.setdefault(way, []).append(peer.redeem(load, way))
        finally:
            if peer:
                peer.stop()
        rate = statistics.median(commits)
        slower = f", each flush {given.flush:g} ms longer" if given.flush else ""
        print(f"{given.connections} connections, medians of {given.runs} runs of {given.seconds:g} s{slower}; the disk gives {rate:,.0f} commits/s, {1e3 / rate:.2f} ms each")
        first = told("regulars serve", figures["ours"])
        print(f"  {'':22} {first['rate'] / rate:.1f} redemptions for each commit that the disk gives")
        best = 0
        for way in ways:
            best = max(best, told(f"PostgreSQL {peer.version}, {way}", figures[way])["rate"])
        if best:
            print(f"  {'':22} ours redeems {first['rate'] / best:.2f} times as many as its best")


main()
