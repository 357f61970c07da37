"""What happens by itself: a client's silence, steps down after a solution, the closing at the end.

Each is dated to the instant at which it fell due, whenever it is written down. An act that comes
later finds it done: ``hold`` catches up before it looks.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction

from apps.contracts.models import Reason, Rule, Severity
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Deadline, Event, Ticket
from apps.tickets.queries import history_of
from apps.tickets.rules.after_solution import next_step
from apps.tickets.rules.history import Kind, severity_after
from apps.tickets.rules.promise import PROVIDERS, DeadlineKind
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.notice import tell_watchers
from apps.tickets.services.record import amend, lock, lock_all, settle

logger = logging.getLogger(__name__)

BATCH = 200
# A ticket has few things to catch up with; more of them would be a fault, and must not spin.
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Followed:
    """How many tickets something happened to by itself; ``stuck``: see the log."""

    tickets: int = 0
    stuck: int = 0


def sweep_follow_ups(*, at: datetime) -> Followed:
    """Do all that fell due by itself before ``at``, ticket by ticket, the longest due first.

    Each ticket is a transaction of its own; one that cannot be written holds up no other. May run
    late, twice, or on many workers at once.

    Clause: V-3.4.2, V-3.4.4, S-5-step-down, R-17.
    """
    done, tried, stuck = 0, set[int](), set[int]()
    while batch := _due_tickets(at, without=stuck):
        for ticket_id in batch:
            # What is due again after all was done would be a fault, and must not spin.
            if ticket_id in tried or not _follow_up(ticket_id, at=at):
                stuck.add(ticket_id)
            tried.add(ticket_id)
            done += ticket_id not in stuck
    return Followed(done, len(stuck))


def _due_tickets(at: datetime, *, without: Collection[int]) -> list[int]:
    due = Deadline.objects.due(at=at).exclude(kind__in=PROVIDERS).exclude(ticket__in=without)
    rows = due.order_by("next_at", "pk").values_list("ticket_id", flat=True)[:BATCH]
    return list(dict.fromkeys(rows))


def _follow_up(ticket_id: int, *, at: datetime) -> bool:
    try:
        with transaction.atomic():
            catch_up(ticket=lock(Ticket(pk=ticket_id)), at=at)
    except (ValueError, DataError, IntegrityError):
        logger.exception("Ticket %s cannot be followed up", ticket_id)
        return False
    return True


def hold(*, ticket: Ticket, at: datetime) -> Ticket:
    """Return the ticket locked, with all done to it that had fallen due by itself before ``at``.

    The deadlines that are held with it come along, so that settling need not read them again.
    """
    ticket, rows = lock_all(ticket)
    if any(row.next_at and row.next_at < at and row.kind not in PROVIDERS for row in rows):
        catch_up(ticket=ticket, at=at)
    else:
        ticket.held_deadlines = rows  # type: ignore[attr-defined]
    return ticket


def catch_up(*, ticket: Ticket, at: datetime) -> bool:
    """Do to a locked ticket what fell due by itself before ``at``; return whether anything did.

    Clause: V-3.4.2, V-3.4.4, S-5-step-down, R-17.
    """
    for count in range(MOST_AT_ONCE):
        due = Deadline.objects.due(at=at).filter(ticket=ticket).exclude(kind__in=PROVIDERS)
        first = due.order_by("due_at", "pk").first()
        if first is None:
            return count > 0
        _DONE_BY[DeadlineKind(first.kind)](ticket, first, at)
        settle(ticket=ticket)
    return True


def step_at_once(*, ticket: Ticket, at: datetime) -> None:
    """Step a ticket that was just solved down as far as the policy wants it at once.

    Clause: S-5-step-down.
    """
    for _ in range(MOST_AT_ONCE):
        row = ticket.deadlines.filter(kind=DeadlineKind.STEP_DOWN, state=Deadline.Verdict.OPEN)
        first = row.filter(due_at__lte=at).first()
        if first is None:
            return
        _step_down(ticket, first, at)
        settle(ticket=ticket)


def close_now(
    *,
    ticket: Ticket,
    at: datetime,
    facts: Mapping[str, Any],
    by: Any = None,
    key: str | None = None,
) -> None:
    """Close a locked ticket: it first takes, all at once, the steps down that the policy orders.

    Clause: S-5-step-down (every ticket ends at the last step), V-8.3.
    """
    rule = Rule.objects.filter(version=ticket.version_id, key="step_down").first()
    for _ in range(MOST_AT_ONCE if rule else 0):
        step = next_step(rule.terms, severity_after(history_of(ticket))) if rule else None
        if step is None:
            break
        _write_step(ticket, step["to"], fact_at=at, at=at)
    write(ticket, Kind.CLOSED, fact_at=at, at=at, facts=dict(facts), by=by, key=key)


def write(
    ticket: Ticket,
    kind: Kind,
    *,
    fact_at: datetime,
    at: datetime,
    facts: dict[str, Any],
    by: Any = None,
    key: str | None = None,
) -> Event:
    """Append what happened at ``fact_at``, though it is written down later, at ``at``."""
    ticket.latest_at = max(ticket.latest_at, fact_at)
    event = Event.objects.create(
        ticket=ticket, kind=kind, at=fact_at, recorded_at=at, by=by, facts=facts, source_key=key
    )
    tell_watchers(event)
    return event


def _client_was_silent(ticket: Ticket, row: Deadline, at: datetime) -> None:
    """The client did not answer in time: the severity may go down by one."""
    due = _due(row)
    facts = {"deadline": row.kind, "serial": row.serial}
    write(ticket, Kind.DEADLINE_MISSED, fact_at=due, at=at, facts=facts)
    rule = Rule.objects.get(version=ticket.version_id, key="client_reply")
    lower = lower_severity(ticket)
    if rule.terms["on_miss"] == "lower" and lower is not None:
        reason = _reason(ticket, rule.terms["reason"])
        _set_severity(ticket, lower, reason.label, at=due)
        before = severity_after(history_of(ticket))
        facts = {
            "from": before,
            "to": lower.key,
            "reason": reason.key,
            "label": reason.label,
            "explanation": "The client did not answer in time.",
        }
        write(ticket, Kind.SEVERITY_CHANGED, fact_at=due, at=at, facts=facts)


def lower_severity(ticket: Ticket) -> Severity | None:
    """Return the severity below the ticket's; None: it is the lowest.

    Clause: V-3.4.2.
    """
    rank = ticket.severity.rank + 1
    return Severity.objects.filter(version=ticket.version_id, rank=rank).first()


def _close_in_silence(ticket: Ticket, row: Deadline, at: datetime) -> None:
    _close_by_itself(ticket, row, at, {"silence": True})


def _close_by_itself(
    ticket: Ticket, row: Deadline, at: datetime, further: Mapping[str, Any] | None = None
) -> None:
    due = _due(row)
    reason = ticket.closing
    named = {"reason": reason.key, "label": reason.label} if reason else {}
    facts = {**named, **(further or {"by_itself": True})}
    close_now(ticket=ticket, at=due, facts=facts)
    if is_plain_address(ticket.requester.email):
        enqueue(
            topic="ticket.closed",
            key=f"ticket:{ticket.pk}:closed:{row.kind}:{row.serial}",
            recipient=ticket.requester.email,
            payload={"ticket_id": ticket.pk, "silence": bool(facts.get("silence"))},
            at=at,
            message_id=mail_id(ticket.pk, f"closed-{row.kind.lower()}-{row.serial}"),
        )


def _step_down(ticket: Ticket, row: Deadline, at: datetime) -> None:
    rule = Rule.objects.get(version=ticket.version_id, key="step_down")
    step = next_step(rule.terms, severity_after(history_of(ticket)))
    if step is not None:
        _write_step(ticket, step["to"], fact_at=_due(row), at=at)


def _write_step(ticket: Ticket, to: str, *, fact_at: datetime, at: datetime) -> None:
    rule = Rule.objects.get(version=ticket.version_id, key="step_down")
    reason = _reason(ticket, rule.terms["reason"]) if rule.terms.get("reason") else None
    label = reason.label if reason else "Stepped down after the solution"
    facts = {"from": severity_after(history_of(ticket)), "to": to, "label": label}
    severity = Severity.objects.get(version=ticket.version_id, key=to)
    _set_severity(ticket, severity, label, at=fact_at)
    write(ticket, Kind.STEPPED_DOWN, fact_at=fact_at, at=at, facts=facts)


def restore_severity(*, ticket: Ticket, at: datetime, by: Any = None) -> None:
    """Give the row the severity that its history says, after a solution was taken back.

    Clause: S-5-step-down.
    """
    key = severity_after(history_of(ticket))
    if key != ticket.severity.key:
        severity = Severity.objects.get(version=ticket.version_id, key=key)
        _set_severity(ticket, severity, "The solution was taken back", at=at, by=by)


def take_back(*, ticket: Ticket, at: datetime, by: Any = None) -> None:
    """Take from a locked ticket what its solution had set.

    Clause: R-15, S-5-step-down.
    """
    if ticket.closing_id or ticket.exclusion_id:
        ticket.closing = ticket.exclusion = ticket.excluded_at = None
        amend(ticket=ticket, reason="The solution was taken back", by=by, at=at)
        ticket.save(update_fields=["closing", "exclusion", "excluded_at"])
    restore_severity(ticket=ticket, at=at, by=by)


def _set_severity(
    ticket: Ticket, severity: Severity, reason: str, *, at: datetime, by: Any = None
) -> None:
    ticket.severity = severity
    amend(ticket=ticket, reason=reason, at=at, by=by)
    ticket.save(update_fields=["severity"])


def _reason(ticket: Ticket, key: str) -> Reason:
    kind = Reason.Kind.SEVERITY_CHANGE
    return Reason.objects.get(version=ticket.version_id, kind=kind, key=key)


def _due(row: Deadline) -> datetime:
    if row.due_at is None:
        raise ValueError(f"{row} is not due.")
    return row.due_at


_DONE_BY: dict[DeadlineKind, Callable[[Ticket, Deadline, datetime], None]] = {
    DeadlineKind.CLIENT_REPLY: _client_was_silent,
    DeadlineKind.CONFIRMATION: _close_in_silence,
    DeadlineKind.STEP_DOWN: _step_down,
    DeadlineKind.AUTO_CLOSE: _close_by_itself,
}
