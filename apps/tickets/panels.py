"""What other rooms show on a ticket's page: those rooms register their panels here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import Combinable

from apps.contracts.models import User
from apps.contracts.rules.calendar import ServiceHours
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Happening

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the page has read already, so that a panel need not ask again.

    ``has_rows``: whether the panel's ``there`` found any; ``hours`` by calendar.
    """

    has_rows: bool
    history: Sequence[Happening]
    hours: Mapping[int, ServiceHours]


@dataclass(frozen=True, slots=True)
class Panel:
    """A card beside the conversation. ``shows`` returns what its template is told as ``panel``.

    None: there is nothing to show. Who lacks the permission does not see it. ``there`` tells of a
    ticket whether rows exist that it would read: asked for all panels in one query.
    """

    template: str
    permission: str
    there: Callable[[Ticket], Combinable]
    shows: Callable[[Ticket, User, Known], Context | None]


_registered: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Offer a panel; the same template again replaces it."""
    _registered[panel.template] = panel


def offered_to(user: User) -> list[Panel]:
    """Return the panels that a person may see."""
    return [panel for panel in _registered.values() if user.has_perm(panel.permission)]


def panels_of(
    ticket: Ticket,
    user: User,
    *,
    there: Mapping[str, bool],
    history: Sequence[Happening],
    hours: Mapping[int, ServiceHours],
) -> list[tuple[str, Context]]:
    """Return the panels to show to a person: each one's template and what it is told.

    ``there`` is template -> whether rows of it exist.
    """
    shown = (
        (
            panel.template,
            panel.shows(ticket, user, Known(there[panel.template], history, hours)),
        )
        for panel in offered_to(user)
    )
    return [(template, context) for template, context in shown if context is not None]
