"""Whether a ticket's fault has to be determined before anything is billed.

Clause: S-4.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from apps.contracts.rules.terms import RuleTerm
from apps.tickets.rules.history import Happening, Kind, severities_of

CONTACTS = {Kind.REGISTERED, Kind.CLIENT_REPLIED}


def review_owed_since(
    history: Sequence[Happening],
    *,
    rule: RuleTerm | None,
    is_inside: Callable[[datetime], bool],
) -> datetime | None:
    """Return the first contact that both sides have to review, or None where there is none.

    It is the first time that the client turned to us outside standard hours about a ticket that
    held, or came to hold before their next word, a severity of the rule. ``is_inside`` tells
    whether an instant lies in those hours.

    Clause: S-4.
    """
    if rule is None:
        return None
    wanted = set(rule.settings["severities"])
    contact: datetime | None = None
    for happening, severity in zip(history, severities_of(history), strict=True):
        if happening.kind in CONTACTS:
            contact = None if is_inside(happening.at) else happening.at
        if contact is not None and severity in wanted:
            return contact
    return None
