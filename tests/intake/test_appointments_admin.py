"""The pages of appointments: the list, and deciding."""

from datetime import timedelta

import pytest
import time_machine

from apps.contracts import services
from apps.contracts.models import Appointment
from tests.appointments_made import (
    ASKED,
    install,
    make_appointment,
    make_confirmed,
    make_requester,
    new_york,
    published_presets,
)
from tests.factories import make_staff
from tests.intake.appointment_pages import ADD, LIST, book, page, sign_in
from tests.intake.refused_forms import refused_inputs
from tests.tickets_admin.pages import text_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PASSED = "That time has passed: choose one that lies ahead."


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(ASKED, tick=False):
        yield


@pytest.fixture
def duty(client):
    """Sign in somebody in New York who may do all that agents may."""
    return sign_in(client, "Support agents")


def said(answer) -> list[str]:
    return [str(note) for note in answer.context["messages"]]


def decide(client, row: Appointment, act: str, **facts):
    seen = row.history.latest("history_id").history_id
    return client.post(page(row, act), {"seen": seen, **facts}, follow=True)


def listed(client, query: str = "") -> list[str]:
    return [row.subject for row in client.get(f"{LIST}{query}").context["cl"].result_list]


def test_what_waits_for_us_comes_first_then_what_is_to_come(client, duty):
    make_confirmed(staff=duty, subject="confirmed, sooner", starts_at=new_york("2026-11-02T21:00"))
    make_appointment(subject="asked, later", starts_at=new_york("2026-11-08T10:00"))
    make_appointment(subject="asked, sooner")
    gone = make_appointment(subject="declined")
    services.decline_appointment(appointment=gone, reason="No", by=duty, at=ASKED)

    assert listed(client) == ["asked, sooner", "asked, later", "confirmed, sooner"]
    assert listed(client, "?shown=declined") == ["declined"]
    assert listed(client, "?shown=all") == [
        "asked, later",
        "declined",
        "asked, sooner",
        "confirmed, sooner",
    ]
    with time_machine.travel(new_york("2026-11-02T22:00"), tick=False):
        assert listed(client) == ["asked, sooner", "asked, later"]


def test_a_row_is_found_by_its_client_account_and_order(client, duty):
    row = make_appointment()
    make_appointment(subject="another")

    found = [
        listed(client, f"?q={words}")
        for words in (row.order.number, row.requester.email, row.order.account.name)
    ]

    assert found == [["Moving the exchange"]] * 3


def test_the_list_costs_the_same_whatever_it_shows(client, duty, django_assert_max_num_queries):
    for _ in range(6):
        make_appointment(subject="Another")

    with django_assert_max_num_queries(8):
        client.get(LIST)


@pytest.mark.clause("S-3")
def test_confirming_from_the_page(client, duty):
    row = make_appointment()

    answer = decide(client, row, "confirm", staff=duty.pk, note="Ring at gate 3.")

    row.refresh_from_db()
    assert (row.state, row.staff, row.decided_by, row.decision) == (
        "CONFIRMED",
        duty,
        duty,
        "Ring at gate 3.",
    )
    assert said(answer) == [f"Confirmed. {row.requester.email} is told."]


@pytest.mark.clause("S-3")
def test_who_is_busy_is_marked_and_refused_and_the_words_stay(client, duty):
    make_confirmed(staff=duty)
    row = make_appointment()

    answer = decide(client, row, "confirm", staff=duty.pk, note="Ring at gate 3.")

    assert answer.status_code == 422
    assert (duty, True) in answer.context["people"]
    form = answer.context["forms"]["confirm"]
    assert form.non_field_errors()[0].startswith(f"{duty} has an appointment with")
    assert form["note"].value() == "Ring at gate 3."
    assert Appointment.objects.get(pk=row.pk).state == "ASKED"


