"""Queries about what a seat's people may read: their SQL is made once for seats of one shape."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from apps.contracts.models import AuthorisedUser
from apps.outbox.compiled import Compiled
from apps.portal.queries.seats import Seat

SHAPES = 64  # that a process keeps of each query


class OfSeat:
    """A query of which only the people of a seat change, and values as ``Compiled`` takes them.

    The shape of a seat is how many orders it has, and under which of them all tickets are seen.
    ``build`` takes the people, with their keys and those of their orders, and the values by name.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self._build = build
        self._of_shape = lru_cache(SHAPES)(self._compiled)

    def values(self, seat: Seat, **values: Any) -> list[Any]:
        """Return the rows of a ``values_list``, as the fields want them."""
        return self._of_shape(_shape(seat)).values(**_keys(seat), **values)

    def objects(self, seat: Seat, **values: Any) -> list[Any]:
        """Return the rows as instances, with what came along of others."""
        return self._of_shape(_shape(seat)).objects(**_keys(seat), **values)

    def _compiled(self, shape: tuple[bool, ...]) -> Compiled:
        def build(**values: Any) -> QuerySet:
            people = [
                AuthorisedUser(
                    pk=values.pop(f"person_{place}"),
                    order_id=values.pop(f"order_{place}"),
                    sees_all_tickets=sees_all,
                )
                for place, sees_all in enumerate(shape)
            ]
            return self._build(people, **values)

        return Compiled(build)


def _shape(seat: Seat) -> tuple[bool, ...]:
    return tuple(person.sees_all_tickets for person in seat.people.values())


def _keys(seat: Seat) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, person in enumerate(seat.people.values()):
        found |= {f"person_{place}": person.pk, f"order_{place}": person.order_id}
    return found
