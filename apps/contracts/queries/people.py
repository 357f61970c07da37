"""The people of an order, and what was last changed of them."""

from apps.contracts.models import AuthorisedUser


def edition_of(person: AuthorisedUser) -> int:
    """Return what names the state that a person's row is in; 0: it was never changed.

    Clause: none (form).
    """
    rows = AuthorisedUser.history.filter(id=person.pk).order_by("-history_id")
    return rows.values_list("history_id", flat=True).first() or 0
