"""TAMs by their services: assigned, handed over after a notice, a hand-over withdrawn."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.contracts.models import TamAssignment
from apps.contracts.queries import coming_handover, tam_now, tam_of
from apps.contracts.services import amend_order, terminate_order
from tests.factories import MORNING, make_client, make_order, make_staff
from tests.tams_made import (
    NOTICE,
    TODAY,
    assign,
    mails,
    make_held,
    make_tam_order,
    refusal,
    signed,
    who,
)

pytestmark = pytest.mark.django_db
EARLIEST = date(2026, 3, 13)  # nine days after TODAY


@pytest.mark.clause("V-6.1", "V-6.2", "V-6.4")
def test_the_first_tam_holds_from_its_day_on_and_no_notice_is_owed():
    order, tam, by = make_tam_order(), make_staff(), make_staff()
    make_client(order=order, email="ann@client.example.com")

    row = assign(order, tam, phone=" 030 7 ", chat="#acme", by=by, reason="Kick-off")

    row.refresh_from_db()
    assert (row.email, row.phone, row.chat) == ("tam@provider.example.com", "030 7", "#acme")
    assert (row.made_by, row.made_at, row.needs_notice) == (by, MORNING, False)
    assert signed(row) == (by, MORNING, "Kick-off")
    assert [who(order, date(2026, 3, day)) for day in (3, 4, 5)] == [None, tam, tam]
    assert mails(NOTICE) == []
    assert [mail.recipient for mail in mails("tam.assigned")] == ["ann@client.example.com"]


@pytest.mark.clause("V-6.1")
def test_an_assignment_may_begin_later_and_nobody_holds_until_then():
    order, tam = make_tam_order(), make_staff()

    row = assign(order, tam, starts_on=date(2026, 3, 6))

    assert [who(order, date(2026, 3, day)) for day in (4, 5, 6)] == [None, None, tam]
    assert coming_handover(order, at=MORNING) == row


@pytest.mark.clause("V-6.2")
def test_a_first_day_in_the_past_is_refused_and_today_is_the_orders_own():
    order = make_tam_order(time_zone="Pacific/Auckland")  # 5 March there

    refused = refusal(assign, order, make_staff(), starts_on=TODAY)

    assert refused == "2026-03-04 is over. The first day is today, 2026-03-05, or later."
    assert assign(order, make_staff(), starts_on=date(2026, 3, 5)).pk


@pytest.mark.clause("V-6.2")
def test_who_is_there_already_is_named_and_two_are_never_assigned():
    order = make_held(tam=make_staff(name="grace"))

    assert refusal(assign, order, make_staff()) == (
        f"grace is the TAM of {order} already. Hand over instead."
    )
    assert TamAssignment.objects.count() == 1


@pytest.mark.clause("V-6.1", "V-1.2")
@pytest.mark.parametrize("state", ["DRAFT", "ENDED", "TERMINATED"])
def test_only_an_executed_order_has_a_tam(state):
    order = make_tam_order(state=state)

    assert refusal(assign, order, make_staff()) == (
        f"{order} is {state.lower()}: only an executed order has a TAM."
    )


@pytest.mark.clause("V-6.1", "V-4")
@pytest.mark.parametrize("policy", ["with a rule on TAMs", "without"])
def test_an_order_without_a_tams_time_is_told_to_be_amended(policy):
    order = make_tam_order(plan="base") if policy != "without" else make_order()

    assert refusal(assign, order, make_staff()) == (
        f"{order} has no TAM's time. Amend it to a plan that has."
    )


@pytest.mark.clause("V-6.1", "V-2-order")
def test_time_that_is_agreed_under_a_policy_that_knows_no_tams_is_none():
    order = make_order()
    order.tam_minutes_per_month = 60
    order.save()

    assert refusal(assign, order, make_staff()) == (
        f"{order} has no TAM's time. Amend it to a plan that has."
    )


@pytest.mark.clause("V-6.1", "V-3.1")
@pytest.mark.parametrize(
    ("term", "starts_on", "words"),
    [
        ((date(2026, 3, 6), None), date(2026, 3, 5), "2026-03-06 to open end"),
        ((date(2026, 1, 1), date(2026, 3, 9)), date(2026, 3, 10), "2026-01-01 to 2026-03-09"),
    ],
)
def test_an_assignment_begins_inside_the_term(term, starts_on, words):
    order = make_tam_order(starts_on=term[0], ends_on=term[1])

    assert refusal(assign, order, make_staff(), starts_on=starts_on) == (
        f"{starts_on} is outside the term of {order}, {words}."
    )


@pytest.mark.clause("V-6.1", "V-3.1")
def test_both_ends_of_the_term_belong_to_it():
    order = make_tam_order(starts_on=TODAY, ends_on=TODAY)

    assert assign(order, make_staff(), starts_on=TODAY).pk


@pytest.mark.clause("V-6.1")
@pytest.mark.parametrize("facts", [{"is_active": False}, {"is_staff": False}])
def test_a_tam_works_here(facts):
    tam = make_staff(name="grace")
    for name, value in facts.items():
        setattr(tam, name, value)

    assert refusal(assign, make_tam_order(), tam) == (
        "grace is not active staff. Choose somebody who works here."
    )


@pytest.mark.clause("V-6.4")
@pytest.mark.parametrize(
    ("contacts", "words"),
    [
        ({"email": " "}, "Say at which mail address the client reaches the TAM."),
        (
            {"email": '"a.b"@example.com'},
            'email: “"a.b"@example.com” is not a plain mail address. '
            "Use one such as name@example.com.",
        ),
        (
            {"phone": "7" * 41},
            "phone: Ensure this value has at most 40 characters (it has 41).",
        ),
    ],
)
def test_a_tam_can_be_reached(contacts, words):
    assert refusal(assign, make_tam_order(), make_staff(), **contacts) == words


@pytest.mark.clause("V-6.1", "V-6.3")
def test_the_tam_is_nobodys_while_the_order_is_not_served_and_comes_back_with_it():
    order, by = make_held(), make_staff()

    def amend(minutes):
        order.refresh_from_db()
        amend_order(
            order=order,
            revision=order.revision,
            terms={"plan": order.version.plans.get(key=minutes)},
            dated_on=TODAY,
            reason="As agreed",
            by=by,
            at=MORNING,
        )
        order.refresh_from_db()
        return tam_now(order, at=MORNING)

    held = tam_of(order, on=TODAY)
    assert [amend("base"), amend("summit")] == [None, held]

    terminate_order(order=order, reason="Fraud", by=by, at=MORNING)
    order.refresh_from_db()
    assert (tam_now(order, at=MORNING), tam_of(order, on=TODAY)) == (None, held)


@pytest.mark.clause("V-6.2")
def test_the_database_refuses_a_second_beginning_on_a_day():
    order = make_held()

    with pytest.raises(IntegrityError, match=r"order_id|one_begins_on_a_day"), transaction.atomic():
        TamAssignment.objects.create(
            order=order,
            tam=make_staff(),
            email="x@provider.example.com",
            starts_on=TODAY,
            made_at=MORNING,
        )
