"""Texts with placeholders such as {number}: what may stand in them, and filling them in.

Clause: V-8.2.3 (work on tickets).
"""

import re
from collections.abc import Mapping

# Name -> what it becomes.
KNOWN: Mapping[str, str] = {
    "number": "the ticket's number",
    "subject": "the ticket's subject",
    "requester": "the requester's name",
    "first_name": "the first word of it",
    "account": "the account's name",
    "severity": "the severity, as the policy calls it",
    "response_due": "when the response is due, on the policy's clock",
    "resolution_due": "when the resolution is due, on the policy's clock",
    "agent": "the name of who sends it",
    "mailbox": "the address that the client writes to",
}
# Doubled braces first, so that what they enclose is not taken for a placeholder.
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


def problems_in(text: str) -> list[str]:
    """Return what is wrong with the placeholders of a text, each said once, in its order.

    Clause: none (the form of a text).
    """
    found = [_problem(piece) for piece in _PIECE.finditer(text)]
    return list(dict.fromkeys(filter(None, found)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders filled in, in one pass: a value is never looked into.

    Doubled braces become single ones; what is unknown stays as it is written.

    Clause: V-8.2.3.
    """

    def of(piece: re.Match[str]) -> str:
        if piece[0] in ("{{", "}}"):
            return piece[0][0]
        return values.get(piece[1], piece[0]) if piece[1] is not None else piece[0]

    return _PIECE.sub(of, text)


def _problem(piece: re.Match[str]) -> str:
    if piece[0] in ("{{", "}}"):
        return ""
    if piece[1] is None:
        return (
            f"A single “{piece[0]}” stands alone. Write it twice, {piece[0] * 2}, to mean itself."
        )
    return "" if piece[1] in KNOWN else f"{piece[0]} is no placeholder."
