"""What is promised on a ticket, as a client reads it: until when, how it stands, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from apps.contracts import queries as contracts
from apps.contracts.models import Target
from apps.portal.queries.whys import Step, Titles, cited, steps_of
from apps.tickets.models import Deadline, Ticket
from apps.tickets.rules.history import Happening
from apps.tickets.rules.promise import PROVIDERS, DeadlineKind
from apps.tickets.rules.promised import waits_for_vendor

Verdict, Kind = Deadline.Verdict, Deadline.Kind
NAMES: Mapping[str, Text] = {
    Kind.RESPONSE: _("Response"),
    Kind.RESOLUTION: _("Resolution"),
    Kind.RFO: _("Reason for Outage"),
    Kind.CLIENT_REPLY: _("Your answer"),
    Kind.CONFIRMATION: _("Your word on the solution"),
    Kind.STEP_DOWN: _("Steps down"),
    Kind.AUTO_CLOSE: _("Closes by itself"),
}
YOURS = (Kind.CLIENT_REPLY, Kind.CONFIRMATION)


@dataclass(frozen=True, slots=True)
class Stands:
    """How a deadline stands: its name, a few words with the tone of a badge, and the instant."""

    name: Text
    words: Text
    tone: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Promise:
    """One kind of promise on a ticket's page; ``none`` says why there is no instant."""

    stands: Stands | None
    steps: Sequence[Step] = ()
    name: Text | str = ""
    none: Text | str = ""
    clauses: Sequence[tuple[str, str]] = ()


def stands(row: Any, *, at: datetime) -> Stands:
    """Return how a deadline stands. The due instant itself is still in time (R-17).

    Clause: V-2-response, V-2-resolution, R-17.
    """
    name = NAMES[row.kind]
    if row.kind in PROVIDERS:
        words, tone, instant = _ours(row, at)
    elif row.state == Verdict.OPEN:
        words, tone, instant = _others(row, at)
    else:
        late = row.state == Verdict.MISSED and row.kind in YOURS
        words, tone, instant = _("Not given in time") if late else _("Done"), "", row.settled_at
    return Stands(name, words, tone, instant)


def _ours(row: Any, at: datetime) -> tuple[Text, str, datetime | None]:
    if row.state == Verdict.MISSED:
        return _("Missed"), "bad", row.due_at
    if row.state == Verdict.MET:
        return _("Kept"), "good", row.settled_at
    if row.due_at is None:
        return _("The clock stands still"), "", None
    if row.due_at < at:
        return _("Overdue"), "bad", row.due_at
    near = row.warn_at is not None and row.warn_at <= at
    return (_("Due soon"), "warn", row.due_at) if near else (_("Due"), "", row.due_at)


def _others(row: Any, at: datetime) -> tuple[Text, str, datetime | None]:
    if row.due_at is None:
        return _("The clock stands still"), "", None
    if row.kind in YOURS:
        return _("Please by"), "warn", row.due_at
    return _("On"), "", row.due_at


def promises_of(
    ticket: Ticket,
    rows: Sequence[Deadline],
    *,
    history: Sequence[Happening],
    at: datetime,
    zone: str,
    titles: Titles,
) -> Iterator[Promise]:
    """Yield each kind of promise once: response and resolution always, of others what runs.

    Clause: V-2-response, V-2-resolution, V-3.4.2, V-3.4.4, S-5-step-down, S-6.
    """
    for kind in DeadlineKind:
        of_kind = sorted((row for row in rows if row.kind == kind), key=lambda row: row.serial)
        always = kind in (DeadlineKind.RESPONSE, DeadlineKind.RESOLUTION)
        shown = [row for row in of_kind if always or _is_of_interest(row)]
        if shown:
            steps = steps_of(shown[-1].steps, zone=zone, titles=titles)
            yield Promise(stands(shown[-1], at=at), steps)
        elif always:
            yield _none(ticket, kind, history, titles)


def _is_of_interest(row: Deadline) -> bool:
    return row.kind == DeadlineKind.RFO or row.state == Verdict.OPEN


def _none(ticket: Ticket, kind: str, history: Sequence[Happening], titles: Titles) -> Promise:
    terms = contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )
    name = NAMES[kind]
    if kind == DeadlineKind.RESOLUTION and waits_for_vendor(history, terms):
        why = _("No fixed time: a vendor has to change code, and service does not suffer.")
        refs = terms.rules["code_change"].clause
        return Promise(None, name=name, none=why, clauses=cited(refs, titles))
    target = terms.target(
        kind=Target.Kind(kind).value,
        severity=ticket.severity.key,
        channel=ticket.channel,
        arrival=history[0].facts.get("arrival", ""),
    )
    if target is None:
        return Promise(None, name=name, none=_("No time is promised for this."))
    clauses = cited(f"{target.clause}, {target.reading}", titles)
    return Promise(None, name=name, none=_("Best effort, with no fixed time."), clauses=clauses)
