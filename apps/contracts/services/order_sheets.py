"""Orders of a sheet: new ones come in at once, others change as on their page, by a revision."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from simple_history.utils import bulk_create_with_history

from apps.contracts.models import Order, OrderRevision
from apps.contracts.services.order_checks import OrderRefused, overlap_words, problems_of
from apps.contracts.services.orders import amend_order, edit_draft, execute_order, today_of
from apps.contracts.services.signed_rows import AT_ONCE, Signature
from apps.contracts.sheets.plan import CHANGED, NEW, Change, Plan
from apps.contracts.sheets.resources import OrderSheet
from apps.contracts.sheets.sheet import Problem

State = Order.State
# Each is a revision of its own with its words before and after, some twenty statements.
MOST_CHANGED = 1_000


def write_orders(plan: Plan, signature: Signature) -> list[Problem]:
    """Write the orders of a plan, and return what is wrong with them.

    Clause: V-1.2, V-2-order, V-3.1.
    """
    new, changed = plan.of(NEW), plan.of(CHANGED)
    if len(changed) > MOST_CHANGED:
        row = changed[MOST_CHANGED].row
        reason = f"changes more than {MOST_CHANGED:,} orders together with the rows before it. "
        return [Problem(row, "", f"{reason}Split the file here.")]
    problems = [problem for change in [*new, *changed] for problem in _unfit(change)]
    problems += [problem for change in new for problem in _not_over(change, signature)]
    if problems:
        return problems
    _add(plan, signature)
    problems = [problem for change in changed for problem in _revised(change, signature)]
    return problems or list(_overlapping(new))


def _unfit(change: Change) -> Iterator[Problem]:
    columns = {each.field_name: name for name, each in OrderSheet.columns().items()}
    for field, reason in problems_of(_order(change)):
        yield Problem(change.row, columns.get(field, field), reason)


def _not_over(change: Change, signature: Signature) -> Iterator[Problem]:
    """Yield why an order does not come in as ended: on its last day it is still served.

    Clause: V-3.1.
    """
    order = _order(change)
    if order.state not in (State.ENDED, State.TERMINATED):
        return
    how = order.get_state_display().lower()
    if order.ends_on is None:
        yield Problem(change.row, "ends_on", f"is empty. Write on which day the order was {how}.")
    elif order.ends_on >= today_of(order, signature.at):
        reason = f"{order.ends_on} is not over, so the order is not {how} yet. "
        told = "Import it as EXECUTED, and end it on its own page."
        yield Problem(change.row, "ends_on", reason + told)


def _overlapping(new: Sequence[Change]) -> Iterator[Problem]:
    """Yield the new orders that stand beside another executed one for the same services.

    Clause: V-1.2, V-2-order.
    """
    rows = {change.instance.pk: change.row for change in new}
    accounts = {_order(change).account_id for change in new}
    account = 0
    latest: dict[int | None, Order] = {}  # service, or None for all -> who covers it longest so far
    for order in _executed(accounts):
        if order.account_id != account:
            account, latest = order.account_id, {}
        listed = [service.pk for service in order.services.all()]
        beside = [latest[key] for key in (None, *listed) if key in latest]
        for other in beside if listed else latest.values():
            row = rows.get(order.pk) or rows.get(other.pk)
            if row and order.starts_on <= _end(other):
                yield Problem(row, "", overlap_words(order, other, _shared(order, other)))
                break
        covered: list[int | None] = [*listed] or [None]
        for key in covered:
            latest[key] = max(latest.get(key, order), order, key=_end)


def _shared(order: Order, other: Order) -> str:
    """Return the services that both of two orders cover; "": all, as neither lists any."""
    ours, theirs = list(order.services.all()), list(other.services.all())
    both = [each for each in ours if each in theirs] if ours and theirs else ours or theirs
    return "; ".join(map(str, both))


def _executed(accounts: Iterable[int]) -> Iterator[Order]:
    """Yield the executed orders of these accounts, by account and first day."""
    orders = Order.objects.filter(state=State.EXECUTED).select_related("account")
    orders = orders.order_by("account", "starts_on", "pk").prefetch_related("services")
    every = sorted(accounts)
    for start in range(0, len(every), AT_ONCE):
        yield from orders.filter(account__in=every[start : start + AT_ONCE]).iterator(AT_ONCE)


def _end(order: Order) -> date:
    return order.ends_on or date.max


def _add(plan: Plan, signature: Signature) -> None:
    """Write new orders in the state that the sheet gives them: books of orders are brought over.

    Being executed, and coming to an end, is a revision here as it is on the order's page.
    """
    signed = [order for order in plan.instances(NEW) if order.state != State.DRAFT]
    for order in signed:
        order.revision += 1
    if plan.of(NEW):
        bulk_create_with_history(plan.instances(NEW), Order, **signature.of_bulk())
        _list_services(plan.of(NEW))
    OrderRevision.objects.bulk_create(
        [
            OrderRevision(
                order=order,
                number=order.revision,
                kind=OrderRevision.Kind(order.state),
                dated_on=_dated_on(order, signature.at),
                reason=signature.reason,
                at=signature.at,
                by=signature.by,
            )
            for order in signed
        ],
        batch_size=AT_ONCE,
    )


def _dated_on(order: Order, at: datetime) -> date:
    """Return the day that an order's first revision bears, as its page would have dated it."""
    if order.state == State.EXECUTED or order.ends_on is None:
        return today_of(order, at)
    return order.ends_on + timedelta(days=order.state == State.ENDED)


