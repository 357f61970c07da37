"""Lists of other rooms that stand beside the queue's views: those rooms register them here."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A list that another page shows. ``page``: its name in the admin; ``rows``: what it counts."""

    title: str
    page: str
    permission: str
    rows: Callable[[], QuerySet]


_registered: dict[str, Elsewhere] = {}


def register(view: Elsewhere) -> None:
    """Offer a list beside the queue's views; the same page again replaces it."""
    _registered[view.page] = view


def registered() -> list[Elsewhere]:
    """Return what is offered, in the order in which it came."""
    return list(_registered.values())
