"""The people of an order: what was last changed of them, and what they want to hear."""

from apps.contracts.models import AuthorisedUser


def edition_of(person: AuthorisedUser) -> int:
    """Return what names the state that a person's row is in; 0: it was never changed.

    Clause: none (form).
    """
    rows = AuthorisedUser.history.filter(id=person.pk).order_by("-history_id")
    return rows.values_list("history_id", flat=True).first() or 0


def wants(person: AuthorisedUser, kind: str) -> bool:
    """Tell whether a person wants that kind of mail, one of OptOut.Kind.

    Clause: none (form).
    """
    return AuthorisedUser.objects.filter(pk=person.pk).wanting(kind).exists()
