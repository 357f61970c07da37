"""The page of an order: refusals in words, nothing half-saved, history with the reason."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from apps.contracts import services
from apps.contracts.models import Account, AuthorisedUser, Order
from tests.contracts.presets import S, V
from tests.contracts_admin.forms import order_form, person
from tests.contracts_admin.tam_pages import sign_in
from tests.factories import HARBOUR, LOADED_AT, make_client, make_order, make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import text_of
from tests.time_made import make_hours, make_premium

pytestmark = pytest.mark.django_db
ADD = reverse("admin:contracts_order_add")


def page(order: Order) -> str:
    return reverse("admin:contracts_order_change", args=[order.pk])


def errors(answer) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def people_errors(answer) -> list[str]:
    formset = answer.context["inline_admin_formsets"][0].formset
    return [
        *formset.non_form_errors(),
        *(text for form in formset.forms for texts in form.errors.values() for text in texts),
    ]


def new_order(presets, **changes):
    version = presets[V.policy.slug]
    facts = {
        "account": Account.objects.create(name="Fernwood").pk,
        "version": version.pk,
        "plan": version.plans.get(key="gold").pk,
    }
    return {**facts, **changes}


def test_an_order_is_added_with_its_people_and_the_history_says_why(admin_client, presets):
    facts = new_order(presets, change_reason="Signed on paper")

    answer = admin_client.post(ADD, order_form(None, person("ada@fernwood.example.com"), **facts))

    assert answer.status_code == 302
    order = Order.objects.get(number="ORD-NEW")
    user = order.authorised_users.get()
    assert (order.plan.key, user.email) == ("gold", "ada@fernwood.example.com")
    histories = [order.history.get(), user.history.get()]
    assert [(row.history_change_reason, row.history_user.username) for row in histories] == [
        ("Signed on paper", "admin")
    ] * 2


@pytest.mark.clause("V-2-order")
def test_a_plan_of_another_policy_is_refused_and_the_own_plans_are_named(admin_client, presets):
    plan = presets[S.policy.slug].plans.get()

    answer = admin_client.post(ADD, order_form(None, **new_order(presets, plan=plan.pk)))

    version = presets[V.policy.slug]
    refusal = f"{version} has no plan “{plan}” of its own. It has Silver, Gold, Platinum."
    assert errors(answer) == {"plan": [refusal]}
    assert Order.objects.count() == 0


def test_a_draft_of_a_policy_cannot_be_ordered(admin_client, presets):
    text = HARBOUR.read_text("utf-8").replace("{ hours = 4 }", "{ hours = 6 }")
    draft = services.load_policy(text=text, name="harbour.toml", at=LOADED_AT).version
    facts = new_order(presets, version=draft.pk, plan=draft.plans.order_by("pk")[0].pk)

    answer = admin_client.post(ADD, order_form(None, **facts))

    assert set(errors(answer)) == {"version", "plan"}
    assert Order.objects.count() == 0


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("ends_on", "refused"), [("2025-12-31", {"ends_on"}), ("2026-01-01", set())]
)
def test_the_last_day_may_be_the_first_but_not_before_it(admin_client, presets, ends_on, refused):
    answer = admin_client.post(ADD, order_form(None, **new_order(presets, ends_on=ends_on)))

    found = set(errors(answer)) if answer.status_code == 200 else set()
    assert (found, Order.objects.count()) == (refused, 0 if refused else 1)


def test_a_number_that_is_taken_is_refused(admin_client, presets):
    order = make_order(version=presets[V.policy.slug])

    answer = admin_client.post(ADD, order_form(None, **new_order(presets, number=order.number)))

    assert errors(answer) == {"number": ["Order with this Number already exists."]}


@pytest.mark.clause("V-3.5")
def test_one_address_twice_is_refused_and_the_order_stays_as_it_was(admin_client, presets):
    order = make_order(version=presets[V.policy.slug], state="DRAFT")
    twice = [person("ada@fernwood.example.com"), person("ADA@fernwood.example.com")]

    answer = admin_client.post(page(order), order_form(order, *twice))

    assert people_errors(answer) == [
        "ada@fernwood.example.com is listed twice. Each person is named once."
    ]
    order.refresh_from_db()
    assert (order.state, AuthorisedUser.objects.count()) == ("DRAFT", 0)


def test_an_address_that_is_there_in_other_letters_is_refused(admin_client, presets):
    order = make_order(version=presets[V.policy.slug], state="DRAFT")
    AuthorisedUser.objects.create(order=order, name="Ada", email="ada@fernwood.example.com")

    answer = admin_client.post(page(order), order_form(order, person("Ada@Fernwood.example.com")))

    assert answer.status_code == 200
    order.refresh_from_db()
    assert (order.state, AuthorisedUser.objects.count()) == ("DRAFT", 1)


def test_what_changed_and_why_is_on_the_page_of_its_history(admin_client, presets):
    order = make_order(version=presets[V.policy.slug], state="DRAFT")
    admin_client.post(
        page(order), order_form(order, ends_on="2026-12-31", change_reason="Given notice")
    )

    text = admin_client.get(
        reverse("admin:contracts_order_history", args=[order.pk])
    ).content.decode()

    order.refresh_from_db()
    assert order.ends_on == date(2026, 12, 31)
    assert "Given notice" in text


def test_an_earlier_state_can_be_seen_but_not_saved_again(admin_client, presets):
    order = make_order(version=presets[V.policy.slug])
    url = reverse(
        "admin:contracts_order_simple_history", args=[order.pk, order.history.get().history_id]
    )

    answers = [admin_client.get(url), admin_client.post(url, order_form(order, number="ORD-X"))]

    number = order.number
    assert [answer.status_code for answer in answers] == [200, 403]
    assert "Nothing can be changed here." in answers[0].content.decode()
    history = reverse("admin:contracts_order_history", args=[order.pk])
    assert f'href="{history}"' in answers[0].content.decode()
    order.refresh_from_db()
    assert order.number == number


def test_the_page_of_an_earlier_state_does_not_mix_in_what_is_so_today(admin_client):
    ticket = make_ticket()
    account = ticket.account
    now = reverse("admin:contracts_account_change", args=[account.pk])
    then = reverse(
        "admin:contracts_account_simple_history",
        args=[account.pk, account.history.get().history_id],
    )

    texts = [admin_client.get(url).content.decode() for url in (now, then)]

    assert [ticket.number in text for text in texts] == [True, False]


def delete_page(order: Order) -> str:
    return reverse("admin:contracts_order_delete", args=[order.pk])


def deletable(client, order: Order) -> tuple[bool, int, bool]:
    """Return whether deleting is offered, what a post answers, and whether it is gone then."""
    offered = delete_page(order) in client.get(page(order)).content.decode()
    status = client.post(delete_page(order), {"post": "yes"}).status_code
    return offered, status, not Order.objects.filter(pk=order.pk).exists()


@pytest.mark.parametrize("state", ["EXECUTED", "ENDED", "TERMINATED"])
def test_an_order_that_was_executed_is_not_deleted(admin_client, state):
    assert deletable(admin_client, make_order(state=state)) == (False, 403, False)


def test_a_draft_in_use_is_not_deleted(admin_client):
    order = make_client(order=make_order(state="DRAFT")).order

    assert deletable(admin_client, order) == (False, 403, False)


def test_a_draft_that_nothing_uses_is_deleted_and_stays_in_the_history(admin_client):
    assert deletable(admin_client, make_order(state="DRAFT")) == (True, 302, True)
    assert Order.history.first().history_type == "-"


def test_deleting_many_at_once_says_what_is_in_use_and_what_is_no_draft(admin_client):
    executed, draft = make_ticket().order, make_order(state="DRAFT")
    data = {"action": "delete_selected", "_selected_action": [executed.pk, draft.pk]}
    url = reverse("admin:contracts_order_changelist")

    asked = admin_client.post(url, data)
    admin_client.post(url, {**data, "post": "yes"})

    assert asked.context["protected"] == [
        f"{executed} is executed: only a draft is deleted",
        f"{executed} is used by 1 authorised user",
        f"{executed} is used by 1 ticket",
    ]
    assert Order.objects.count() == 2


def test_a_draft_that_is_deleted_while_its_execution_is_posted_is_said_to_be_gone(admin_client):
    order = make_order(state="DRAFT")
    execute = reverse("admin:contracts_order_execute", args=[order.pk])

    def somebody_was_faster(run, sql, *given):
        """Delete it after the page has looked, just before the service locks it."""
        left = Order.objects.filter(pk=order.pk)
        if 'FROM "contracts_account" INNER JOIN "contracts_order"' in sql and left.exists():
            left.get().delete()
        return run(sql, *given)

    with connection.execute_wrapper(somebody_was_faster):
        answer = admin_client.post(execute, {"revision": 1, "reason": "Signed"})
    answer = admin_client.get(answer["Location"])

    assert [str(note) for note in answer.context["messages"]] == [
        f"order with ID “{order.pk}” doesn’t exist. Perhaps it was deleted?"
    ]


def test_the_tams_time_is_in_hours_with_what_is_left_this_month(admin_client):
    order = make_premium()
    make_hours(order=order, hours=10)

    with time_machine.travel(later(days=1), tick=False):
        words = text_of(admin_client.get(page(order)))

    assert "40 h, the plan's 10 h used, 30 h left in March 2026" in words


def test_without_any_service_the_page_says_so_and_leads_to_adding_one(admin_client):
    order = make_order(state="DRAFT")

    answer = admin_client.get(page(order))

    assert "No services are listed yet: everything is covered. Add one" in text_of(answer)
    assert reverse("admin:contracts_service_add") in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "may_edit", "may_add"),
    [
        ("Administrators", True, False),
        ("Duty managers", False, True),
        ("Support agents", False, False),
        ("TAMs", False, False),
    ],
)
def test_who_keeps_people_but_no_orders_is_led_to_adding_a_user(client, role, may_edit, may_add):
    order = make_client().order
    sign_in(client, role)

    answer = client.get(page(order))

    add = f'{reverse("admin:contracts_authoriseduser_add")}?order={order.pk}"'
    assert (add in answer.content.decode()) == may_add
    assert ("authorised_users-0-email" in answer.content.decode()) == may_edit
    assert ("Change reason" in text_of(answer)) is False


def test_a_duty_manager_adds_a_user_and_comes_back_to_the_order(client):
    order = make_order()
    sign_in(client, "Duty managers")
    add = f"{reverse('admin:contracts_authoriseduser_add')}?order={order.pk}"
    facts = {"order": order.pk, **person("new@client.example.com", may_see_invoices="on")}

    shown = client.get(add)
    answer = client.post(add, facts)

    assert shown.context["adminform"].form.initial["order"] == str(order.pk)
    assert answer.url == page(order)
    user = AuthorisedUser.objects.get()
    assert (user.order, user.email, user.may_open) == (order, "new@client.example.com", True)
    assert (user.may_see_invoices, user.may_escalate) == (True, False)
