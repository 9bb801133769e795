#!/usr/bin/env python3
"""How fast emails are sent: `regulars send` beside postfix's smtp-source, alternately, as medians and ratios.

    python3 benches/email/run.py [--runs 3] [--people 10000] [--connections 1,4,8] [--rtt 20] [--nodemailer] [--durable-only]

Both hand messages of the same size to postfix's smtp-sink on this machine (apt-get install postfix). smtp-source sends one
message over and over; ours reads the plan, renders each person's email, writes down what becomes of it, and sends: the whole
command is timed, from its start to its end. Each connection writes one commit an email to disk, so the limit of the durable
runs is connections x commits a second, which is measured in the same folder in the same round. Without the disk the shop
lies in memory (/dev/shm). With --rtt the same goes through a line of so many milliseconds there and back; with --nodemailer
nodemailer's pooled sender takes its turn as well (npm reaches its registry for that).
"""

import argparse
import json
import os
import resource
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TODAY = "2024-03-01"
SOURCE, SINK = (next((p for p in (shutil.which(n), f"/usr/sbin/{n}") if p and os.path.exists(p)), None) for n in ("smtp-source", "smtp-sink"))


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def sink():
    port = free_port()
    words = [SINK, *(["-u", "nobody"] if os.getuid() == 0 else []), f"127.0.0.1:{port}", "256"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            time.sleep(0.05)
    sys.exit("error: smtp-sink does not listen")


class Shop:
    """A shop folder with one planned campaign of emails; each round starts from the same state."""

    def __init__(self, binary, folder, people):
        self.binary, self.folder, self.shop = binary, folder, folder / "shop"
        self.environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        subprocess.run([binary, "init", self.shop], check=True, capture_output=True)
        with open(folder / "customers.csv", "w", encoding="utf-8") as out:
            out.write("Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent\n")
            for n in range(people):
                out.write(f"P-{n:06},Pat,Person{n},{n} Long Rd,Salem,OR,97301,US,p{n}@example.com,yes\n")
        self.run("import", "customers", folder / "customers.csv")
        self.settings = (self.shop / "shop.toml").read_text()
        text = "Dear friend, the tea that you liked so much is back, and a tin of it is waiting for you at the counter. " * 12
        body = "\n\n".join(["{{ greeting }}", *[text.strip()] * 4, "Your code is **{{ code }}**.", "{{ qr() }}", "{{ customer.city }} is never far."])
        (self.shop / "letter-templates" / "mail.md").write_text(f'+++\nsubject = "Tea for {{{{ customer.first_name }}}}"\n+++\n\n{body}\n')
        (self.shop / "campaigns" / "mail.toml").write_text(
            f'name = "Mail"\nas_of = {TODAY}\nchannel = "email"\n[segment]\nwhere = "has_email"\norder_by = "ref"\n'
            'one_per = "customer"\n[gift]\nname = "a tin of tea"\nunit_cost = "4"\nclaim_until = 2024-06-30\n[letter]\ntemplate = "mail.md"\n')
        self.set(1, 25)
        assert self.run("plan", "mail")["mailed"] == people
        look = folder / "look"
        self.run("send", "mail", "--to-folder", look, "--limit", "50")
        self.size = round(statistics.mean(f.stat().st_size for f in look.iterdir()))
        shutil.copy(self.shop / "regulars.db", folder / "planned.db")

    def set(self, connections, port):
        email = f'\n[email]\nfrom = "June <june@example.com>"\nserver = "smtp://127.0.0.1:{port}"\nconnections = {connections}\n'
        (self.shop / "shop.toml").write_text(self.settings + email)

    def run(self, *words):
        words = [self.binary, "--shop", self.shop, "--today", TODAY, "--json", *words]
        done = subprocess.run(words, capture_output=True, text=True, env=self.environment)
        # 3: what a limit has left waits.
        assert done.returncode in (0, 3), (words, done.stdout[-500:], done.stderr[-500:])
        return json.loads(done.stdout)

    def send(self, connections, port, limit=None):
        """Messages a second, and CPU seconds a message."""
        self.set(connections, port)
        # As if nothing had been sent from here yet.
        for name in ("regulars.db-wal", "regulars.db-shm", "sending.step"):
            (self.shop / name).unlink(missing_ok=True)
        shutil.copy(self.folder / "planned.db", self.shop / "regulars.db")
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        os.sync()
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        sent = self.run("send", "mail", *(["--limit", str(limit)] if limit else []))["sent"]
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return sent / seconds, cpu / sent

    def commits(self):
        """Commits a second that reach the disk here, one row each, as ours are."""
        path = self.folder / "commits.db"
        path.unlink(missing_ok=True)
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT)")
        database.execute("INSERT INTO t VALUES (1, '')")
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < 1.5:
            database.execute("UPDATE t SET state = ?1 WHERE id = 1", (str(count),))
            count += 1
        rate = count / (time.perf_counter() - began)
        database.close()
        return rate