def _list_services(new: Sequence[Change]) -> None:
    """Write which services new orders list, and that their first history row lists them."""
    pair_of, history = Order.services.through, Order.history.model
    column = OrderSheet.columns()["services"]
    pairs = [
        pair_of(order=_order(change), service=service)
        for change in new
        for service in column.get_value(change.instance)
    ]
    pair_of.objects.bulk_create(pairs, batch_size=AT_ONCE)
    orders = sorted({pair.order_id for pair in pairs})
    for start in range(0, len(orders), AT_ONCE):
        few = orders[start : start + AT_ONCE]
        first = {row.id: row for row in history.objects.filter(id__in=few, history_type="+")}
        history.services.model.objects.bulk_create(
            history.services.model(
                history=first[pair.order_id], id=pair.pk, order=pair.order, service=pair.service
            )
            for pair in pairs
            if pair.order_id in first
        )


def _revised(change: Change, signature: Signature) -> Iterator[Problem]:
    """Change an order by the service that its page would call; yield why that refused."""
    moved = (change.before["state"], change.after["state"])
    order = _order(change)
    terms = _terms(change)
    call: dict[str, Any] = {"order": order, "by": signature.by, "at": signature.at}
    call["reason"] = signature.reason
    try:
        if moved[0] == State.DRAFT and moved[1] in (State.DRAFT, State.EXECUTED):
            if terms:
                call["order"] = edit_draft(revision=order.revision, terms=terms, **call)
            if moved[1] == State.EXECUTED:
                execute_order(revision=call["order"].revision, **call)
        elif moved[0] != moved[1]:
            raise OrderRefused(f"{order} was {moved[0]}: change its state on its own page.")
        else:
            on = today_of(order, signature.at)
            amend_order(revision=order.revision, terms=terms, dated_on=on, **call)
    except OrderRefused as refusal:
        yield Problem(change.row, "", str(refusal))


def _terms(change: Change) -> dict[str, Any]:
    """Return the terms that differ, by the names of the order's fields, without the state."""
    columns = OrderSheet.columns()
    fields = {columns[name].field_name for name, _, _ in change.differences} - {"state"}
    if "version" in fields:  # another version's rows have the same keys
        fields |= {"plan", "tam_calendar"}
    return {
        each.field_name: each.get_value(change.instance)
        for each in columns.values()
        if each.field_name in fields and not each.only_looked_up
    }


def _order(change: Change) -> Order:
    return change.instance  # type: ignore[return-value]
