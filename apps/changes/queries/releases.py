"""Reads of releases: which orders one is for, and whom of them to tell."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.changes.models import Release
from apps.contracts.models import AuthorisedUser, Order
from apps.outbox.bulk_json import among
from apps.outbox.models import Message
from apps.tickets.models import Ticket, VendorCase


def covered_orders(release: Release) -> QuerySet[Order]:
    """Return the orders that a release is for: in force on its day, and covering a service of it.

    An order that lists no service covers everything; a release that names none is for every order.

    Clause: S-10, V-2-order, V-3.1.
    """
    return orders_covering(release.services.values_list("pk", flat=True), on=release.released_on)


def orders_covering(services: Iterable[int], *, on: date) -> QuerySet[Order]:
    """Return the orders that are in force on a day and cover one of some services; of none: all."""
    rows = Order.objects.executed().in_term(on=on)  # type: ignore[attr-defined]
    named = list(services)
    if named:
        listed = Order.services.through.objects.filter(order=OuterRef("pk"))
        rows = rows.filter(Exists(listed.filter(service__in=named)) | ~Exists(listed))
    related = rows.select_related("account", "plan", "version")
    return related.defer("version__source").order_by("account__name", "number")


def readers_of(release: Release) -> Iterator[AuthorisedUser]:
    """Yield whom to tell: of each account an address once.

    Clause: S-10, V-3.5.
    """
    people = AuthorisedUser.objects.filter(
        order__in=covered_orders(release).order_by().values("pk"), is_active=True
    )
    told: set[tuple[int, str]] = set()
    for person in people.select_related("order").order_by("pk"):
        place = (person.order.account_id, person.email.lower())
        if place not in told:
            told.add(place)
            yield person


def key_of(notice: int, person: AuthorisedUser) -> str:
    """Return the key of a notice's message to a person."""
    return f"release-notice:{notice}:user-{person.pk}"


def read_of(release: Release) -> Iterator[AuthorisedUser]:
    """Yield who was written to when a release was announced, and may still be.

    Clause: S-10, V-3.5.
    """
    first = release.notices.filter(amendment=None).order_by()
    notices = dict(first.values_list("account", "pk"))
    accounts = first.values("account")
    people = AuthorisedUser.objects.filter(order__account__in=accounts, is_active=True)
    by_key = {
        key_of(notices[person.order.account_id], person): person
        for person in people.select_related("order").order_by("pk")
    }
    sent = Message.objects.filter(key__in=among(by_key)).order_by("pk")
    for key in sent.values_list("key", flat=True):
        yield by_key[key]


def reported_as(name: str) -> tuple[Ticket | None, VendorCase | None]:
    """Return the ticket of a number, or the vendor's case of a reference with its ticket.

    Neither: there is none, or several cases are called so.

    Clause: S-9, S-10.
    """
    ticket = Ticket.objects.numbered(name).first()  # type: ignore[attr-defined]
    if ticket is not None:
        return ticket, None
    called = Q(reference=name.strip()) & ~Q(reference="")
    cases = list(VendorCase.objects.filter(called).select_related("ticket")[:2])
    return (cases[0].ticket, cases[0]) if len(cases) == 1 else (None, None)
