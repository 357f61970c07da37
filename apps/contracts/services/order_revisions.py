"""What changed in an order, by whom and why: one row for each change of its terms or state."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import F

from apps.contracts.models import AgreedTarget, Order, OrderRevision, User
from apps.contracts.services.order_checks import OrderRefused

# What an order agrees, in the order in which people read it.
TERMS = (
    "account",
    "number",
    "version",
    "plan",
    "starts_on",
    "ends_on",
    "time_zone",
    "services",
    "fee_amount",
    "fee_period",
    "tam_minutes_per_month",
    "tam_calendar",
    "needs_second_factor",
)
AGREED = "agreed_targets"
LABELS = {
    "version": "Policy",
    "starts_on": "First day",
    "ends_on": "Last day",
    "fee_amount": "Fee",
    "fee_period": "Fee period",
    "tam_minutes_per_month": "TAM minutes a month",
    "tam_calendar": "TAM calendar",
    "needs_second_factor": "Portal asks for a second factor",
    AGREED: "Agreed targets",
}
EMPTY = "–"


class ChangedMeanwhile(OrderRefused):
    """Somebody changed the order since it was read. The message says who, and what."""

    def __init__(self, order: Order, revisions: list[OrderRevision]) -> None:
        super().__init__(" ".join(map(_told, revisions)) or f"{order} has changed meanwhile.")
        self.revisions = revisions


def word(field: str, value: Any) -> str:
    """Return a term's value as people read it; what is not set is a dash."""
    if value is None or value == "":
        return EMPTY
    if field == "fee_amount":
        return f"{value:.2f}"
    if field == "fee_period":
        return Order.Period(value).label
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(sorted(map(str, value))) or EMPTY
    return str(value)


def label(field: str) -> str:
    """Return how people call a term."""
    return LABELS.get(field) or field.replace("_", " ").capitalize()


def words_of(order: Order) -> dict[str, str]:
    """Return term -> its value in words, the agreed targets among them, as they are stored."""
    found = {field: word(field, getattr(order, field)) for field in TERMS if field != "services"}
    found["services"] = word("services", list(order.services.all()))
    rows = AgreedTarget.objects.filter(order=order).select_related("severity", "calendar")
    found[AGREED] = word(AGREED, [_agreed(row) for row in rows])
    return found


def _agreed(row: AgreedTarget) -> str:
    hours = f"{row.duration.total_seconds() / 3600:.7g}"
    return f"{row.severity} {row.get_kind_display().lower()} {hours} h of “{row.calendar}”"


def revisions_since(order: Order, revision: int) -> list[OrderRevision]:
    """Return what was changed after that revision, oldest first."""
    rows = OrderRevision.objects.filter(order=order, number__gt=revision)
    return list(rows.select_related("by").order_by("number"))


def take_revision(order: Order) -> None:
    """Make the next revision ours.

    :raises ChangedMeanwhile: the order is at another revision by now.
    """
    here = Order.objects.filter(pk=order.pk, revision=order.revision)
    if not here.update(revision=F("revision") + 1):
        raise ChangedMeanwhile(order, revisions_since(order, order.revision))
    order.revision += 1


def keep_revision(
    order: Order,
    *,
    kind: str,
    before: Mapping[str, str],
    dated_on: date,
    reason: str,
    by: User | None,
    at: datetime,
) -> OrderRevision:
    """Write down what the revision that was taken changed, compared with the words before it."""
    after = words_of(order)
    changes = [
        {"field": field, "label": label(field), "before": before[field], "after": text}
        for field, text in after.items()
        if text != before[field]
    ]
    return OrderRevision.objects.create(
        order=order,
        number=order.revision,
        kind=kind,
        dated_on=dated_on,
        reason=reason,
        changes=changes,
        at=at,
        by=by,
    )


def _told(revision: OrderRevision) -> str:
    who = (revision.by.get_full_name() or str(revision.by)) if revision.by else "Somebody"
    what = "; ".join(
        f"{change['label']} from {change['before']} to {change['after']}"
        for change in revision.changes
    )
    done = revision.get_kind_display().lower()
    when = f"{revision.at:%Y-%m-%d %H:%M} UTC"
    return f"{who}, {when}: {done}{', ' + what if what else ''}."
