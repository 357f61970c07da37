"""What is done on tickets: each is the service that the portal and staff call.

They stand in the same router as what is read: an address is one router's.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from apps.api.door import Key, Problem, TokenRequest, needs, once, person_of
from apps.api.endpoints.asked import about_of, severity_of, uploads_of
from apps.api.endpoints.named import TicketId
from apps.api.endpoints.tickets import as_cited, as_told, found, router
from apps.api.queries import raised, tickets
from apps.api.shapes.acts import (
    Confirmation,
    DisputeShape,
    EscalationShape,
    NewDispute,
    NewEscalation,
    NewReply,
    NewTicket,
    Refusal,
)
from apps.api.shapes.tickets import WholeTicketShape
from apps.contracts.models import AuthorisedUser, Reason
from apps.contracts.rules.entitlement import Wanted
from apps.escalation import services as escalation
from apps.escalation.models import Escalation
from apps.escalation.queries import grounds_of
from apps.intake.models import RefusedRequest
from apps.intake.services import reply, request_support
from apps.tickets import services
from apps.tickets.models import Ticket

WRITE = needs("tickets:write")
SETTLE = needs("tickets:write", "may_confirm_closure")


@router.post("/tickets", auth=WRITE, response={201: WholeTicketShape}, summary="Open a ticket")
def open_ticket(request: TokenRequest, sent: NewTicket, idempotency_key: Key) -> HttpResponse:
    """Ask for support, in the name of the token's person.

    It is taken or refused by the rules of the portal; a refusal is kept, its `clause` and `checks`
    say what it rests on. Files go along as base64: each may have 10 MB, all together 15 MB, unless
    your provider says otherwise.
    """
    person = person_of(request.auth)

    def act(source_key: str) -> WholeTicketShape:
        about, uploads = about_of(person.order, sent), uploads_of(sent.files)
        taken = request_support(
            requester=person,
            channel=Ticket.Channel.API,
            wanted=Wanted.TICKET,
            subject=sent.subject,
            text=sent.text,
            at=timezone.now(),
            source_key=source_key,
            uploads=uploads,
            **about,
        )
        if taken.refused is not None:
            raise _not_entitled(taken.refused, person)
        return _whole(person, taken.ticket)

    return once(request, idempotency_key, act)


@router.post(
    "/tickets/{int:ticket}/messages",
    auth=WRITE,
    response={201: WholeTicketShape},
    summary="Reply on a ticket",
)
def reply_on_ticket(
    request: TokenRequest, ticket: TicketId, sent: NewReply, idempotency_key: Key
) -> HttpResponse:
    """Write on a ticket. A closed one reopens, where support is owed; the answer says which it is.

    One that was merged stands for the one as which it goes on.
    """
    row, person = found(request, ticket)

    def act(source_key: str) -> WholeTicketShape:
        uploads = uploads_of(sent.files)
        try:
            there = reply(
                ticket=row,
                client=person,
                text=sent.text,
                at=timezone.now(),
                source_key=source_key,
                uploads=uploads,
            )
        except services.Refused as refusal:
            raise _refused(refusal, row, person) from None
        return _whole(person, there)

    return once(request, idempotency_key, act)


@router.post(
    "/tickets/{int:ticket}/confirm",
    auth=SETTLE,
    response={201: WholeTicketShape},
    summary="Confirm the closure",
)
def confirm_closure(
    request: TokenRequest, ticket: TicketId, sent: Confirmation, idempotency_key: Key
) -> HttpResponse:
    """Say that the solution settles it: the ticket is closed."""
    return _settle(services.confirm, request, ticket, sent.text, idempotency_key)


@router.post(
    "/tickets/{int:ticket}/refuse",
    auth=SETTLE,
    response={201: WholeTicketShape},
    summary="Refuse the closure",
)
def refuse_closure(
    request: TokenRequest, ticket: TicketId, sent: Refusal, idempotency_key: Key
) -> HttpResponse:
    """Say that the solution does not settle it, and what does not work yet: that is looked at."""
    return _settle(services.refuse_closure, request, ticket, sent.text, idempotency_key)


@router.post(
    "/tickets/{int:ticket}/disputes",
    auth=WRITE,
    response={201: DisputeShape},
    summary="Dispute the severity",
)
def dispute_severity(
    request: TokenRequest, ticket: TicketId, sent: NewDispute, idempotency_key: Key
) -> HttpResponse:
    """Say which severity the ticket should have, and why: a person decides by that."""
    row, person = found(request, ticket)

    def act(source_key: str) -> DisputeShape:
        wanted = severity_of(row.version_id, sent.severity)
        try:
            dispute = services.raise_dispute(
                ticket=row,
                client=person,
                wanted=wanted,
                claim=sent.claim,
                evidence=sent.evidence,
                by=None,
                at=timezone.now(),
                act_key=source_key,
            )
        except services.Refused as refusal:
            raise _refused(refusal, row, person) from None
        return DisputeShape.model_validate(raised.dispute(dispute))

    return once(request, idempotency_key, act)


@router.post(
    "/tickets/{int:ticket}/escalations",
    auth=needs("tickets:write", "may_escalate"),
    response={201: EscalationShape},
    summary="Escalate a ticket",
)
def escalate_ticket(
    request: TokenRequest, ticket: TicketId, sent: NewEscalation, idempotency_key: Key
) -> HttpResponse:
    """Take a ticket to the person in charge, on one of its grounds.

    On a ground that is not admissible it goes to nobody, and is kept with what it lacked.
    """
    row, person = found(request, ticket)

    def act(source_key: str) -> EscalationShape:
        ground = _ground(row, sent.ground)
        try:
            escalated = escalation.raise_escalation(
                order=row.order,
                ticket=row,
                ground=ground,
                words=sent.words,
                client=person,
                sender=person.email,
                by=None,
                channel=Ticket.Channel.API,
                at=timezone.now(),
                source_key=source_key,
            )
        except escalation.Refused as refusal:
            raise Problem(HTTPStatus.CONFLICT, "refused", str(refusal)) from None
        return _escalated(escalated, person)

    return once(request, idempotency_key, act)


def _settle(
    service: Callable[..., Any], request: TokenRequest, ticket: int, text: str, key: str
) -> HttpResponse:
    """Let a service settle a ticket, or not, with what the client says of it."""
    row, person = found(request, ticket)

    def act(source_key: str) -> WholeTicketShape:
        try:
            service(ticket=row, client=person, text=text, at=timezone.now(), act_key=source_key)
        except services.Refused as refusal:
            raise _refused(refusal, row, person) from None
        return _whole(person, row)

    return once(request, key, act)


def _whole(person: AuthorisedUser, ticket: Ticket | None) -> WholeTicketShape:
    """Return a ticket as it is after the act."""
    row = tickets.ticket_of(person, ticket.pk) if ticket else None
    if row is None:
        raise LookupError("What was just written to cannot be read.")
    return WholeTicketShape.model_validate(tickets.whole(row))


def _ground(ticket: Ticket, key: str | None) -> Reason | None:
    if key is None:
        return None
    grounds = grounds_of(ticket.version_id)
    if key not in grounds:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "no-such-ground",
            f"That is no ground of this ticket's policy. {_there_are(list(grounds))}",
        )
    return grounds[key]


def _there_are(keys: Sequence[str]) -> str:
    return f"There are: {', '.join(keys)}." if keys else "It has none."


def _escalated(row: Escalation, person: AuthorisedUser) -> EscalationShape:
    if row.state == Escalation.State.REFUSED:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "not-admissible",
            as_told(f"It goes to nobody: {row.why}", person),
            clause=row.clause,
        )
    return EscalationShape.model_validate(raised.escalation(row, person))


def _refused(refusal: services.Refused, ticket: Ticket, person: AuthorisedUser) -> Problem:
    """Return what does not fit the ticket as it is."""
    words = as_told(str(refusal), person)
    return Problem(HTTPStatus.CONFLICT, "refused", words, clause=as_cited(refusal.clause, ticket))


def _not_entitled(refused: RefusedRequest, person: AuthorisedUser) -> Problem:
    checks = [
        {
            "clause": step["clause"],
            "holds": step["holds"],
            "says": as_told(step["says"], person),
        }
        for step in refused.steps
    ]
    return Problem(
        HTTPStatus.FORBIDDEN,
        "not-entitled",
        as_told(refused.why, person),
        clause=refused.clause,
        more={"checks": checks},
    )
