"""How an account stands, what that rests on, what clears it, and what comes next.

Clause: S-12, R-4, R-5, R-12.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.billing.models import BillingProfile, OpenItem, Seller
from apps.billing.queries.standing import Facts, facts_of_one
from apps.billing.queries.standings_ahead import Ahead, ahead_of
from apps.billing.rules.delinquency import Delinquency, Overdue
from apps.billing.rules.money import ZERO
from apps.billing.rules.standing_why import steps
from apps.contracts.models import Account
from apps.portal.queries.whys import Step, cited, steps_of, titles_of

SHOWN = 50  # documents
AHEAD = 30  # days


@dataclass(frozen=True, slots=True)
class Stands:
    """What the page of a standing says.

    ``documents`` are (reference or "", what is overdue), the oldest first. ``is_by_hand``: a person
    holds it, and only a person lifts it. ``pay_to`` is where to pay, as printed.
    """

    facts: Facts
    now: Delinquency | None
    clauses: Sequence[tuple[str, str]]
    steps: Sequence[Step]
    documents: Sequence[tuple[str, Overdue]]
    more: int
    ahead: Sequence[Ahead]
    pay_to: str
    seller_email: str

    @property
    def is_by_hand(self) -> bool:
        return self.facts.is_held

    @property
    def clears_amount(self) -> Decimal:
        """What has to be paid until nothing is suspended."""
        return self.now.clears_amount if self.now else ZERO

    @property
    def references(self) -> Sequence[str]:
        """The numbers to give as the reference of a payment."""
        return [reference for reference, _ in self.documents if reference]


def stands(account: Account, *, at: datetime, zone: str) -> Stands:
    """Return how an account stands. ``zone`` is the reader's.

    Clause: S-12, R-4, R-5, R-12.
    """
    facts = facts_of_one(account, at=at)
    now = facts.delinquency()
    standing, version = facts.standing, facts.governing.version_id if facts.governing else None
    titles = titles_of([version])[version]
    overdue = now.overdue[:SHOWN] if now else ()
    said = []
    # Why somebody is spared is a note of ours: the page says until when, and no more.
    if facts.ladder is not None and now is not None:
        said = steps(ladder=facts.ladder, now=now, currency=facts.currency)
    seller = _seller(account)
    return Stands(
        facts=facts,
        now=now,
        clauses=cited(standing.clause, titles) if standing else [],
        steps=steps_of(said, zone=zone, titles=titles),
        documents=_named(overdue),
        more=max(len(now.overdue) - SHOWN, 0) if now else 0,
        ahead=list(ahead_of(account, facts, days=AHEAD)),
        pay_to=seller.bank_details if seller else "",
        seller_email=seller.email if seller else "",
    )


def _named(overdue: Sequence[Overdue]) -> list[tuple[str, Overdue]]:
    """Return what is overdue with the number of its document; what is none has no page."""
    items = OpenItem.objects.filter(pk__in=[each.owed.pk for each in overdue]).order_by()
    found = dict(items.values_list("pk", "document__reference"))
    return [(found.get(each.owed.pk) or "", each) for each in overdue]


def _seller(account: Account) -> Seller | None:
    profile = (
        BillingProfile.objects.filter(account=account).select_related("series__seller").first()
    )
    return profile.series.seller if profile else None
