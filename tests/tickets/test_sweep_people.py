"""Who hears of a missed deadline."""

import pytest

from apps.tickets import services
from apps.tickets.queries import duty_managers
from tests.factories import make_staff, make_ticket
from tests.tickets.reading import later, mails

pytestmark = pytest.mark.django_db


def told(*, assignee=None, change=None):
    """Miss the response of a ticket of that assignee; return who is told."""
    ticket = make_ticket(severity="1", assignee=assignee)
    if change:
        type(assignee).objects.filter(pk=assignee.pk).update(**change)
    services.sweep_deadlines(at=later(hours=2))
    assert ticket.deadlines.get().state == "MISSED"
    return mails("deadline.missed")


@pytest.fixture
def manager():
    return make_staff(name="manager", is_duty_manager=True)


@pytest.mark.clause("V-9.1")
def test_the_assignee_and_every_duty_manager_hear_of_it(manager):
    make_staff(name="deputy", is_duty_manager=True)
    make_staff(name="bystander")

    assert told(assignee=make_staff(name="ada")) == [
        "ada@provider.example.com",
        "deputy@provider.example.com",
        "manager@provider.example.com",
    ]


def test_an_assignee_who_is_a_duty_manager_hears_of_it_once(manager):
    assert told(assignee=manager) == ["manager@provider.example.com"]


def test_of_an_unassigned_ticket_the_duty_managers_hear(manager):
    assert told() == ["manager@provider.example.com"]


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_an_assignee_who_is_gone_or_has_no_address_is_not_written_to(manager, change):
    assert told(assignee=make_staff(), change=change) == ["manager@provider.example.com"]


@pytest.mark.parametrize("gone", [{}, {"is_active": False}, {"email": ""}])
def test_without_a_duty_manager_the_administrators_hear_of_it(gone):
    make_staff(name="admin", is_superuser=True)
    if gone:
        make_staff(name="manager", is_duty_manager=True, **gone)

    assert told(assignee=make_staff(name="ada")) == [
        "ada@provider.example.com",
        "admin@provider.example.com",
    ]


def test_with_nobody_at_all_the_miss_is_recorded_all_the_same():
    assert told() == []


def test_two_managers_with_one_address_get_one_mail(manager):
    make_staff(name="other", email=manager.email, is_duty_manager=True)

    assert duty_managers() == told() == ["manager@provider.example.com"]


def test_the_longest_address_there_can_be_stops_no_sweep(manager):
    longest = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.net"

    assert len(longest) == 254
    assert told(assignee=make_staff(email=longest)) == [longest, "manager@provider.example.com"]
