#!/usr/bin/env python3
"""Kills the till's server in the middle, repeatedly, and checks the result of each redemption.

    tests/kill_till.py BINARY [KILLS] [PEOPLE] [CONNECTIONS]

Codes are redeemed over so many kept connections, by programs with a token and by the button of the page, some by two tills at
once; `serve` is stopped with SIGKILL at random moments and started again. After each kill all that was accepted is in the
database. What was not answered is sent again as it was. In the end each answer is there with its amount and its number;
nothing is there twice, nothing that no one sent; and all that was asked is answered once more as before.
"""

import collections
import json
import queue
import re
import signal
import socket
import threading
import time

from support import harness
from support.harness import Shop


class Asked:
    """One request, the same however often it is sent; the number of each is its amount, too."""

    def __init__(self, number, recipient, code, by_page):
        self.number, self.recipient, self.code = number, recipient, code
        if by_page:
            path, more = f"/till/hand-over/{recipient}", "FORMContent-Type: application/x-www-form-urlencoded\r\n"
            body = f"amount={number // 100}.{number % 100:02}&receipt=P{number}&once=once-{number:020}"
        else:
            path, more = "/v1/redemptions", f"Authorization: Bearer TOKEN\r\nIdempotency-Key: key-{number}\r\n"
            body = json.dumps({"code": code, "spend_minor": number, "receipt": f"A{number}"})
        self.by_page = by_page
        self.text = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}"

    def read(self, status, head, body):
        """What was said: accepted or not, and the answer as it must come again."""
        if self.by_page:
            where = re.search(r"(?im)^location: /till/(\w+)/(\d+)", head)
            assert status == 303 and where and int(where[2]) == self.recipient, (status, head, body)
            return where[1] == "given", where[0]
        assert status in (201, 409), (status, body)
        return status == 201, (status, body)


class Till:
    """A connection that is kept."""

    def __init__(self, port, token, form):
        self.token, self.form = token, form
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = b""

    def ask(self, asked):
        self.socket.sendall(asked.text.replace("TOKEN", self.token).replace("FORM", self.form).encode())
        while b"\r\n\r\n" not in self.read:
            self.more()
        head, self.read = self.read.split(b"\r\n\r\n", 1)
        head = head.decode()
        length = int(re.search(r"(?i)content-length: *(\d+)", head)[1])
        while len(self.read) < length:
            self.more()
        body, self.read = self.read[:length].decode(), self.read[length:]
        return asked.read(int(head.split()[1]), head, body)

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise ConnectionError
        self.read += got


def work(server, waiting, answers, token, connections):
    """Starts tills that ask all that waits in the queue until it is done or the server is killed: answers go into `answers`, what
    had none is put back."""
    faults, form = [], server.form_headers()

    def run():
        asked = None
        try:
            till = Till(server.port, token, form)
            while True:
                asked = waiting.get_nowait()
                answers.append((asked, till.ask(asked)))
                asked = None
        except queue.Empty:
            pass
        except OSError:
            if asked:
                asked.unanswered = True
                waiting.put(asked)
        except AssertionError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    return threads, faults


def main():
    kills, people, connections = harness.numbers(20, 40000, 64)
    dice = harness.moments()
    with harness.folder() as home:
        shop = Shop(home)
        shop.invent(people)
        shop.campaign("tea", "", "+++\n+++\n\n{{ greeting }}\n\nTea is waiting for you: {{ code }}\n", where="has_address")
        assert shop.json("plan", "tea")["mailed"] == people
        shop.run("posted", "tea")
        token = shop.json("till", "token", "front")["token"]
        recipients = shop.ask("SELECT id, code FROM recipient ORDER BY id")
        dice.shuffle(recipients)
        waiting, number = queue.SimpleQueue(), 0
        for n, (recipient, code) in enumerate(recipients):
            # Every eighth by the page; of every tenth code two tills have a copy.
            for _ in range(2 if n % 10 == 0 else 1):
                number += 1
                waiting.put(Asked(number, recipient, code, number % 8 == 0))
        everything = number
        answers, killed = [], 0
        while killed < kills:
            server = shop.serve()
            before = len(answers)
            # Never so late that the work may end before the kill.
            rest = everything - before
            target = before + dice.randrange(1, max(2, min(2 * rest // (kills - killed + 1), rest * 3 // 4)))
            threads, faults = work(server, waiting, answers, token, connections)
            while len(answers) < target and not faults and any(thread.is_alive() for thread in threads):
                time.sleep(0.0005)
            time.sleep(dice.random() * 0.01)
            assert server.process.poll() is None, "the server ended by itself"
            at_work = sum(thread.is_alive() for thread in threads)
            server.end(signal.SIGKILL)
            for thread in threads:
                thread.join()
            assert not faults, faults[0]
            assert at_work and len(answers) > before, "it was killed before or after the work"
            killed += 1
            # Before anything is asked again, which would fix what was lost.
            there = set(shop.ask("SELECT recipient_id, spend_minor FROM redemption"))
            lost = [asked.text for asked, (accepted, _) in answers if accepted and (asked.recipient, asked.number) not in there]
            assert not lost, ("acknowledged and not there", len(lost), lost[:3])
        # What is left, what had no answer, and then everything once more.
        server = shop.serve()
        for repeated in (False, True):
            if repeated:
                told = dict(answers)
                answers = []
                for asked in told:
                    waiting.put(asked)
            threads, faults = work(server, waiting, answers, token, connections)
            for thread in threads:
                thread.join()
            assert not faults, faults[0]
        assert server.end(signal.SIGINT) == 0
        other = [(asked.text, told[asked], answer) for asked, answer in answers if told[asked] != answer]
        kept = shop.ask("SELECT id, recipient_id, spend_minor, receipt FROM redemption")
        events = collections.Counter(shop.ask("SELECT recipient_id, outcome FROM redemption_event"))
        shop.is_whole()
        shop.run("doctor")
    assert len(told) == everything and not other, other[:3]
    accepted = {}
    for asked, (is_accepted, answer) in told.items():
        if is_accepted:
            assert asked.recipient not in accepted, ("accepted twice", asked.text, accepted[asked.recipient].text)
            accepted[asked.recipient] = asked
            if not asked.by_page:
                asked.redemption = json.loads(answer[1])["redemption"]
    twice = [recipient for recipient, n in collections.Counter(row[1] for row in kept).items() if n > 1]
    assert not twice, ("redeemed twice", twice[:5])
    assert not set(accepted) - {row[1] for row in kept}
    for redemption, recipient, spend, receipt in kept:
        asked = accepted.get(recipient)
        assert asked and (spend, receipt[1:]) == (asked.number, str(asked.number)), ("another than was answered", recipient, spend)
        assert asked.by_page or asked.redemption == redemption, (asked.text, redemption)
        assert events[recipient, "accepted"] == 1, (recipient, events[recipient, "accepted"])
    assert len(accepted) == people
    unanswered = sum(hasattr(asked, "unanswered") for asked in told)
    print(f"killed {killed} times over {everything} requests for {people} codes, {connections} connections: {len(kept)} redemptions, "
          f"each as it was answered, none twice; {unanswered} had lost their answer and got it when they asked again")
    assert unanswered <= killed * connections


main()
