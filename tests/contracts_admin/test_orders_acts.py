"""Executing, ending and terminating an order from its page: asked first, refused in words."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import EscalationRung, Order
from tests.contracts.presets import V
from tests.contracts_admin.forms import formset, order_form, person
from tests.contracts_admin.sheets import make_filled_order
from tests.factories import MORNING, make_agreed, make_client, make_order, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def version(presets):
    return presets[V.policy.slug]


def page(order: Order, kind: str = "change") -> str:
    return reverse(f"admin:contracts_order_{kind}", args=[order.pk])


def said(answer) -> list[str]:
    return [str(note) for note in answer.context["messages"]]


def buttons(client, order: Order) -> list[str]:
    text = client.get(page(order)).content.decode()
    return [kind for kind in ("execute", "amend", "end", "terminate") if page(order, kind) in text]


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("DRAFT", ["execute"]),
        ("EXECUTED", ["amend", "end", "terminate"]),
        ("ENDED", []),
        ("TERMINATED", []),
    ],
)
def test_each_state_offers_what_can_be_done(admin_client, version, state, offered):
    assert buttons(admin_client, make_order(version=version, state=state)) == offered


def test_who_may_only_look_sees_no_buttons_and_is_refused(client, version):
    order = make_order(version=version)
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)

    answers = [client.get(page(order, "end")), client.post(page(order, "terminate"), {})]

    assert buttons(client, order) == []
    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.clause("V-1.2")
def test_executing_is_asked_first_and_then_done_in_the_name_of_who_asked(admin_client, version):
    order = make_order(version=version, state="DRAFT")

    asked = admin_client.get(page(order, "execute"))
    order.refresh_from_db()
    assert (asked.status_code, order.state) == (200, "DRAFT")

    facts = {"reason": "Signed", "revision": 1}
    answer = admin_client.post(page(order, "execute"), facts, follow=True)

    order.refresh_from_db()
    revision = order.revisions.get()
    assert (order.state, revision.by.username, revision.reason) == ("EXECUTED", "admin", "Signed")
    assert said(answer) == [f"{order} is executed."]


@pytest.mark.clause("V-1.2", "V-2-order")
def test_the_terms_are_shown_before_an_order_is_executed(admin_client):
    order = make_filled_order(state="DRAFT")
    make_agreed(order=order, severity="1", hours=4)
    bare = make_order(state="DRAFT")

    shown, of_bare = (
        admin_client.get(page(each, "execute")).context["terms"] for each in (order, bare)
    )

    assert shown == [
        ("Policy", str(order.version)),
        ("Plan", str(order.plan)),
        ("Term", "2026-01-01 to 2026-12-31"),
        ("Services", "Fax, SIP trunks"),
        ("Fee", f"1250.50 {order.version.currency} a quarter"),
        ("TAM", f"90 minutes a month, reached in “{order.tam_calendar}”"),
        ("Time zone of the TAM's months", "Pacific/Auckland"),
        ("Agreed targets", "Priority 1 resolution 4 h of “Standard hours”"),
    ]
    assert [value for _, value in of_bare[2:]] == [
        "2026-01-01 to open end",
        "all",
        "none agreed",
        "none",
        "America/New_York, the policy's",
        "none, the plan's hold",
    ]


@pytest.mark.clause("V-1.2", "V-2-order")
def test_a_draft_that_was_edited_meanwhile_is_shown_anew_before_it_is_executed(
    admin_client, version
):
    order = make_order(version=version, state="DRAFT")
    admin_client.post(page(order), order_form(order, ends_on="2026-12-31"))
    facts = {"reason": "Signed", "revision": 1}

    refused = admin_client.post(page(order, "execute"), facts)

    assert refused.context["form"].non_field_errors() == [
        "admin, 2026-03-04 14:00 UTC: draft changed, Last day from – to 2026-12-31. "
        "Nothing was done. Look at the terms as they are now, and try again."
    ]
    assert refused.context["terms"][2] == ("Term", "2026-01-01 to 2026-12-31")
    assert refused.context["form"]["revision"].value() == 2
    assert refused.context["form"]["reason"].value() == "Signed"
    admin_client.post(page(order, "execute"), {**facts, "revision": 2})
    order.refresh_from_db()
    assert order.state == "EXECUTED"


@pytest.mark.parametrize("revision", ["", "x", "9" * 40])
def test_a_page_that_was_tampered_with_executes_nothing(admin_client, version, revision):
    order = make_order(version=version, state="DRAFT")

    answer = admin_client.post(page(order, "execute"), {"reason": "Signed", "revision": revision})

    order.refresh_from_db()
    assert (answer.status_code, order.state) == (200, "DRAFT")


@pytest.mark.clause("V-1.2")
def test_an_overlap_is_refused_on_the_page_with_both_named(admin_client, version):
    there = make_order(version=version)
    order = make_order(version=version, account=there.account, state="DRAFT")

    answer = admin_client.post(page(order, "execute"), {"reason": "Signed", "revision": 1})

    text = answer.context["form"].non_field_errors()[0]
    assert text.startswith(f"{order} and {there} of {order.account} would both cover all services")


@pytest.mark.clause("V-3.1")
def test_an_order_is_ended_with_a_last_day_and_a_reason(admin_client, version):
    order = make_order(version=version)

    refused = admin_client.post(page(order, "end"), {"ends_on": "2026-03-31", "reason": " "})
    answer = admin_client.post(
        page(order, "end"), {"ends_on": "2026-03-31", "reason": "Given notice"}, follow=True
    )

    order.refresh_from_db()
    assert refused.context["form"].errors == {"reason": ["Say why: the history keeps it."]}
    assert (order.state, order.ends_on) == ("EXECUTED", date(2026, 3, 31))
    assert said(answer) == [f"The last day of {order} is 2026-03-31. Its term ends by itself."]


@pytest.mark.clause("V-1.2")
def test_what_was_done_meanwhile_is_refused_in_words(admin_client, version):
    order = make_order(version=version)
    admin_client.post(page(order, "terminate"), {"reason": "Fraud"})

    answer = admin_client.post(page(order, "terminate"), {"reason": "Fraud"})

    assert answer.context["form"].non_field_errors() == [f"{order} is terminated, not executed."]


@pytest.mark.clause("V-3.5", "S-7", "V-2-order")
def test_people_and_the_escalation_matrix_are_kept_while_the_order_is_executed(
    admin_client, version
):
    order = make_order(version=version)
    rung = {"position": "1", "title": "NOC lead", "email": "noc@client.example.com", "phone": "7"}
    facts = order_form(order, person("bo@client.example.com", may_open=""))
    del facts["version"]

    answer = admin_client.post(
        page(order), {**facts, **formset("escalation_rungs", [rung]), "change_reason": "Matrix"}
    )

    assert answer.status_code == 302
    assert order.authorised_users.get().may_open is False
    kept = EscalationRung.objects.get()
    assert (str(kept), kept.history.get().history_change_reason) == ("1. NOC lead", "Matrix")


def test_a_draft_is_edited_freely_and_what_changed_is_told(admin_client, version):
    order = make_order(version=version, state="DRAFT")
    facts = order_form(order, ends_on="2026-12-31", change_reason="As agreed by phone")

    answer = admin_client.post(page(order), facts)

    order.refresh_from_db()
    revision = order.revisions.get()
    assert (answer.status_code, order.ends_on, order.revision) == (302, date(2026, 12, 31), 2)
    assert (revision.kind, [change["label"] for change in revision.changes]) == (
        "DRAFTED",
        ["Last day"],
    )


def test_of_two_who_edit_a_draft_the_second_is_told(admin_client, version):
    order = make_order(version=version, state="DRAFT")
    second = order_form(order, number="ORD-SECOND")
    admin_client.post(page(order), order_form(order, number="ORD-FIRST"))

    answer = admin_client.post(page(order), second)

    form = answer.context["adminform"].form
    assert form.errors["number"] == ["Changed meanwhile, to ORD-FIRST."]
    assert form["number"].value() == "ORD-SECOND"


def test_saving_a_page_on_which_nothing_changed_leaves_no_revision(admin_client, version):
    order = make_client(order=make_order(version=version, state="DRAFT")).order

    admin_client.post(page(order), order_form(order))

    order.refresh_from_db()
    assert (order.revision, order.revisions.count()) == (1, 0)


@pytest.mark.parametrize(
    ("state", "act"), [("EXECUTED", "execute"), ("DRAFT", "terminate"), ("ENDED", "end")]
)
def test_what_cannot_be_done_any_more_is_not_asked_either(admin_client, version, state, act):
    order = make_order(version=version, state=state)

    answer = admin_client.get(page(order, act), follow=True)

    assert answer.redirect_chain == [(page(order), 302)]
    assert said(answer) == [f"{order} is {state.lower()}: there is nothing to {act}."]
