"""Delivery reports as Python's email module writes them: the same one in the encodings that mail servers use.

make.py FOLDER, and on each line of the input: a name, a key and an address."""

import sys
from email import encoders, policy
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path


def part(kind, text, encode=None):
    one = Message()
    one["Content-Type"] = kind
    one.set_payload(text)
    if encode:
        one.set_payload(text.encode())
        encode(one)
    return one


def report(name, key, address):
    status = (
        "Reporting-MTA: dns; mx.home.example\n\nFinal-Recipient: rfc822; " + address + "\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n"
    )
    head = "Message-ID: <" + key + "@shop.example>\nSubject: Something\n\n"
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole["From"] = "MAILER-DAEMON@mx.home.example"
    whole["Subject"] = "Unzustellbar: für Sie" if name == "subject" else "Undeliverable"
    words = "Postfach unbekannt: für immer"
    whole.attach(MIMEText(words, _charset="iso-8859-15" if name == "charset" else "utf-8"))
    encode = {"base64": encoders.encode_base64, "quoted": encoders.encode_quopri}.get(name)
    wide = name == "global"
    # Under another name at first: of what is a message, Python writes only what it has parsed.
    whole.attach(part("application/x-status", status, encode))
    whole.attach(part("application/x-head", head, encode))
    text = whole.as_bytes(policy=policy.SMTP if name == "crlf" else policy.compat32)
    text = text.replace(b"application/x-status", b"message/global-delivery-status" if wide else b"message/delivery-status")
    text = text.replace(b"application/x-head", b"message/global-headers" if wide else b"text/rfc822-headers")
    if name == "bytes":
        text = text.replace(b"Undeliverable", b"Undeliverable \xff\xfe\x00")
    if name == "cut":
        # The last line is missing, as when the disk was full.
        text = text.rstrip()[:-20]
    return text


for line in sys.stdin:
    name, key, address = line.split()
    Path(sys.argv[1], name).write_bytes(report(name, key, address))
