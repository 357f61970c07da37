"""What mails somebody wants, of those that they are not owed."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from apps.contracts.models import OptOut, User
from apps.contracts.services.orders import sign


class UnknownKind(LookupError):
    """There is no such kind of mail that can be switched off."""


@transaction.atomic
def choose_mails(*, user: User, unwanted: Collection[str], at: datetime) -> None:
    """Keep which kinds of mail somebody does not want; all others they do. The same: nothing.

    It holds for mails that are written from now on.

    Clause: none (form).

    :raises UnknownKind: one of ``unwanted`` is no OptOut.Kind, such as a mail that is owed.
    """
    unknown = sorted(set(unwanted) - set(OptOut.Kind.values))
    if unknown:
        raise UnknownKind(unknown[0])
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    there = {row.kind: row for row in OptOut.objects.filter(user=user)}
    for kind in OptOut.Kind.values:
        row = there.get(kind)
        if kind in unwanted and row is None:
            row = OptOut(user=user, kind=kind, since_at=at)
            sign(row, reason="Switched off", by=user, at=at)
            row.save()
        elif kind not in unwanted and row is not None:
            sign(row, reason="Switched on", by=user, at=at)
            row.delete()
