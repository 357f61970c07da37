"""Which incidents go on for an account.

In steps, each by an index from what is unsolved: as one query it took PostgreSQL longer to plan
than to answer, and it looked at everybody's incidents.

Clause: S-6, V-2-incident.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from apps.escalation.models import IncidentTicket, ReportCopy
from apps.outbox.compiled import Compiled
from apps.portal.queries.tickets.turns import UNCLOSED
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Kind

UNSOLVED = [status for status in UNCLOSED if status != Ticket.State.SOLVED]
ANEW = Q(kind=Kind.REOPENED) | Q(kind=Kind.JUDGED, facts__justified=True)


@dataclass(frozen=True, slots=True)
class _Unsolved:
    """A ticket of the account in an incident that has no solution, or whose survivor has none.

    ``told_at`` and ``restored_at`` are of the latest report to the account; None: there is none, or
    it does not say that service is back.
    """

    incident: int
    joined_at: datetime
    told_at: datetime | None
    restored_at: datetime | None
    tickets: frozenset[int]


def members_of(account_id: int) -> QuerySet[IncidentTicket]:
    """Return the account's tickets that are of incidents."""
    return IncidentTicket.objects.filter(account=account_id).order_by()


def ongoing_of(account_id: int, *, of: int = 0) -> list[int]:
    """Return the keys of the incidents that go on for the account, the latest first.

    One does while a ticket of the account has no solution, unless a report said since that service
    is back. ``of`` asks of one incident alone; 0: of all.

    Clause: S-6, V-2-incident.
    """
    rows = list(_unsolved(account_id, of))
    back = _back({key for row in rows if row.restored_at is not None for key in row.tickets})
    found = {row.incident for row in rows if row.restored_at is None or _is_anew(row, back)}
    return sorted(found, reverse=True)


def _is_anew(row: _Unsolved, back: Mapping[int, datetime]) -> bool:
    """Tell whether the ticket joined, or was opened again, after the account was told."""
    since = [row.joined_at, *(back[key] for key in row.tickets if key in back)]
    return row.told_at is None or max(since) > row.told_at


def _unsolved(account_id: int, of: int) -> Iterator[_Unsolved]:
    account = account_id
    rows = _of_one.values(account=account, of=of) if of else _of_all.values(account=account)
    for incident, joined_at, told_at, restored_at, *tickets in rows:
        own = frozenset(key for key in tickets if key)
        yield _Unsolved(incident, joined_at, told_at, restored_at, own)


def _rows(members: QuerySet[IncidentTicket], account_id: int) -> QuerySet:
    rows = members.filter(
        Q(ticket__merged_into=None, ticket__status__in=UNSOLVED)
        | Q(ticket__merged_into__status__in=UNSOLVED)
    )
    copies = ReportCopy.objects.filter(report__incident=OuterRef("incident"), account=account_id)
    latest = copies.order_by("-report__revision")
    return rows.values_list(
        "incident",
        "joined_at",
        Subquery(latest.values("report__issued_at")[:1]),
        Subquery(latest.values("report__restored_at")[:1]),
        "ticket",
        "ticket__merged_into",
    )


_of_all = Compiled(lambda account: _rows(members_of(account), account))
_of_one = Compiled(lambda account, of: _rows(members_of(account).filter(incident=of), account))


def _back(tickets: Collection[int]) -> Mapping[int, datetime]:
    """Return when tickets were opened again last, of those that were."""
    if not tickets:
        return {}
    rows = Event.objects.filter(ANEW, ticket__in=tickets).order_by()
    return dict(rows.values_list("ticket").annotate(last=Max("at")))
