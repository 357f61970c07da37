"""Every page of the portal, as everybody who must not see it. A new page is covered by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter

from apps.changes.models import GapVersion
from apps.contracts.models import AuthorisedUser
from apps.contracts.services.webhook_news import News, announce
from apps.escalation.models import ReportCopy
from apps.outbox.models import Message
from apps.portal.queries.seats import RIGHTS
from tests.api_made import make_token
from tests.appointments_made import make_appointment
from tests.escalation.outages import issued, make_incident
from tests.factories import MORNING, make_ticket
from tests.gap_made import opened_for, sent
from tests.hooks_made import make_endpoint
from tests.portal_made import disputed, file_of, invoiced, make_person, signed_in

PAGES = {pattern.name: pattern for pattern in get_resolver("apps.portal.urls").url_patterns}
NOT_THERE, SIGN_IN = 404, 302

# What an address names, by the name of its part: a row of the person's own account. Whoever adds
# a page that names something else, adds here how a row of it is made.
NAMED: dict[str, Callable[[AuthorisedUser], Any]] = {
    "reference": lambda person: invoiced(person).reference,
    "line": lambda person: invoiced(person).lines.get().pk,
    "dispute": lambda person: disputed(person).pk,
    "ticket": lambda person: make_ticket(requester=person).pk,
    "incident": lambda person: make_incident(ticket=make_ticket(requester=person)).pk,
    "report": lambda person: report_to(person).pk,
    "notice": lambda person: f"report-{report_to(person).pk}",
    "file": lambda person: file_of(person).pk,
    "appointment": lambda person: make_appointment(requester=person, kind="INSTALL").pk,
    "person": lambda person: person.pk,
    "gap": lambda person: gap_sent_to(person).analysis_id,
    "version": lambda person: 1,
    "token": lambda person: make_token(person=person)[0].pk,
    "webhook": lambda person: make_endpoint(account=person.order.account).pk,
    "event": lambda person: event_of(person).pk,
}


def report_to(person: AuthorisedUser) -> ReportCopy:
    report = issued(make_incident(ticket=make_ticket(requester=person)))
    return report.copies.get(account=person.order.account)


def event_of(person: AuthorisedUser) -> Message:
    account = person.order.account
    make_endpoint(account=account)
    news = News(account.pk, "ticket.closed", "made", MORNING, {})
    announce([news], at=MORNING)
    return Message.objects.via("HOOK").latest("pk")


def gap_sent_to(person: AuthorisedUser) -> GapVersion:
    """Send the person's order an analysis, whatever its plan promises."""
    row = opened_for(person.order)
    return sent(row)


@pytest.fixture
def address(db: None) -> Callable[[str, AuthorisedUser], str]:
    def made(name: str, person: AuthorisedUser) -> str:
        parts = PAGES[name].pattern.converters
        return reverse(f"portal:{name}", kwargs={part: NAMED[part](person) for part in parts})

    return made


def needs_of(pattern: URLPattern) -> str:
    """Return the right that a page needs; a view that is no page of the portal has none to tell."""
    return pattern.callback.portal_needs


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_needs_and_a_test_can_name_what_it_shows(name: str) -> None:
    parts = set(PAGES[name].pattern.converters)

    assert (needs_of(PAGES[name]) in {"", *RIGHTS}, parts - set(NAMED)) == (True, set())


@pytest.mark.one_engine  # the door is one, and what it asks is asked on each engine elsewhere
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.clause("V-3.5")
def test_a_page_shows_nothing_to_whoever_must_not_see_it(name: str, address: Any) -> None:
    owner = make_person()
    where = address(name, owner)
    ended = make_person(order=owner.order)
    ended.is_active = False
    ended.save()
    shut_out = {
        "of another account": signed_in(make_person()),
        "ended": signed_in(ended),
        "signed out": Client(),
    }
    needs = needs_of(PAGES[name])
    if needs:
        without = make_person(order=owner.order, **{RIGHTS[needs]: False})
        shut_out["without the right"] = signed_in(without)

    answers = {who: _answered(client, where) for who, client in shut_out.items()}

    expected = dict.fromkeys(shut_out, "not found") | {"signed out": "to sign in"}
    if not PAGES[name].pattern.converters:
        # It names nothing: who is of another account sees their own.
        answers.pop("of another account"), expected.pop("of another account")
    assert answers == expected


def test_a_number_that_no_row_can_have_is_not_found(db: None) -> None:
    reader = signed_in(make_person())
    too_large = {
        name: reverse(f"portal:{name}", kwargs=dict.fromkeys(page.pattern.converters, 2**63))
        for name, page in PAGES.items()
        if any(isinstance(each, IntConverter) for each in page.pattern.converters.values())
    }

    answers = {name: _answered(reader, where) for name, where in too_large.items()}

    assert answers == dict.fromkeys(too_large, "not found")


def _answered(client: Client, where: str) -> str:
    told = {_answer(client, method, where) for method in ("get", "post")} - {"other method"}
    return " and ".join(sorted(told))


def _answer(client: Client, method: str, where: str) -> str:
    response = getattr(client, method)(where)
    if response.status_code == SIGN_IN and response.url.startswith(reverse("account_login")):
        return "to sign in"
    if response.status_code == NOT_THERE:
        return "not found"
    return "other method" if response.status_code == 405 else f"{response.status_code}"
