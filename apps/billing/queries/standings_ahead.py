"""What changes in the next days, if nothing is paid, disputed or agreed meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min, Q

from apps.billing.models import Exemption, OpenItem
from apps.billing.queries.governing import ladders_of
from apps.billing.queries.standing import Facts, facts_of
from apps.billing.rules.delinquency import Delinquency, before, on_day
from apps.billing.rules.verdict import Act, verdict
from apps.contracts.models import Account, Order

AHEAD = 7  # days
MOST = 200  # accounts that are looked at for one page


@dataclass(frozen=True, slots=True)
class Ahead:
    """An account that stands otherwise from a day on; ``is_proposed``: once finance confirms it."""

    account: Account
    on: date
    from_state: str
    to_state: str
    is_proposed: bool
    now: Delinquency
    currency: str


def changes_ahead(
    *, at: datetime, days: int = AHEAD, page: int = 1
) -> tuple[Sequence[Ahead], bool]:
    """Return what changes within so many days, soonest first, and whether there is another page.

    A page is of so many accounts: those whose exemption ends come first, then those with the
    oldest documents.

    Clause: S-12, R-4, R-12.
    """
    start = (page - 1) * MOST
    accounts = _accounts(at, days, start, start + MOST + 1)
    accounts, has_more = accounts[:MOST], len(accounts) > MOST
    names = Account.objects.in_bulk(accounts)
    found = [
        each
        for account, facts in facts_of(accounts=accounts, at=at).items()
        for each in ahead_of(names[account], facts, days=days)
    ]
    return sorted(found, key=lambda each: (each.on, each.account.name)), has_more


def ahead_of(account: Account, facts: Facts, *, days: int = AHEAD) -> Iterator[Ahead]:
    """Yield what changes for one account within so many days.

    Clause: S-12, R-4, R-12.
    """
    ladder = facts.ladder
    if ladder is None or facts.is_held:
        return
    past, state = before(ladder, facts.owed, facts.changes, on=facts.on), facts.state
    # From today on: what midnight brought may wait for the review of this hour.
    for ahead in range(days + 1):
        on = facts.on + timedelta(days=ahead)
        now = on_day(ladder, facts.owed, past, on)
        row = facts.exemption
        spared = facts.grace if row is not None and row.until_on >= on else None
        said = verdict(ladder=ladder, now=now, state=state, is_held=False, grace=spared)
        if said.act != Act.STAYS:
            is_proposed = said.act == Act.PROPOSES
            yield Ahead(account, on, state, said.state, is_proposed, now, facts.currency)
            state = said.state


def _accounts(at: datetime, days: int, start: int, end: int) -> list[int]:
    """Return a slice of the accounts of which a document may come to a rung, or a grace ends."""
    today, reach = at.date(), Q()
    pairs = Order.objects.exclude(state=Order.State.DRAFT).order_by().values_list("version")
    plans = {(version, plan) for version, plan in pairs.annotate(plan=Min("plan"))}
    rungs = {
        rung.first_day for ladder in ladders_of(plans).values() if ladder for rung in ladder.rungs
    }
    for first in rungs:
        # A day more on both sides: the policy's zone may be a day before or after.
        reach |= Q(
            due_on__gte=today - timedelta(days=first),
            due_on__lte=today + timedelta(days=days + 1 - first),
        )
    ending = Exemption.objects.filter(
        status=Exemption.Status.IN_FORCE, until_on__lte=today + timedelta(days=days)
    )
    # Each is made by hand, and an account has one in force: these are few.
    spared = list(ending.order_by("until_on", "pk").values_list("account", flat=True))
    if not rungs or end <= len(spared):
        return spared[start:end]
    items = OpenItem.objects.filter(side=OpenItem.Side.DEBIT, open_amount__gt=0).filter(reach)
    items = items.exclude(account__in=ending.order_by().values("account"))
    due = items.order_by().values("account").annotate(first=Min("due_on"))
    owing = due.order_by("first", "account").values_list("account", flat=True)
    return [*spared[start:], *owing[max(start - len(spared), 0) : end - len(spared)]]
