"""The mails on maintenance, read as a person, as a calendar, and as a customer's program would."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from apps.changes import services
from apps.changes.models import MaintenanceNotice
from apps.changes.rules.maintenance import Act
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.outbox.services import deliver_pending
from apps.outbox.transport import compose
from tests.factories import make_client, make_service
from tests.maintenance_made import NOON, WINDOW, act, covering, planned
from tests.maintenance_parser import PARSER, read_back
from tests.portal_made import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-11")]
ENDS = WINDOW + timedelta(hours=3)


def mails_to(person):
    """The mails on maintenance to a person, as they go out, the first one first."""
    rows = Message.objects.filter(topic="maintenance.told", recipient=person.email).order_by("pk")
    return [compose(row, render(topic=row.topic, payload=row.payload)).message() for row in rows]


def part_of(mail, kind):
    return next(each for each in mail.walk() if each.get_content_type() == kind)


def text_of(mail):
    return part_of(mail, "text/plain").get_payload(decode=True).decode()


def event_in(mail):
    part = part_of(mail, "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    return part.get_param("method"), calendar["METHOD"], calendar.walk("VEVENT")[0]


def whole_life():
    """Maintenance of a service of two accounts, one of which has two circuits; from plan to end."""
    trunks = make_service()
    ours, theirs = covering(trunks), covering(trunks)
    people = make_client(order=ours), make_client(order=theirs)
    row = planned(
        title="Fibre, moved; “Newark”",
        services=[trunks],
        objects=[(ours.account, "NYC-1; a, b"), (ours.account, "NYC-2")],
    )
    for name, at in [
        (Act.ANNOUNCE, NOON),
        (Act.CONFIRM, NOON + timedelta(hours=1)),
        (Act.START, WINDOW),
        (Act.FINISH, ENDS),
    ]:
        act(row, name, at=at)
    return row, trunks, people


@pytest.mark.skipif(not PARSER.exists(), reason="needs make maintenance-parser")
def test_a_customers_program_reads_each_update_and_its_own_objects_only():
    row, trunks, (ours, theirs) = whole_life()
    cancelled = planned(services=[trunks], title="Never")
    act(cancelled, Act.ANNOUNCE)
    act(cancelled, Act.CANCEL, words_to=services.Words("Not needed."))

    found = [
        [one for each in read_back([m.as_bytes() for m in mails_to(person)]) for one in each]
        for person in (ours, theirs)
    ]

    assert [
        [(each["maintenance_id"], each["status"], each["sequence"]) for each in of] for of in found
    ] == [
        [
            (row.number, "TENTATIVE", 0),
            (row.number, "CONFIRMED", 1),
            (row.number, "IN-PROCESS", 2),
            (row.number, "COMPLETED", 3),
            (cancelled.number, "TENTATIVE", 0),
            (cancelled.number, "CANCELLED", 1),
        ]
    ] * 2
    assert [[each["circuit_id"] for each in of[1]["circuits"]] for of in found] == [
        ["NYC-1; a, b", "NYC-2", trunks.key],
        [trunks.key],
    ]
    first = found[0][1]
    assert {circuit["impact"] for circuit in first["circuits"]} == {"OUTAGE"}
    assert (first["account"], first["provider"], first["organizer"], first["summary"]) == (
        ours.order.account.name,
        "provider.example.com",
        f"mailto:{ours.order.version.support_address}",
        f"{row.number} Fibre, moved; “Newark”",
    )
    assert (first["start"], first["end"], first["stamp"]) == (
        WINDOW.timestamp(),
        ENDS.timestamp(),
        (NOON + timedelta(hours=1)).timestamp(),
    )
    assert len({each["uid"] for each in found[0][:4]}) == 1
    assert found[0][0]["uid"] != found[1][0]["uid"]


def test_a_calendar_takes_each_update_for_the_same_event_and_a_cancellation_takes_it_out():
    _, trunks, (person, _) = whole_life()
    cancelled = planned(services=[trunks])
    act(cancelled, Act.ANNOUNCE)
    act(cancelled, Act.CANCEL, words_to=services.Words("Not needed."))

    read = [event_in(mail) for mail in mails_to(person)]

    assert [
        (named, method, str(event["STATUS"]), event["SEQUENCE"]) for named, method, event in read
    ] == [
        ("PUBLISH", "PUBLISH", "TENTATIVE", 0),
        ("PUBLISH", "PUBLISH", "CONFIRMED", 1),
        ("PUBLISH", "PUBLISH", "CONFIRMED", 2),
        ("PUBLISH", "PUBLISH", "CONFIRMED", 3),
        ("PUBLISH", "PUBLISH", "TENTATIVE", 0),
        ("CANCEL", "CANCEL", "CANCELLED", 1),
    ]
    assert [len({str(event["UID"]) for *_, event in each}) for each in (read[:4], read[4:])] == [
        1,
        1,
    ]


def test_a_person_reads_when_it_is_on_both_clocks_and_the_updates_stay_together():
    order = covering()
    person = make_person(order=order)
    person.user.time_zone = "Europe/Berlin"
    person.user.save()
    row = planned()
    act(row, Act.CONFIRM)
    act(row, Act.CANCEL, words_to=services.Words("No part came."))

    first, second = mails_to(person)

    assert first["Subject"] == f"[{row.number}] Maintenance confirmed: New core switch"
    assert [
        line
        for line in text_of(first).splitlines()
        if line.startswith(("Window:", "For you:", "Impact:"))
    ] == [
        "Window:    Monday 9 March 2026, 22:00 EDT to Tuesday 10 March 2026, 01:00 EDT",
        "For you:   Tuesday 10 March 2026, 03:00 to 06:00 CET",
        "Impact:    Outage",
    ]
    assert second["References"] == first["Message-ID"]
    assert "No part came." in text_of(second)


def test_what_is_older_than_what_arrived_is_withdrawn_and_so_is_what_somebody_left_was_owed():
    person, left = make_client(order=covering()), make_client(order=covering())
    row = planned()
    act(row, Act.ANNOUNCE)
    act(row, Act.CONFIRM)
    first, last = Message.objects.filter(recipient=person.email).order_by("pk")
    last.state, last.due_at, last.sent_at = Message.State.SENT, None, NOON
    last.save()
    left.is_active = False
    left.save()

    for owed in [first, *Message.objects.filter(recipient=left.email)]:
        with pytest.raises(Withdrawn):
            render(topic=owed.topic, payload=owed.payload)


def test_each_notice_says_how_many_mails_it_has_and_their_keys_lead_to_them():
    order = covering()
    people = [make_client(order=order) for _ in range(3)]
    row = planned()
    act(row, Act.CONFIRM)
    deliver_pending(at=NOON)

    notice = MaintenanceNotice.objects.get()
    proof = Message.objects.filter(key__startswith=notice.key)
    assert (notice.mails, {each.recipient for each in proof}, {each.state for each in proof}) == (
        3,
        {person.email for person in people},
        {"SENT"},
    )
