"""What the client says of a solution, and what staff make of it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts.models import AuthorisedUser, User
from apps.tickets.models import Message, Ticket
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.follow_ups import close_now, hold, take_back
from apps.tickets.services.record import Refused, done_before, record, settle
from apps.tickets.services.saying import say, send


@transaction.atomic
def confirm(
    *,
    ticket: Ticket,
    at: datetime,
    act_key: str,
    client: AuthorisedUser | None = None,
    by: User | None = None,
    text: str = "",
) -> None:
    """Confirm the closure: the client does, or one of ours (``by``) writes down that they did.

    Clause: V-3.4.4, V-8.3.

    :raises Refused: there is no solution to confirm, or nobody says how it was confirmed.
    """
    ticket = hold(ticket=ticket, at=at)
    if done_before(Kind.CONFIRMED, act_key):
        return
    _check_solved(ticket)
    if client is None and not text.strip():
        raise Refused("Say how the client confirmed it: by which mail, or in which call.")
    facts = _said(ticket, text, client=client, by=by, at=at)
    key = f"{Kind.CONFIRMED}:{act_key}"
    record(ticket=ticket, kind=Kind.CONFIRMED, at=at, by=by, facts=facts, source_key=key)
    close_now(ticket=ticket, at=ticket.latest_at, facts=_reason_of(ticket), by=by)
    settle(ticket=ticket)


@transaction.atomic
def refuse_closure(
    *,
    ticket: Ticket,
    text: str,
    at: datetime,
    act_key: str,
    client: AuthorisedUser | None = None,
    by: User | None = None,
) -> None:
    """Refuse the closure: the client does, or one of ours writes down that they did.

    Staff judge it. Found justified, the resolution clock has run on since now.

    Clause: V-3.4.4, R-15.

    :raises Refused: there is no solution to refuse, or nobody says why.
    """
    ticket = hold(ticket=ticket, at=at)
    if done_before(Kind.REFUSED, act_key):
        return
    if ticket.status != Status.SOLVED:
        _check_solved(ticket)
        raise Refused(
            f"The solution of {ticket.number} is answered already: judge the answer.",
            clause="V-3.4.4, V-8.3",
        )
    if not text.strip():
        raise Refused("Say why the solution is none: that is what is judged.")
    facts = _said(ticket, text, client=client, by=by, at=at)
    key = f"{Kind.REFUSED}:{act_key}"
    record(ticket=ticket, kind=Kind.REFUSED, at=at, by=by, facts=facts, source_key=key)
    settle(ticket=ticket)


@transaction.atomic
def judge(
    *, ticket: Ticket, justified: bool, text: str, by: User, at: datetime, act_key: str
) -> None:
    """Judge the client's refusal, and tell them: justified reopens, unjustified closes.

    Justified, the resolution clock has run on since the client's answer.

    Clause: V-3.4.4, R-15.

    :raises Refused: there is nothing to judge, or nothing is told.
    """
    ticket = hold(ticket=ticket, at=at)
    if done_before(Kind.JUDGED, act_key):
        return
    _check_goes_on(ticket)
    if ticket.status != Status.ANSWERED:
        raise Refused(
            f"Nobody has refused the solution of {ticket.number}: nothing to judge.",
            clause="V-3.4.4, V-8.3",
        )
    message = send(ticket=ticket, text=text, by=by, at=at)
    facts = {"justified": justified, "message": message.pk}
    key = f"{Kind.JUDGED}:{act_key}"
    record(ticket=ticket, kind=Kind.RESPONDED, at=at, by=by, facts={"message": message.pk})
    record(ticket=ticket, kind=Kind.JUDGED, at=at, by=by, facts=facts, source_key=key)
    if justified:
        take_back(ticket=ticket, at=at, by=by)
    else:
        close_now(ticket=ticket, at=ticket.latest_at, facts=_reason_of(ticket), by=by)
    settle(ticket=ticket)


def _check_goes_on(ticket: Ticket) -> None:
    if ticket.status == Status.SUSPENDED:
        raise Refused(
            f"{ticket.number} is suspended. What was said is judged when it goes on.",
            clause="S-12, R-13",
        )


def _check_solved(ticket: Ticket) -> None:
    _check_goes_on(ticket)
    if ticket.status == Status.CLOSED:
        raise Refused(f"{ticket.number} is closed already.", clause="V-3.4.4, V-8.3")
    if ticket.status not in (Status.SOLVED, Status.ANSWERED):
        raise Refused(
            f"{ticket.number} has no solution yet. It is confirmed or refused once it has one.",
            clause="V-3.4.4, V-8.3",
        )


def _reason_of(ticket: Ticket) -> dict[str, Any]:
    reason = ticket.closing
    return {"reason": reason.key, "label": reason.label} if reason else {}


def _said(
    ticket: Ticket,
    text: str,
    *,
    client: AuthorisedUser | None,
    by: User | None,
    at: datetime,
) -> dict[str, Any]:
    """Keep what was said with the ticket: the client's own message, or a note of ours."""
    if not text.strip():
        return {}
    direction = Message.Direction.IN if client else Message.Direction.NOTE
    author = None if client else by
    said = say(ticket=ticket, text=text, client=client, author=author, direction=direction, at=at)
    return {"message": said.pk}
