"""An order's life up to its end: drafted, executed, amended.

A draft is edited freely. The terms of an executed order change only by an amendment, with its
date and its reason. An amendment counts from the moment at which it is entered, for new tickets and
for the TAM's time; open tickets keep what they were registered under.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Model

from apps.contracts.models import Account, AgreedTarget, Order, OrderRevision, Service, User
from apps.contracts.services.order_checks import (
    OrderRefused,
    agreed_problems,
    day_over,
    overlap_problem,
    problems_of,
)
from apps.contracts.services.order_fees import keep_fee
from apps.contracts.services.order_revisions import (
    TERMS,
    ChangedMeanwhile,
    keep_revision,
    revisions_since,
    take_revision,
    words_of,
)

State, Kind = Order.State, OrderRevision.Kind
AMENDED = tuple(term for term in TERMS if term not in ("account", "number", "starts_on"))


def today_of(order: Order, at: datetime) -> date:
    """Return the day of an instant in the zone of the order's policy, where terms are counted."""
    return at.astimezone(ZoneInfo(order.version.time_zone)).date()


@transaction.atomic
def edit_draft(
    *,
    order: Order,
    revision: int,
    terms: Mapping[str, Any],
    by: User,
    at: datetime,
    reason: str = "",
    agreed: Sequence[AgreedTarget] = (),
    withdrawn: Sequence[AgreedTarget] = (),
) -> Order:
    """Change a draft. ``revision`` is the one that was read; what stays the same writes nothing.

    ``terms`` maps names of TERMS to values. ``agreed`` are targets to write, ``withdrawn`` to drop.

    Clause: V-2-order.

    :raises ChangedMeanwhile: somebody was faster.
    :raises OrderRefused: it is no draft, or the terms make no sense.
    """
    order = lock(order)
    if order.state != State.DRAFT:
        raise OrderRefused(f"{order} is no draft any more: its terms change by an amendment.")
    call: dict[str, Any] = {
        "terms": terms,
        "agreed": agreed,
        "withdrawn": withdrawn,
        "reason": reason,
    }
    return _change(
        order, revision, Kind.DRAFTED, dated_on=today_of(order, at), by=by, at=at, **call
    )


@transaction.atomic
def amend_order(
    *,
    order: Order,
    revision: int,
    terms: Mapping[str, Any],
    dated_on: date,
    reason: str,
    by: User,
    at: datetime,
    agreed: Sequence[AgreedTarget] = (),
    withdrawn: Sequence[AgreedTarget] = (),
) -> Order:
    """Amend an executed order. It counts from now on, for new tickets and for the TAM's time.

    ``dated_on`` is the date that the amendment bears; ``revision`` the one that was read. It may be
    today's or an earlier one, as papers are signed before they are entered. A later one would look
    as if the amendment waited for it; one before the order's first day amends what was not there.
    An order that has not begun is amended with today's date.

    Clause: V-2-order, V-6.3 (an upgrade raises the TAM's limit at once), R-14.

    :raises ChangedMeanwhile: somebody was faster.
    :raises OrderRefused: the order is not executed, the date lies ahead or before its first day,
        its new last day is over, nobody says why, the terms make no sense, or another executed
        order covers the same services.
    """
    order = lock(order)
    refusal = amendment_problem(order, terms=terms, dated_on=dated_on, reason=reason, at=at)
    if refusal:
        raise OrderRefused(refusal)
    call: dict[str, Any] = {
        "terms": terms,
        "agreed": agreed,
        "withdrawn": withdrawn,
        "reason": reason,
    }
    before = order.revision
    order = _change(order, revision, Kind.AMENDED, dated_on=dated_on, by=by, at=at, **call)
    if order.revision != before:
        keep_fee(order, from_on=dated_on, at=at)
    return order


def amendment_problem(
    order: Order, *, terms: Mapping[str, Any], dated_on: date, reason: str, at: datetime
) -> str:
    """Return why a locked order cannot be amended so; "": it can."""
    today = today_of(order, at)
    if order.state != State.EXECUTED:
        return over_words(order)
    unknown = ", ".join(sorted(set(terms) - set(AMENDED)))
    if unknown:
        return f"An amendment does not change {unknown}. Make a new order."
    if not reason.strip():
        return "Say why the order is amended: the history keeps it."
    return _date_problem(order, terms.get("ends_on", order.ends_on), dated_on, today)


def over_words(order: Order) -> str:
    """Return why an order that is not executed is not amended."""
    return f"{order} is {order.get_state_display().lower()}: only an executed order is amended."


