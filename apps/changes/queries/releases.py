"""Reads of releases: which orders one is for, and whom of them to tell."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.changes.models import Release
from apps.contracts.models import AuthorisedUser, OptOut, Order
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


def audience_of(release: Release) -> tuple[list[AuthorisedUser], list[AuthorisedUser]]:
    """Return whom to tell, and who does not want such mails: of each account an address once.

    Clause: S-10, V-3.5.
    """
    people = AuthorisedUser.objects.filter(
        order__in=covered_orders(release).order_by().values("pk"), is_active=True
    )
    wanting = set(people.wanting(OptOut.Kind.RELEASES).values_list("pk", flat=True))
    seats: dict[tuple[int, str], list[AuthorisedUser]] = {}
    for person in people.select_related("order__account").order_by("pk"):
        seats.setdefault((person.order.account_id, person.email.lower()), []).append(person)
    told: list[AuthorisedUser] = []
    spared: list[AuthorisedUser] = []
    for of_address in seats.values():
        # Who said no at one of their seats is not written to by way of another.
        found = next((person for person in of_address if person.pk not in wanting), None)
        if found is None:
            told.append(of_address[0])
        else:
            spared.append(found)
    return told, spared


def key_of(notice: int, person: AuthorisedUser) -> str:
    """Return the key of a notice's message to a person."""
    return f"release-notice:{notice}:user-{person.pk}"


def read_of(release: Release) -> Iterator[AuthorisedUser]:
    """Yield who was written to when a release was announced, and may and wants to be still.

    Clause: S-10, V-3.5.
    """
    first = release.notices.filter(amendment=None).order_by()
    notices = dict(first.values_list("account", "pk"))
    accounts = first.values("account")
    people = AuthorisedUser.objects.filter(order__account__in=accounts, is_active=True)
    people = people.wanting(OptOut.Kind.RELEASES)  # type: ignore[attr-defined]
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