@pytest.mark.clause("S-3")
def test_declining_cancelling_and_moving_from_the_page(client, duty):
    first, second, third = (make_appointment() for _ in range(3))

    decide(client, first, "decline", reason="Nobody is free")
    decide(client, second, "cancel", reason="They called it off")
    decide(
        client,
        third,
        "move",
        starts_at="2026-11-08T10:00",
        minutes="90",
        reason="Nobody is free",
        for_client="us",
    )

    rows = Appointment.objects.order_by("pk")
    assert [row.state for row in rows] == ["DECLINED", "CANCELLED", "ASKED"]
    assert (rows[2].starts_at, rows[2].ends_at - rows[2].starts_at) == (
        new_york("2026-11-08T10:00"),
        1.5 * HOUR,
    )


@pytest.mark.clause("S-2.1")
def test_moved_too_near_the_page_names_the_earliest_date(client, duty):
    row = make_appointment(kind="INSTALL", starts_at=new_york("2026-11-05T08:00"))

    answer = decide(
        client,
        row,
        "move",
        starts_at="2026-11-04T10:00",
        minutes="60",
        reason="Sooner",
        for_client="us",
    )

    assert answer.context["forms"]["move"].non_field_errors() == [
        "A new install is booked 3 business days ahead or more. Asked for on Monday 2 November"
        " 2026, the earliest possible date is Thursday 5 November 2026. Choose that day or a later"
        " one; sooner is priority handling, billable."
    ]


@pytest.mark.clause("S-3")
def test_a_page_that_is_out_of_date_decides_nothing(client, duty):
    row = make_appointment()
    seen = row.history.get().history_id
    services.move_appointment(
        appointment=row,
        starts_at=new_york("2026-11-08T10:00"),
        ends_at=new_york("2026-11-08T11:00"),
        reason="Later",
        by=make_staff(),
        at=ASKED,
    )

    answer = client.post(page(row, "confirm"), {"seen": seen, "staff": duty.pk})

    assert answer.context["forms"]["confirm"].non_field_errors() == [
        "Somebody was faster: it is on Sunday 8 November 2026, 10:00 to 11:00 EST."
        " Look at it again."
    ]
    assert answer.context["seen"] == row.history.latest("history_id").history_id


@pytest.mark.clause("S-3")
def test_what_is_decided_meanwhile_is_said_though_its_form_is_gone(client, duty):
    row = make_appointment()
    seen = row.history.get().history_id
    other = make_staff(name="olga")
    services.decline_appointment(appointment=row, reason="No", by=other, at=ASKED)
    duty.time_zone = "Europe/Berlin"
    duty.save()

    given = {"seen": seen, "staff": duty.pk, "note": "Ring at gate 3."}
    answer = client.post(page(row, "confirm"), given)

    assert answer.status_code == 422
    assert answer.context["forms"] == {}
    text = text_of(answer)
    assert (
        "Somebody was faster. It was declined by olga on Monday 2 November 2026, 16:00 CET." in text
    )
    assert "A word to the client, as you wrote it: “Ring at gate 3.”" in text


@pytest.mark.clause("S-3")
def test_who_decided_it_in_another_tab_is_told_so(client, duty):
    row = make_appointment()
    seen = row.history.get().history_id
    services.decline_appointment(appointment=row, reason="No", by=duty, at=ASKED)

    answer = client.post(page(row, "decline"), {"seen": seen, "reason": "Nobody is free"})

    assert answer.context["stray"].non_field_errors() == [
        "You did already. It was declined on Monday 2 November 2026, 10:00 EST."
    ]
    assert answer.context["typed"] == [("Why", "Nobody is free")]


@pytest.mark.clause("S-3")
def test_moved_into_the_past_it_is_said_beside_its_begin(client, duty):
    row = make_appointment()

    answer = decide(
        client,
        row,
        "move",
        starts_at="2026-11-02T09:59",
        minutes="60",
        reason="Sooner",
        for_client="us",
    )

    form = answer.context["forms"]["move"]
    assert dict(form.errors) == {"starts_at": [PASSED]}
    assert refused_inputs(answer) == {"move_starts_at": True}


