"""A refused request that a person takes after all, in the name of somebody who may ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, User
from apps.contracts.rules.entitlement import Answer
from apps.intake.models import InboundMail, RefusedRequest, Release
from apps.intake.rules.authentication import failure
from apps.intake.rules.mail import parse
from apps.intake.services.content import content_of
from apps.intake.services.decide import State, came_before, decide_anew
from apps.intake.services.threads import surviving
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Status

LONGEST_WHY = 500
# Of the others a time is booked; that is not a request in its turn.
RELEASED = (RefusedRequest.Wanted.TICKET, RefusedRequest.Wanted.HELP_NOW)


class NotReleased(Exception):
    """The request cannot be taken so. The message says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Taking:
    """One release: what of, in whose name, by whom and when."""

    refused: RefusedRequest
    client: AuthorisedUser
    by: User
    at: datetime

    @property
    def key(self) -> str:
        return f"release:{self.refused.pk}"


@transaction.atomic
def release(
    *,
    refused: RefusedRequest,
    as_client: AuthorisedUser,
    to_named: bool,
    why: str,
    by: User,
    at: datetime,
) -> Release:
    """Take a refused request in the name of an authorised user; once, however often it is asked.

    It is added to the ticket that it names (``to_named``), or becomes a ticket of its own. The
    clocks run from ``at``: until then nobody had asked who may. The refusal stays as it was.

    Clause: V-3.5, V-1.2, V-8.1.4.

    :raises NotReleased: it cannot be taken so; the message says what to do.
    """
    # Of two at once, the second waits here and finds what the first did.
    refused = RefusedRequest.objects.select_for_update(no_key=True).get(pk=refused.pk)
    known = Release.objects.filter(refused=refused).first()
    if known is not None:
        return known
    why = " ".join(why.split())
    if not why:
        raise NotReleased("Say why it is taken after all: it stays on record.")
    if refused.wanted not in RELEASED:
        raise NotReleased("It asked for a time: book an appointment instead.")
    mail = _mail_of(refused)
    taking = Taking(refused, as_client, by, at)
    ticket = _add(taking, mail) if to_named else _register(taking, mail)
    if mail is not None:
        mail.ticket, mail.account_id = ticket, ticket.account_id
        state = State.ADDED if to_named else State.REGISTERED
        decide_anew(mail, state, f"{mail.why} Taken after all by {by}, in the name of {as_client}.")
    return Release.objects.create(
        refused=refused, ticket=ticket, as_client=as_client, at=at, by=by, why=why[:LONGEST_WHY]
    )


def _mail_of(refused: RefusedRequest) -> InboundMail | None:
    """Return the mail that it came by, held. Once its Message-ID was taken, it is taken."""
    if refused.mail_id is None:
        return None
    mail = InboundMail.objects.select_for_update().get(pk=refused.mail_id)
    if came_before(mail):
        raise NotReleased("The same mail came again since, and was taken then.")
    return mail


def _add(taking: Taking, mail: InboundMail | None) -> Ticket:
    """Put it on the ticket that it names, or on the one that this was merged into."""
    named, client = taking.refused.named, taking.client
    ticket = surviving(named) if named is not None else None
    if ticket is None or named is None:
        raise NotReleased("It names no ticket that it can be added to: register a new one.")
    if client.order_id not in (named.order_id, ticket.order_id) or not client.is_active:
        raise NotReleased(
            f"{client.name} is not an authorised user of order {ticket.order.number}, under which"
            f" {ticket.number} is. Choose one who is, or register a new ticket."
        )
    # Held, so that nobody closes it between this look and the reply.
    ticket = tickets.hold(ticket=ticket, at=taking.at)
    about = {name: getattr(ticket, name) for name in ("service", "severity", "category")}
    answer = _owed(taking, **about) if ticket.status == Status.CLOSED else None
    tickets.client_replied(
        ticket=ticket,
        client=client,
        at=taking.at,
        source_key=taking.key,
        entitled=answer.as_json() if answer else None,
        **_said(taking, mail),
    )
    return ticket


def _register(taking: Taking, mail: InboundMail | None) -> Ticket:
    refused, order = taking.refused, taking.client.order
    about: dict[str, Any] = {"service": refused.service}
    for name in ("severity", "category"):
        chosen = getattr(refused, name)
        about[name] = chosen if chosen and chosen.version_id == order.version_id else None
    answer = _owed(taking, **about)
    return tickets.register(
        requester=taking.client,
        channel=refused.channel,
        subject=refused.subject,
        at=taking.at,
        source_key=taking.key,
        entitled=answer.as_json(),
        by=taking.by,
        **about,
        **_said(taking, mail),
    )


def _owed(taking: Taking, **about: Any) -> Answer:
    """Return the answer by which the client is owed support at the instant of the release."""
    answer = contracts.entitled_user(user=taking.client, at=taking.at, **about)
    if not answer.entitled:
        raise NotReleased(f"In the name of {taking.client.name} it is not owed: {answer.why}")
    return answer


def _said(taking: Taking, mail: InboundMail | None) -> dict[str, Any]:
    """Return the words and files of what was refused, marked with who wrote it."""
    wrote = f"Written by {taking.refused.sender}, taken by {taking.by}"
    if mail is None:
        return {"text": taking.refused.text, "mark": f"{wrote}."[:250]}
    parsed = parse(bytes(mail.raw))
    failed = failure(parsed.headers, trusted=settings.MAIL_AUTHSERV_ID)
    content = content_of(parsed, marks=[wrote, failed])
    return {"source_mail_id": parsed.message_id, **content.said()}
