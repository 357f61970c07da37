"""A client writes to their ticket by another way than a mail."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser
from apps.contracts.rules.entitlement import Answer
from apps.intake.services.threads import surviving
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Status


@transaction.atomic
def reply(
    *,
    ticket: Ticket,
    client: AuthorisedUser,
    text: str,
    at: datetime,
    source_key: str,
    uploads: Sequence[tickets.Upload] = (),
) -> Ticket:
    """Put what a client wrote on their ticket; return the one that it is on.

    A ticket that was merged stands for the one that it was merged into. An open one takes whatever
    they write; a closed one reopens only while they are owed support for it. The same
    ``source_key`` again changes nothing.

    Clause: V-2-resolution, V-3.1, V-3.5, V-8.1.4, S-12.

    :raises tickets.Refused: nothing is written, or a closed ticket may not reopen.
    """
    there = surviving(ticket)
    if there is None or client.order_id != there.order_id:
        raise tickets.Refused(f"{ticket.number} does not go on. Open a new ticket instead.")
    # Held, so that nobody closes it between this look and the reply.
    there = tickets.hold(ticket=there, at=at)
    if not text.strip():
        raise tickets.Refused("Write something: an empty message helps nobody.")
    answer = None
    if there.status == Status.CLOSED and not there.events.filter(source_key=source_key).exists():
        answer = to_reopen(there, client, at=at)
        if not answer.entitled:
            raise tickets.Refused(
                f"{there.number} is closed, and cannot be opened again: {answer.why}",
                clause=answer.clause,
            )
    tickets.reply_within(
        ticket=there,
        client=client,
        text=text,
        at=at,
        source_key=source_key,
        uploads=uploads,
        entitled=answer.as_json() if answer else None,
        is_held=True,
    )
    return there


def to_reopen(ticket: Ticket, client: AuthorisedUser, *, at: datetime) -> Answer:
    """Return whether a client is owed support for a closed ticket: an old number is no promise.

    Clause: V-3.1, V-3.5, S-12.
    """
    return contracts.entitled_user(
        user=client,
        at=at,
        service=ticket.service,
        severity=ticket.severity,
        category=ticket.category,
    )
