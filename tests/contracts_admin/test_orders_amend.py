"""Amending an executed order: on a page of its own, with a date and a reason, for one at a time."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import AgreedTarget, Order
from tests.contracts.presets import S, V
from tests.contracts_admin.forms import amendment, formset, order_form
from tests.factories import MORNING, make_order, make_service, make_staff, severity_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


def page(order: Order, kind: str = "amend") -> str:
    return reverse(f"admin:contracts_order_{kind}", args=[order.pk])


def silver(presets, **facts) -> Order:
    return make_order(version=presets[V.policy.slug], plan="silver", **facts)


def plan(order: Order, key: str) -> int:
    return order.version.plans.get(key=key).pk


def errors(answer) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


@pytest.mark.clause("V-2-order")
def test_an_amendment_changes_the_terms_and_says_what_changed(admin_client, presets):
    order = silver(presets)
    trunks = make_service(title="SIP trunks")
    facts = {
        "plan": plan(order, "gold"),
        "services": [trunks.pk],
        "fee_amount": "1500",
        "fee_period": "QUARTER",
        "tam_minutes_per_month": "3000",
    }

    answer = admin_client.post(page(order), amendment(order, **facts))

    assert (answer.status_code, answer["Location"]) == (302, page(order, "change"))
    order.refresh_from_db()
    assert (order.plan.key, order.fee_amount, order.tam_minutes) == ("gold", Decimal(1500), 3000)
    assert [*order.services.all()] == [trunks]
    revision = order.revisions.get()
    told = {change["label"]: (change["before"], change["after"]) for change in revision.changes}
    assert (revision.kind, revision.dated_on, revision.reason) == (
        "AMENDED",
        date(2026, 3, 4),
        "Upgrade",
    )
    assert told == {
        "Plan": ("Silver", "Gold"),
        "Services": ("–", "SIP trunks"),
        "Fee": ("–", "1500.00"),
        "Fee period": ("–", "Quarter"),
        "TAM minutes a month": ("–", "3000"),
    }
    history = order.history.first()
    assert (history.history_user.username, history.history_change_reason) == ("admin", "Upgrade")
    assert "Silver → Gold" in admin_client.get(page(order, "change")).content.decode()


@pytest.mark.clause("V-5")
def test_a_target_is_agreed_in_hours_and_taken_away_again(admin_client, presets):
    order = silver(presets)
    row = {
        "severity": severity_of(order.version, "I").pk,
        "kind": "RESOLUTION",
        "hours": "4.5",
        "calendar": order.version.calendars.get(key="always").pk,
    }
    admin_client.post(page(order), amendment(order, **formset("agreed_targets", [row])))

    target = order.agreed_targets.get()
    assert target.duration == timedelta(hours=4, minutes=30)
    shown = admin_client.get(page(order, "change")).content.decode()

    order.refresh_from_db()
    gone = {**row, "id": target.pk, "order": order.pk, "DELETE": "on"}
    admin_client.post(page(order), amendment(order, **formset("agreed_targets", [gone], known=1)))

    assert "4.5" in shown
    assert not AgreedTarget.objects.exists()
    assert [row.history_type for row in AgreedTarget.history.order_by("history_id")] == ["+", "-"]


@pytest.mark.clause("V-5")
@pytest.mark.parametrize("hours", ["0", "-1", "soon"])
def test_no_time_is_no_target(admin_client, presets, hours):
    order = silver(presets)
    row = {
        "severity": severity_of(order.version, "I").pk,
        "kind": "RESOLUTION",
        "hours": hours,
        "calendar": order.version.calendars.get(key="always").pk,
    }

    answer = admin_client.post(page(order), amendment(order, **formset("agreed_targets", [row])))

    assert answer.status_code == 200
    assert not AgreedTarget.objects.exists()


@pytest.mark.clause("V-2-order")
def test_a_target_for_another_policys_severity_is_refused_in_words(admin_client, presets):
    order = silver(presets)
    row = {
        "severity": severity_of(presets[S.policy.slug], "1").pk,
        "kind": "RESOLUTION",
        "hours": "4",
        "calendar": order.version.calendars.get(key="always").pk,
    }

    answer = admin_client.post(page(order), amendment(order, **formset("agreed_targets", [row])))

    form = answer.context["inline_admin_formsets"][0].formset.forms[0]
    assert dict(form.errors) == {
        "severity": ["This severity is another policy's. Choose one of the order's own policy."]
    }


@pytest.mark.clause("V-2-order")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"change_reason": ""}, "change_reason"),
        ({"dated_on": "2026-03-05"}, "__all__"),
        ({"dated_on": ""}, "dated_on"),
        ({"ends_on": "2025-12-31"}, "ends_on"),
        ({"tam_minutes_per_month": "0"}, "tam_minutes_per_month"),
        ({"tam_minutes_per_month": "-60"}, "tam_minutes_per_month"),
        ({"fee_amount": "100"}, "fee_period"),
        ({"fee_period": "YEAR"}, "fee_amount"),
        ({"fee_amount": "-1", "fee_period": "YEAR"}, "fee_amount"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"plan": "0"}, "plan"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(admin_client, presets, changes, field):
    order = silver(presets)

    answer = admin_client.post(page(order), amendment(order, **changes))

    assert (answer.status_code, set(errors(answer))) == (200, {field})
    assert not order.revisions.exists()


@pytest.mark.clause("V-2-order")
def test_who_comes_second_is_told_and_loses_nothing_they_typed(admin_client, presets):
    order = silver(presets)
    second = amendment(
        order, ends_on="2027-06-30", fee_amount="900", fee_period="MONTH", change_reason="Renewal"
    )
    first = amendment(order, plan=plan(order, "gold"), ends_on="2026-12-31")
    admin_client.post(page(order), first)

    answer = admin_client.post(page(order), second)

    found = errors(answer)
    told = found["__all__"][0]
    assert told.startswith("admin, 2026-03-04 14:00 UTC: amended, Plan from Silver to Gold; Last")
    assert found["ends_on"] == ["Changed meanwhile, to 2026-12-31."]
    form = answer.context["adminform"].form
    kept = {name: str(form[name].value()) for name in ("ends_on", "fee_amount", "change_reason")}
    assert kept == {"ends_on": "2027-06-30", "fee_amount": "900", "change_reason": "Renewal"}
    # What they left alone is what the first made of it, and saving again goes through.
    assert str(form["plan"].value()) == str(plan(order, "gold"))

    again = {**second, "plan": form["plan"].value(), "read_revision": form["read_revision"].value()}
    assert admin_client.post(page(order), again).status_code == 302
    order.refresh_from_db()
    assert (order.plan.key, order.ends_on, order.fee_amount, order.revision) == (
        "gold",
        date(2027, 6, 30),
        Decimal(900),
        3,
    )


@pytest.mark.clause("V-2-order")
def test_a_draft_that_was_executed_meanwhile_becomes_an_amendment_with_all_that_was_typed(
    admin_client, presets
):
    order = silver(presets, state="DRAFT")
    typed = order_form(order, fee_amount="900", fee_period="MONTH")
    admin_client.post(page(order, "execute"), {"reason": "Signed", "revision": order.revision})

    answer = admin_client.post(page(order, "change"), typed)

    form = answer.context["adminform"].form
    assert "executed" in errors(answer)["__all__"][0]
    assert (form["fee_amount"].value(), "dated_on" in form.fields) == ("900", True)
    order.refresh_from_db()
    assert (order.state, order.fee_amount) == ("EXECUTED", None)


@pytest.mark.clause("V-1.2", "V-2-order")
def test_an_amendment_that_would_overlap_is_refused_with_both_named(admin_client, presets):
    early = silver(presets, ends_on=date(2026, 6, 30))
    late = silver(presets, account=early.account, starts_on=date(2026, 7, 1))

    answer = admin_client.post(page(early), amendment(early, ends_on="2026-07-01"))

    assert errors(answer) == {
        "__all__": [
            f"{early} and {late} of {early.account} would both cover all services from 2026-07-01 "
            "to 2026-07-01. Change the term or the services of one of them."
        ]
    }


@pytest.mark.parametrize("state", ["DRAFT", "ENDED", "TERMINATED"])
def test_only_an_executed_order_is_amended(admin_client, presets, state):
    order = silver(presets, state=state)

    answer = admin_client.get(page(order), follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        f"{order} is {state.lower()}: only an executed order is amended."
    ]


def test_who_may_only_look_amends_nothing(client, presets):
    order = silver(presets)
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)

    answers = [client.get(page(order)), client.post(page(order), amendment(order))]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.clause("V-2-order")
def test_posting_other_terms_to_an_executed_orders_own_page_changes_none(admin_client, presets):
    order = silver(presets)

    admin_client.post(page(order, "change"), order_form(order, plan=plan(order, "gold")))

    order.refresh_from_db()
    assert (order.plan.key, order.revision) == ("silver", 1)


@pytest.mark.clause("V-2-order")
def test_services_and_days_that_the_second_left_alone_are_taken_over(admin_client, presets):
    order = silver(presets)
    trunks = make_service(title="SIP trunks")
    second = amendment(order, time_zone="UTC")
    first = amendment(order, services=[trunks.pk], ends_on="2026-12-31", fee_amount="5")
    admin_client.post(page(order), {**first, "fee_period": "YEAR"})

    answer = admin_client.post(page(order), second)

    form = answer.context["adminform"].form
    names = ("services", "ends_on", "fee_amount", "fee_period", "time_zone")
    assert set(errors(answer)) == {"__all__"}
    assert {name: form[name].value() for name in names} == {
        "services": [str(trunks.pk)],
        "ends_on": "2026-12-31",
        "fee_amount": "5.00",
        "fee_period": "YEAR",
        "time_zone": "UTC",
    }


def test_an_amendment_that_changes_nothing_is_not_called_one(admin_client, presets):
    order = silver(presets)

    answer = admin_client.post(page(order), amendment(order), follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        f"{order} says this already: nothing was amended."
    ]
    assert [*order.revisions.all()] == []


def test_agreed_hours_are_told_to_the_last_digit(admin_client, presets):
    order = silver(presets)
    row = {
        "severity": severity_of(order.version, "I").pk,
        "kind": "RESOLUTION",
        "hours": "12345.25",
        "calendar": order.version.calendars.get(key="always").pk,
    }

    admin_client.post(page(order), amendment(order, **formset("agreed_targets", [row])))

    told = order.revisions.get().changes[0]["after"]
    assert told == "Severity I resolution 12345.25 h of “Around the clock”"
    assert ">12345.25<" in "".join(admin_client.get(page(order, "change")).content.decode().split())
