"""Asking for an appointment, and moving one: what is booked, what is refused, who is told."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from apps.contracts import services
from apps.contracts.models import Appointment, Standing
from apps.contracts.services import AppointmentRefused
from apps.outbox.models import Message
from tests.appointments_made import (
    ASKED,
    PREMIUM,
    end_terms,
    install,
    make_appointment,
    make_requester,
    new_york,
    published_presets,
    wish,
)
from tests.factories import make_client, make_order, make_policy, make_service, make_staff

pytestmark = pytest.mark.django_db
CAIRN = Path(__file__).parent.parent / "policies" / "cairn.toml"
NOTICE = (
    "A new install is booked 3 business days ahead or more. Asked for on Monday 2 November 2026,"
    " the earliest possible date is Thursday 5 November 2026."
)


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


def refusal(**facts) -> AppointmentRefused:
    with pytest.raises(AppointmentRefused) as caught:
        services.ask_appointment(**wish(**facts))
    return caught.value


def holds(row: Appointment) -> list[tuple[str, bool]]:
    return [(step["clause"], step["holds"]) for step in row.steps]


def told(topic: str) -> list[str]:
    return list(Message.objects.filter(topic=topic).values_list("recipient", flat=True))


@pytest.mark.clause("S-3", "V-3.5")
def test_help_off_hours_is_asked_for_and_waits_for_us():
    ada = make_requester()

    row = make_appointment(requester=ada, subject="Moving\r\nthe exchange")

    row.refresh_from_db()
    assert (row.order, row.requester, row.state, row.fee) == (ada.order, ada, "ASKED", None)
    assert (row.subject, row.asked_at, row.decided_at) == ("Moving the exchange", ASKED, None)
    assert holds(row)[-1] == ("S-3", True)
    assert told("appointment.asked") == [ada.email]
    change = row.history.get()
    assert (change.history_change_reason, change.history_user, change.history_date) == (
        "Asked for",
        None,
        ASKED,
    )


@pytest.mark.clause("S-3")
def test_who_books_it_for_the_client_is_in_the_history():
    duty = make_staff()

    change = make_appointment(by=duty).history.get()

    assert (change.history_change_reason, change.history_user) == ("Booked for the client", duty)


@pytest.mark.clause("S-3")
def test_the_same_request_is_one_appointment_and_told_once():
    facts = wish()

    first, second = (services.ask_appointment(**facts) for _ in range(2))

    assert (first, Appointment.objects.count(), Message.objects.count()) == (second, 1, 1)


@pytest.mark.clause("S-2.1")
def test_an_install_on_the_earliest_day_costs_nothing():
    row = make_appointment(**install("2026-11-05T08:00"))

    assert (row.fee, row.is_priority) == (None, False)
    assert holds(row)[-3:] == [("S-2.1", True), ("S-2", True), ("S-2.1", True)]


@pytest.mark.clause("S-2.1")
def test_an_install_the_day_before_is_refused_with_the_earliest_date():
    refused = refusal(**install("2026-11-04T19:00"))

    assert (refused.clause, refused.earliest_on) == ("S-2.1", date(2026, 11, 5))
    assert str(refused) == (
        f"{NOTICE} Choose that day or a later one; sooner is priority handling, billable."
    )
    assert (refused.steps[-1].clause, refused.steps[-1].holds) == ("S-2.1", False)
    assert (Appointment.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.clause("S-2.1", "R-7")
def test_staff_take_it_sooner_as_priority_handling_and_it_is_billed():
    row = make_appointment(**install("2026-11-04T19:00", is_priority=True, by=make_staff()))

    assert (row.fee.key, row.is_priority) == ("install", True)
    assert (row.steps[-1]["clause"], row.steps[-1]["says"]) == (
        "S-2.1, R-7",
        "It is billed: New install after hours or with priority, 125.00 USD an hour, at least"
        " 60 min, then by 1 min.",
    )


@pytest.mark.clause("S-2.1")
def test_a_client_does_not_choose_priority_handling():
    refused = refusal(**install("2026-11-04T19:00", is_priority=True))

    assert str(refused) == "Priority handling is ours to offer: ask for it in the details."


@pytest.mark.clause("S-2.1", "R-7")
@pytest.mark.parametrize(
    ("starts", "fee"), [("2026-11-05T19:00", None), ("2026-11-05T19:00:01", "install")]
)
def test_an_install_that_runs_past_the_hours_is_billed(starts, fee):
    row = make_appointment(**install(starts))

    assert (row.fee and row.fee.key, row.is_priority) == (fee, False)


@pytest.mark.clause("S-3")
def test_help_inside_the_hours_needs_no_appointment():
    refused = refusal(starts_at=new_york("2026-11-05T10:00"))

    assert (refused.clause, str(refused)) == (
        "S-3",
        "“Standard hours” is open all that time: open a ticket, no appointment is needed.",
    )


@pytest.mark.clause("S-3")
def test_where_support_never_closes_an_install_is_free_and_help_is_a_ticket():
    ada = make_requester(slug=PREMIUM)

    row = make_appointment(requester=ada, kind="INSTALL")
    refused = refusal(requester=ada)

    assert (row.fee, holds(row)[-1]) == (None, ("V-4", True))
    assert (refused.clause, str(refused)) == (
        "V-4",
        "“Around the clock” is open all that time: open a ticket, no appointment is needed.",
    )


@pytest.mark.clause("S-2.1", "S-3")
def test_another_provider_has_other_figures_clauses_and_a_zone_of_its_own():
    ada = make_client(order=make_order(version=make_policy(text=CAIRN.read_text("utf-8"))))

    refused = refusal(requester=ada, **install("2026-11-09T12:00"))
    row = make_appointment(requester=ada, **install("2026-11-10T09:00"))

    # Asked for at 17:00 in Helsinki; six days on which the desk opens, Saturdays and Sundays not.
    assert (refused.clause, refused.earliest_on) == ("C-4", date(2026, 11, 10))
    assert (row.fee.key, row.is_priority) == ("work", False)


@pytest.mark.clause("V-3.5", "V-1.2")
def test_who_may_not_open_tickets_books_nothing():
    ada = make_requester()
    ada.is_active = False
    ada.save()

    refused = refusal(requester=ada)

    assert str(refused) == (f"The sender is not an authorised user of order {ada.order.number}.")
    assert refused.steps[-1].holds is False


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("last", "booked"), [(date(2026, 11, 7), True), (date(2026, 11, 6), False)]
)
def test_the_order_must_hold_on_the_day_of_the_appointment(last, booked):
    ada = make_requester()
    end_terms(ada.order, last)

    if booked:
        assert make_appointment(requester=ada).state == "ASKED"
        return
    refused = refusal(requester=ada)
    assert str(refused) == f"The term of order {ada.order.number} ended on {last}."
    assert [step.holds for step in refused.steps][-2:] == [True, False]


@pytest.mark.clause("V-2-order")
def test_a_service_that_the_order_does_not_cover_is_refused():
    ada = make_requester()
    ada.order.services.add(make_service())

    refused = refusal(requester=ada, service=make_service(title="Faxes"))

    assert str(refused) == f"Order {ada.order.number} does not cover “Faxes”."


@pytest.mark.clause("S-12", "R-6")
def test_a_suspended_account_books_no_install_while_its_faults_are_served():
    ada = make_requester()
    Standing.objects.create(
        account=ada.order.account,
        state="SUPPORT_SUSPENDED",
        since_at=ASKED,
        clause="S-12",
        why="Invoice 7 is overdue",
    )

    refused = refusal(requester=ada, **install("2026-11-05T08:00"))

    assert refused.clause == "S-12"
    assert make_appointment(requester=ada).state == "ASKED"


@pytest.mark.clause("S-3")
def test_a_time_that_has_passed_is_refused():
    refused = refusal(starts_at=ASKED - timedelta(microseconds=1))

    assert str(refused) == "That time has passed: choose one that lies ahead."


def test_an_address_that_takes_no_mail_books_all_the_same():
    ada = make_requester()
    ada.email = "not an address"
    ada.save()

    assert (make_appointment(requester=ada).state, Message.objects.count()) == ("ASKED", 0)


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(("length", "kept"), [(250, 250), (251, 250)])
def test_of_a_long_subject_the_first_250_characters_are_kept(length, kept):
    assert make_appointment(subject="x" * length).subject == "x" * kept
