"""The portal's list of tickets: what it finds, in which order, and what it never tells."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import AuthorisedUser
from apps.tickets import services
from tests.factories import MORNING, make_order, make_preset, make_staff, make_ticket
from tests.portal_made import make_person, signed_in
from tests.tickets.life import PREMIUM
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db


def listed(person, **asked):
    """The subjects on the page that is asked for, in their order."""
    page = signed_in(person).get(reverse("portal:tickets"), asked)
    return [row.ticket.subject for row in page.context["rows"]]


@pytest.fixture
def person():
    """Somebody with a ticket of each kind, and one of a colleague."""
    person = make_person(order=make_order(version=make_preset(slug=PREMIUM), plan="gold"))
    agent = make_staff()
    colleague = make_person(order=person.order)
    tickets = {
        name: make_ticket(
            requester=colleague if name == "colleague's" else person,
            subject=name,
            severity="I" if name == "worst" else "III",
            at=later(minutes=place),
        )
        for place, name in enumerate(["open", "asked", "solved", "closed", "worst", "colleague's"])
    }
    services.ask_client(
        ticket=tickets["asked"], text="Which?", by=agent, at=later(hours=1), act_key="a"
    )
    for name in ("solved", "closed"):
        ticket = tickets[name]
        reason = ticket.version.reasons.filter(kind="CLOSING").order_by("position")[0]
        services.solve(
            ticket=ticket, reason=reason, text="Done.", by=agent, at=later(hours=2), act_key=name
        )
    services.confirm(
        ticket=tickets["closed"], client=person, text="", at=later(hours=3), act_key="c"
    )
    make_ticket(requester=make_person(), subject="another account's")
    return person


OPEN = ["solved", "asked", "colleague's", "worst", "open"]
# What an address asks for, and what the page then shows.
ASKED = [
    ({}, OPEN),
    ({"state": "yours"}, ["solved", "asked"]),
    ({"state": "closed"}, ["closed"]),
    ({"state": "all"}, ["closed", *OPEN]),
    ({"severity": "Severity I"}, ["worst"]),
    ({"mine": "1"}, ["solved", "asked", "worst", "open"]),
    ({"q": "asked"}, ["asked"]),
    ({"q": "which"}, ["asked"]),
    ({"q": "works", "mine": "1", "severity": "Severity I"}, ["worst"]),
    ({"q": "another"}, []),
    ({"state": "nonsense", "after": "x", "severity": "x"}, OPEN),
]


def test_the_latest_comes_first_and_filters_leave_what_fits(person):
    found = [(asked, listed(person, **asked)) for asked, _ in ASKED]

    assert found == ASKED


def at_home(person):
    """What the first page shows of tickets: what waits, the others, and how many are open."""
    shown = signed_in(person).get(reverse("portal:home")).context["tickets"]
    subjects = [[row.ticket.subject for row in rows] for rows in (shown.yours, shown.latest)]
    return (*subjects, shown.has_more, shown.open)


@pytest.mark.clause("V-3.5")
def test_the_first_page_shows_each_reader_what_is_theirs(person, django_assert_num_queries):
    one, two = (make_person(order=person.order, sees_all_tickets=False) for _ in range(2))
    order = make_order(version=person.order.version, account=person.order.account, plan="gold")
    both = make_person(order=order, sees_all_tickets=False)
    AuthorisedUser.objects.filter(pk__in=[one.pk, both.pk]).update(user=one.user)
    for place in range(6):
        asked = {"subject": f"{place}", "severity": "II", "at": later(hours=4 + place)}
        ticket = make_ticket(requester=both, **asked)
        services.ask_client(
            ticket=ticket, text="Which?", by=make_staff(), at=asked["at"], act_key=f"{place}"
        )
    make_ticket(requester=one, subject="one's", severity="I", at=later(hours=11))

    found = [at_home(reader) for reader in (person, one, two)]
    browser = signed_in(person)
    with django_assert_num_queries(10):
        browser.get(reverse("portal:home"))

    levels = [("Severity I", "2"), ("Severity III", "4")]
    assert found == [
        (["solved", "asked"], ["one's", "colleague's", "worst", "open"], False, levels),
        (["5", "4", "3", "2", "1"], ["one's"], True, [("Severity I", "1"), ("Severity II", "6")]),
        ([], [], False, []),
    ]


@pytest.mark.clause("V-3.5")
def test_who_sees_only_their_own_finds_and_lists_only_these(person):
    AuthorisedUser.objects.filter(pk=person.pk).update(sees_all_tickets=False)

    found = listed(person, state="all"), listed(person, q="works"), listed(person, q="colleague")

    mine = ["closed", "solved", "asked", "worst", "open"]
    assert found == (mine, mine[1:], [])


@pytest.mark.clause("V-3.5")
def test_what_only_staff_wrote_is_on_no_page_and_no_search_tells_that_it_is_there(person):
    ticket = make_ticket(requester=person, subject="Echo", severity="III")
    agent = make_staff()
    services.note(ticket=ticket, text="zymurgy", by=agent, at=later(hours=1), act_key="n")
    services.log_call(ticket=ticket, text="quixotic", by=agent, at=later(hours=2), act_key="l")

    page = signed_in(person).get(reverse("portal:ticket", args=[ticket.pk])).content.decode()

    words = ("zymurgy", "quixotic", "echo zymurgy", "zymur")
    assert [listed(person, q=text) for text in words] == [[], [], [], []]
    assert ("zymurgy" in page, "quixotic" in page, "We spoke on the phone" in page) == (
        False,
        False,
        True,
    )


def test_pages_go_on_where_they_ended_also_back_and_among_equal_instants():
    person = make_person()
    for number in range(60):
        at = MORNING + timedelta(minutes=number // 20)
        make_ticket(requester=person, subject=f"{number}", at=at)
    browser, where = signed_in(person), reverse("portal:tickets")
    pages, query = [], ""
    while True:
        shown = browser.get(f"{where}?{query}")
        pages.append([int(row.ticket.subject) for row in shown.context["rows"]])
        query = shown.context["next"]
        if not query:
            break

    back = browser.get(f"{where}?{shown.context['previous']}")

    assert [number for page in pages for number in page] == list(range(59, -1, -1))
    assert [int(row.ticket.subject) for row in back.context["rows"]] == pages[1]


@pytest.mark.parametrize(
    "name", ["home", "tickets", "ticket", "ticket_escalate", "ticket_dispute", "ticket_settle"]
)
def test_a_page_takes_a_bounded_number_of_queries(name, django_assert_max_num_queries):
    person = make_person(order=make_order())
    tickets = [make_ticket(requester=person) for _ in range(4)]
    browser = signed_in(person)
    args = [tickets[0].pk] if name.startswith("ticket_") or name == "ticket" else []

    with time_machine.travel(later(hours=1), tick=False), django_assert_max_num_queries(15):
        page = browser.get(reverse(f"portal:{name}", args=args))

    assert page.status_code == 200


@pytest.mark.parametrize("key", [2**63 - 1, 2**63])
def test_a_number_that_no_ticket_can_have_names_none(key):
    page = signed_in(make_person()).get(reverse("portal:ticket", args=[key]))

    assert page.status_code == 404
