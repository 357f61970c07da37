"""Raw mails of the kinds that clients send: plain, with HTML, with files, and replies."""

from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from random import Random

MAILBOX = "help@harbour.example.com"
SAID = (
    "since this morning no calls come in on the main number and the desk phones show no service"
    " we restarted both switches but the trunk stays down für heute größere Störung"
)
WORDS = SAID.split()
KINDS = ["plain", "html", "plain", "reply", "html", "plain", "file", "html", "reply", "plain"]
TRACE = bytes(range(256)) * 40  # ten kilobytes that are no text


def letters(senders: Sequence[str], numbers: Sequence[str], *, count: int) -> Iterator[bytes]:
    """Yield mails: of ten 4 plain, 3 with HTML too, 1 with a file, 2 replies; the same each time.

    ``numbers`` are those of the tickets of each sender, which the replies name.
    """
    chance = Random(4)
    for serial in range(count):
        sender = serial % len(senders)
        kind = KINDS[serial % 10]
        mail = _begun(senders[sender], serial)
        mail["Subject"] = f"Lines down in störung {serial}"
        if kind == "reply":
            mail.replace_header("Subject", f"Re: [{numbers[sender]}] Lines down")
        _write(mail, kind, chance)
        yield mail.as_bytes().replace(b"\n", b"\r\n")


def _begun(sender: str, serial: int) -> EmailMessage:
    mail = EmailMessage()
    for hop in range(3):
        mail["Received"] = (
            f"from mx{hop}.example.net by mx.example.com; Wed, 4 Mar 2026 09:00:0{hop} -0500"
        )
    mail["From"] = f"Ada Müller <{sender}>"
    mail["To"] = f"Help desk <{MAILBOX}>"
    mail["Date"] = "Wed, 4 Mar 2026 09:00:00 -0500"
    mail["Message-ID"] = f"<{serial}.letter@client.example.com>"
    mail["User-Agent"] = "Mozilla Thunderbird"
    return mail


def _write(mail: EmailMessage, kind: str, chance: Random) -> None:
    paragraphs = [" ".join(chance.choices(WORDS, k=40)) for _ in range(4)]
    said = "\n\n".join(paragraphs)
    quoted = "\n".join(f"> {line}" for line in said.splitlines())
    mail.set_content(f"{said}\n\nOn Tuesday you wrote:\n{quoted}\n" if kind == "reply" else said)
    if kind in ("html", "reply"):
        body = "".join(
            f'<p style="color: #222222">{text} <b>soon</b></p><table><tr><td>1</td></tr></table>'
            for text in paragraphs
        )
        mail.add_alternative(f"<html><body><div>{body}</div></body></html>", subtype="html")
    if kind == "file":
        mail.add_attachment(
            TRACE, maintype="application", subtype="octet-stream", filename="a.pcap"
        )