@pytest.mark.parametrize("seen", ["", "0", "x", "99999999999", "2147483647"])
def test_a_form_that_names_no_state_of_the_appointment_decides_nothing(client, duty, seen):
    row = make_appointment()

    answer = client.post(page(row, "decline"), {"seen": seen, "reason": "No"})

    assert answer.status_code == 422
    assert Appointment.objects.get().state == "ASKED"


@pytest.mark.parametrize(
    ("state", "at", "offered"),
    [
        ("ASKED", ASKED, ["confirm", "decline", "move", "cancel"]),
        ("ASKED", new_york("2026-11-07T10:00:01"), ["decline", "move", "cancel"]),
        ("CONFIRMED", ASKED, ["move", "cancel"]),
        ("CONFIRMED", new_york("2026-11-07T10:30"), ["cancel"]),
        ("CONFIRMED", new_york("2026-11-07T11:00"), []),
    ],
)
def test_each_state_offers_what_can_be_done(client, duty, state, at, offered):
    row = make_confirmed(staff=duty) if state == "CONFIRMED" else make_appointment()

    with time_machine.travel(at, tick=False):
        assert list(client.get(page(row)).context["forms"]) == offered


def test_the_page_tells_the_readers_time_and_the_orders(client, duty):
    duty.time_zone = "Europe/Berlin"
    duty.save()
    row = make_appointment(subject="<script>alert(1)</script>")

    answer = client.get(page(row))

    assert (answer.context["yours"], answer.context["theirs"]) == (
        "Saturday 7 November 2026, 16:00 to 17:00 CET",
        "Saturday 7 November 2026, 10:00 to 11:00 EST",
    )
    assert "<script>alert(1)" not in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "acts"),
    [
        ("Support agents", 200, True),
        ("Duty managers", 200, True),
        ("TAMs", 200, True),
        ("Administrators", 200, True),
        ("Finance", 200, False),
        ("", 403, False),
    ],
)
def test_who_sees_decides_and_books(client, role, sees, acts):
    sign_in(client, role)
    row, ada = make_appointment(), make_requester()

    looks = client.get(page(row))
    decided = decide(client, row, "decline", reason="No")
    booked = book(client, ada)

    assert (client.get(LIST).status_code, looks.status_code) == (sees, sees)
    assert (decided.status_code, booked.status_code) == ((200, 200) if acts else (403, 403))
    assert Appointment.objects.get(pk=row.pk).state == ("DECLINED" if acts else "ASKED")
    if sees == 200:
        assert (page(row, "decline") in looks.content.decode()) == acts
        assert (f"{ADD}?requester={row.requester_id}" in looks.content.decode()) == acts


def test_looking_changes_nothing(client, duty):
    row = make_appointment()

    answers = [client.get(page(row, act)) for act in ("confirm", "decline", "move", "cancel")]

    assert [answer.status_code for answer in answers] == [302] * 4
    assert client.post(page(row), {"state": "CONFIRMED"}).status_code == 403
    assert Appointment.objects.get().state == "ASKED"


@pytest.mark.clause("S-2.1", "R-7")
def test_the_list_says_what_is_billed_and_why(client, duty):
    make_appointment(**install("2026-11-03T10:00"), is_priority=True, by=duty)
    make_appointment(**install("2026-11-05T21:00"))
    make_appointment()
    admin = client.get(LIST).context["cl"].model_admin

    rows = client.get(LIST).context["cl"].result_list

    assert [admin.billed(row) for row in rows] == ["Priority", "After hours", "-"]


@pytest.mark.parametrize("key", [0, 999_999, 99999999999999999999])
def test_an_appointment_that_is_not_there_is_not_found(client, duty, key):
    assert client.get(f"{LIST}{key}/change/").status_code == 404
    assert client.post(f"{LIST}{key}/confirm/", {}).status_code == 404
