#!/usr/bin/env python3
"""Sends through a real mail server, and reads returned mail from a real mailbox.

    tests/mailbox.py BINARY

Postfix takes the emails, delivers one, and sends back by itself what it cannot deliver; someone answers with the `unsubscribe`
that mail programs make of List-Unsubscribe. Dovecot, with a configuration and folders of this script's own, serves the mailbox to
which that goes: `bounces` and `run` read it, encrypted from the first byte and by STARTTLS, with a certificate that is believed
through SSL_CERT_FILE. Only root can start the two: for others this prints that it was skipped.
"""

import email
import email.policy
import os
import shutil
import smtplib
import socket
import ssl
import subprocess
import time
import urllib.parse

from support import harness
from support.harness import Shop, outside
from support.postfix import Postfix, free_port

CONFIGURATION = """
base_dir = HERE/run
state_dir = HERE/state
log_path = HERE/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <CERTIFICATE
ssl_key = <KEY
disable_plaintext_auth = yes
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:MAIL/%u
passdb {
  driver = static
  args = password=tea
}
userdb {
  driver = static
  args = uid=nobody gid=GROUP home=MAIL/%u
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = TLS
    ssl = yes
  }
}
"""
PEOPLE = {"ann": "ann@example.com", "ben": "ben@example.com", "dead": "dead@example.com", "late": "late@example.com"}


class Dovecot:
    """One of this script's own, in a folder of its own, for the mailboxes of a postfix."""

    def __init__(self, here, postfix):
        self.here, self.port, self.tls = here, free_port(), free_port()
        mail = postfix.here / "mail"
        words = {"HERE": here, "CERTIFICATE": postfix.certificate, "KEY": postfix.here / "key.pem", "MAIL": mail,
                 "GROUP": mail.stat().st_uid, "PORT": self.port, "TLS": self.tls}  # fmt: skip
        text = CONFIGURATION
        for word, value in words.items():
            text = text.replace(word, str(value))
        here.mkdir()
        (here / "dovecot.conf").write_text(text)
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(["dovecot", "-F", "-c", here / "dovecot.conf"], stdin=quiet, stdout=quiet, stderr=subprocess.PIPE)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.tls), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        self.end()
        harness.fail("dovecot did not start: " + self.process.stderr.read().decode(), self.log())

    def log(self):
        return (self.here / "log").read_text()[-2000:] if (self.here / "log").exists() else ""

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def settings(shop, server, more=""):
    """Names the mailbox in shop.toml."""
    text = shop.read("shop.toml").split("\n[bounces]")[0]
    shop.write("shop.toml", f'{text}\n[bounces]\nserver = "{server}"\npassword_file = "../mail-password"\ntimeout = 10\n{more}\n')


def unsubscribe(postfix, who):
    """Does what a mail program does when someone presses its button."""
    for file in postfix.messages(2):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if message["to"].addresses[0].addr_spec == who:
            break
    link = urllib.parse.urlparse(message["list-unsubscribe"].strip("<> "))
    subject = urllib.parse.parse_qs(link.query)["subject"][0]
    assert link.scheme == "mailto" and link.path == "june@example.com" and subject.startswith("unsubscribe "), message["list-unsubscribe"]
    trusted = ssl.create_default_context(cafile=postfix.certificate)
    with smtplib.SMTP("localhost", postfix.port) as connection:
        connection.starttls(context=trusted)
        text = f"From: {who}\nTo: {link.path}\nSubject: Re: {subject}\nMessage-ID: <1@home.example>\n\nSent from my phone\n"
        connection.sendmail(who, link.path, text)


def shop_of(folder, postfix):
    shop = Shop(folder)
    header = "Customer ID,First Name,Last Name,Email,Email Consent"
    shop.run("import", "customers", shop.csv("customers.csv", header, [[who, who, "Person", address, "yes"] for who, address in PEOPLE.items()]))
    text = shop.read("shop.toml")
    head = text.index("address")
    text = text[:head] + 'address = ["1 Main Street", "Salem, OR 97301"]\n' + text[text.index("\n", head) + 1:]
    shop.write("shop.toml", f'{text}\n[email]\nfrom = "June <june@example.com>"\nserver = "smtps://localhost:{postfix.tls}"\n')
    shop.campaign("tea", 'channel = "email"', '+++\nsubject = "Tea"\n+++\n\n{{ greeting }}\n\nTea waits for you.\n', where="has_email")
    shop.write("../mail-password", "tea\n")
    shop.environment["SSL_CERT_FILE"] = str(postfix.certificate)
    shop.run("plan", "tea")
    assert shop.json("send", "tea")["sent"] == len(PEOPLE)
    return shop


def what_came(done):
    return sorted((person["email"], person["what"], person["suppressed"]) for person in done["people"])


