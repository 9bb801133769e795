#!/usr/bin/env python3
"""Kills the sender in the middle, over and over, and looks at who got what.

    tests/kill_send.py BINARY [KILLS] [PEOPLE] [CONNECTIONS]

A mail server of this script's own takes emails on this machine; `send` is stopped with SIGKILL at random moments and started
again. In the end nobody has two, everybody has one or is in doubt, and there are at most connections doubts for each kill.
"""

import collections
import json
import os
import random
import re
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

TODAY = "2024-03-01"


class Guest(socketserver.StreamRequestHandler):
    """One connection: everything is taken, and counted the moment its dot has come."""

    def handle(self):
        try:
            self.talk()
        except ConnectionError:
            pass

    def talk(self):
        self.say("220 here")
        to = None
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                self.say("250-here\r\n250 PIPELINING")
            elif word == b"RCPT":
                to = line.split(b"<")[1].split(b">")[0].decode()
                self.say("250 ok")
            elif word == b"DATA":
                self.say("354 go on")
                text = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    if not line:
                        return
                    text += line
                with self.server.lock:
                    self.server.taken[to].append(re.search(rb"(?im)^message-id: *(\S+)", text)[1])
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64


def main():
    binary = os.path.abspath(sys.argv[1])
    kills, people, connections = (int(word) for word in (sys.argv[2:] + ["100", "10000", "8"][len(sys.argv) - 2:])[:3])
    server = Server(("127.0.0.1", 0), Guest)
    server.taken, server.lock = collections.defaultdict(list), threading.Lock()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    dice = random.Random(1989)
    with tempfile.TemporaryDirectory() as folder:
        shop = os.path.join(folder, "shop")
        environment = {**os.environ, "XDG_STATE_HOME": os.path.join(folder, "state")}

        def command(*words):
            return [binary, "--shop", shop, "--today", TODAY, "--json", *words]

        def run(*words, codes=(0,)):
            done = subprocess.run(command(*words), capture_output=True, text=True, env=environment)
            assert done.returncode in codes, (words, done.returncode, done.stdout[-500:], done.stderr[-500:])
            return json.loads(done.stdout)

        subprocess.run([binary, "init", shop], check=True, capture_output=True)
        with open(os.path.join(folder, "customers.csv"), "w", encoding="utf-8") as out:
            out.write("Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent\n")
            for n in range(people):
                out.write(f"P-{n:06},Pat,Person{n},{n} Long Rd,Salem,OR,97301,US,p{n}@example.com,yes\n")
        run("import", "customers", os.path.join(folder, "customers.csv"))
        with open(os.path.join(shop, "shop.toml"), "a", encoding="utf-8") as out:
            place = f"smtp://127.0.0.1:{server.server_address[1]}"
            out.write(f'\n[email]\nfrom = "June <june@example.com>"\nserver = "{place}"\nconnections = {connections}\n')
        with open(os.path.join(shop, "letter-templates", "mail.md"), "w", encoding="utf-8") as out:
            out.write('+++\nsubject = "Tea"\n+++\n\n{{ greeting }}\n\n' + "Tea is waiting for you. " * 40 + "\n")
        with open(os.path.join(shop, "campaigns", "mail.toml"), "w", encoding="utf-8") as out:
            out.write(f'name = "Mail"\nas_of = {TODAY}\nchannel = "email"\n[segment]\nwhere = "has_email"\n')
            out.write('order_by = "ref"\none_per = "customer"\n[letter]\ntemplate = "mail.md"\n')
        assert run("plan", "mail")["mailed"] == people
        done = killed = 0
        while killed < kills:
            before = sum(len(ids) for ids in server.taken.values())
            process = subprocess.Popen(command("send", "mail"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
            # Into the middle of handing over: so many emails further, and a moment more.
            target = before + dice.randrange(1, max(2, 2 * (people - before) // (kills - killed + 1)))
            while sum(len(ids) for ids in list(server.taken.values())) < target and process.poll() is None:
                time.sleep(0.0005)
            time.sleep(dice.random() * 0.01)
            if process.poll() is not None:
                done += 1
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        run("send", "mail", codes=(0, 3))
        outbox = run("outbox", "mail")
    states = {email["email"]: email["state"] for email in outbox["emails"]}
    twice = [to for to, ids in server.taken.items() if len(ids) > 1]
    lost = [to for to, state in states.items() if state == "sent" and to not in server.taken]
    arrived = sum(1 for to, state in states.items() if state == "in_doubt" and to in server.taken)
    figures = {key: outbox[key] for key in ("queued", "sending", "sent", "failed", "in_doubt")}
    print(f"killed {killed} times over {people} people, {connections} connections: {figures}; {len(twice)} twice, "
          f"{len(lost)} lost; of those in doubt {arrived} had arrived")
    assert not twice and not lost, (twice[:5], lost[:5])
    assert outbox["sent"] + outbox["in_doubt"] == people, figures
    assert outbox["in_doubt"] <= killed * connections
    assert killed == kills or done, "the sender ended before it was killed"


main()
