"""What a ticket is about, and what becomes of a client's silence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts.models import Reason, Rule, User
from apps.tickets.models import Deadline, Event, Ticket
from apps.tickets.rules.history import Kind, Status
from apps.tickets.rules.promise import DeadlineKind
from apps.tickets.services.follow_ups import hold, lower_severity
from apps.tickets.services.marks import mark_work
from apps.tickets.services.record import Refused, amend, done_before, record, settle
from apps.tickets.services.severity import change_severity


@transaction.atomic
def classify(
    *,
    ticket: Ticket,
    category: Reason | None,
    covered_work: Reason | None,
    by: User,
    at: datetime,
) -> None:
    """Say what a ticket is about and which kind of covered work it is. The same again: nothing.

    Clause: V-3.3, R-6.

    :raises Refused: a category or a kind of work is another policy's.
    """
    ticket = hold(ticket=ticket, at=at)
    if (ticket.category, ticket.covered_work) == (category, covered_work):
        return
    wanted = [(category, Reason.Kind.CATEGORY), (covered_work, Reason.Kind.COVERED_WORK)]
    for given, kind in wanted:
        if given is not None and (given.version_id, given.kind) != (ticket.version_id, kind):
            raise Refused(
                f"“{given}” is not of {ticket.version}, which this ticket is under.",
                clause="V-3.3, R-6",
            )
    ticket.category, ticket.covered_work = category, covered_work
    amend(ticket=ticket, reason="Classified", by=by, at=at)
    ticket.save(update_fields=["category", "covered_work"])
    mark_work(ticket.order_id, ticket, at=at)
    facts = {
        "category": category.label if category else "",
        "covered_work": covered_work.label if covered_work else "",
    }
    record(ticket=ticket, kind=Kind.CLASSIFIED, at=at, by=by, facts=facts)
    settle(ticket=ticket)


def proposal_of(ticket: Ticket) -> Deadline | None:
    """Return the client's missed reply for which a lower severity stands proposed, if one does.

    It stands until the severity changes, somebody declines it, or the ticket is solved.

    Clause: V-3.4.2.
    """
    missed = ticket.deadlines.filter(
        kind=DeadlineKind.CLIENT_REPLY, state=Deadline.Verdict.MISSED
    ).order_by("-serial")
    last = missed.first()
    if last is None or ticket.status not in (Status.OPEN, Status.WAITING):
        return None
    decided = ticket.events.filter(
        kind__in=[Event.What.SEVERITY_CHANGED, Event.What.PROPOSAL_DECLINED],
        at__gte=last.due_at,
    )
    if decided.exists() or lower_severity(ticket) is None:
        return None
    return last


@transaction.atomic
def accept_proposal(*, ticket: Ticket, by: User, at: datetime) -> None:
    """Lower the severity by one, for the client's silence.

    Clause: V-3.4.2, V-7.3.

    :raises Refused: no proposal stands.
    """
    ticket = hold(ticket=ticket, at=at)
    lower = lower_severity(ticket)
    if proposal_of(ticket) is None or lower is None:
        raise Refused(
            f"No lower severity is proposed for {ticket.number} any more.", clause="V-3.4.2"
        )
    rule = Rule.objects.get(version=ticket.version_id, key="client_reply")
    change_severity(
        ticket=ticket,
        to=lower,
        reason=Reason.objects.get(
            version=ticket.version_id,
            kind=Reason.Kind.SEVERITY_CHANGE,
            key=rule.terms["reason"],
        ),
        explanation="The client did not answer in time.",
        by=by,
        at=at,
    )


@transaction.atomic
def decline_proposal(*, ticket: Ticket, explanation: str, by: User, at: datetime) -> None:
    """Leave the severity as it is, though the client did not answer.

    Clause: V-3.4.2.

    :raises Refused: no proposal stands, or nobody says why.
    """
    ticket = hold(ticket=ticket, at=at)
    if proposal_of(ticket) is None:
        raise Refused(
            f"No lower severity is proposed for {ticket.number} any more.", clause="V-3.4.2"
        )
    if not explanation.strip():
        raise Refused("Say in a sentence why the severity stays.")
    facts = {"explanation": explanation.strip()}
    record(ticket=ticket, kind=Kind.PROPOSAL_DECLINED, at=at, by=by, facts=facts)
    settle(ticket=ticket)


@transaction.atomic
def issue_outage_report(
    *,
    ticket: Ticket,
    by: User,
    at: datetime,
    act_key: str,
    preliminary: bool,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Record that a Reason for Outage went out. Only what the policy counts keeps the promise.

    ``facts`` says which document it was. The same ``act_key`` again changes nothing.

    Clause: S-6.
    """
    ticket = hold(ticket=ticket, at=at)
    key = f"{Kind.RFO_ISSUED}:{act_key}"
    if done_before(Kind.RFO_ISSUED, act_key):
        return
    told = {"preliminary": preliminary, **(facts or {})}
    record(ticket=ticket, kind=Kind.RFO_ISSUED, at=at, by=by, facts=told, source_key=key)
    settle(ticket=ticket)
