"""How accounts stand: recomputed from what they owe, with the evidence, the mails and the tickets.

The account is locked first, as by everybody who books on it, so that of a payment and a review
that meet one sees what the other did.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from apps.billing.models import StandingProposal
from apps.billing.queries.standing import Facts, facts_of
from apps.billing.rules.verdict import Act, verdict
from apps.billing.services.exempting import close_ended
from apps.billing.services.standing_rows import Case, propose, record
from apps.billing.services.standing_told import tell
from apps.contracts.models import Account, User
from apps.contracts.services.standings import Move, move_standings, retell_standings
from apps.tickets.services.suspend import follow_accounts

Open = StandingProposal.Status.OPEN


def review_standing(*, account: Account, at: datetime, by: User | None = None) -> bool:
    """Bring an account's standing in line with what it owes now; return whether it moved.

    It is for the transaction that changed what the account owes: the change, the standing and the
    tickets that follow are there together, or not at all. ``by`` is whose act led to it.

    Clause: S-12, R-4, R-5, R-12, R-13.
    """
    return account.pk in review_accounts(accounts=[account.pk], at=at, by=by)


@transaction.atomic
def review_accounts(
    *, accounts: Collection[int], at: datetime, by: User | None = None, skip_locked: bool = False
) -> set[int]:
    """Do the same for many accounts with few queries; return those whose standing moved.

    ``skip_locked``: an account that somebody books on is left to them, who review it too.

    Clause: S-12, R-4, R-5, R-12, R-13.
    """
    rows = Account.objects.select_for_update(no_key=True, skip_locked=skip_locked)
    found = rows.filter(pk__in=accounts).order_by("pk").values_list("pk", "has_webhooks")
    locked = dict(found)
    cases = [case_of(facts) for facts in facts_of(accounts=locked, at=at).values()]
    close_ended(cases=cases, at=at)
    wanted = [
        Move(case.facts.account_id, case.state, case.clause, case.why)
        for case in cases
        if case.act == Act.MOVES
    ]
    moved = move_standings(moves=wanted, at=at) if wanted else set()
    retold = [
        Move(case.facts.account_id, case.facts.state, case.clause, case.why)
        for case in cases
        if case.is_told_otherwise
    ]
    if retold:
        retell_standings(moves=retold, at=at)
    done = [case for case in cases if case.facts.account_id in moved]
    reviews = record(cases=done, at=at, by=by)
    propose(cases=cases, at=at, by=by)
    hooked = {account for account, has_webhooks in locked.items() if has_webhooks}
    tell(cases=cases, reviews=reviews, hooked=hooked, at=at)
    if moved:
        follow_accounts(accounts=moved, at=at)
    return moved


def case_of(facts: Facts) -> Case:
    """Return what becomes of an account, given its facts.

    Clause: S-12, R-12.
    """
    now = facts.delinquency()
    said = verdict(
        ladder=facts.ladder,
        now=now,
        state=facts.state,
        is_held=facts.is_held,
        grace=facts.grace,
    )
    return Case(facts, now, said.act, said.state)
