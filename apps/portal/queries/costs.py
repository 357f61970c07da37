"""What is charged and on no invoice yet, and what waits before it is charged.

Clause: R-8, R-9, S-4, S-13, S-13.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from apps.billing.models import Charge, RatedEvent
from apps.billing.queries.uninvoiced import not_invoiced
from apps.billing.rules.money import ZERO, to_cents
from apps.contracts.models import Account
from apps.portal.queries.keyset import Page, page_of
from apps.portal.queries.whys import Step, steps_of, titles_of

HELD = 50  # shown


@dataclass(frozen=True, slots=True)
class ChargeShown:
    """A charge with why; ``net_amount`` is what of it will be invoiced, before tax."""

    charge: Charge
    net_amount: Decimal
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class HeldShown:
    """Work that is not charged yet, with why it waits."""

    event: RatedEvent
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Costs:
    """A page of charges, the sum of all of them by currency, and what waits."""

    page: Page
    charges: Sequence[ChargeShown]
    sums: Sequence[tuple[str, Decimal]]
    held: Sequence[HeldShown]
    more_held: bool


def costs_of(account: Account, *, after: str, zone: str) -> Costs:
    """Return what the page of charges says. ``zone`` is the reader's.

    Clause: R-8, R-9.
    """
    rows = not_invoiced(account)
    page = page_of(rows.select_related("event"), by="incurred_on", after=after)
    waiting = RatedEvent.objects.filter(account=account).exclude(held_for="")
    held = list(waiting.order_by("-rated_at", "-pk")[: HELD + 1])
    events = [charge.event for charge in page.rows] + held
    titles = titles_of([event.version_id for event in events])
    return Costs(
        page=page,
        charges=[
            ChargeShown(
                charge,
                charge.amount - charge.waived_amount,
                steps_of(charge.explanation, zone=zone, titles=titles[charge.event.version_id]),
            )
            for charge in page.rows
        ],
        sums=_sums(rows),
        held=[
            HeldShown(
                event, steps_of(event.explanation, zone=zone, titles=titles[event.version_id])
            )
            for event in held[:HELD]
        ],
        more_held=len(held) > HELD,
    )


def _sums(rows: QuerySet[Charge]) -> list[tuple[str, Decimal]]:
    by_currency = rows.order_by("currency").values_list("currency")
    found = by_currency.annotate(total=Sum(F("amount") - F("waived_amount")))
    return [(currency, to_cents(total or ZERO)) for currency, total in found]
