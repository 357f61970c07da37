"""The rows that a review of standings leaves: evidence, and proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from apps.billing.models import StandingProposal, StandingReview
from apps.billing.queries.standing import Facts
from apps.billing.rules.delinquency import Delinquency
from apps.billing.rules.ladder import GOOD, is_harder
from apps.billing.rules.money import ZERO
from apps.billing.rules.standing_why import CLEARS, documents, in_a_sentence, steps
from apps.billing.rules.verdict import Act
from apps.contracts.models import User

Status = StandingProposal.Status


@dataclass(frozen=True, slots=True)
class Case:
    """An account under review: its facts, what its ladder says, and what is done about it."""

    facts: Facts
    now: Delinquency | None
    act: Act
    state: str

    @property
    def clause(self) -> str:
        """What the standing rests on; of a release, the rule."""
        ladder = self.facts.ladder
        if ladder is None:
            return self.facts.standing.clause if self.facts.standing else ""
        rung = ladder.rung_of(self.state)
        return rung.clause if rung else ladder.clause.split(",")[0]

    @property
    def why(self) -> str:
        """Why it stands so, as its client is told."""
        if self.now is None:
            return "No policy that governs the account suspends anything."
        return in_a_sentence(
            now=self.now,
            state=self.state,
            currency=self.facts.currency,
            grace=self.facts.grace,
        )

    @property
    def is_told_otherwise(self) -> bool:
        """Whether what is on record says another amount that clears it, or other documents.

        What a person wrote says none, and stays.
        """
        row, now = self.facts.standing, self.now
        is_suspended = row is not None and self.act != Act.MOVES and self.facts.state != GOOD
        if row is None or not is_suspended or self.facts.is_held or now is None or not now.rung:
            return False
        return row.why.endswith(CLEARS) and row.why != self.why


def record(*, cases: Sequence[Case], at: datetime, by: User | None) -> list[StandingReview]:
    """Keep why each account moved.

    Clause: S-12.
    """
    if not cases:
        return []
    return StandingReview.objects.bulk_create(_review(case, at=at, by=by) for case in cases)


def _review(
    case: Case, *, at: datetime, by: User | None, is_proposal: bool = False
) -> StandingReview:
    facts, now = case.facts, case.now
    ladder, grace = facts.ladder, facts.grace
    said = (
        steps(ladder=ladder, now=now, currency=facts.currency, grace=grace)
        if ladder and now
        else [{"clause": case.clause, "text": "{why}", "figures": {"why": case.why}}]
    )
    return StandingReview(
        account_id=facts.account_id,
        version_id=facts.governing.version_id if facts.governing else None,
        clause=case.clause,
        from_state=facts.state,
        to_state=case.state,
        on=facts.on,
        at=at,
        by=by,
        is_proposal=is_proposal,
        currency=facts.currency,
        oldest_due_on=now.oldest_due_on if now else None,
        days=now.days if now else 0,
        overdue_amount=now.overdue_amount if now else ZERO,
        clears_amount=now.clears_amount if now else ZERO,
        documents_count=len(now.overdue) if now else 0,
        documents=documents(now) if now else [],
        explanation=said,
        exemption=facts.exemption if grace else None,
    )


def propose(*, cases: Sequence[Case], at: datetime, by: User | None) -> None:
    """Propose to finance what the policy leaves to it; let lapse what does not hold any more.

    Clause: S-12, R-12.
    """
    accounts = [case.facts.account_id for case in cases]
    known = list(StandingProposal.objects.filter(account__in=accounts).order_by("pk"))
    is_open = {row.account_id: row for row in known if row.status == Status.OPEN}
    dismissed = [row for row in known if row.status == Status.DISMISSED]
    lapsed, wanted = [], []
    for case in cases:
        row = is_open.get(case.facts.account_id)
        proposes = case.act == Act.PROPOSES
        if row and not (proposes and row.state == case.state):
            lapsed.append(row.pk)
            row = None
        if proposes and row is None and not _was_dismissed(case, dismissed):
            wanted.append(case)
    if lapsed:
        rows = StandingProposal.objects.filter(pk__in=lapsed, status=Status.OPEN)
        rows.update(status=Status.LAPSED, decided_at=at, reason="It does not hold any more.")
    reviews = StandingReview.objects.bulk_create(
        _review(case, at=at, by=by, is_proposal=True) for case in wanted
    )
    StandingProposal.objects.bulk_create(
        StandingProposal(
            account_id=case.facts.account_id,
            review=review,
            state=case.state,
            since_on=_since(case),
            proposed_at=at,
        )
        for case, review in zip(wanted, reviews, strict=True)
    )


def _since(case: Case) -> date:
    return (case.now.since_on if case.now else None) or case.facts.on


def _was_dismissed(case: Case, dismissed: Sequence[StandingProposal]) -> bool:
    """Tell whether as much was dismissed already in this spell of being overdue."""
    return any(
        row.account_id == case.facts.account_id
        and row.since_on == _since(case)
        and not is_harder(case.state, row.state)
        for row in dismissed
    )
