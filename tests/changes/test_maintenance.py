"""Maintenance: who is told, when, and what follows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.changes import services
from apps.changes.models import Maintenance, MaintenanceNotice
from apps.changes.queries import audience_of
from apps.changes.rules.maintenance import Act
from apps.outbox.models import Message
from tests.factories import make_client, make_order, make_policy, make_service, make_staff
from tests.maintenance_made import NOON, WINDOW, act, covering, planned, work

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-11")]
ENDS = WINDOW + timedelta(hours=3)


def told(row):
    """Sequence -> account -> (state it was told, its objects)."""
    found = {}
    notices = MaintenanceNotice.objects.filter(update__maintenance=row)
    for each in notices.select_related("update", "account"):
        of = found.setdefault(each.update.sequence, {})
        of[each.account.name] = (each.state, each.objects_named)
    return found


def promising(days):
    """Publish a policy that promises so many days of notice."""
    rule = (
        f'[rules.maintenance]\nclause = "H-5"\naudience = "affected_accounts"\nnotice_days = {days}'
    )
    return make_policy(changes={"[rules.severity_change]": f"{rule}\n\n[rules.severity_change]"})


def amend(row, *, why="Moved.", short="", by=None, at=NOON, seen=None, **changes):
    row.refresh_from_db()
    same = {
        "title": row.title,
        "description": row.description,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "services": list(row.services.all()),
        "objects": [(each.account, each.name) for each in row.named_objects.all()],
    }
    return services.amend_maintenance(
        maintenance=row,
        seen=seen or row.edition,
        work=work(**{**same, **changes}),
        words_to=services.Words(why, short),
        by=by or row.author,
        at=at,
    )


@pytest.mark.clause("V-2-order", "V-3.1")
def test_told_are_the_accounts_whose_orders_cover_it_in_the_window_and_owners_of_objects():
    trunks, fax = make_service(title="SIP trunks"), make_service(title="Fax")
    listed, everything, other = covering(trunks), covering(), covering(fax)
    covering(trunks, state="DRAFT")
    last_day = covering(trunks, ends_on=date(2026, 3, 9))  # New York, where the window opens late
    covering(trunks, ends_on=date(2026, 3, 8))
    first_day = covering(trunks, starts_on=date(2026, 3, 10))
    covering(trunks, starts_on=date(2026, 3, 11))
    for order in (listed, everything, other, last_day, first_day):
        assert order.version.time_zone == "America/New_York"
    person = make_client(order=listed)
    make_client(order=listed, is_active=False)
    row = planned(
        services=[trunks],
        objects=[(other.account, "FAX-7")],
        ends_at=datetime(2026, 3, 10, 6, tzinfo=UTC),
    )

    found = {reader.account: reader for reader in audience_of(row)}

    assert set(found) == {
        order.account for order in (listed, everything, other, last_day, first_day)
    }
    assert [found[each.account].names for each in (listed, everything, other)] == [
        [trunks.key],
        [trunks.key],
        ["FAX-7"],
    ]
    assert [found[each.account].because for each in (listed, everything, other)] == [
        [f"{listed} covers SIP trunks."],
        [f"{everything} covers everything, so also SIP trunks."],
        ["It has FAX-7."],
    ]
    assert [found[each.account].people for each in (listed, other)] == [[person], []]


def test_an_audience_takes_as_many_queries_for_one_as_for_many(django_assert_num_queries):
    trunks = make_service()
    for _ in range(7):
        make_client(order=covering(trunks))
    row = planned(services=[trunks])

    with django_assert_num_queries(6):
        assert len(audience_of(row)) == 7


def test_it_goes_from_a_plan_to_its_end_and_each_step_is_told_once():
    order = covering()
    make_client(order=order)
    row = planned()
    name, objects = order.account.name, [row.services.get().key]
    assert told(row) == {}

    act(row, Act.ANNOUNCE)
    act(row, Act.CONFIRM)
    with pytest.raises(services.MaintenanceRefused, match="not open yet"):
        act(row, Act.START, at=WINDOW - timedelta(microseconds=1))
    act(row, Act.START, at=WINDOW)
    act(row, Act.FINISH, at=ENDS)

    row.refresh_from_db()
    assert (row.state, row.sequence, row.began_at, row.over_at) == ("DONE", 3, WINDOW, ENDS)
    assert told(row) == {
        number: {name: (state, objects)}
        for number, state in enumerate(["PLANNED", "CONFIRMED", "IN_PROGRESS", "DONE"])
    }
    assert Message.objects.filter(topic="maintenance.told").count() == 4
    assert list(dict.fromkeys(each.history_change_reason for each in row.history.all())) == [
        "Done",
        "In progress",
        "Confirmed",
        "Announced",
        "Planned",
    ]
    with pytest.raises(services.MaintenanceRefused, match="is done: there is nothing to cancel"):
        act(row, Act.CANCEL)
    with pytest.raises(services.MaintenanceRefused, match="is done: plan anew"):
        amend(row, title="Another")


def test_a_change_goes_to_who_was_told_to_who_is_new_and_to_who_is_not_affected_any_more():
    trunks, fax = make_service(), make_service()
    stays, leaves, comes = covering(trunks, fax), covering(trunks), covering(fax)
    people = {order: make_client(order=order) for order in (stays, leaves, comes)}
    row = planned(services=[trunks], objects=[(stays.account, "NYC-1")])
    act(row, Act.CONFIRM)

    amend(row, services=[fax], why="Only fax after all.")
    act(row, Act.CANCEL, words_to=services.Words("No part came."))

    names = {order: order.account.name for order in people}
    assert told(row) == {
        0: {
            names[stays]: ("CONFIRMED", ["NYC-1", trunks.key]),
            names[leaves]: ("CONFIRMED", [trunks.key]),
        },
        1: {
            names[stays]: ("CONFIRMED", ["NYC-1", fax.key]),
            names[comes]: ("CONFIRMED", [fax.key]),
            names[leaves]: ("CANCELLED", [trunks.key]),
        },
        2: {
            names[stays]: ("CANCELLED", ["NYC-1", fax.key]),
            names[comes]: ("CANCELLED", [fax.key]),
        },
    }
    assert {
        order: Message.objects.filter(recipient=person.email, topic="maintenance.told").count()
        for order, person in people.items()
    } == {stays: 3, leaves: 2, comes: 2}


def test_a_change_goes_to_people_of_an_order_that_drops_out_though_their_account_stays():
    trunks, fax = make_service(), make_service()
    stays = covering(trunks)
    drops = covering(fax, account=stays.account)
    people = [make_client(order=order) for order in (stays, drops)]
    row = planned(services=[trunks, fax])
    act(row, Act.CONFIRM)

    amend(row, services=[trunks], why="No fax after all.")
    act(row, Act.CANCEL, words_to=services.Words("No part came."))

    sent = Message.objects.filter(topic="maintenance.told")
    assert [sent.filter(recipient=person.email).count() for person in people] == [3, 3]


@pytest.mark.parametrize(("days", "is_refused"), [(3, False), (4, True)])
def test_short_notice_needs_a_reason_and_is_marked(days, is_refused):
    order = covering(version=promising(days))
    # New York's date is the ninth still when it starts: three days after the sixth.
    late = datetime(2026, 3, 7, 4, 59, tzinfo=UTC)
    row = planned()

    if is_refused:
        with pytest.raises(services.NoticeTooShort, match=r"owed 4 days of notice .* get 3 days"):
            act(row, Act.ANNOUNCE, at=late)
        act(row, Act.ANNOUNCE, at=late, words_to=services.Words("", "The switch is failing."))
    else:
        act(row, Act.ANNOUNCE, at=late)
    act(row, Act.CONFIRM, at=WINDOW - timedelta(hours=1))  # they know the hour

    updates = row.updates.order_by("sequence")
    notices = MaintenanceNotice.objects.filter(account=order.account).order_by("pk")
    because = "The switch is failing." if is_refused else ""
    assert [each.short_because for each in updates] == [because] * 2
    assert [(each.is_short, each.owed_days) for each in notices] == [(is_refused, days)] * 2


def test_another_hour_is_another_notice():
    covering(version=promising(3))
    row = planned()
    act(row, Act.CONFIRM)
    sooner = {"starts_at": WINDOW - timedelta(days=6), "at": NOON}

    with pytest.raises(services.NoticeTooShort):
        amend(row, **sooner)
    row.refresh_from_db()
    assert (row.starts_at, row.sequence) == (WINDOW, 0)
    amend(row, short="It fails.", **sooner)
    assert row.updates.get(sequence=1).short_because == "It fails."


def test_what_is_closed_empty_or_nobodys_is_refused_and_nothing_is_kept():
    service, stranger = make_service(), make_order(state="ENDED").account
    covering(service)
    refused = {
        "closed already": {"starts_at": NOON - timedelta(hours=2), "ends_at": NOON},
        "end after it starts": {"ends_at": WINDOW},
        "in a line what it is": {"title": " "},
        "what is done": {"description": "\n"},
        "Name a service or an object": {"services": [], "objects": []},
        "no order is in force": {"objects": [(stranger, "X-1")]},
        "invisible character": {"description": "Calls\u202e"},
        "is longer than 120": {"objects": [(stranger, "x" * 121)]},
    }

    for words, facts in refused.items():
        with pytest.raises(services.MaintenanceRefused, match=words):
            planned(**{"services": [service], **facts})
    assert Maintenance.objects.count() == 0
    begun = planned(services=[service], starts_at=NOON - timedelta(hours=2))
    with pytest.raises(services.MaintenanceRefused, match="Its window is closed"):
        act(begun, Act.CONFIRM, at=ENDS)


def test_nobody_to_tell_is_said():
    row = planned()

    with pytest.raises(services.MaintenanceRefused, match="Nobody would be told"):
        act(row, Act.ANNOUNCE)
    act(row, Act.CANCEL)
    assert (Maintenance.objects.get().state, told(row)) == ("CANCELLED", {})


def test_of_two_people_one_is_told_that_the_other_was_first_and_a_double_click_is_nothing():
    covering()
    row, other = planned(), make_staff(name="Ben")
    again = services.plan_maintenance(
        work=work(), by=row.author, source_key=row.source_key, at=NOON
    )
    seen = row.edition

    act(row, Act.CONFIRM, seen=seen)
    act(row, Act.CONFIRM, seen=seen)
    for doing in (
        lambda: act(row, Act.CONFIRM, seen=seen, by=other),
        lambda: act(row, Act.CANCEL, seen=seen),
        lambda: amend(row, seen=seen, title="Mine", by=other),
    ):
        with pytest.raises(services.MaintenanceChanged, match="meanwhile; it is confirmed now"):
            doing()
    changed = amend(row, title="Ours")
    amend(row, title="Ours", seen=changed.edition - 1)

    assert (again, row.updates.count()) == (row, 2)


def test_a_change_of_what_was_told_says_why_and_one_of_nothing_is_none():
    covering()
    row = planned()
    amend(row, title="Not told yet", why="")
    act(row, Act.ANNOUNCE)

    with pytest.raises(services.MaintenanceRefused, match="Say why it changes"):
        amend(row, title="Told", why=" ")
    with pytest.raises(services.MaintenanceRefused, match="Say why it is cancelled"):
        act(row, Act.CANCEL)
    amend(row)

    row.refresh_from_db()
    assert (row.title, row.state, row.updates.count()) == ("Not told yet", "PLANNED", 1)
