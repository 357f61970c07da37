"""Appointments in the portal: what follows is shown first, then it is sent, once; and changed."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import Appointment, AuthorisedUser
from apps.intake.models import RefusedRequest
from tests.appointments_made import (
    ASKED,
    PREMIUM,
    SATURDAY,
    make_appointment,
    make_confirmed,
    make_requester,
    new_york,
    published_presets,
)
from tests.entitled_made import make_standing
from tests.factories import make_order, make_staff, make_ticket
from tests.portal_made import make_person, signed_in

pytestmark = pytest.mark.django_db
MOST = 15  # queries of a page
DAY = timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def on_that_monday():
    """Pages read the clock: ten o'clock in New York, where the reader sits."""
    with time_machine.travel(ASKED, tick=False):
        yield


@pytest.fixture
def person():
    return seated()


def seated(*, slug=None, **rights):
    """Somebody in New York, with a seat under one of the presets."""
    order = make_requester(**({"slug": slug} if slug else {})).order
    person = make_person(order=order, **rights)
    person.user.time_zone = "America/New_York"
    person.user.save()
    return person


def given(person, step, **said):
    return {
        "act_key": uuid4(),
        "order": person.order_id,
        "kind": "INSTALL",
        "starts_at": "2026-11-05T19:30",
        "minutes": "60",
        "subject": "Forty handsets",
        "details": "Two floors.",
        "step": step,
        **said,
    }


def post(person, step, **said):
    where = reverse("portal:appointment_new")
    return signed_in(person).post(where, given(person, step, **said))


def send(person, **said):
    """Look at what follows, and send it as it was shown."""
    agreed = post(person, "look", **said).context["follows"].mark
    return post(person, "send", agreed=agreed, **said)


def sentences(cost):
    return [step.sentence for step in cost.steps]


@pytest.mark.clause("S-2.1", "R-7")
def test_the_earliest_day_and_the_fee_are_shown_and_then_kept_as_shown(person):
    asked = signed_in(person).get(reverse("portal:appointment_new")).context["early"]

    follows = post(person, "look").context["follows"]
    unseen = post(person, "send", agreed="free")
    answer = send(person)

    assert (asked.on, asked.days) == (date(2026, 11, 5), 3)
    assert (follows.is_taken, follows.is_after_hours, follows.cost.amount) == (
        True,
        True,
        Decimal("62.50") * 2,
    )
    assert sentences(follows.cost)[-2:] == [
        "At least 60 min are charged for all of it.",
        "60 min at 125.00 USD an hour: 125.00 USD.",
    ]
    assert (unseen.status_code, unseen.context["is_dearer"]) == (422, True)
    row = Appointment.objects.get()
    assert (answer.url, row.starts_at, row.fee.key, row.state, row.requester) == (
        reverse("portal:appointment", args=[row.pk]),
        new_york("2026-11-05T19:30"),
        "install",
        "ASKED",
        person,
    )


@pytest.mark.clause("S-2.1")
def test_too_soon_names_the_earliest_day_and_what_priority_handling_costs(person):
    soon = {"starts_at": "2026-11-04T10:00", "minutes": "90"}

    follows = post(person, "look", **soon).context["follows"]
    kept = post(person, "change", **soon).context["form"]
    nothing = Appointment.objects.count() + RefusedRequest.objects.count()
    answer = send(person, is_priority="on", **soon)

    assert (follows.is_taken, follows.earliest_on, follows.sooner.amount) == (
        False,
        date(2026, 11, 5),
        Decimal("187.50"),
    )
    assert [ref for ref, _ in follows.clauses] == ["S-2.1"]
    assert (kept["subject"].value(), kept["starts_at"].value(), nothing) == (
        "Forty handsets",
        "2026-11-04T10:00",
        0,
    )
    row = Appointment.objects.get()
    assert (answer.status_code, row.is_priority, row.fee.key) == (302, True, "install")


@pytest.mark.clause("S-3", "S-13", "S-13.1")
def test_help_off_hours_costs_by_what_it_is_about(person):
    said = {"kind": "OFF_HOURS", "starts_at": "2026-11-07T10:00", "minutes": "40"}

    follows = post(person, "look", **said).context["follows"]

    assert (follows.is_taken, follows.is_after_hours, follows.cost) == (True, True, None)
    assert [(cost.about, cost.amount) for cost in follows.works] == [
        (["Custom programming"], Decimal("125.00")),
        (["Custom dial translation"], Decimal("50.00")),
    ]


