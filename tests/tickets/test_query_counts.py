"""What an act and a sweep may ask of the database, however much is in it."""

import pytest
from django.db import connection

from apps.tickets import services
from tests.factories import make_client, make_staff, make_ticket, severity_of
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db
# There what is written in one go is one statement.
IS_POSTGRESQL = connection.vendor == "postgresql"


def test_registering_costs_so_many_queries(django_assert_num_queries):
    client = make_client()
    make_ticket(requester=client)  # terms and hours are read once a process
    severity = severity_of(client.order.version, "3")

    with django_assert_num_queries(7 if IS_POSTGRESQL else 11):
        services.register(
            requester=client,
            channel="EMAIL",
            subject="Help",
            text="Please.",
            at=later(hours=1),
            source_key="mail:1",
            severity=severity,
        )


def test_answering_costs_so_many_queries_whatever_was_said_before(django_assert_num_queries):
    ticket, staff = make_ticket(), make_staff()
    for count in range(8):
        services.answer(
            ticket=ticket, text=f"{count}", by=staff, at=later(minutes=count), act_key=f"a{count}"
        )

    with django_assert_num_queries(13 if IS_POSTGRESQL else 14):
        services.answer(ticket=ticket, text="-", by=staff, at=later(hours=1), act_key="last")


def test_an_empty_sweep_asks_who_is_on_duty_and_what_is_due(django_assert_num_queries):
    make_ticket()
    make_staff(is_duty_manager=True)

    with django_assert_num_queries(4):  # one for who hears of it, three for the batch
        services.sweep_deadlines(at=later(hours=1))


@pytest.mark.parametrize("tickets", [1, 5])
def test_a_sweep_costs_the_same_for_one_and_for_many(django_assert_num_queries, tickets):
    client, assignee = make_client(), make_staff()
    make_staff(is_duty_manager=True)
    for _ in range(tickets):
        make_ticket(requester=client, assignee=assignee)
    assert connection.features.supports_json_field  # Django asks the database once

    with django_assert_num_queries(9):
        services.sweep_deadlines(at=later(hours=30))
