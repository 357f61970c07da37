"""Two people with the same order's page open: what the first saved stands, the second is told."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.contracts import services
from apps.contracts.models import AgreedTarget, AuthorisedUser, EscalationRung, Order, User
from tests.contracts.presets import V
from tests.contracts_admin.browser import row_errors, sent
from tests.factories import MORNING, make_order, severity_of

pytestmark = pytest.mark.django_db
KEPT = "What you typed is kept. Look, and save again."
PAGES = [("EXECUTED", "amend"), ("DRAFT", "change")]
both = pytest.mark.parametrize(("state", "kind"), PAGES)
REASON = {"change_reason": ["Agreed"]}
FEE = {"fee_amount": ["777.00"], "fee_period": ["MONTH"], **REASON}


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


def page(order: Order, kind: str = "change") -> str:
    return reverse(f"admin:contracts_order_{kind}", args=[order.pk])


def with_target(presets, *, state: str = "EXECUTED") -> Order:
    order = make_order(version=presets[V.policy.slug], plan="silver", state=state)
    add_target(order, "I", hours=4)
    return order


def add_target(order: Order, severity: str, *, hours: int) -> AgreedTarget:
    return order.agreed_targets.create(
        severity=severity_of(order.version, severity),
        kind="RESOLUTION",
        duration=timedelta(hours=hours),
        calendar=order.version.calendars.get(key="always"),
    )


def with_person(presets, *, state: str = "EXECUTED") -> tuple[Order, AuthorisedUser]:
    order = make_order(version=presets[V.policy.slug], plan="silver", state=state)
    return order, order.authorised_users.create(name="Ada", email="ada@fernwood.example.com")


def hours_of(order: Order) -> list[tuple[str, float]]:
    return [
        (row.severity.key, row.duration / timedelta(hours=1))
        for row in order.agreed_targets.select_related("severity")
    ]


def field(form: dict, prefix: str, name: str) -> list[str]:
    return [
        values[0] for key, values in form.items() if key.startswith(prefix) and key.endswith(name)
    ]


@both
@pytest.mark.clause("V-2-order", "V-5")
def test_a_target_that_the_second_left_alone_stays_as_the_first_made_it(
    admin_client, presets, state, kind
):
    order = with_target(presets, state=state)
    first, second = (sent(admin_client.get(page(order, kind))) for _ in range(2))
    admin_client.post(page(order, kind), {**first, "agreed_targets-0-hours": ["8"], **REASON})

    answer = admin_client.post(page(order, kind), {**second, **FEE})
    shown = sent(answer)
    admin_client.post(page(order, kind), shown)

    assert (row_errors(answer, -1), shown["agreed_targets-0-hours"]) == ([[]], ["8.00"])
    order.refresh_from_db()
    assert (hours_of(order), order.fee_amount, order.revision) == ([("I", 8)], 777, 3)


@both
@pytest.mark.clause("V-2-order", "V-5")
def test_a_target_that_both_changed_is_refused_once_beside_it(admin_client, presets, state, kind):
    order = with_target(presets, state=state)
    first, second = (sent(admin_client.get(page(order, kind))) for _ in range(2))
    admin_client.post(page(order, kind), {**first, "agreed_targets-0-hours": ["8"], **REASON})

    answer = admin_client.post(
        page(order, kind), {**second, "agreed_targets-0-hours": ["5"], **FEE}
    )

    told = f"admin changed this row meanwhile: Within, hours is 8.00. {KEPT}"
    assert row_errors(answer, -1) == [[told]]
    assert told in answer.content.decode()
    assert hours_of(order) == [("I", 8)]
    assert admin_client.post(page(order, kind), sent(answer)).status_code == 302
    assert hours_of(order) == [("I", 5)]


@both
@pytest.mark.clause("V-2-order", "V-5")
def test_a_target_that_was_removed_while_another_changed_it_is_offered_as_a_new_one(
    admin_client, presets, state, kind
):
    order = with_target(presets, state=state)
    first, second = (sent(admin_client.get(page(order, kind))) for _ in range(2))
    admin_client.post(page(order, kind), {**first, "agreed_targets-0-DELETE": ["on"], **REASON})

    answer = admin_client.post(
        page(order, kind), {**second, "agreed_targets-0-hours": ["5"], **FEE}
    )

    shown = sent(answer)
    assert row_errors(answer, -1) == [
        [f"Somebody removed this row meanwhile. To have it again, save it as a new one. {KEPT}"]
    ]
    assert (shown["agreed_targets-0-hours"], "agreed_targets-0-id" in shown) == (["5"], False)
    assert hours_of(order) == []
    assert admin_client.post(page(order, kind), shown).status_code == 302
    order.refresh_from_db()
    assert (hours_of(order), order.fee_amount) == ([("I", 5)], 777)


@both
@pytest.mark.clause("V-2-order", "V-5")
def test_a_target_that_was_removed_and_left_alone_stays_removed(admin_client, presets, state, kind):
    order = with_target(presets, state=state)
    first, second = (sent(admin_client.get(page(order, kind))) for _ in range(2))
    admin_client.post(page(order, kind), {**first, "agreed_targets-0-DELETE": ["on"], **REASON})

    answer = admin_client.post(page(order, kind), {**second, **FEE})

    assert row_errors(answer, -1) == []
    assert admin_client.post(page(order, kind), sent(answer)).status_code == 302
    order.refresh_from_db()
    assert (hours_of(order), order.fee_amount) == ([], 777)


@both
@pytest.mark.clause("V-2-order", "V-5")
def test_a_target_that_was_added_stands_among_those_of_the_second(
    admin_client, presets, state, kind
):
    order = with_target(presets, state=state)
    second = sent(admin_client.get(page(order, kind)))
    first = sent(admin_client.get(page(order, kind)))
    row = {"severity": severity_of(order.version, "II").pk, "kind": "RESOLUTION", "hours": "9"}
    row |= {"calendar": order.version.calendars.get(key="always").pk, "id": "", "order": order.pk}
    new = {f"agreed_targets-1-{name}": value for name, value in row.items()}
    new |= {"agreed_targets-TOTAL_FORMS": 2, **REASON}
    assert admin_client.post(page(order, kind), {**first, **new}).status_code == 302

    answer = admin_client.post(
        page(order, kind), {**second, "agreed_targets-0-hours": ["5"], **FEE}
    )

    shown = sent(answer)
    assert field(shown, "agreed_targets-", "-hours") == ["5", "9.00"]
    assert row_errors(answer, -1) == [[], []]
    assert admin_client.post(page(order, kind), shown).status_code == 302
    assert hours_of(order) == [("I", 5), ("II", 9)]


@both
def test_a_target_to_be_removed_that_was_changed_meanwhile_is_asked_about_again(
    admin_client, presets, state, kind
):
    order = with_target(presets, state=state)
    first, second = (sent(admin_client.get(page(order, kind))) for _ in range(2))
    admin_client.post(page(order, kind), {**first, "agreed_targets-0-hours": ["8"], **REASON})

    answer = admin_client.post(
        page(order, kind), {**second, "agreed_targets-0-DELETE": ["on"], **REASON}
    )

    assert row_errors(answer, -1) == [
        [
            "admin changed this row meanwhile: Within, hours is 8.00. "
            "Remove it again if it shall still go."
        ]
    ]
    assert hours_of(order) == [("I", 8)]


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("state", ["DRAFT", "EXECUTED", "ENDED"])
def test_a_right_taken_from_a_person_is_not_given_back_by_an_older_page(
    admin_client, presets, state
):
    order, ada = with_person(presets, state=state)
    first, second = (sent(admin_client.get(page(order))) for _ in range(2))
    del first["authorised_users-0-may_open"]
    second["authorised_users-0-may_manage_users"] = ["on"]
    admin_client.post(page(order), first)

    answer = admin_client.post(page(order), second)

    assert row_errors(answer) == [[f"admin changed this row meanwhile: Opens is no. {KEPT}"]]
    ada.refresh_from_db()
    assert (ada.may_open, ada.may_manage_users) == (False, False)
    assert admin_client.post(page(order), sent(answer)).status_code == 302
    ada.refresh_from_db()
    assert (ada.may_open, ada.may_manage_users) == (False, True)


@pytest.mark.clause("V-3.5")
def test_a_person_whom_the_second_left_alone_stays_as_the_first_made_them(admin_client, presets):
    order, ada = with_person(presets)
    first, second = (sent(admin_client.get(page(order))) for _ in range(2))
    first["authorised_users-0-name"] = ["Ada Brown"]
    admin_client.post(page(order), first)

    answer = admin_client.post(page(order), second)

    ada.refresh_from_db()
    assert (answer.status_code, ada.name, ada.history.count()) == (302, "Ada Brown", 2)


@pytest.mark.clause("S-7", "V-9.2")
def test_a_rung_that_both_changed_is_refused_beside_it(admin_client, presets):
    order = make_order(version=presets[V.policy.slug], plan="silver")
    rung = EscalationRung.objects.create(
        order=order, position=1, title="Shift lead", email="lead@fernwood.example.com"
    )
    first, second = (sent(admin_client.get(page(order))) for _ in range(2))
    first["escalation_rungs-0-phone"] = ["+977 1 1"]
    second["escalation_rungs-0-title"] = ["Head of shift"]
    admin_client.post(page(order), first)

    answer = admin_client.post(page(order), second)

    assert row_errors(answer, 1) == [
        [f"admin changed this row meanwhile: Phone is +977 1 1. {KEPT}"]
    ]
    rung.refresh_from_db()
    assert (rung.title, rung.phone) == ("Shift lead", "+977 1 1")


@pytest.mark.clause("V-3.5")
def test_renaming_on_a_persons_own_older_page_does_not_make_them_active_again(
    admin_client, presets
):
    _, ada = with_person(presets)
    url = reverse("admin:contracts_authoriseduser_change", args=[ada.pk])
    first, second = (sent(admin_client.get(url)) for _ in range(2))
    del first["is_active"]
    second["name"] = ["Ada B."]
    admin_client.post(url, first)

    answer = admin_client.post(url, second)

    form = answer.context["adminform"].form
    assert dict(form.errors) == {
        "__all__": [f"admin changed this row meanwhile: Is active is no. {KEPT}"]
    }
    assert admin_client.post(url, sent(answer)).status_code == 302
    ada.refresh_from_db()
    assert (ada.is_active, ada.name) == (False, "Ada B.")


@pytest.mark.parametrize("read", ["", "%ff&&==;", "is_active", "nothing=1"])
def test_a_mark_that_says_nothing_does_no_harm(admin_client, presets, read):
    order, ada = with_person(presets)
    typed = sent(admin_client.get(page(order)))
    typed |= {"authorised_users-0-read": [read], "authorised_users-0-name": ["Ada B."]}

    admin_client.post(page(order), typed)

    ada.refresh_from_db()
    assert ada.name == "Ada B."


@pytest.mark.clause("V-2-order", "V-3.5")
def test_people_typed_on_a_draft_that_was_executed_meanwhile_are_kept_and_saved(
    admin_client, admin_user, presets
):
    order, _ = with_person(presets, state="DRAFT")
    typed = sent(admin_client.get(page(order)))
    new = {"name": "Bo", "email": "bo@fernwood.example.com", "id": "", "order": order.pk}
    typed |= {f"authorised_users-1-{name}": [str(value)] for name, value in new.items()}
    typed |= {"authorised_users-1-is_active": ["on"], "authorised_users-TOTAL_FORMS": ["2"], **FEE}
    services.execute_order(order=order, revision=order.revision, by=admin_user, at=MORNING)

    answer = admin_client.post(page(order), typed)
    shown = sent(answer)
    saved = admin_client.post(page(order), {**shown, "dated_on": "2026-03-04"})

    assert shown["authorised_users-1-name"] == ["Bo"]
    assert saved.status_code == 302
    order.refresh_from_db()
    people = [row.name for row in order.authorised_users.order_by("name")]
    assert (people, order.state, order.fee_amount) == (["Ada", "Bo"], "EXECUTED", 777)


@pytest.mark.clause("V-2-order")
@pytest.mark.parametrize("kind", ["amend", "change"])
def test_what_was_typed_for_an_order_that_was_terminated_meanwhile_is_shown_and_not_saved(
    admin_client, admin_user, presets, kind
):
    order = with_target(presets, state="EXECUTED" if kind == "amend" else "DRAFT")
    typed = {**sent(admin_client.get(page(order, kind))), **FEE}
    Order.objects.filter(pk=order.pk).update(state="EXECUTED")
    services.terminate_order(order=order, reason="Left", by=admin_user, at=MORNING)

    answer = admin_client.post(page(order, kind), typed)

    text, form = answer.content.decode(), answer.context["adminform"].form
    assert form.errors["__all__"][-1] == (
        f"{order} is terminated: only an executed order is amended. "
        "What you typed is shown here to be read; it cannot be saved."
    )
    assert (form["fee_amount"].value(), 'name="_save"' in text) == ("777.00", False)
    order.refresh_from_db()
    assert (order.state, order.fee_amount) == ("TERMINATED", None)


def test_a_history_names_people_without_links_to_those_who_may_not_see_users(
    admin_client, client, presets
):
    order, _ = with_person(presets)
    admin_client.post(page(order), sent(admin_client.get(page(order))))
    agent = User.objects.create_user("ann", is_staff=True)
    agent.user_permissions.set(Permission.objects.filter(codename="view_order"))
    order._history_user = User.objects.get(username="admin")
    order.save()
    client.force_login(agent)
    url = reverse("admin:contracts_order_history", args=[order.pk])

    pages = [who.get(url).content.decode() for who in (admin_client, client)]

    link = reverse("admin:contracts_user_change", args=[order._history_user.pk])
    column = 'data-label="Changed by"'
    assert [f'<a href="{link}">' in text.partition(column)[2] for text in pages] == [True, False]
    assert ["admin" in text.partition(column)[2] for text in pages] == [True, True]
