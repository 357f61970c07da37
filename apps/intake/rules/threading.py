"""Which tickets a mail names, so that an answer lands where the question is.

Clause: V-8.1.4.
"""

import re
from collections.abc import Iterable

from .mail import ParsedMail

_OURS = re.compile(r"ticket\.([0-9]{1,12})\.[^@]+")


def ticket_ids_named(mail: ParsedMail, *, prefix: str, own_domain: str) -> tuple[int, ...]:
    """Return the primary keys of the tickets a mail names, best evidence first, each once.

    Our own Message-IDs are the best: those it answers, then those of its thread,
    nearest first. Then numbers in the subject, those in brackets first. Naming
    proves nothing: the caller checks that the sender is entitled to the ticket.

    Clause: V-8.1.4.
    """
    named = [
        *tickets_of_ids(mail.in_reply_to, own_domain=own_domain),
        *tickets_of_ids(reversed(mail.references), own_domain=own_domain),
        *numbers_in(mail.subject, prefix=prefix),
    ]
    return tuple(dict.fromkeys(pk for pk in named if pk))


def tickets_of_ids(message_ids: Iterable[str], *, own_domain: str) -> list[int]:
    """Return the tickets of the ids that are ours, in order; another domain's mean nothing here.

    Clause: V-8.1.4.
    """
    found = []
    for message_id in message_ids:
        local, _, domain = message_id.rpartition("@")
        ours = _OURS.fullmatch(local)
        if ours and domain.lower() == own_domain.lower():
            found.append(int(ours[1]))
    return found


def numbers_in(text: str, *, prefix: str) -> list[int]:
    """Return the tickets whose numbers stand in a text, those in brackets first.

    Clause: V-8.1.4.
    """
    # (?a:…): no letter of another script counts as one of the prefix.
    number = rf"(?ai:{re.escape(prefix)})-([0-9]{{1,12}})"
    bracketed = re.findall(rf"\[{number}\]", text)
    return [int(digits) for digits in bracketed + re.findall(rf"(?<!\w){number}(?!\w)", text)]
