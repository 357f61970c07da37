"""What an account's orders cover, and what was asked to be changed of it.

Clause: V-2-order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects

from apps.contracts.models import Order, Service, ServiceRequest
from apps.portal.queries.seats import Seat

ASKED = 25  # requests on a page


@dataclass(frozen=True, slots=True)
class Covered:
    """An order and the services that it lists; none: it covers everything."""

    order: Order
    services: Sequence[Service]
    may_ask: bool


def covered_by(seat: Seat) -> list[Covered]:
    """Return what each order of the seat covers, the newest order first.

    Clause: V-2-order.
    """
    orders = seat.orders
    prefetch_related_objects(orders, "services")
    return [
        Covered(order, list(order.services.all()), seat.may_under("open", order.pk))
        for order in orders
    ]


def requests_of(seat: Seat, *, before: int) -> tuple[Sequence[ServiceRequest], int]:
    """Return a page of requests under the seat's orders, the latest first, and where it goes on.

    ``before`` is what the page before gave; 0: the first page. It goes on at 0: this was the last.

    Clause: V-2-order.
    """
    rows: QuerySet[ServiceRequest] = ServiceRequest.objects.filter(order__in=list(seat.people))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("order", "service", "requester").order_by("-pk")[: ASKED + 1])
    return found[:ASKED], found[ASKED - 1].pk if len(found) > ASKED else 0
