"""Keeping what an order costs from which day on, for whoever bills it."""

from datetime import date, datetime

from apps.contracts.models import Account, Order, OrderFee, OrderMark


def keep_fee(order: Order, *, from_on: date, at: datetime) -> None:
    """Write down an order's fee as it is now, from a day on, if it is another than before.

    A day before the order's first is its first day. It is part of the caller's transaction, in
    which the revision was taken.

    Clause: V-3.4.6, V-2-order.
    """
    mark_order(order, at=at)
    latest = OrderFee.objects.filter(order=order).order_by("-pk").first()
    now = (order.fee_amount, order.fee_period, order.version_id)
    was = (latest.amount, latest.period, latest.version_id) if latest else (None, "", None)
    if was == now or (latest is None and order.fee_amount is None):
        return
    OrderFee.objects.create(
        order=order,
        from_on=max(from_on, order.starts_on),
        amount=order.fee_amount,
        period=order.fee_period,
        version=order.version,
        revision=order.revision,
        at=at,
    )


def drop_fee(order: Order, *, at: datetime) -> None:
    """Write down that an order costs nothing after all: it ended before it began.

    Clause: V-3.4.6, V-3.1.
    """
    if OrderFee.objects.filter(order=order).exists():
        OrderFee.objects.create(
            order=order,
            from_on=order.starts_on,
            amount=None,
            period="",
            version=order.version,
            revision=order.revision,
            at=at,
        )


def mark_order(order: Order, *, at: datetime) -> None:
    """Say that an order's terms changed, for whoever bills it. Clause: V-3.4.6."""
    OrderMark.objects.create(order_id=order.pk, kind=OrderMark.Kind.TERMS, at=at)


def mark_account(account: Account, *, at: datetime, with_work: bool = False) -> None:
    """Say that how an account is billed changed, for whoever bills its orders.

    ``with_work``: not their plan fees only, but all work under them.

    Clause: V-3.4.6, R-8.
    """
    kinds = [OrderMark.Kind.TERMS, *([OrderMark.Kind.HOURS] if with_work else [])]
    for order in Order.objects.filter(account=account).exclude(state=Order.State.DRAFT):
        for kind in kinds:
            OrderMark.objects.create(order=order, kind=kind, at=at)


def mark_install(order: Order, *, at: datetime) -> None:
    """Say that an install's appointment changed, for whoever bills it. Clause: S-2.1."""
    OrderMark.objects.create(order_id=order.pk, kind=OrderMark.Kind.APPOINTMENT, at=at)


def mark_hours(version_id: int, *, at: datetime) -> None:
    """Say that hours of a policy changed, for whoever bills the orders under it. Clause: S-2."""
    orders = Order.objects.filter(version=version_id).exclude(state=Order.State.DRAFT)
    kind = OrderMark.Kind.HOURS
    OrderMark.objects.bulk_create(
        (OrderMark(order_id=pk, kind=kind, at=at) for pk in orders.values_list("pk", flat=True)),
        batch_size=1000,
    )
