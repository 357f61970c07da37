"""Whose fault it was: written down, never changed, the latest counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.escalation import services
from apps.escalation.models import FaultDetermination
from apps.escalation.queries import finding_of, findings_of, review_of
from apps.escalation.services import Refused
from apps.tickets import services as tickets
from tests.factories import make_client, make_staff, make_ticket
from tests.tickets.life import premium, wholesale
from tests.tickets.reading import facts, later

pytestmark = pytest.mark.django_db
NIGHT = later(hours=12)  # nine in the evening, in New York


def determine(ticket: Any, **given: Any) -> FaultDetermination:
    boss = make_staff()
    whole = {
        "finding": "NOT_PROVIDER",
        "is_agreed": True,
        "ours": boss,
        "theirs": ticket.requester,
        "why": "Their own line was cut.",
        "decided_at": later(hours=20),
        "by": boss,
        "at": later(hours=24),
        "act_key": f"f{FaultDetermination.objects.count()}",
    }
    return services.determine_fault(ticket=ticket, **{**whole, **given})


@pytest.mark.clause("S-4")
def test_a_finding_says_who_decided_when_and_why():
    ticket = wholesale("1", at=NIGHT)

    for _ in range(2):
        row = determine(ticket, act_key="once")

    assert FaultDetermination.objects.get() == row
    assert (row.finding, row.is_agreed, row.theirs, row.why) == (
        "NOT_PROVIDER",
        True,
        ticket.requester,
        "Their own line was cut.",
    )
    assert (row.decided_at, row.recorded_at) == (later(hours=20), later(hours=24))
    assert facts(ticket, "NOTED") == [
        {
            "what": "Fault determined: Provider not at fault, agreed by both sides",
            "finding": row.pk,
        }
    ]


@pytest.mark.clause("S-4")
def test_a_change_is_a_new_record_and_the_latest_counts():
    ticket, other, none = (wholesale("1", at=NIGHT) for _ in range(3))
    first = determine(ticket, finding="UNDECIDED", is_agreed=False, theirs=None)
    last = determine(ticket, finding="PROVIDER", decided_at=later(hours=13))
    third = determine(other)

    assert finding_of(ticket) == last
    assert finding_of(none) is None
    assert findings_of([ticket.pk, other.pk, none.pk]) == {ticket.pk: last, other.pk: third}
    assert list(FaultDetermination.objects.filter(ticket=ticket)) == [last, first]


@pytest.mark.clause("S-4")
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_keeps_a_finding_as_it_is(change):
    row = determine(wholesale("1", at=NIGHT))
    rows = FaultDetermination.objects.filter(pk=row.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(finding="PROVIDER") if change == "update" else rows.delete()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"why": " "}, "Say why"),
        ({"theirs": None}, "Say who agreed on the client's side"),
        ({"decided_at": later(hours=24, seconds=1)}, "decided in the future"),
        ({"decided_at": NIGHT - timedelta(seconds=1)}, "decided before"),
    ],
)
def test_what_does_not_fit_is_refused(given, said):
    with pytest.raises(Refused, match=said):
        determine(wholesale("1", at=NIGHT), **given)


def test_the_clients_side_is_of_the_tickets_order():
    with pytest.raises(Refused, match="is no authorised user of"):
        determine(wholesale("1", at=NIGHT), theirs=make_client())


def test_a_ticket_that_was_merged_takes_no_finding():
    survivor = wholesale("1")
    ticket = make_ticket(requester=survivor.requester, severity="1")
    tickets.merge(duplicate=ticket, into=survivor, by=make_staff(), at=later(), act_key="m")

    with pytest.raises(Refused, match=f"goes on as {survivor.number}"):
        determine(ticket)


@pytest.mark.clause("S-4")
def test_a_priority_1_contact_at_night_is_to_be_reviewed_until_it_is_decided():
    ticket = wholesale("1", at=NIGHT)

    before = review_of(ticket)
    determine(ticket, finding="UNDECIDED", is_agreed=False, theirs=None)
    meanwhile = review_of(ticket)
    determine(ticket)

    assert (before.owed_since, before.clause, before.latest) == (NIGHT, "S-4", None)
    assert (before.is_owed, meanwhile.is_owed, review_of(ticket).is_owed) == (True, True, False)


@pytest.mark.clause("S-4")
def test_what_came_in_standard_hours_or_is_milder_is_not_reviewed():
    assert review_of(wholesale("1")).owed_since is None
    assert review_of(wholesale("2", at=NIGHT)).owed_since is None
    assert review_of(premium("I", at=NIGHT)).owed_since is None
