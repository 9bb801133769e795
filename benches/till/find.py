#!/usr/bin/env python3
"""How fast people are found at the till's page, and whether a slip matters: `regulars serve` with a book of a million.

    benches/till/run.py --find [--customers 1000000]

The names are made of syllables, always the same: 60,000 surnames, few of them common and most rare, 120 first names, 400 towns;
one purchase each. 384 people, drawn at random (seed 1989), are typed as someone types: the first two letters of the surname,
three, four, the whole of it, first name and surname, surname and town; then the same with one slip in the surname: a letter
that is missing, a wrong one, or two that have changed places, alternately, never the first letter. A surname has at least five
letters, as a slip makes another name of a short one. Each is one search of the page: the field is sent, the list comes back;
the time is from the first byte sent to the last one read, over one kept connection. It is found when someone of that very
first name and surname is among the first ten; namesakes cannot be told apart by what was typed.
"""

import html
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

START = ("Al An Bar Bel Ber Bo Bran Cal Car Cas Cla Col Con Da Dal Den Do Du El Er Fal Far Fen Fer Fis Gal Gar Ger Gil Gor Gra Gre "
         "Hal Han Har Hen Hol Hor Hu Ja Jor Kan Kar Kel Ken Kir Kla Kol Kra La Lan Lar Len Lin Lo Lu Mal Man Mar Mel Mer Mil Mo "
         "Mon Mor Mul Na Nel Ner Nor Pal Par Pel Per Pet Pol Por Quin Ra Ran Rei Ric Ro Ros Ru Sal San Sar Schu Sel Sha Sil Sol "
         "Son Sta Ste Stra Su Tal Tan Tay Ter Tho Tol Tra Tur Ul Va Van Ver Vi Vol Wal Wan War Web Wel Wer Wil Win Wol Yar Zel Zim").split()
MIDDLE = ("a an ar bel ber d der din e el en er ga i in is ka la len li lo ma mer mi na nd ne o on or ra ri ro sa se st ta ter ti "
          "to u va vi").split()
END = ("bach berg burg by dale den der dez don elli er ett ev feld ford gan ham hoff ing ini is ka ker ko land ley lin low man mann "
       "mer mond nen ner nes off ova owski quist ray rell sen ski son stein stedt strom tero ton vic ville well wood worth").split()
FIRST = ("Ada Adam Agnes Alan Albert Alice Amy Andrew Anna Arthur Beatrice Ben Bernard Betty Brian Carl Carla Carol Catherine Charles "
         "Clara Claire Daniel David Deborah Dennis Diana Donald Doris Dorothy Edith Edward Eleanor Elena Elizabeth Ellen Emily Emma "
         "Eric Ernest Esther Eva Evelyn Florence Frances Frank Fred George Gerald Gloria Grace Greta Harold Harry Hazel Helen Henry "
         "Howard Hugo Ida Irene Iris Jack James Jane Janet Jean Joan John Jonas Joseph Joyce Judith Julia Karen Kate Keiko Kenneth "
         "Laura Lawrence Leo Lillian Linda Louis Louise Lucy Margaret Maria Marion Martha Martin Mary Michael Mildred Nancy Nicholas "
         "Nora Norman Olga Oscar Pablo Paul Pauline Peter Philip Rachel Ralph Raymond Richard Robert Roger Rosa Rose Ruth Samuel Sarah "
         "Simon Sophia Stephen Susan Theodore Thomas Victor Vincent Violet Virginia Walter William").split()
SURNAMES, TOWNS = 60_000, 400


def people(count):
    """First name, surname and town of each, the same on every machine."""
    dice = random.Random(1989)
    every = sorted({start + end for start in START for end in END} | {a + b + c for a in START for b in MIDDLE for c in END})
    surnames = dice.sample(every, SURNAMES)
    towns = [f"{town} {kind}" for town, kind in zip(dice.sample(every, TOWNS), "City Falls Grove Hill Lake Park Springs Valley".split() * 50)]
    for _ in range(count):
        yield dice.choice(FIRST), surnames[int(SURNAMES * dice.random() ** 3)], towns[int(TOWNS * dice.random() ** 2)]


def slip(dice, word, kind):
    """The word with one slip of a kind, which is another word."""
    while True:
        at = dice.randrange(1, len(word))
        if kind == "a letter missing":
            wrong = word[:at] + word[at + 1:]
        elif kind == "a wrong letter":
            wrong = word[:at] + dice.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1:]
        else:
            at = min(at, len(word) - 2)
            wrong = word[:at] + word[at + 1] + word[at] + word[at + 2:]
        if wrong.lower() != word.lower():
            return wrong


