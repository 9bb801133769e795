"""A real mail server of a script's own: postfix, with a configuration and folders in a folder that it is given.

    postfix = Postfix(folder)        listens on this machine alone: postfix.port for STARTTLS, postfix.tls encrypted at once
    postfix.messages(5)              the files that it has delivered, when there are so many
    postfix.say("stop")

All mail to example.com is delivered into the Maildir mail/all; `maps` can part it, and what goes to whom they do not name comes
back after it was taken. gone@example.com is refused at once; behind late@example.com is a dead end elsewhere. Only root can start it.
"""

import os
import shutil
import socket
import time

from . import harness
from .harness import outside

MAIN = """
compatibility_level = 3.6
queue_directory = HERE/queue
data_directory = HERE/data
maillog_file = HERE/log
maillog_file_prefixes = HERE
myhostname = mail.example.com
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
virtual_mailbox_domains = example.com
virtual_mailbox_base = HERE/mail
virtual_mailbox_maps = MAPS
virtual_minimum_uid = 100
virtual_uid_maps = static:UID
virtual_gid_maps = static:UID
virtual_alias_maps = inline:{{late@example.com = nobody@other.example}}
transport_maps = inline:{{other.example = error:5.1.1 there is no such person here}}
smtpd_tls_cert_file = HERE/cert.pem
smtpd_tls_key_file = HERE/key.pem
smtpd_tls_security_level = may
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions = check_recipient_access inline:{{gone@example.com = 550 5.1.1 no such mailbox}}, permit_mynetworks, reject
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
127.0.0.1:{tls} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Postfix:
    """One that runs until it is told to stop."""

    def __init__(self, here, maps="static:all/"):
        self.here, self.port, self.tls, self.certificate = here, free_port(), free_port(), here / "cert.pem"
        os.chmod(here, 0o755)
        for part in ("queue", "data", "mail", "etc"):
            (here / part).mkdir()
        shutil.chown(here / "data", "postfix")
        shutil.chown(here / "mail", "nobody")
        uid = (here / "mail").stat().st_uid
        main = MAIN.replace("HERE", str(here)).replace("UID", str(uid)).replace("MAPS", maps)
        (here / "etc" / "main.cf").write_text(main)
        (here / "etc" / "master.cf").write_text(MASTER.format(port=self.port, tls=self.tls))
        outside("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", here / "key.pem",
                "-out", self.certificate)  # fmt: skip
        self.say("start")
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        harness.fail("postfix did not start: " + (here / "log").read_text()[-1000:])

    def say(self, word):
        outside("postfix", "-c", self.here / "etc", word)

    def messages(self, wanted, whose="all"):
        """The delivered messages, when there are so many."""
        box = self.here / "mail" / whose / "new"
        for _ in range(300):
            found = sorted(box.iterdir()) if box.is_dir() else []
            if len(found) >= wanted:
                return found
            time.sleep(0.1)
        harness.fail(f"{len(found)} of {wanted} messages were delivered: " + (self.here / "log").read_text()[-2000:])
