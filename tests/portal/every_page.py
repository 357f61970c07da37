"""Every page of the portal and of signing in, with who reads it: from the configured addresses.

A new page is among them by itself; of one that names something else, `NAMED` says how it is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.billing.services.standing import review_standing
from apps.contracts import services as contracts
from apps.contracts.models import AuthorisedUser
from apps.contracts.services.invitations import token_of
from apps.contracts.services.service_requests import ask_service
from apps.tickets import services
from tests.factories import make_client, make_order, make_preset, make_service, make_staff
from tests.portal.sign_in_pages import (
    CLOSED,
    PATTERNS,
    give_factors,
    log_in,
    prove,
    somebody,
    where,
)
from tests.portal.test_doors import NAMED, PAGES
from tests.portal_made import make_person, signed_in
from tests.standing_made import make_debtor, on, owe
from tests.tickets.life import WHOLESALE, solve
from tests.tickets.reading import later

# What a script asks for. So it does for parts that renew themselves: these end in LIVE.
PARTS, LIVE = {"mfa_login_webauthn"}, "_live"
LATE = on(31)  # a month after what the suspended account owes was due
SUSPENDED = ["home", "tickets", "ticket_new", "services", "service_ask", "standing"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: to whom it is shown, and where it is."""

    name: str
    reader: Client
    path: str


class Unseen(Exception):
    """An address of which no page can be looked at, though it should have one."""


def portal_pages() -> Iterator[Shown]:
    """Yield the portal's pages: to somebody with all rights, and a row of everything named.

    :raises Unseen: an address has no page, and is none of an act, a file or a part.
    """
    person = make_person(order=make_order(version=make_preset(slug=WHOLESALE)))
    service = make_service()
    person.order.services.add(service)
    ask_service(
        requester=person,
        kind="CHANGE",
        service=service,
        details="Ten more channels.",
        source_key=str(uuid4()),
        at=later(),
    )
    named = {
        (name, part): NAMED[part](person)
        for name, page in PAGES.items()
        for part in page.pattern.converters
    }
    _answer_all(person)
    reader = signed_in(person)
    for name, page in PAGES.items():
        parts = {part: named[name, part] for part in page.pattern.converters}
        path = reverse(f"portal:{name}", kwargs=parts)
        answer = reader.get(path)
        if name.endswith(LIVE):
            continue
        if _is_page(answer):
            yield Shown(name, reader, path)
        elif not _is_act_or_file(answer):
            raise Unseen(name)


def _answer_all(person: AuthorisedUser) -> None:
    """Let something be said and solved on each of a person's tickets."""
    agent = make_staff()
    for ticket in person.order.tickets.all():
        said = {"ticket": ticket, "by": agent, "act_key": str(ticket.pk)}
        services.answer(text="We found it.", at=later(minutes=10), **said)
        ticket.refresh_from_db()
        solve(ticket, at=later(minutes=20), act_key=f"solve {ticket.pk}")


def suspended_pages() -> Iterator[Shown]:
    """Yield pages that say what is limited, and why."""
    profile = make_debtor(with_user=False)
    owe(profile)
    review_standing(account=profile.account, at=LATE)
    reader = signed_in(make_person(order=profile.account.orders.get()))
    for name in SUSPENDED:
        yield Shown(f"{name} suspended", reader, reverse(f"portal:{name}"))


def sign_in_pages() -> Iterator[Shown]:
    """Yield the pages of signing in: each to the first to whom it is shown.

    :raises Unseen: it is shown to nobody.
    """
    bare, whole = somebody(), somebody()
    inside = log_in(whole.email)
    prove(inside)
    parts = {"pk": give_factors(whole).pk, "token": _invitation()}
    first_time = log_in(bare.email)
    prove(first_time)
    without = make_person()
    without.user.set_unusable_password()
    without.user.save()
    readers = [Client(), log_in(whole.email), inside, first_time, signed_in(without)]
    for name in PATTERNS:
        if name in CLOSED or name in PARTS:
            continue
        path = where(name, **parts)
        reader = next((each for each in readers if _is_page(each.get(path))), None)
        if reader is None:
            raise Unseen(name)
        yield Shown(name, reader, path)


def _invitation() -> str:
    guest = make_client()
    contracts.invite(person=guest, by=None, at=timezone.now())
    guest.refresh_from_db()
    return token_of(guest)


def _is_page(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def _is_act_or_file(answer: HttpResponse) -> bool:
    is_file = answer.get("Content-Disposition", "").startswith("attachment")
    return answer.status_code == 405 or is_file
