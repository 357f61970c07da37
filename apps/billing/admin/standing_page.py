"""What the page of an account's standing shows: the arithmetic, what comes, and what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.billing.models import Exemption, StandingNotice, StandingProposal, StandingReview
from apps.billing.queries.standing import Facts, facts_of_one
from apps.billing.queries.standings_ahead import ahead_of
from apps.billing.rules.delinquency import Delinquency
from apps.billing.rules.standing_why import money, steps
from apps.contracts.models import Account, Clause, Standing
from apps.outbox.models import Message
from apps.tickets.admin.explained import explained

SHOWN = 20
AHEAD = 30  # days
LABELS = dict(Standing.State.choices)


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, and how far each of its mails has come: the proof of sending."""

    notice: StandingNotice
    messages: Sequence[Message]


def page_of(account: Account, *, at: datetime) -> dict[str, Any]:
    """Return the context of an account's page."""
    facts = facts_of_one(account, at=at)
    now = facts.delinquency()
    clauses = clauses_of(facts.governing.version_id if facts.governing else None)
    proposals = StandingProposal.objects.filter(account=account, status="OPEN")
    reviews = StandingReview.objects.filter(account=account).select_related("by", "proposal")
    spared = Exemption.objects.filter(account=account).select_related("made_by", "ended_by")
    return {
        "account": account,
        "facts": facts,
        "zone": facts.governing.zone if facts.governing else "UTC",
        "standing": facts.standing,
        "state": facts.state,
        "state_label": LABELS[facts.state],
        "now": now,
        "steps": _why(facts, now, clauses),
        "documents": now.overdue[:SHOWN] if now else [],
        "more": max(len(now.overdue) - SHOWN, 0) if now else 0,
        "clears": money(now.clears_amount, facts.currency) if now and now.rung else "",
        "ahead": [(row, LABELS[row.to_state]) for row in ahead_of(account, facts, days=AHEAD)],
        "proposal": proposals.first(),
        "reviews": list(reviews.defer("documents", "explanation")[:SHOWN]),
        "exemptions": list(spared[:SHOWN]),
        "told": told_of(StandingNotice.objects.filter(account=account)[:SHOWN]),
    }


def _why(facts: Facts, now: Delinquency | None, clauses: Mapping[str, Clause]) -> Sequence[Any]:
    if facts.ladder is None or now is None:
        return []
    said = steps(ladder=facts.ladder, now=now, currency=facts.currency, grace=facts.grace)
    return explained(said, zone=facts.ladder.zone, clauses=clauses)


def clauses_of(version_id: int | None) -> Mapping[str, Clause]:
    """Return the clauses of a policy version by what they are cited as."""
    rows = Clause.objects.filter(version=version_id) if version_id else Clause.objects.none()
    return {clause.ref: clause for clause in rows}


def told_of(notices: Any) -> Sequence[Told]:
    """Return notices with their mails, in one query for all of these."""
    rows = list(notices)
    messages = Message.objects.in_bulk([pk for row in rows for pk in row.messages])
    return [Told(row, [messages[pk] for pk in row.messages if pk in messages]) for row in rows]
