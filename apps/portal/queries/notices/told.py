"""The same list for programs, which may not know the portal."""

from django.conf import settings
from django.urls import reverse

from apps.contracts.models import AuthorisedUser, User
from apps.contracts.told import Told, ToldPage
from apps.portal.queries.notices.listed import Notice, page_of
from apps.portal.queries.seats import Seat


def told_to(person: AuthorisedUser, *, after: str, most: int) -> ToldPage:
    """Return a page of what the account was told, as far as a person may read it under one order.

    Clause: S-6, S-11, S-12, V-3.5, V-6.6.
    """
    seat = Seat(person.user or User(), person.order.account, {person.order_id: person}, [])
    found = page_of(seat, after=after, most=most)
    return ToldPage([_told(notice) for notice in found.notices], found.after)


def _told(notice: Notice) -> Told:
    return Told(
        name=notice.name,
        kind=notice.kind.name,
        label=str(notice.kind.label),
        heading=notice.heading,
        told_at=notice.told_at,
        sent_at=notice.sent_at,
        page=settings.BASE_URL + reverse("portal:notice", args=[notice.name]),
    )
