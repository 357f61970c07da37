"""Telling a client, in one click, how their open tickets stand."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.contracts.models import OptOut, Order, User
from apps.outbox.enqueue import enqueue
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address
from apps.tickets.queries.status_report import TOPIC, key_of, orders_to_report
from apps.tickets.services.record import Refused


@transaction.atomic
def send_status_report(*, order: Order, by: User, at: datetime, act_key: str) -> int:
    """Send the order's users who may open tickets how its open tickets stand; return how many.

    Who does not want such reports gets none.

    The mails say how it is when they are sent. The same ``act_key`` again sends nothing. Reporting
    is no work on the client's behalf by itself: no time is logged.

    Clause: V-6.1.

    :raises PermissionDenied: they are neither the order's TAM now nor a duty manager.
    :raises Refused: nobody of the client who may open tickets wants it, so nobody would be told.
    """
    rows = Order.objects.select_for_update(no_key=True, of=("self",))
    order = rows.select_related("version", "plan").get(pk=order.pk)
    if order.pk not in orders_to_report([order], by, at=at):
        raise PermissionDenied
    fact = f"{key_of(order)}{act_key}:"
    sent = Message.objects.filter(key__startswith=fact).count()
    if sent:
        return sent
    users = order.authorised_users.filter(is_active=True, may_open=True)
    wanting = users.wanting(OptOut.Kind.REPORTS).order_by("pk")  # type: ignore[attr-defined]
    people = [user for user in wanting if is_plain_address(user.email)]
    if not people:
        raise Refused(
            f"Nobody of {order} who may open tickets wants such reports, so there is nobody to send"
            " it to.",
            clause="V-6.1",
        )
    for user in people:
        enqueue(
            topic=TOPIC,
            key=f"{fact}user-{user.pk}",
            recipient=user.email,
            payload={"order_id": order.pk, "by_id": by.pk, "user_id": user.pk},
            at=at,
        )
    return len(people)
