"""What other rooms show on a ticket's page: those rooms register their panels here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.contracts.models import User
from apps.tickets.models import Ticket

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """A card beside the conversation. ``shows`` returns what its template is told as ``panel``.

    None: there is nothing to show. Who lacks the permission does not see it.
    """

    template: str
    permission: str
    shows: Callable[[Ticket, User], Context | None]


_registered: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Offer a panel; the same template again replaces it."""
    _registered[panel.template] = panel


def panels_of(ticket: Ticket, user: User) -> list[tuple[str, Context]]:
    """Return the panels to show to a person: each one's template and what it is told."""
    shown = (
        (panel.template, panel.shows(ticket, user))
        for panel in _registered.values()
        if user.has_perm(panel.permission)
    )
    return [(template, context) for template, context in shown if context is not None]
