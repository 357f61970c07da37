"""Refusing a request: kept as it was asked, with the answer; and the sender is told."""

from datetime import datetime, timedelta

from apps.contracts.models import (
    Account,
    AuthorisedUser,
    Order,
    Reason,
    Service,
    Severity,
    User,
)
from apps.contracts.rules.entitlement import Answer
from apps.intake.models import InboundMail, RefusedRequest
from apps.outbox.enqueue import InvalidRecipient, enqueue
from apps.outbox.models import Message
from apps.tickets.models import Ticket

TOPIC = "request.refused"
# A robot that answers refusals, or a flood in somebody's name, gets no more than this.
MOST_REFUSALS, REFUSALS_WITHIN = 5, timedelta(days=1)
LONGEST_TEXT = 20_000  # characters; of a longer mail the rest is on the mail itself


def refuse(
    *,
    answer: Answer,
    person: AuthorisedUser | None,
    sender: str,
    channel: str,
    subject: str,
    text: str,
    at: datetime,
    source_key: str,
    wanted: str = RefusedRequest.Wanted.TICKET,
    severity: Severity | None = None,
    category: Reason | None = None,
    service: Service | None = None,
    mail: InboundMail | None = None,
    account: Account | None = None,
    order: Order | None = None,
    named: Ticket | None = None,
    by: User | None = None,
) -> RefusedRequest:
    """Keep a request that was refused, with every step of the answer. Nothing of it is processed.

    ``person`` None: nobody knows the sender; ``account`` and ``order`` are then those that they
    name, if they name any. ``named`` is a ticket that they name and may not write to: to know its
    number is no right to it, but who releases the request may put it there.

    Clause: V-1.2, V-3.5, S-2.1, S-3, S-12.
    """
    order = person.order if person else order
    return RefusedRequest.objects.create(
        asked_at=at,
        channel=channel,
        wanted=wanted,
        sender=sender,
        person=person,
        account_id=order.account_id if order else account.pk if account else None,
        order=order,
        severity=severity,
        category=category,
        service=service,
        subject=" ".join(subject.split())[:250],
        text=text[:LONGEST_TEXT],
        named=named,
        clause=answer.clause,
        why=answer.why,
        steps=answer.as_json()["steps"],
        mail=mail,
        by=by,
        source_key=source_key,
    )


def tell(refused: RefusedRequest) -> str:
    """Send the refusal; return why it was not sent, or nothing.

    Who is no user any more hears nothing of the order that they were a user of, and a stranger
    nothing of the account that they named.

    Clause: V-1.2, V-3.5.
    """
    sender, at = refused.sender, refused.asked_at
    why, clause = refused.why, refused.clause
    is_user = refused.person is not None and refused.person.is_active
    if refused.order_id is not None and not is_user:
        why, clause = f"{sender} is not an authorised user of any order.", ""
    named = {"mail_id": refused.mail_id} if refused.mail_id else {"request_id": refused.pk}
    payload = {**named, "why": why, "clause": clause}
    since = at - REFUSALS_WITHIN
    told = Message.objects.filter(topic=TOPIC, recipient=sender, created_at__gt=since)
    if told.count() >= MOST_REFUSALS:
        return f"The sender was not told: {MOST_REFUSALS} refusals went to them within a day."
    try:
        enqueue(topic=TOPIC, key=_key(refused), recipient=sender, payload=payload, at=at)
    except InvalidRecipient as invalid:
        return f"The sender could not be told: {invalid}"
    return ""


def was_told(refused: RefusedRequest) -> bool:
    """Whether a mail went, or will go, to who asked."""
    return Message.objects.filter(topic=TOPIC, key=_key(refused)).exists()


def _key(refused: RefusedRequest) -> str:
    named = f"mail:{refused.mail_id}" if refused.mail_id else f"request:{refused.pk}"
    return f"{named}:refused"
