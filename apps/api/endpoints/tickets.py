"""Tickets, read: the list, one, what was said, its files, and on what it can be escalated."""

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from apps.api.door import TokenRequest, needs, not_found, person_of
from apps.api.endpoints.named import FileId, TicketId
from apps.api.endpoints.paging import After, AfterPlace, Limit, page_of, place_in
from apps.api.queries import raised, tickets
from apps.api.queries.tickets import named, steps_in
from apps.api.shapes.acts import DisputesShape, EscalationsShape
from apps.api.shapes.given import Instant, ListKey
from apps.api.shapes.tickets import (
    ConversationShape,
    GroundsShape,
    State,
    TicketsShape,
    WholeTicketShape,
)
from apps.contracts.models import AuthorisedUser, Order
from apps.contracts.queries.own_clauses import own_clauses
from apps.contracts.queries.restrictions import told
from apps.escalation.queries.offered import offers_on
from apps.tickets.attachments import download
from apps.tickets.models import Ticket
from apps.tickets.queries.readable import PLACE

READ = needs("tickets:read")
router = Router(tags=["Tickets"])


@router.get("/tickets", auth=READ, response=TicketsShape, summary="List tickets")
def list_tickets(
    request: TokenRequest,
    *,
    state: Annotated[
        list[State],
        Query(
            max_length=6,
            description="One of these states, each as a `state` of its own; none: any.",
        ),
    ] = [],  # noqa: B006 (never changed)
    severity: Annotated[
        ListKey | None, Query(description="The key of a severity, as the catalogue has it.")
    ] = None,
    changed_since: Annotated[
        Instant | None,
        Query(
            description=(
                "Something happened at this instant or later: one with its offset, such as"
                " `2026-03-04T14:00:00Z`. In an address + is `%2B`."
            )
        ),
    ] = None,
    after: AfterPlace = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """The tickets that the token's person may read in the portal: all of their order, or their own.

    The one on which something happened last is first.
    """
    wanted = tickets.Wanted(list(dict.fromkeys(state)), severity or "", changed_since)
    place: Any = place_in(after, PLACE)
    return tickets.page_of(person_of(request.auth), wanted, after=place, limit=limit)


@router.get("/tickets/{int:ticket}", auth=READ, response=WholeTicketShape, summary="Read a ticket")
def read_ticket(request: TokenRequest, ticket: TicketId) -> dict[str, Any]:
    """A ticket with whose turn it is, and what is promised: until when, and why."""
    return tickets.whole(found(request, ticket)[0])


@router.get(
    "/tickets/{int:ticket}/messages",
    auth=READ,
    response=ConversationShape,
    summary="Read what was said",
)
def read_conversation(
    request: TokenRequest, ticket: TicketId, after: After = None, limit: Limit = 50
) -> dict[str, Any]:
    """What was said on a ticket, the latest first."""
    return tickets.conversation(found(request, ticket)[0], before=after, limit=limit)


@router.get(
    "/files/{int:file}",
    auth=READ,
    summary="Download a file",
    openapi_extra={"responses": {200: {"content": {"application/octet-stream": {}}}}},
)
def read_file(request: TokenRequest, file: FileId) -> HttpResponse:
    """A file of a message, as a download."""
    row = tickets.file_of(person_of(request.auth), file)
    if row is None:
        raise not_found()
    return download(row)


@router.get(
    "/tickets/{int:ticket}/grounds",
    auth=READ,
    response=GroundsShape,
    summary="List the grounds of escalation",
)
def list_grounds(request: TokenRequest, ticket: TicketId) -> dict[str, Any]:
    """On what a ticket can be escalated now, and on what not, with why."""
    row, person = found(request, ticket)
    zone = row.version.time_zone
    return {
        "items": [
            {
                "ground": named(offer.reason),
                "is_admissible": offer.is_admitted,
                "is_in_hand": offer.in_hand is not None,
                "why": as_told(offer.why, person),
                "steps": steps_in(offer.steps, zone),
            }
            for offer in offers_on(row, at=timezone.now()).every
        ]
    }


@router.get(
    "/tickets/{int:ticket}/disputes",
    auth=READ,
    response=DisputesShape,
    summary="Read how disputes came out",
)
def list_disputes(
    request: TokenRequest, ticket: TicketId, after: After = None, limit: Limit = 50
) -> dict[str, Any]:
    """Which severities were asked for on a ticket, and what was decided, the latest first."""
    rows = found(request, ticket)[0].disputes.select_related("disputed", "wanted")
    page = page_of(rows, after=after, limit=limit, newest_first=True)
    return page | {"items": [raised.dispute(row) for row in page["items"]]}


@router.get(
    "/tickets/{int:ticket}/escalations",
    auth=READ,
    response=EscalationsShape,
    summary="Read how escalations stand",
)
def list_escalations(
    request: TokenRequest, ticket: TicketId, after: After = None, limit: Limit = 50
) -> dict[str, Any]:
    """How a ticket was escalated, and what became of it, the latest first."""
    row, person = found(request, ticket)
    rows = row.escalations.select_related("ground").defer("words", "steps")
    page = page_of(rows, after=after, limit=limit, newest_first=True)
    return page | {"items": [raised.escalation(each, person) for each in page["items"]]}


def found(request: TokenRequest, ticket: int) -> tuple[Ticket, AuthorisedUser]:
    """Return a ticket that the token's person may read, and them.

    Clause: V-3.5.

    :raises Problem: there is none, or it is not theirs to read: the same answer.
    """
    person = person_of(request.auth)
    row = tickets.ticket_of(person, ticket)
    if row is None:
        raise not_found()
    return row, person


def as_told(words: str, person: AuthorisedUser) -> str:
    """Return words as a person may read them: amounts are for who may see invoices.

    Clause: V-3.5, S-12.
    """
    return told(words, person.order.account, sees_money=person.may_see_invoices)


def as_cited(refs: str, of: Order | Ticket) -> str:
    """Return of some clauses those that the policy of an order, or of a ticket, has."""
    return own_clauses(refs, {of.version_id})
