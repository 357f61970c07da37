"""Refused requests as staff see them: who, when, what, and every step of the answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.intake.models import RefusedRequest
from apps.intake.services import request_appointment
from tests.factories import make_client, make_order, make_preset, make_staff
from tests.intake.mails_in import take
from tests.intake.test_request import NOT_SERVED, ask
from tests.tickets_admin.pages import text_of

pytestmark = pytest.mark.django_db
LIST = reverse("admin:intake_refusedrequest_changelist")


@pytest.fixture
def kim():
    version = make_preset(slug="skyswitch-support-2017")
    return make_client(order=make_order(version=version), email="kim@client.example.com")


@pytest.fixture
def browser(client):
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)
    return client


def page(row) -> str:
    return reverse("admin:intake_refusedrequest_change", args=[row.pk])


@pytest.mark.clause("V-1.2", "S-3")
def test_the_page_of_a_refusal_shows_who_what_and_each_step_with_its_clause(browser, kim):
    row = ask(kim).refused

    answer = browser.get(page(row))

    checks = [
        (check.holds, [clause.ref for clause in check.clauses])
        for check in answer.context["checks"]
    ]
    assert checks == [(True, ["S-1"])] * 4 + [(True, ["S-12"]), (False, ["S-3"])]
    text = text_of(answer)
    for told in (
        "Calls drop",
        kim.email,
        NOT_SERVED,
        "Since nine.",
        "Help at this hour",
        "Priority 3",
    ):
        assert told in text


@pytest.mark.clause("V-3.5")
def test_a_strangers_refused_mail_links_to_the_mail(browser):
    mail = take(sender="eve@example.net", text="<script>alert(1)</script>")
    row = RefusedRequest.objects.get()

    answer = browser.get(page(row))

    assert reverse("admin:intake_inboundmail_change", args=[mail.pk]) in answer.content.decode()
    assert b"<script>alert(1)" not in answer.content
    assert [check.says for check in answer.context["checks"]] == [row.why]


def test_the_list_shows_the_newest_first_and_finds_a_sender(browser, kim):
    first = ask(kim).refused
    take(sender="eve@example.net")
    second = RefusedRequest.objects.get(sender="eve@example.net")

    assert list(browser.get(LIST).context["cl"].result_list) == [second, first]
    assert list(browser.get(LIST, {"q": "kim@"}).context["cl"].result_list) == [first]
    assert list(browser.get(LIST, {"wanted__exact": "TICKET"}).context["cl"].result_list) == [
        second
    ]


def test_a_list_costs_the_same_for_one_and_for_many(browser, kim, django_assert_max_num_queries):
    for serial in range(12):
        ask(kim, source_key=f"staff:{serial}")

    with django_assert_max_num_queries(12):
        browser.get(LIST)


def test_who_may_not_see_refusals_sees_none(client, kim):
    row = ask(kim).refused
    client.force_login(make_staff())

    assert [client.get(url).status_code for url in (LIST, page(row))] == [403, 403]


def test_an_address_in_the_head_of_a_page_keeps_its_small_letters(browser):
    take(sender="eve@example.net", subject="Calls drop")
    row = RefusedRequest.objects.get()

    answer = browser.get(page(row))

    assert "Eve@" not in answer.content.decode()
    assert f"{row.subject}, asked by eve@example.net" in text_of(answer)


@pytest.mark.clause("S-2.1")
def test_a_refused_booking_leads_to_another_time(browser, kim):
    tuesday = datetime(2026, 2, 24, 15, tzinfo=UTC)
    row = request_appointment(
        requester=kim,
        channel="PHONE",
        kind="INSTALL",
        subject="New phones",
        details="Forty.",
        starts_at=tuesday,
        ends_at=tuesday + timedelta(hours=1),
        at=tuesday - timedelta(hours=1),
        source_key="staff:1",
    ).refused

    url = browser.get(page(row)).context["booking_url"]

    form = browser.get(url).context["form"]
    shown = [form[name].value() for name in ("kind", "subject", "details")]
    assert shown == ["INSTALL", "New phones", None]


def test_a_strangers_request_leads_to_no_appointment(browser):
    take(sender="eve@example.net")

    assert browser.get(page(RefusedRequest.objects.get())).context["booking_url"] == ""


@pytest.mark.parametrize("asked", [{"account": "9" * 30}, {"channel": "x\0y"}])
def test_an_address_with_what_no_row_can_have_is_answered(browser, kim, asked):
    ask(kim)

    answer = browser.get(LIST, asked, follow=True)

    assert answer.status_code == 200