def look(shop, postfix, dovecot):
    unsubscribe(postfix, "ben@example.com")
    # Two reports of postfix's own, and the answer.
    postfix.messages(3, "june")
    box = postfix.here / "mail" / "june"
    place = f"june@localhost:{dovecot.tls}"
    settings(shop, f"imaps://{place}")
    shop.environment.pop("SSL_CERT_FILE")
    refused = shop.run("bounces", status=1).stderr
    assert "the mail server's certificate is from an issuer that this machine does not trust" in refused, refused
    shop.environment["SSL_CERT_FILE"] = str(postfix.certificate)
    settings(shop, f"imaps://june@127.0.0.1:{dovecot.tls}")
    refused = shop.run("bounces", status=1).stderr
    assert "the mail server's certificate is for another server name" in refused, refused
    settings(shop, f"imaps://{place}")
    shop.write("../mail-password", "coffee")
    refused = shop.run("bounces", status=1).stderr
    assert "rejects the sign-in of `june`: [AUTHENTICATIONFAILED]" in refused and "app password" in refused, refused
    shop.write("../mail-password", "tea\n")
    wanted = [
        ("ben@example.com", "unsubscribed", "unsubscribed"),
        ("dead@example.com", "bounced", "hard_bounce"),
        # The dead end is behind an address that forwards, which stays in use.
        ("late@example.com", "undelivered", None),
    ]
    rehearsal = shop.json("bounces", "--dry-run")
    assert what_came(rehearsal) == wanted, rehearsal
    done = shop.json("bounces")
    assert what_came(done) == wanted and done["messages"] == 3, done
    assert shop.json("bounces")["messages"] == 0, "read twice"
    states = {r["ref"]: r["response"] for r in shop.json("recipients", "tea")["recipients"]}
    assert states == {"ann": "not_redeemed", "ben": "not_redeemed", "dead": "undeliverable", "late": "undeliverable"}, states
    # By the other way of encryption, and once more after the mailbox was numbered again: all is known.
    settings(shop, f"imap+starttls://june@localhost:{dovecot.port}")
    again = shop.json("bounces")
    assert again["people"] == [] and (again["messages"], again["known"]) == (3, 3), again
    # The new number is the time in seconds.
    time.sleep(1.1)
    for file in box.glob("dovecot*"):
        file.unlink()
    again = shop.json("bounces")
    assert again["people"] == [] and (again["messages"], again["known"]) == (3, 3), again
    # A folder with letters beyond ASCII, as dovecot keeps it.
    shutil.copytree(box / "new", box / ".R&APw-ckl&AOQ-ufer" / "new")
    (box / ".R&APw-ckl&AOQ-ufer" / "cur").mkdir()
    (box / ".R&APw-ckl&AOQ-ufer" / "tmp").mkdir()
    for part in [box / ".R&APw-ckl&AOQ-ufer", *(box / ".R&APw-ckl&AOQ-ufer").rglob("*")]:
        shutil.chown(part, "nobody")
    settings(shop, f"imaps://{place}", 'folder = "Returned"')
    refused = shop.run("bounces", status=1).stderr
    assert "there is no folder `Returned`" in refused and "`INBOX` and `Rückläufer`" in refused, refused
    settings(shop, f"imaps://{place}", 'folder = "Rückläufer"')
    assert shop.json("bounces")["known"] == 3
    # What `run` calls by itself; what people have read stays what they have not.
    settings(shop, f"imaps://{place}")
    assert shop.json("run")["came_back"]["people"] == []
    names = [file.name for file in box.rglob("*") if file.parent.name in ("new", "cur") and file.is_file()]
    assert len(names) == 6 and not any(name.rpartition(":2,")[2].count("S") for name in names if ":2," in name), names


def main():
    harness.arguments()
    if os.getuid() != 0 or not shutil.which("postfix") or not shutil.which("dovecot"):
        harness.leave_out("only root can start the postfix and the dovecot that this goes through")
    version = outside("dovecot", "--version").split()[0]
    if not version.startswith("2.3."):
        harness.leave_out(f"its configuration is for dovecot 2.3, and this is {version}")
    with harness.folder() as folder:
        os.chmod(folder, 0o755)
        (folder / "postfix").mkdir()
        postfix = Postfix(folder / "postfix", "inline:{{june@example.com = june/}, {ann@example.com = all/}, {ben@example.com = all/}}")
        try:
            dovecot = Dovecot(folder / "dovecot", postfix)
            try:
                look(shop_of(folder, postfix), postfix, dovecot)
            except BaseException:
                print(dovecot.log())
                raise
            finally:
                dovecot.end()
        finally:
            postfix.say("stop")
    print("postfix sent two reports back, dovecot served them and one answer; each was acted upon once, by both ways of encryption")


main()
