#!/usr/bin/env python3
"""Kills the sender in the middle, repeatedly, and checks who got what.

    tests/kill_send.py BINARY [KILLS] [PEOPLE] [CONNECTIONS]

A mail server of this script's own accepts emails on this machine; `send` is stopped with SIGKILL at random moments and started
again. In the end no one has two, everyone has one or is in doubt, and there are at most connections doubts for each kill. Those
in doubt that have arrived are then sent again when the owner confirms it: each is the same email, byte by byte.
"""

import re
import time

from support import harness
from support.harness import Shop, kill
from support.taker import Taker


def main():
    kills, people, connections = harness.numbers(100, 10000, 8)
    server = Taker()
    dice = harness.moments()
    with harness.folder() as home:
        shop = Shop(home)
        shop.invent(people, email=True)
        place = f"smtp://127.0.0.1:{server.server_address[1]}"
        settings = f'\n[email]\nfrom = "June <june@example.com>"\nserver = "{place}"\nconnections = {connections}\n'
        shop.write("shop.toml", shop.read("shop.toml") + settings)
        letter = '+++\nsubject = "Tea"\n+++\n\n{{ greeting }}\n\n' + "Tea is waiting for you. " * 40 + "\n"
        shop.campaign("mail", 'channel = "email"', letter, where="has_email")
        assert shop.json("plan", "mail")["mailed"] == people
        done = killed = 0
        while killed < kills:
            before = sum(len(ids) for ids in server.taken.values())
            # Each run has a moment of its own, which is the date of the emails that it hands over first.
            shop.today = f"2024-03-01T12:{killed // 60:02}:{killed % 60:02}Z"
            process = shop.start("send", "mail")
            # Into the middle of handing over: so many emails further, and a moment more.
            target = before + dice.randrange(1, max(2, 2 * (people - before) // (kills - killed + 1)))
            while sum(len(ids) for ids in list(server.taken.values())) < target and process.poll() is None:
                time.sleep(0.0005)
            time.sleep(dice.random() * 0.01)
            if process.poll() is not None:
                done += 1
                break
            kill(process)
            killed += 1
        shop.run("send", "mail", status=(0, 3))
        outbox = shop.json("outbox", "mail")
        once = {to: list(texts) for to, texts in server.taken.items()}
        doubts = [e for e in outbox["emails"] if e["state"] == "in_doubt" and e["email"] in once][:100]
        for email in doubts:
            shop.run("outbox", "mail", "--settle", email["ref"], "again")
        shop.today = "2024-03-02T12:00:00Z"
        shop.json("send", "mail", status=(0, 3))
        same = [email for email in doubts if len(set(server.taken[email["email"]])) == 1 and len(server.taken[email["email"]]) == 2]
        assert len(same) == len(doubts), f"{len(doubts) - len(same)} of {len(doubts)} are other bytes the second time"
        dates = {re.search(rb"(?m)^Date: (.*)\r", texts[0])[1] for texts in once.values()}
        assert all(b"01 Mar 2024 " in date for date in dates) and len(dates) > killed // 2, dates
    states = {email["email"]: email["state"] for email in outbox["emails"]}
    twice = [to for to, texts in once.items() if len(texts) > 1]
    lost = [to for to, state in states.items() if state == "sent" and to not in once]
    arrived = sum(1 for to, state in states.items() if state == "in_doubt" and to in once)
    figures = {key: outbox[key] for key in ("queued", "sending", "sent", "failed", "in_doubt")}
    print(f"killed {killed} times over {people} people, {connections} connections: {figures}; {len(twice)} twice, "
          f"{len(lost)} lost; of those in doubt {arrived} had arrived; {len(same)} sent again, each the same bytes")
    assert not twice and not lost, (twice[:5], lost[:5])
    assert outbox["sent"] + outbox["in_doubt"] == people, figures
    assert outbox["in_doubt"] <= killed * connections
    assert killed == kills or done, "the sender ended before it was killed"


main()
