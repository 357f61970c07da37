"""The notices of an account, of all kinds, the newest first.

A kind is added by a module that says what it is, and its name in KINDS, at the end.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.outbox.models import Message
from apps.portal.queries.keyset import MOST
from apps.portal.queries.notices.hours import HOURS
from apps.portal.queries.notices.kind import Kind, seats_with
from apps.portal.queries.notices.maintenance import MAINTENANCE
from apps.portal.queries.notices.reports import REPORT
from apps.portal.queries.notices.standing import STANDING
from apps.portal.queries.notices.tam import TAM
from apps.portal.queries.seats import Seat
from apps.tickets.queries import row_keys

# Of notices of one instant, the kind that stands later here is the newer.
KINDS: Sequence[Kind] = (REPORT, STANDING, TAM, HOURS, MAINTENANCE)
PLACES = (datetime, int, int)  # when it was told, which kind, its key
NAME = re.compile(r"([a-z]+)-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, and its mails: the proof of sending. ``name`` stands in its address."""

    kind: Kind
    row: Any
    messages: Sequence[Message]

    @property
    def name(self) -> str:
        return f"{self.kind.name}-{self.row.pk}"

    @property
    def told_at(self) -> datetime:
        at: datetime = self.row.told_at
        return at

    @property
    def heading(self) -> str:
        return str(self.kind.heading(self.row))

    @property
    def sent_at(self) -> datetime | None:
        """When the first of its mails went out; None: none has."""
        return min((row.sent_at for row in self.messages if row.sent_at), default=None)

    @property
    def is_coming(self) -> bool:
        """Tell whether a mail of it still waits to go out."""
        return any(row.due_at is not None for row in self.messages)

    def facts(self, zone: str) -> Mapping[str, Any]:
        """Return what its page shows. ``zone`` is the reader's."""
        return self.kind.facts(self.row, zone)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of notices. ``after`` "": no page follows."""

    notices: Sequence[Notice]
    after: str
    is_first: bool


def page_of(seat: Seat, *, after: str, most: int = MOST) -> Page:
    """Return a page of what the account was told, as far as the person may read it.

    ``after`` is what the page before gave. Two queries a kind.

    Clause: S-6, S-11, S-12, V-3.5, V-6.6.
    """
    last: Any = row_keys.read(after, PLACES)
    found: list[tuple[tuple[datetime, int, int], Kind, Any]] = []
    for place, kind in enumerate(KINDS):
        if not seats_with([seat], kind.needs):
            continue
        rows = _beyond(kind.rows([seat]), place, last).order_by("-told_at", "-pk")
        found += [((row.told_at, place, row.pk), kind, row) for row in rows[: most + 1]]
    found.sort(key=lambda each: each[0], reverse=True)
    shown = found[:most]
    return Page(
        notices=_with_proof([(kind, row) for _, kind, row in shown]),
        after=row_keys.written(shown[-1][0]) if len(found) > most else "",
        is_first=last is None,
    )


def notice_called(name: str, *, seats: Sequence[Seat]) -> Notice | None:
    """Return the notice of that name, if the person may read it at one of these seats.

    Clause: V-3.5.
    """
    parts = NAME.fullmatch(name)
    kind = next((kind for kind in KINDS if parts and kind.name == parts[1]), None)
    if parts is None or kind is None:
        return None
    row = kind.rows(seats_with(seats, kind.needs)).filter(pk=int(parts[2])).first()
    return _with_proof([(kind, row)])[0] if row else None


def _beyond(rows: QuerySet, place: int, last: Any) -> QuerySet:
    """Leave the rows of a kind that come after a place of the list."""
    if last is None:
        return rows
    at, at_place, pk = last
    if place > at_place:
        return rows.filter(told_at__lt=at)
    if place < at_place:
        return rows.filter(told_at__lte=at)
    return rows.filter(Q(told_at__lt=at) | Q(told_at=at, pk__lt=pk))


def _with_proof(found: Sequence[tuple[Kind, Any]]) -> list[Notice]:
    proofs = {}
    for kind in KINDS:
        rows = [row for of, row in found if of is kind]
        proofs[kind.name] = kind.proof(rows) if rows else {}
    return [Notice(kind, row, proofs[kind.name].get(row.pk, [])) for kind, row in found]