@pytest.mark.clause("S-3")
def test_a_double_click_books_once_and_a_refusal_is_kept_once(person):
    key = uuid4()
    inside = {"kind": "OFF_HOURS", "starts_at": "2026-11-05T10:00"}

    answers = [send(person, act_key=key) for _ in range(2)]
    refused = [post(person, "send", act_key=key, **inside) for _ in range(2)]

    assert [each.status_code for each in answers] == [302, 302]
    assert (Appointment.objects.count(), RefusedRequest.objects.get().channel) == (1, "PORTAL")
    assert [(each.status_code, each.context["refused"].clause) for each in refused] == [
        (422, "S-3")
    ] * 2


@pytest.mark.clause("S-2.1")
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"starts_at": "2026-11-02T09:59"}, "starts_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59"}, "starts_at"),
        ({"minutes": "1441"}, "minutes"),
        ({"subject": " "}, "subject"),
        ({"kind": "PARTY"}, "kind"),
        ({"order": "0"}, "order"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_nothing_is_kept(person, said, field):
    page = post(person, "send", **said)

    form = page.context["form"]
    assert (page.status_code, set(form.errors), form["details"].value()) == (
        422,
        {field},
        "Two floors.",
    )
    assert (Appointment.objects.count(), RefusedRequest.objects.count()) == (0, 0)


@pytest.mark.clause("V-1.2", "V-3.1")
def test_under_an_order_that_does_not_hold_it_says_why_not(person):
    order = person.order
    order.state = "TERMINATED"
    order.save()

    follows = post(person, "look").context["follows"]

    assert (follows.is_taken, follows.why, follows.clauses[0][0]) == (
        False,
        f"Order {order.number} is not executed.",
        "S-1",
    )


@pytest.mark.clause("S-12", "R-6", "V-3.5")
def test_a_suspension_is_shown_with_its_clause_and_amounts_to_who_may_see_them(person):
    make_standing(account=person.order.account, why="INV-7 of 99.00 USD is overdue.")
    plain = make_person(order=person.order, may_see_invoices=False)

    pages = [post(each, step) for each in (person, plain) for step in ("look", "send")]

    assert [page.context["follows"].clauses[0][0] for page in pages] == ["S-12"] * 4
    assert [b"99.00" in page.content for page in pages] == [True, True, False, False]
    off_hours = post(plain, "look", kind="OFF_HOURS", starts_at="2026-11-07T10:00")
    assert (off_hours.context["follows"].is_taken, b"99.00" in off_hours.content) == (True, False)
    send(person, kind="OFF_HOURS", starts_at="2026-11-07T10:00")
    row = Appointment.objects.get()
    assert any("99.00" in step["says"] for step in row.steps)
    page = signed_in(plain).get(reverse("portal:appointment", args=[row.pk]))
    assert (b"99.00" in page.content, len(page.context["steps"])) == (False, 1)


@pytest.mark.clause("S-3")
def test_where_support_never_closes_only_installs_are_booked_and_cost_nothing():
    person = seated(slug=PREMIUM)

    page = signed_in(person).get(reverse("portal:appointment_new"))
    follows = post(person, "look").context["follows"]

    assert ([*page.context["form"].fields["kind"].choices], page.context["early"]) == (
        [("INSTALL", "New install")],
        None,
    )
    assert (follows.is_taken, follows.mark, follows.works) == (True, "free", [])


@pytest.mark.clause("S-3", "S-2.1", "V-3.5")
def test_the_list_tells_what_is_to_come_and_what_is_past_and_to_whom(person):
    cora, colleague = make_staff(), make_person(order=person.order)
    rows = {
        "asked": make_appointment(requester=person, starts_at=SATURDAY + DAY),
        "confirmed": make_confirmed(requester=colleague, staff=cora),
        "over": make_confirmed(requester=person, staff=cora, starts_at=SATURDAY + DAY),
    }
    # It ends at this very moment.
    Appointment.objects.filter(pk=rows["over"].pk).update(starts_at=ASKED - DAY, ends_at=ASKED)
    make_appointment()
    AuthorisedUser.objects.filter(pk=colleague.pk).update(sees_all_tickets=False)

    def listed(reader, **asked):
        page = signed_in(reader).get(reverse("portal:appointments"), asked)
        return [(row.appointment, str(row.stands.words)) for row in page.context["rows"]]

    assert listed(person) == [(rows["confirmed"], "Confirmed"), (rows["asked"], "Waits for us")]
    assert listed(person, shown="past") == [(rows["over"], "Over")]
    assert listed(colleague) == [(rows["confirmed"], "Confirmed")]
    home = signed_in(person).get(reverse("portal:home"))
    assert [row.appointment for row in home.context["coming"]] == [
        rows["confirmed"],
        rows["asked"],
    ]
    hidden = reverse("portal:appointment", args=[rows["asked"].pk])
    assert signed_in(colleague).get(hidden).status_code == 404


def test_pages_go_on_where_they_ended_among_equal_instants(person):
    for number in range(27):
        make_appointment(requester=person, subject=f"{number}")
    browser, where = signed_in(person), reverse("portal:appointments")

    first = browser.get(where)
    second = browser.get(f"{where}?{first.context['after']}")

    found = [row.appointment.subject for page in (first, second) for row in page.context["rows"]]
    assert (found, second.context["after"]) == ([str(number) for number in range(27)], "")


@pytest.mark.clause("S-3", "V-3.5")
def test_an_appointment_is_withdrawn_and_a_second_click_changes_nothing(person):
    row = make_confirmed(requester=person, staff=make_staff())
    where = reverse("portal:appointment_withdraw", args=[row.pk])
    browser = signed_in(person)

    silent = browser.post(where, {"act_key": uuid4(), "reason": " "})
    answers = [browser.post(where, {"act_key": uuid4(), "reason": "Sold"}) for _ in range(2)]

    row.refresh_from_db()
    assert (silent.status_code, [each.status_code for each in answers]) == (422, [302, 302])
    assert (row.state, row.decision, row.decided_by) == ("CANCELLED", "Sold", person.user)


@pytest.mark.clause("S-2.1", "S-3", "R-7")
def test_another_time_shows_its_fee_first_and_is_decided_anew(person):
    starts = {"kind": "INSTALL", "starts_at": new_york("2026-11-20T08:00")}
    row = make_confirmed(requester=person, staff=make_staff(), **starts)
    where = reverse("portal:appointment_postpone", args=[row.pk])
    browser = signed_in(person)
    said = {"act_key": uuid4(), "starts_at": "2026-11-04T08:00", "minutes": "60", "reason": "Fair"}

    soon = browser.post(where, {**said, "step": "look"}).context["follows"]
    look = browser.post(where, {**said, "step": "look", "is_priority": "on"}).context["follows"]
    unseen = browser.post(where, {**said, "step": "send", "is_priority": "on"})
    told = {**said, "step": "send", "is_priority": "on", "agreed": look.mark}
    answers = [browser.post(where, told) for _ in range(2)]

    row.refresh_from_db()
    assert (soon.is_taken, soon.earliest_on) == (False, date(2026, 11, 5))
    assert (unseen.status_code, [each.status_code for each in answers]) == (422, [302, 302])
    assert (row.state, row.staff, row.is_priority, row.starts_at, row.history.count()) == (
        "ASKED",
        None,
        True,
        new_york("2026-11-04T08:00"),
        3,
    )


def test_a_ticket_leads_to_booking_help_for_it(person):
    ticket = make_ticket(requester=person, severity="2")

    page = signed_in(person).get(reverse("portal:ticket", args=[ticket.pk])).content.decode()

    where = reverse("portal:appointment_new")
    assert f'href="{where}?order={person.order_id}&amp;kind=OFF_HOURS' in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("appointments", {}),
        ("appointment", {}),
        ("appointment_new", {}),
        ("appointment_new", {"step": "look"}),
        ("appointment_postpone", {}),
        ("appointment_withdraw", {}),
        ("home", {}),
    ],
)
def test_a_page_takes_a_bounded_number_of_queries(
    person, name, said, django_assert_max_num_queries
):
    rows = [
        make_appointment(requester=make_person(order=person.order), subject=str(number))
        for number in range(4)
    ]
    make_person(order=make_order(account=person.order.account))
    keyed = name in ("appointment", "appointment_postpone", "appointment_withdraw")
    where = reverse(f"portal:{name}", args=[rows[0].pk] if keyed else [])
    browser = signed_in(person)

    def ask():
        return browser.post(where, given(person, **said)) if said else browser.get(where)

    ask()  # what a policy says is read once a process
    with django_assert_max_num_queries(MOST):
        page = ask()

    assert page.status_code == 200
