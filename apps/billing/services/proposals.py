"""Suspensions that a policy leaves to finance: confirmed, or dismissed with a reason."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from apps.billing.models import StandingProposal
from apps.billing.queries.standing import facts_of_one
from apps.billing.rules.verdict import Act, verdict
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.standing import case_of
from apps.billing.services.standing_rows import record
from apps.billing.services.standing_told import tell
from apps.contracts.models import Account, User
from apps.contracts.services import set_standing
from apps.tickets.services.suspend import follow_accounts

LONGEST_REASON = 250
Status = StandingProposal.Status


@transaction.atomic
def confirm(*, proposal: StandingProposal, at: datetime, by: User) -> None:
    """Suspend what was proposed, as what is owed says now; the client is told, tickets follow.

    Clause: S-12, R-12.

    :raises BillingRefused: it is decided already, or does not hold any more.
    """
    account, row = _hold(proposal)
    facts = facts_of_one(account, at=at)
    said = verdict(
        ladder=facts.ladder,
        now=facts.delinquency(),
        state=facts.state,
        is_held=facts.is_held,
        grace=facts.grace,
    )
    if said.act != Act.PROPOSES or said.state != row.state:
        raise BillingRefused(
            "What is owed, or an exemption, says otherwise by now. Look at the account again.",
            clause="R-12",
        )
    case = replace(case_of(facts), act=Act.MOVES)
    set_standing(account=account, state=case.state, clause=case.clause, why=case.why, at=at, by=by)
    hooked = {account.pk} if account.has_webhooks else set()
    tell(cases=[case], reviews=record(cases=[case], at=at, by=by), hooked=hooked, at=at)
    follow_accounts(accounts=[account.pk], at=at)
    _decide(row, Status.CONFIRMED, "", at=at, by=by)


@transaction.atomic
def dismiss(*, proposal: StandingProposal, why: str, at: datetime, by: User) -> None:
    """Leave the account as it stands. The same is not proposed again before all is paid once.

    Clause: S-12, R-12.

    :raises BillingRefused: it is decided already, or nobody says why.
    """
    _, row = _hold(proposal)
    why = " ".join(why.split())
    if not why:
        raise BillingRefused("Say why: it stays on record.", clause="R-12")
    _decide(row, Status.DISMISSED, why, at=at, by=by)


def _hold(proposal: StandingProposal) -> tuple[Account, StandingProposal]:
    account = Account.objects.select_for_update(no_key=True).get(pk=proposal.account_id)
    row = StandingProposal.objects.select_for_update().get(pk=proposal.pk)
    if row.status != Status.OPEN:
        raise BillingRefused(f"It is decided already: {row.get_status_display().lower()}.")
    return account, row


def _decide(row: StandingProposal, status: str, reason: str, *, at: datetime, by: User) -> None:
    row.status, row.decided_at, row.decided_by = status, at, by
    row.reason = reason[:LONGEST_REASON]
    row.save()
