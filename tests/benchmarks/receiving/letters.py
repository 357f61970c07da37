"""Raw mails of the kinds that clients send: plain, with HTML, with files, and replies.

Each has the header that mails arrive with, and those with HTML the picture under their signature.
"""

from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from random import Random
from string import ascii_letters

MAILBOX = "help@harbour.example.com"
SAID = (
    "since this morning no calls come in on the main number and the desk phones show no service"
    " we restarted both switches but the trunk stays down für heute größere Störung"
)
WORDS = SAID.split()
KINDS = ["plain", "html", "plain", "reply", "html", "plain", "file", "html", "reply", "plain"]
SIGNATURE = "Ada Müller\nNetwork operations, Client Ltd\n1 Example Street, Springfield\n+1 555 0100"
LOGO = bytes(range(255, -1, -1)) * 16  # four kilobytes, as of a picture under a signature
TRACE = bytes(range(256)) * 40  # ten kilobytes that are no text


def letters(senders: Sequence[str], numbers: Sequence[str], *, count: int) -> Iterator[bytes]:
    """Yield mails: of ten 4 plain, 3 with HTML too, 1 with a file, 2 replies; the same each time.

    ``numbers`` are those of the tickets of each sender, which the replies name.
    """
    chance = Random(4)
    for serial in range(count):
        sender = serial % len(senders)
        kind = KINDS[serial % 10]
        mail = _begun(senders[sender], serial, chance)
        mail["Subject"] = f"Lines down in störung {serial}"
        if kind == "reply":
            mail.replace_header("Subject", f"Re: [{numbers[sender]}] Lines down")
        _write(mail, kind, chance)
        yield mail.as_bytes().replace(b"\n", b"\r\n")


def _begun(sender: str, serial: int, chance: Random) -> EmailMessage:
    """Begin a mail with the header that it has after six hosts and two filters."""
    mail = EmailMessage()
    for hop in range(6):
        mail["Received"] = (
            f"from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop}]) by mx.example.com"
            f" (Postfix) with ESMTPS id {_code(chance, 10)} for <{MAILBOX}>;"
            f" Wed, 4 Mar 2026 09:00:0{hop} -0500"
        )
    mail["Authentication-Results"] = (
        "mx.example.com; dkim=pass header.d=client.example.com; spf=pass"
        f" smtp.mailfrom={sender}; dmarc=pass header.from=client.example.com"
    )
    mail["DKIM-Signature"] = (
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d=client.example.com; s=mail;"
        f" h=from:to:subject:date; bh={_code(chance, 43)}=; b={_code(chance, 340)}=="
    )
    for place in range(12):
        mail[f"X-Filter-{place}"] = _code(chance, 50)
    mail["From"] = f"Ada Müller <{sender}>"
    mail["To"] = f"Help desk <{MAILBOX}>"
    mail["Date"] = "Wed, 4 Mar 2026 09:00:00 -0500"
    mail["Message-ID"] = f"<{serial}.letter@client.example.com>"
    mail["User-Agent"] = "Mozilla Thunderbird"
    mail["Thread-Index"] = _code(chance, 60)
    return mail


def _code(chance: Random, length: int) -> str:
    return "".join(chance.choices(ascii_letters, k=length))


def _write(mail: EmailMessage, kind: str, chance: Random) -> None:
    paragraphs = [" ".join(chance.choices(WORDS, k=40)) for _ in range(4)]
    said = "\n\n".join([*paragraphs, SIGNATURE])
    quoted = "\n".join(f"> {line}" for line in said.splitlines())
    mail.set_content(f"{said}\n\nOn Tuesday you wrote:\n{quoted}\n" if kind == "reply" else said)
    if kind in ("html", "reply"):
        body = "".join(
            f'<p style="color: #222222; margin: 0"><span lang="EN">{text} <b>soon</b></span></p>'
            "<table><tr><td>1</td></tr></table>"
            for text in [*paragraphs, SIGNATURE.replace("\n", "<br>")]
        )
        logo = '<img src="cid:logo" alt="Client Ltd">'
        mail.add_alternative(f"<html><body><div>{body}{logo}</div></body></html>", subtype="html")
        mail.get_payload()[1].add_related(LOGO, "image", "png", cid="<logo>")  # type: ignore[union-attr, call-arg]
    if kind == "file":
        mail.add_attachment(
            TRACE, maintype="application", subtype="octet-stream", filename="a.pcap"
        )
