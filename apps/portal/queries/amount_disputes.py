"""Disputes of amounts as the client sees them: what each step said, and what it means meanwhile.

Clause: S-12, R-5.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from apps.billing.models import BillingDispute, BillingDisputeStep, Document, Line, OpenItem
from apps.billing.queries.disputable import disputable_of
from apps.billing.queries.governing import governing
from apps.contracts.models import Account

RELATED = ("line", "document__item", "raised_by", "credit_note")
BULKY = ("document__parties", "document__terms", "credit_note__parties", "credit_note__terms")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a dispute does to what is overdue: ``excludes`` is "raised", "bona_fide" or "".

    "": all amounts count as overdue, disputed or not. ``limits`` False: the policy suspends nothing
    for what is overdue. ``clause`` is what it rests on.
    """

    limits: bool
    excludes: str
    clause: str


@dataclass(frozen=True, slots=True)
class DisputeShown:
    """A dispute with its steps, and what is open of its invoice."""

    dispute: BillingDispute
    item: OpenItem | None
    steps: Sequence[BillingDisputeStep]
    is_open: bool


def disputes_of(account: Account) -> QuerySet[BillingDispute]:
    """Return the account's disputes with what they are of."""
    return BillingDispute.objects.filter(account=account).select_related(*RELATED).defer(*BULKY)


def dispute_at(key: int, *, accounts: Collection[Account]) -> BillingDispute | None:
    """Return a dispute, if it is one of these accounts'."""
    rows = BillingDispute.objects.filter(pk=key, account__in=accounts)
    return rows.select_related("account", *RELATED).defer(*BULKY).first()


def shown(dispute: BillingDispute) -> DisputeShown:
    """Return what the page of a dispute says.

    Clause: S-12, R-5.
    """
    return DisputeShown(
        dispute=dispute,
        item=getattr(dispute.document, "item", None),
        steps=list(dispute.steps.select_related("client").order_by("number")),
        is_open=dispute.state in BillingDispute.OPEN,
    )


def line_at(key: int, *, accounts: Collection[Account]) -> Line | None:
    """Return a line of a final invoice, if it is one of these accounts'."""
    rows = Line.objects.filter(
        pk=key,
        document__account__in=accounts,
        document__kind=Document.Kind.INVOICE,
        document__state=Document.State.FINAL,
    )
    return rows.select_related("document__account", "document__item").first()


def left_of(line: Line) -> Decimal:
    """Return how much of a line can be disputed, before tax."""
    return disputable_of([line])[line.pk]


def meaning_for(account: Account, *, at: datetime) -> Meaning:
    """Return what a dispute means by the policy that governs the account.

    Clause: S-12, R-5.
    """
    found = governing(accounts=[account.pk], at=at).get(account.pk)
    ladder = found.ladder if found else None
    return Meaning(True, ladder.excludes, ladder.clause) if ladder else Meaning(False, "", "")
