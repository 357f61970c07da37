"""Time that is logged, corrected and removed, and what of it counts in which month."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.tickets import services
from apps.tickets.models import TimeEntry
from apps.tickets.queries import tam_month, tam_months
from apps.tickets.services import Refused
from apps.tickets.services.times import ChangedMeanwhile
from tests.factories import MORNING, make_client, make_staff, make_ticket
from tests.tickets.reading import later
from tests.time_made import amend, make_premium, make_time

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.3")]
AUCKLAND = "Pacific/Auckland"


def used(order, at=MORNING):
    """Minutes of TAM time in the month of an instant."""
    return tam_month(order, at=at).used // timedelta(minutes=1)


def correct(entry, **changes):
    """Correct an entry an hour and more after the morning; what is not said stays."""
    names = ["ticket", "kind", "started_at", "minutes", "what", "contact", "revision"]
    given = {"reason": "Typed wrong", "by": make_staff(), "at": later(days=1)}
    return services.amend_time(
        entry=entry, **{**{name: getattr(entry, name) for name in names}, **given, **changes}
    )


@pytest.mark.clause("V-6.4")
def test_time_is_logged_on_an_order_and_a_ticket_with_who_logged_it():
    order, tam, boss = make_premium(), make_staff(), make_staff()
    ticket = make_ticket(requester=make_client(order=order), severity="II")

    entry = make_time(
        order=order, who=tam, by=boss, minutes=25, ticket=ticket, contact="CHAT", what=" A  talk "
    )

    entry.refresh_from_db()
    assert (entry.order, entry.ticket, entry.who, entry.kind) == (order, ticket, tam, "TAM")
    assert (entry.started_at, entry.ended_at) == (MORNING, later(minutes=25))
    assert (entry.what, entry.contact, entry.recorded_at) == ("A talk", "CHAT", later(minutes=25))
    history = entry.history.get()
    assert (history.history_user, history.history_date, history.history_change_reason) == (
        boss,
        later(minutes=25),
        "Logged",
    )


def test_only_tam_time_counts_and_only_its_own_orders():
    order, other = make_premium(), make_premium()
    make_time(order=order, minutes=50)
    make_time(order=order, minutes=30, kind="SUPPORT")
    make_time(order=order, minutes=20, kind="ENGINEERING")
    make_time(order=other, minutes=10)

    assert (used(order), used(other)) == (50, 10)


@pytest.mark.clause("R-11")
def test_time_over_the_end_of_the_month_is_parted_by_the_orders_own_clock():
    order = make_premium()
    order.time_zone = AUCKLAND
    order.save()
    midnight = datetime(2026, 4, 1, tzinfo=ZoneInfo(AUCKLAND))

    make_time(order=order, started_at=midnight - timedelta(minutes=20), minutes=90)

    march, april = midnight - timedelta(minutes=1), midnight
    assert (used(order, march), used(order, april)) == (20, 70)
    assert march.astimezone(UTC).month == april.astimezone(UTC).month == 3


@pytest.mark.clause("R-11")
def test_a_zone_that_is_amended_counts_for_all_that_was_logged():
    order = make_premium()
    order.time_zone = AUCKLAND
    order.save()
    evening = datetime(2026, 3, 31, 20, tzinfo=UTC)  # April has begun in Auckland
    make_time(order=order, started_at=evening, minutes=60)

    before = used(order, datetime(2026, 4, 10, tzinfo=UTC))
    order = amend(order, at=datetime(2026, 4, 10, 12, tzinfo=UTC), time_zone="UTC")

    assert (before, used(order, datetime(2026, 4, 10, tzinfo=UTC))) == (60, 0)


def test_an_upgrade_raises_the_limit_at_once():
    order = make_premium()
    before = tam_month(order, at=MORNING).limit

    order = amend(order, plan=order.version.plans.get(key="platinum"))

    assert (before, tam_month(order, at=MORNING).limit) == (
        timedelta(hours=40),
        timedelta(hours=80),
    )


def test_months_of_many_orders_take_as_many_queries_as_of_one():
    orders = [make_premium() for _ in range(4)]
    for order in orders:
        make_time(order=order)
    tam_months(orders, at=MORNING)  # the terms are read once a process

    def cost(some):
        fresh = [type(order).objects.get(pk=order.pk) for order in some]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            months = tam_months(fresh, at=MORNING)
        assert [months[order.pk].used for order in some] == [timedelta(hours=1)] * len(some)
        return len(queries)

    assert cost(orders) == cost(orders[:1]) == 3  # versions, plans, time
    assert tam_months([], at=MORNING) == {}


def test_the_same_key_again_is_the_same_entry():
    order = make_premium()

    first = make_time(order=order, minutes=30, source_key="form:1")
    again = make_time(order=order, minutes=45, source_key="form:1")

    assert (again, again.minutes, TimeEntry.objects.count()) == (first, 30, 1)


def test_seconds_of_the_beginning_are_cut():
    entry = make_time(
        order=make_premium(), started_at=MORNING.replace(second=59, microsecond=1), minutes=1
    )

    assert entry.started_at == MORNING


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"minutes": 0}, "Log at least a minute."),
        ({"minutes": 1441}, "An entry has at most 24 hours: log each day apart."),
        ({"minutes": 10**30, "at": MORNING}, "An entry has at most 24 hours: log each day apart."),
        ({"what": " \n "}, "Say in a few words what was done."),
        ({"what": "x" * 251}, "Say what was done in at most 250 characters."),
        ({"kind": "GOLF"}, "Choose the kind of time and of contact from the lists."),
        ({"contact": "FAX"}, "Choose the kind of time and of contact from the lists."),
        (
            {"minutes": 61, "at": later(hours=1)},
            "This time is not over yet. Log it afterwards, or correct when it began.",
        ),
        (
            {"started_at": datetime(2025, 12, 31, 23, tzinfo=UTC)},
            "begins on 2026-01-01. Time before that day is not logged on it.",
        ),
        (
            {"started_at": datetime(1, 1, 1, tzinfo=UTC)},
            "begins on 2026-01-01. Time before that day is not logged on it.",
        ),
        (
            {"started_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "at": MORNING},
            "This time is not over yet. Log it afterwards, or correct when it began.",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(changes, words):
    with pytest.raises(Refused) as refused:
        make_time(order=make_premium(), **changes)

    assert str(refused.value).endswith(words)
    assert TimeEntry.objects.count() == 0


@pytest.mark.parametrize("minutes", [1, 1440])
def test_a_minute_and_a_whole_day_are_the_least_and_the_most(minutes):
    assert make_time(order=make_premium(), minutes=minutes).minutes == minutes


def test_time_that_ends_at_this_very_instant_is_over():
    entry = make_time(order=make_premium(), minutes=60, at=later(hours=1))

    assert entry.ended_at == later(hours=1)


def test_the_first_instant_of_the_term_counts_on_the_policys_clock():
    order = make_premium(starts_on=date(2026, 3, 1))
    first = datetime(2026, 3, 1, tzinfo=ZoneInfo("America/New_York"))

    assert make_time(order=order, started_at=first).started_at == first
    with pytest.raises(Refused):
        make_time(order=order, started_at=first - timedelta(minutes=1))


def test_a_draft_takes_no_time():
    with pytest.raises(Refused) as refused:
        make_time(order=make_premium(state="DRAFT"))

    assert str(refused.value).endswith("is a draft: time is logged once it is executed.")


def test_after_the_last_day_on_the_policys_clock_time_is_logged_on_tickets_only():
    order = make_premium(ends_on=date(2026, 3, 4))
    ticket = make_ticket(requester=make_client(order=order), severity="II")
    midnight = datetime(2026, 3, 5, tzinfo=ZoneInfo("America/New_York"))

    last = make_time(order=order, started_at=midnight - timedelta(minutes=1))
    with pytest.raises(Refused) as refused:
        make_time(order=order, started_at=midnight)
    for_ticket = make_time(order=order, started_at=midnight, ticket=ticket)

    assert (last.minutes, for_ticket.minutes) == (60, 60)
    assert str(refused.value) == (
        f"{order} ended on 2026-03-04. Time after that day is logged on one of its tickets."
    )


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Pacific/Apia"])
def test_the_first_day_is_one_of_the_policys_zone_whatever_the_orders(zone):
    order = make_premium(starts_on=date(2026, 3, 1))
    order.time_zone = zone
    order.save()
    first = datetime(2026, 3, 1, tzinfo=ZoneInfo("America/New_York"))

    with pytest.raises(Refused) as refused:
        make_time(order=order, started_at=first - timedelta(minutes=1))

    assert str(refused.value).startswith(f"{order} begins on 2026-03-01.")
    assert make_time(order=order, started_at=first).started_at == first


def test_another_orders_ticket_is_refused():
    ticket = make_ticket(requester=make_client(order=make_premium()), severity="II")
    order = make_premium()

    with pytest.raises(Refused) as refused:
        make_time(order=order, ticket=ticket)

    assert str(refused.value) == (
        f"{ticket.number} is not a ticket of {order}. Choose one that is."
    )


@pytest.mark.clause("V-8.1.4")
def test_a_ticket_that_was_merged_takes_no_time_and_says_where_it_goes_on():
    order, who = make_premium(), make_staff()
    client = make_client(order=order)
    last, into, gone = (make_ticket(requester=client, severity="II") for _ in range(3))
    stale = [gone]  # as a page has it that was opened before
    services.merge(duplicate=gone, into=into, by=who, at=MORNING, act_key="1")
    services.merge(duplicate=into, into=last, by=who, at=MORNING, act_key="2")
    entry = make_time(order=order, who=who, ticket=last)
    words = f"{gone.number} was merged and goes on as {last.number}. Log the time there."

    with pytest.raises(Refused) as refusal:
        make_time(order=order, who=make_staff(), ticket=stale[0])
    with pytest.raises(Refused) as second:
        correct(entry, ticket=gone)

    assert (str(refusal.value), str(second.value)) == (words, words)
    assert TimeEntry.objects.count() == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_does_not_work_here_logs_nothing(change):
    former = make_staff(name="former")
    for name, value in change.items():
        setattr(former, name, value)

    with pytest.raises(Refused) as refused:
        make_time(order=make_premium(), who=former)

    assert str(refused.value) == "former does not work here. Choose somebody who does."


def test_a_correction_keeps_what_was_and_says_who_when_and_why():
    order, boss = make_premium(), make_staff()
    entry = make_time(order=order, minutes=60)

    changed = correct(entry, minutes=45, by=boss)

    assert (changed.minutes, changed.revision, used(order)) == (45, 2, 45)
    now, then = entry.history.order_by("-pk")
    assert (then.minutes, now.minutes) == (60, 45)
    assert (now.history_user, now.history_date, now.history_change_reason) == (
        boss,
        later(days=1),
        "Typed wrong",
    )


def test_of_two_who_correct_at_once_the_second_is_told_by_whom_and_why():
    entry = make_time(order=make_premium())
    correct(entry, minutes=45, by=make_staff(name="ada"))

    with pytest.raises(ChangedMeanwhile) as refused:
        correct(entry, minutes=30)

    assert str(refused.value).startswith("Meanwhile ada changed this entry: “Typed wrong”.")
    entry.refresh_from_db()
    assert (entry.minutes, entry.history.count()) == (45, 2)


def test_a_correction_that_changes_nothing_writes_nothing():
    entry = make_time(order=make_premium())

    same = correct(entry, reason="")

    assert (same.revision, entry.history.count()) == (1, 1)


def test_a_correction_without_a_reason_or_to_what_cannot_be_is_refused():
    entry = make_time(order=make_premium())

    refusals = []
    for changes in ({"minutes": 5, "reason": " "}, {"minutes": 0}):
        with pytest.raises(Refused) as refused:
            correct(entry, **changes)
        refusals.append(str(refused.value))

    assert refusals == ["Say why: the history keeps it.", "Log at least a minute."]
    entry.refresh_from_db()
    assert (entry.minutes, entry.revision) == (60, 1)


def test_an_entry_that_is_removed_counts_no_more_and_its_history_stays():
    order, boss = make_premium(), make_staff()
    entry = make_time(order=order)
    key = entry.pk

    services.remove_time(entry=entry, reason="Not for them", by=boss, at=later(days=1))

    assert (used(order), TimeEntry.objects.count()) == (0, 0)
    last = TimeEntry.history.filter(id=key).latest()
    assert (last.history_type, last.history_user, last.history_date) == ("-", boss, later(days=1))
    assert last.history_change_reason == "Not for them"


def test_what_is_gone_cannot_be_removed_or_corrected_and_removing_wants_a_reason():
    entry = make_time(order=make_premium())
    same = TimeEntry.objects.get(pk=entry.pk)
    with pytest.raises(Refused) as unexplained:
        services.remove_time(entry=entry, reason="", by=entry.who, at=later(days=1))
    services.remove_time(entry=entry, reason="Twice", by=entry.who, at=later(days=1))

    refusals = []
    for act in (
        lambda: services.remove_time(entry=same, reason="Twice", by=same.who, at=later(days=1)),
        lambda: correct(same, minutes=5),
    ):
        with pytest.raises(Refused) as refused:
            act()
        refusals.append(str(refused.value))

    assert str(unexplained.value) == "Say why: the history keeps it."
    assert (
        refusals == ["This entry is gone: somebody removed it. Log the time anew if it counts."] * 2
    )


def test_one_persons_time_never_overlaps_on_whatever_order_and_may_begin_as_other_time_ends():
    order, other, ada = make_premium(), make_premium(), make_staff(name="ada")
    make_time(order=order, who=ada, minutes=60, what="Weekly call")

    refusals = []
    for started_at, minutes in [(later(minutes=59), 5), (MORNING - timedelta(minutes=5), 6)]:
        with pytest.raises(Refused) as refused:
            make_time(order=other, who=ada, started_at=started_at, minutes=minutes)
        refusals.append(str(refused.value))
    make_time(order=other, who=ada, started_at=later(minutes=60), minutes=5)
    make_time(order=other, who=ada, started_at=MORNING - timedelta(minutes=5), minutes=5)
    make_time(order=other, who=make_staff())

    when = "Wednesday 4 March 2026, 09:00 to 10:00 EST"
    assert (
        refusals
        == [
            f"ada has time on {order} then already, “Weekly call”, {when}."
            " Correct that one, or choose another time."
        ]
        * 2
    )


def test_a_correction_overlaps_other_time_as_little_and_never_its_own():
    order, ada = make_premium(), make_staff()
    entry = make_time(order=order, who=ada, minutes=30)
    make_time(order=order, who=ada, started_at=later(minutes=60), minutes=30)

    with pytest.raises(Refused):
        correct(entry, minutes=61)

    assert correct(entry, minutes=60).minutes == 60
