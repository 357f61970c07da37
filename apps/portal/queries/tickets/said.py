"""What was said on a ticket to and by the client. Notes of staff are never read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from apps.contracts.queries.collected import Collected
from apps.outbox.compiled import Compiled
from apps.portal.queries.seats import Seat
from apps.tickets.models import Attachment, Event, Message, Ticket
from apps.tickets.queries.readable import told_to_client

MOST = 50  # messages on a page, the latest; a link shows all
What = Event.What


@dataclass(frozen=True, slots=True)
class Said:
    """A message: who wrote it, what it was besides a message, and its files."""

    message: Message
    who: str
    is_ours: bool
    what: Text | str
    files: Sequence[Mapping[str, Any]]


def said_on(
    ticket: Ticket, events: Sequence[Event], *, everything: bool
) -> tuple[list[Said], bool]:
    """Return what was said, the oldest first, and whether there is more than that.

    Clause: V-3.5.
    """
    found = (_every if everything else _latest).objects(ticket=ticket.pk)
    more = not everything and len(found) > MOST
    kinds = _kinds(events)
    return [_said(row, kinds) for row in reversed(found[:MOST] if more else found)], more


def _rows(ticket: int) -> QuerySet[Message]:
    rows = told_to_client(Message.objects.filter(ticket=ticket)).order_by("-pk")
    files = Attachment.objects.filter(message=OuterRef("pk")).order_by()
    facts = JSONObject(pk="pk", name="name", size="size")
    whole = rows.select_related("author", "client").defer("html", "mark", "mail_id")
    return whole.annotate(files=Collected(files.values_list(facts)))


_every = Compiled(_rows)
_latest = Compiled(lambda ticket: _rows(ticket)[: MOST + 1])


def file_at(key: int, *, seats: Sequence[Seat]) -> Attachment | None:
    """Return a file that somebody with these seats may read; None: there is none such.

    Clause: V-3.5.
    """
    accounts = [seat.account.pk for seat in seats]
    messages = told_to_client(Message.objects.filter(ticket__account__in=accounts))
    rows = Attachment.objects.filter(pk=key, message__in=messages)
    return rows.select_related("message__ticket").first()


def _said(message: Any, kinds: Mapping[int, Text]) -> Said:
    client = message.client
    return Said(
        message=message,
        who=client.name if client else str(message.author),
        is_ours=client is None,
        what=kinds.get(message.pk, ""),
        files=sorted(message.files, key=lambda file: file["pk"]),
    )


def _kinds(events: Sequence[Event]) -> Mapping[int, Text]:
    """Return message -> what it was, where the log tells more than that somebody wrote."""
    found: dict[int, Text] = {}
    for event in events:
        message = event.facts.get("message")
        if message is not None and event.kind in _NAMES:
            found.setdefault(message, _NAMES[event.kind])
    return found


_NAMES: Mapping[str, Text] = {
    What.SOLVED: _("Solution"),
    What.JUDGED: _("Our verdict"),
    What.WORKAROUND_GIVEN: _("Workaround"),
    What.RFO_ISSUED: _("Reason for Outage"),
    What.CONFIRMED: _("Closure confirmed"),
    What.REFUSED: _("Closure refused"),
    What.ASKED_CLIENT: _("Question to you"),
}