def _date_problem(order: Order, ends_on: date | None, dated_on: date, today: date) -> str:
    if dated_on > today:
        return f"An amendment counts at once: enter it on {dated_on}, not before."
    if dated_on < min(order.starts_on, today):
        return f"{order} begins on {order.starts_on}: an amendment cannot be dated before that."
    if ends_on and ends_on != order.ends_on and order.starts_on <= ends_on < today:
        return day_over(today)
    return ""


@transaction.atomic
def execute_order(
    *, order: Order, revision: int, by: User, at: datetime, reason: str = ""
) -> Order:
    """Execute a draft: from its first day on, support is owed under it.

    ``revision`` is the one whose terms were looked at.

    Clause: V-1.2, V-3.1.

    :raises ChangedMeanwhile: somebody has changed the draft since.
    :raises OrderRefused: it is no draft, its terms make no sense, or another executed order of the
        account covers the same services at the same time.
    """
    order = lock(order)
    if order.state != State.DRAFT:
        raise OrderRefused(f"{order} is {order.get_state_display().lower()} already.")
    if order.revision != revision:
        raise ChangedMeanwhile(order, revisions_since(order, revision))
    before = words_of(order)
    order.state = State.EXECUTED
    _check(order, order.services.all())
    day = today_of(order, at)
    order = keep(order, Kind.EXECUTED, before, dated_on=day, reason=reason, by=by, at=at)
    keep_fee(order, from_on=order.starts_on, at=at)
    return order


def lock(order: Order) -> Order:
    """Return the order as it is now, held with its account until the transaction ends.

    The account is what two orders share, so that of two that would overlap one sees the other.
    """
    Account.objects.select_for_update().get(orders=order)
    held = Order.objects.select_for_update(of=("self",))
    return held.select_related("account", "version__policy", "plan", "tam_calendar").get(
        pk=order.pk
    )


def _change(
    order: Order,
    revision: int,
    kind: str,
    *,
    terms: Mapping[str, Any],
    agreed: Sequence[AgreedTarget],
    withdrawn: Sequence[AgreedTarget],
    dated_on: date,
    reason: str,
    by: User,
    at: datetime,
) -> Order:
    """Write the terms of a locked order, unless somebody else has changed them since."""
    if order.revision != revision:
        raise ChangedMeanwhile(order, revisions_since(order, revision))
    before = words_of(order)
    for name, value in terms.items():
        if name != "services":
            setattr(order, name, value)
    services = list(terms.get("services", order.services.all()))
    _check(order, services)
    sign(order, reason=reason, by=by, at=at)
    if set(services) != set(order.services.all()):
        order.services.set(services)
    _write_agreed(order, agreed, withdrawn, reason=reason, by=by, at=at)
    if words_of(order) == before:
        return order
    return keep(order, kind, before, dated_on=dated_on, reason=reason, by=by, at=at)


def _check(order: Order, services: Iterable[Service]) -> None:
    problems = [text for _, text in problems_of(order)]
    if not problems and order.state == State.EXECUTED:
        problems = [text for text in [overlap_problem(order, services)] if text]
    if problems:
        raise OrderRefused(" ".join(problems))


def _write_agreed(
    order: Order,
    agreed: Sequence[AgreedTarget],
    withdrawn: Sequence[AgreedTarget],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    for row in [*withdrawn, *agreed]:
        row.order = order
        sign(row, reason=reason, by=by, at=at)
    for row in withdrawn:
        row.delete()
    written = {row.pk for row in agreed}
    there = order.agreed_targets.select_related("severity", "calendar")
    together = [*agreed, *(row for row in there if row.pk not in written)]
    problems = [text for _, (_, text) in agreed_problems(together, version=order.version)]
    if problems:
        raise OrderRefused(" ".join(problems))
    for row in agreed:
        row.save()


def keep(
    order: Order,
    kind: str,
    before: Mapping[str, str],
    *,
    dated_on: date,
    reason: str,
    by: User | None,
    at: datetime,
) -> Order:
    """Write a locked order whose state or terms were changed, as its next revision."""
    take_revision(order)
    sign(order, reason=reason, by=by, at=at)
    order.save()
    keep_revision(order, kind=kind, before=before, dated_on=dated_on, reason=reason, by=by, at=at)
    return order


def sign(row: Model, *, reason: str, by: User | None, at: datetime) -> None:
    """Say who changes a row, when and why, for the history row of its next save."""
    for name, value in [
        ("change_reason", reason[:100] or None),
        ("history_user", by),
        ("history_date", at),
    ]:
        setattr(row, f"_{name}", value)
