"""A mail server on this machine that takes every email."""

import collections
import socketserver
import threading


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
                    self.server.taken[to].append(text)
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class Taker(socketserver.ThreadingTCPServer):
    """Has started when it is made; `taken` has the emails of each address."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Guest)
        self.taken, self.lock = collections.defaultdict(list), threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()