def smtp_source(connections, port, messages, size):
    words = [SOURCE, "-d", "-s", str(connections), "-m", str(messages), "-l", str(size), "-f", "june@example.com", "-t", "pat@example.com", f"127.0.0.1:{port}"]
    began = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return messages / (time.perf_counter() - began)


def nodemailer(folder, connections, port, messages, size):
    words = ["node", str(HERE / "nodemailer.js"), str(port), str(connections), str(messages), str(size)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, env={**os.environ, "NODE_PATH": str(folder / "node_modules")})
    return float(done.stdout)


class Line(threading.Thread):
    """A line to a port on this machine that takes its time: whatever goes in comes out half a round trip later."""

    def __init__(self, port, seconds):
        super().__init__(daemon=True)
        self.target, self.delay = port, seconds / 2
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            here, _ = self.listener.accept()
            there = socket.create_connection(("127.0.0.1", self.target))
            for one in (here, there):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target in ((here, there), (there, here)):
                threading.Thread(target=self.carry, args=(source, target), daemon=True).start()

    def carry(self, source, target):
        import queue
        waiting = queue.SimpleQueue()

        def out():
            while (item := waiting.get())[1]:
                time.sleep(max(0.0, item[0] - time.perf_counter()))
                target.sendall(item[1])
            target.close()

        threading.Thread(target=out, daemon=True).start()
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            waiting.put((time.perf_counter() + self.delay, data))
            if not data:
                return


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--people", type=int, default=10_000)
    options.add_argument("--connections", default="1,4,8")
    options.add_argument("--rtt", type=float, default=20, help="milliseconds; 0 leaves it out")
    options.add_argument("--nodemailer", action="store_true")
    options.add_argument("--durable-only", action="store_true")
    given = options.parse_args()
    if not SOURCE or not SINK:
        sys.exit("error: there is no smtp-source here\nhint: apt-get install postfix")
    subprocess.run(["cargo", "build", "--locked", "--release"], cwd=PROJECT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
    binary = str(target / "release" / "regulars")
    server, port = sink()
    places = [("on disk", target)] + ([] if given.durable_only else [("in memory", Path("/dev/shm"))])
    try:
        with tempfile.TemporaryDirectory(dir=target) as on_disk, tempfile.TemporaryDirectory(dir="/dev/shm") as in_memory:
            shops = {name: Shop(binary, Path(on_disk if place == target else in_memory), given.people) for name, place in places}
            size = shops["on disk"].size
            print(f"{given.people} emails of {size} bytes, medians of {given.runs}")
            if given.nodemailer:
                modules = Path(on_disk)
                subprocess.run(["npm", "install", "--silent", "--prefix", modules, "nodemailer@10"], check=True, capture_output=True)
            for connections in map(int, given.connections.split(",")):
                limit = smtp = node = None
                figures = {}
                for _ in range(given.runs):
                    figures.setdefault("smtp-source", []).append(smtp_source(connections, port, given.people, size))
                    for name, shop in shops.items():
                        figures.setdefault(f"{name} commits", []).append(shop.commits())
                        rate, cpu = shop.send(connections, port)
                        figures.setdefault(name, []).append(rate)
                        figures.setdefault(f"{name} cpu", []).append(cpu)
                    if given.nodemailer:
                        figures.setdefault("nodemailer", []).append(nodemailer(modules, connections, port, min(given.people, 2000), size))
                middle = {name: statistics.median(values) for name, values in figures.items()}
                smtp = middle["smtp-source"]
                print(f"\n{connections} connections: smtp-source {smtp:,.0f}/s")
                for name in shops:
                    limit = min(smtp, connections * middle["on disk commits"]) if name == "on disk" else smtp
                    told = f", {middle['on disk commits']:,.0f} commits/s" if name == "on disk" else ""
                    print(f"  ours, {name}: {middle[name]:,.0f}/s, {middle[name] / limit:.2f} of the limit ({limit:,.0f}/s{told}); "
                          f"CPU {middle[name + ' cpu'] * 1e6:,.0f} us an email")
                if given.nodemailer:
                    node = middle["nodemailer"]
                    print(f"  nodemailer, pooled: {node:,.0f}/s; ours on disk {middle['on disk'] / node:.1f} times as many")
                if given.rtt:
                    line = Line(port, given.rtt / 1000)
                    most = min(given.people, 100 * connections)
                    base = shops["on disk"].send(connections, line.port, connections)[0]
                    begun = connections / base  # what the start of the command and of the connections takes
                    rate = shops["on disk"].send(connections, line.port, most)[0]
                    wire = (most - connections) / (most / rate - begun)
                    bound = connections / (2 * given.rtt / 1000)
                    print(f"  at {given.rtt:g} ms there and back: {wire:,.0f}/s once connected, {wire / bound:.2f} of {bound:,.0f}/s")
    finally:
        server.terminate()
        server.wait()


main()
