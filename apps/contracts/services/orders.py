"""An order's life: drafted, executed, amended, ended or terminated.

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
    overlap_problem,
    problems_of,
)
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

    ``dated_on`` is the date that the amendment bears; ``revision`` the one that was read.

    Clause: V-2-order, V-6.3 (an upgrade raises the TAM's limit at once), R-14.

    :raises ChangedMeanwhile: somebody was faster.
    :raises OrderRefused: the order is not executed, the date lies ahead, nobody says why, the
        terms make no sense, or another executed order covers the same services.
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
    return _change(order, revision, Kind.AMENDED, dated_on=dated_on, by=by, at=at, **call)


def amendment_problem(
    order: Order, *, terms: Mapping[str, Any], dated_on: date, reason: str, at: datetime
) -> str:
    """Return why a locked order cannot be amended so; "": it can."""
    today = today_of(order, at)
    if order.state != State.EXECUTED:
        return f"{order} is {order.get_state_display().lower()}: only an executed order is amended."
    unknown = ", ".join(sorted(set(terms) - set(AMENDED)))
    if unknown:
        return f"An amendment does not change {unknown}. Make a new order."
    if dated_on > today:
        return f"An amendment counts at once: enter it on {dated_on}, not before."
    if not reason.strip():
        return "Say why the order is amended: the history keeps it."
    return ""


@transaction.atomic
def execute_order(*, order: Order, by: User, at: datetime, reason: str = "") -> Order:
    """Execute a draft: from its first day on, support is owed under it.

    Clause: V-1.2, V-3.1.

    :raises OrderRefused: it is no draft, its terms make no sense, or another executed order of the
        account covers the same services at the same time.
    """
    order = lock(order)
    if order.state != State.DRAFT:
        raise OrderRefused(f"{order} is {order.get_state_display().lower()} already.")
    before = words_of(order)
    order.state = State.EXECUTED
    _check(order, order.services.all())
    day = today_of(order, at)
    return _keep(order, Kind.EXECUTED, before, dated_on=day, reason=reason, by=by, at=at)


@transaction.atomic
def end_order(*, order: Order, ends_on: date, reason: str, by: User, at: datetime) -> Order:
    """Let an executed order run out on a last day, which it still serves.

    Once that day is over the order is ended; while it lies ahead, or is today, the order stays
    executed, and its term ends by itself.

    Clause: V-3.1.

    :raises OrderRefused: the order is not executed, nobody says why, or the day does not fit its
        term.
    """
    order = lock(order)
    _refuse_unless_executed(order, reason)
    if ends_on < order.starts_on:
        raise OrderRefused(f"The last day lies before the first, {order.starts_on}.")
    if order.ends_on and ends_on > order.ends_on:
        raise OrderRefused(f"Its term ends on {order.ends_on} already. To prolong it, amend it.")
    before = words_of(order)
    day = today_of(order, at)
    order.ends_on = ends_on
    if ends_on < day:
        order.state = State.ENDED
    return _keep(order, Kind.ENDED, before, dated_on=ends_on, reason=reason, by=by, at=at)


@transaction.atomic
def terminate_order(*, order: Order, reason: str, by: User, at: datetime) -> Order:
    """Terminate an executed order at once: from now on nothing is owed for new requests.

    Clause: V-1.2, V-3.1.

    :raises OrderRefused: the order is not executed, or nobody says why.
    """
    order = lock(order)
    _refuse_unless_executed(order, reason)
    before = words_of(order)
    day = today_of(order, at)
    order.state = State.TERMINATED
    if order.starts_on <= day and (order.ends_on is None or order.ends_on > day):
        order.ends_on = day
    return _keep(order, Kind.TERMINATED, before, dated_on=day, reason=reason, by=by, at=at)


def lock(order: Order) -> Order:
    """Return the order as it is now, held with its account until the transaction ends.

    The account is what two orders share, so that of two that would overlap one sees the other.
    """
    Account.objects.select_for_update().get(orders=order)
    held = Order.objects.select_for_update(of=("self",))
    return held.select_related("account", "version__policy", "plan", "tam_calendar").get(
        pk=order.pk
    )


def _refuse_unless_executed(order: Order, reason: str) -> None:
    if order.state != State.EXECUTED:
        raise OrderRefused(f"{order} is {order.get_state_display().lower()}, not executed.")
    if not reason.strip():
        raise OrderRefused("Say why: the history keeps it.")


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
    return _keep(order, kind, before, dated_on=dated_on, reason=reason, by=by, at=at)


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


def _keep(
    order: Order,
    kind: str,
    before: Mapping[str, str],
    *,
    dated_on: date,
    reason: str,
    by: User,
    at: datetime,
) -> Order:
    take_revision(order)
    sign(order, reason=reason, by=by, at=at)
    order.save()
    keep_revision(order, kind=kind, before=before, dated_on=dated_on, reason=reason, by=by, at=at)
    return order


def sign(row: Model, *, reason: str, by: User, at: datetime) -> None:
    """Say who changes a row, when and why, for the history row of its next save."""
    for name, value in [
        ("change_reason", reason[:100] or None),
        ("history_user", by),
        ("history_date", at),
    ]:
        setattr(row, f"_{name}", value)