class Browser:
    """One connection that is kept."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = b""
        head, page = self.ask(b"GET /sign-in/till HTTP/1.1\r\nHost: localhost\r\n\r\n")
        cookie = re.search(r"(?im)^set-cookie: ([^;]+)", head)[1]
        token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        self.form = f"Cookie: {cookie}\r\nX-CSRF-Token: {token}\r\n".encode()

    def ask(self, request):
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.read:
            self.read += self.socket.recv(65536)
        head, self.read = self.read.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
        while len(self.read) < length:
            self.read += self.socket.recv(65536)
        body, self.read = self.read[:length], self.read[length:]
        return head.decode(), body.decode()

    def find(self, typed):
        """Milliseconds, and the page."""
        form = urllib.parse.urlencode({"q": typed}).encode()
        began = time.perf_counter()
        head, body = self.ask(b"POST /till/find HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                              b"%sContent-Length: %d\r\n\r\n%s" % (self.form, len(form), form))
        if leads := re.search(r"(?im)^location: (/till/found/\S+)", head):
            head, body = self.ask(f"GET {leads[1]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        took = (time.perf_counter() - began) * 1e3
        assert " 200 " in head.split("\r\n")[0], (typed, head)
        return took, body


def within(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def main():
    binary, folder, customers = sys.argv[1], sys.argv[2], int(sys.argv[4])
    shop = os.path.join(folder, "shop")
    subprocess.run([binary, "init", shop], check=True, capture_output=True)
    everybody = list(people(customers))
    paths = [os.path.join(folder, name) for name in ("customers.csv", "purchases.csv")]
    with open(paths[0], "w", encoding="utf-8") as out, open(paths[1], "w", encoding="utf-8") as bought:
        out.write("Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Phone\n")
        bought.write("Receipt,Customer ID,Date,Amount\n")
        for n, (first, last, town) in enumerate(everybody):
            out.write(f"C-{n:07},{first},{last},{n % 9000 + 1} Main St,{town},MA,01103,US,+1 413 {n // 10_000 % 1000:03} {n % 10_000:04}\n")
            bought.write(f"{n},C-{n:07},2023-{n % 12 + 1:02}-{n % 28 + 1:02},{n % 300 + 1}.00\n")
    for what, path in zip(("customers", "purchases"), paths):
        subprocess.run([binary, "--shop", shop, "--today", "2024-03-01", "import", what, path], check=True, capture_output=True)
    dice = random.Random(1989)
    drawn = [person for person in dice.sample(everybody, 2000) if len(person[1]) >= 5][:384]
    kinds = ["a letter missing", "a wrong letter", "two changed places"]
    words = [binary, "--shop", shop, "--today", "2024-03-01", "serve", "--listen", "127.0.0.1:0"]
    with open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
        server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=log)
        try:
            while "\n" not in (said := open(log.name, encoding="utf-8").read()):
                assert server.poll() is None, said
                time.sleep(0.05)
            browser = Browser(int(re.search(r"http://127\.0\.0\.1:(\d+)/", said)[1]))
            cold, _ = browser.find("somebody else")  # reads the words of all names once
            times, found = {}, {kind: [0, 0] for kind in kinds}
            for n, (first, last, town) in enumerate(drawn):
                wrong = slip(dice, last, kinds[n % 3])
                typed = {"two letters": last[:2], "three letters": last[:3], "four letters": last[:4], "the surname": last,
                         "first name and surname": f"{first} {last}", "surname and town": f"{last} {town}",
                         "surname with a slip": wrong, "first name and a slip": f"{first} {wrong}"}
                for what, text in typed.items():
                    took, body = browser.find(text)
                    times.setdefault(what, []).append(took)
                names = [html.unescape(name) for name in re.findall(r'<span class="name"[^>]*>(.*?)</span>', body)]
                assert len(names) <= 10, names
                found[kinds[n % 3]][0] += f"{first} {last}" in names
                found[kinds[n % 3]][1] += 1
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    every = [took for each in times.values() for took in each]
    print(f"{customers:,} customers, {len(every):,} searches: half within {within(every, 0.5):.1f} ms, 99 of 100 within "
          f"{within(every, 0.99):.1f} ms, the slowest {max(every):.1f} ms; the first after the start {cold:.0f} ms")
    for what, each in times.items():
        print(f"  {what:24} half within {within(each, 0.5):5.1f} ms, 99 of 100 within {within(each, 0.99):5.1f} ms")
    right, asked = (sum(column) for column in zip(*found.values()))
    print(f"first name and a slip: {right} of {asked} among the first ten (" + ", ".join(f"{kind} {a} of {b}" for kind, (a, b) in found.items()) + ")")


main()
