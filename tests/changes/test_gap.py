"""GAP analyses: who is owed one, how one comes to be sent, and what its time counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.billing.models import Charge
from apps.billing.services.rating import rate_pending
from apps.changes.models import GapAcknowledgement, GapAnalysis, GapVersion
from apps.changes.queries.gap import answer_for, entitled_orders, other_orders, time_of
from apps.changes.services import gap
from apps.changes.services.drafts import ChangedSince, ChangeRefused
from apps.changes.services.gap_reminders import remind_gaps
from apps.changes.services.gap_sending import acknowledge_gap, send_gap
from apps.changes.services.platform_changes import (
    draft_change,
    publish_change,
    take_in_orders,
    write_change,
)
from apps.contracts.models import Order
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets.queries import tam_month
from apps.tickets.services import remove_time
from tests.factories import MORNING, make_client, make_staff
from tests.gap_made import DUE, EFFECT, change_words, in_days, make_change, make_gap, ready, sent
from tests.rated_made import correct
from tests.time_made import amend, make_premium, make_tam

pytestmark = pytest.mark.django_db
State = GapAnalysis.State
PORTAL = GapAcknowledgement.Way.PORTAL


def told(topic: str) -> list[str]:
    rows = Message.objects.filter(topic=topic).order_by("pk")
    return list(rows.values_list("recipient", flat=True))


def due_end(order: Order, day: date) -> datetime:
    """The instant at which a day is over in the order's zone."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=order.zone)
    return midnight.astimezone(UTC)


@pytest.mark.clause("V-2-gap", "V-4", "V-3.1")
def test_a_change_lists_who_is_entitled_on_the_day_it_takes_effect_and_why():
    silver, gold, platinum = (make_premium(plan=key) for key in ("silver", "gold", "platinum"))
    last_day = make_premium(ends_on=EFFECT)
    ended = make_premium(ends_on=EFFECT - timedelta(days=1))
    first_day = make_premium(starts_on=EFFECT)
    later = make_premium(starts_on=EFFECT + timedelta(days=1))
    make_premium(state=Order.State.DRAFT)

    entitled, others = entitled_orders(on=EFFECT), other_orders(on=EFFECT)

    assert set(entitled) == {gold, platinum, last_day, first_day}
    assert {answer_for(each, on=EFFECT).is_entitled for each in entitled} == {True}
    assert {
        each: (answer.why, answer.clause)
        for each in others
        for answer in [answer_for(each, on=EFFECT)]
    } == {
        silver: ("Silver has no GAP analysis.", "V-4"),
        ended: ("Its term ends on 2026-03-31, before that day.", "V-3.1"),
        later: ("Its term begins on 2026-04-02, later.", "V-3.1"),
    }


@pytest.mark.clause("V-2-gap")
def test_publishing_opens_one_analysis_an_order_and_an_upgrade_is_taken_in_later():
    gold, silver = make_premium(), make_premium(plan="silver")
    by = make_staff()
    change = draft_change(written=change_words(), by=by, at=MORNING)
    counts = [
        publish_change(change=change, seen=change.edition, by=by, at=MORNING) for _ in range(2)
    ]
    amend(silver, plan=silver.version.plans.get(key="gold"))

    more = [take_in_orders(change=change, by=by, at=MORNING) for _ in range(2)]

    rows = change.analyses.order_by("pk")
    assert (counts, more) == ([1, 1], [1, 0])
    assert [(row.order, row.state, row.due_on, row.clause) for row in rows] == [
        (gold, "TO_DO", DUE, "V-4"),
        (silver, "TO_DO", DUE, "V-4"),
    ]
    assert rows[0].why == "Gold has GAP analysis, and the order is in force then."
    assert rows[0].due_at == due_end(gold, DUE)
    assert [row.history.get().history_user for row in rows] == [by, by]


@pytest.mark.clause("V-2-gap")
@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"api": " "}, "Say which API it is."),
        ({"summary": ""}, "Say in a few words what changes."),
        ({"items": []}, "Name at least one thing that breaks: the findings go by them."),
        (
            {"due_on": EFFECT + timedelta(days=1)},
            "The analyses are due before the change takes effect, or on that day.",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_words(other, why):
    with pytest.raises(ChangeRefused) as refused:
        draft_change(written=change_words(**other), by=make_staff(), at=MORNING)

    assert str(refused.value) == why


@pytest.mark.clause("V-2-gap")
def test_what_is_published_stays_and_of_two_who_write_the_second_is_told():
    by = make_staff(name="nora")
    change = draft_change(written=change_words(), by=by, at=MORNING)
    seen = change.edition
    write_change(change=change, seen=seen, written=change_words(version="3.1"), by=by, at=MORNING)

    with pytest.raises(ChangedSince, match="Meanwhile nora changed it: “Draft changed”"):
        publish_change(change=change, seen=seen, by=by, at=MORNING)
    with pytest.raises(ChangeRefused, match="There is a change Management API"):
        draft_change(written=change_words(version="3.1"), by=by, at=MORNING)
    publish_change(change=change, seen=seen + 1, by=by, at=MORNING)
    change.refresh_from_db()
    with pytest.raises(ChangeRefused, match="what was told stays"):
        write_change(change=change, seen=3, written=change_words(), by=by, at=MORNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        change.items.update(title="Nothing")


@pytest.mark.clause("V-2-gap", "V-6.1")
def test_an_analysis_is_ready_once_it_says_of_each_thing_whether_it_hits_and_what_to_do():
    analysis, by = make_gap(), make_staff()
    first, second = analysis.change.items.all()
    write = {"analysis": analysis, "by": by, "at": MORNING}

    with pytest.raises(ChangeRefused) as nothing:
        gap.ready_gap(analysis=analysis, seen=1, by=by, at=MORNING)
    half = gap.write_gap(seen=1, findings={first.pk: gap.Found(True)}, plan="", **write)
    with pytest.raises(ChangeRefused) as halfway:
        gap.ready_gap(analysis=half, seen=2, by=by, at=MORNING)
    found = {first.pk: gap.Found(True, "Make keys."), second.pk: gap.Found(False)}
    whole = gap.write_gap(seen=2, findings=found, plan="By March.", **write)
    done = gap.ready_gap(analysis=whole, seen=3, by=by, at=MORNING)

    assert str(nothing.value) == (
        "It lacks whether “Sign-in by password” hits the client,"
        " whether “XML answers” hits the client."
    )
    assert str(halfway.value) == (
        "It lacks what to do about “Sign-in by password”,"
        " whether “XML answers” hits the client, a plan."
    )
    assert (half.state, done.state, done.edition) == (State.IN_WORK, State.READY, 4)


@pytest.mark.clause("V-2-gap", "V-3.5")
def test_it_is_sent_to_the_orders_people_as_a_document_once():
    order = make_premium()
    ada, _ = make_client(order=order), make_client(order=order, is_active=False)
    make_client(order=make_premium())
    tam, by = make_staff(name="tessa"), make_staff()
    make_tam(order=order, who=tam)
    analysis = ready(make_gap(order=order))

    versions = [
        send_gap(analysis=analysis, seen=analysis.edition, by=by, at=MORNING) for _ in range(2)
    ]

    version = GapVersion.objects.get()
    analysis.refresh_from_db()
    mail = render(topic="gap.sent", payload=Message.objects.get(topic="gap.sent").payload)
    assert versions == [version, version]
    assert (analysis.state, analysis.first_sent_at, analysis.next_at) == ("SENT", MORNING, None)
    assert told("gap.sent") == [ada.email]
    assert version.said["tam"] == "tessa"
    assert [(each["title"], each["is_affected"]) for each in version.said["findings"]] == [
        ("Sign-in by password", True),
        ("XML answers", False),
    ]
    assert bytes(mail.attachments[0].content) == bytes(version.content)
    assert (mail.subject, mail.attachments[0].filename) == (
        f"[{analysis.number}] GAP analysis: Management API 3.0",
        f"{analysis.number.lower()}-version-1.pdf",
    )
    assert "Of 2 things that change, 1 affects you:" in mail.text
    with pytest.raises(IntegrityError), transaction.atomic():
        GapVersion.objects.update(digest="")


@pytest.mark.clause("V-2-gap")
def test_amended_it_is_sent_again_as_the_next_version_and_the_one_before_stays():
    order = make_premium()
    ada = make_client(order=order)
    first = sent(make_gap(order=order))
    waiting = Message.objects.get(topic="gap.sent").payload
    analysis = ready(first.analysis, at=in_days(30), to_do="Make keys and a rota.")

    with pytest.raises(ChangeRefused, match="Say what changed"):
        send_gap(analysis=analysis, seen=analysis.edition, by=make_staff(), at=in_days(30))
    second = sent(analysis, at=in_days(30), to_do="Make keys and a rota.")

    first.refresh_from_db()
    assert (first.number, second.number, second.what_changed) == (1, 2, "The date moved.")
    assert [version.said["findings"][0]["to_do"] for version in (first, second)] == [
        "Make keys.",
        "Make keys and a rota.",
    ]
    assert told("gap.sent") == [ada.email, ada.email]
    # It came in time once: being written anew it is not late.
    assert list(GapAnalysis.objects.overdue(at=in_days(60))) == []
    with pytest.raises(Withdrawn, match="A later version"):
        render(topic="gap.sent", payload=waiting)
    with pytest.raises(ChangeRefused, match="A later version was sent meanwhile"):
        acknowledge_gap(version=first, person=ada, way=PORTAL, at=in_days(31))


@pytest.mark.clause("V-2-gap", "V-3.5")
def test_who_reads_it_first_is_written_down_and_nobody_of_another_order_is():
    order = make_premium()
    ada, bob = make_client(order=order), make_client(order=order)
    stranger, left = make_client(), make_client(order=order, is_active=False)
    version = sent(make_gap(order=order))

    for person in (stranger, left):
        with pytest.raises(ChangeRefused, match=f"{person.email} does not speak for {order}"):
            acknowledge_gap(version=version, person=person, way=PORTAL, at=in_days(1))
    for day, person in enumerate((ada, bob), start=1):
        acknowledge_gap(version=version, person=person, way=PORTAL, at=in_days(day))

    row = GapAcknowledgement.objects.get()
    assert (row.person, row.at, row.way) == (ada, in_days(1), "PORTAL")
    assert GapAnalysis.objects.get().state == State.ACKNOWLEDGED
    # A word that comes while the next version is written does not end that work.
    newer = sent(GapAnalysis.objects.get(), at=in_days(3))
    ready(newer.analysis, at=in_days(4))
    acknowledge_gap(version=newer, person=bob, way=PORTAL, at=in_days(5))
    assert GapAnalysis.objects.get().state == State.READY


@pytest.mark.clause("V-2-gap", "V-6.1")
def test_one_that_is_not_needed_says_why_and_is_owed_again_once_somebody_writes():
    analysis, by = make_gap(), make_staff()

    with pytest.raises(ChangeRefused, match="Say why the client needs none"):
        gap.drop_gap(analysis=analysis, seen=1, why=" ", by=by, at=MORNING)
    dropped = gap.drop_gap(analysis=analysis, seen=1, why="They left it.", by=by, at=MORNING)
    with pytest.raises(ChangeRefused, match="not needed already"):
        gap.drop_gap(analysis=analysis, seen=2, why="Again", by=by, at=MORNING)

    assert (dropped.state, dropped.not_needed) == (State.NOT_NEEDED, "They left it.")
    assert dropped.history.latest().history_change_reason == "They left it."
    assert remind_gaps(at=in_days(60)) == 0
    again = ready(dropped)
    assert (again.state, again.not_needed, again.next_at) == ("READY", "", again.due_at)
    version = sent(again)
    with pytest.raises(ChangeRefused, match="The client was sent it already"):
        gap.drop_gap(analysis=version.analysis, seen=7, why="No", by=by, at=MORNING)


@pytest.mark.clause("V-6.3", "V-2-gap")
def test_its_time_counts_once_against_the_months_tam_hours_follows_corrections_and_costs_nothing():
    order = make_premium()
    make_tam(order=order, who=(tam := make_staff()))
    analysis = make_gap(order=order)
    work = {
        "analysis": analysis,
        "who": tam,
        "by": tam,
        "what": "Read their calls",
        "started_at": MORNING,
        "at": in_days(1),
        "source_key": "gap:once",
    }

    entry, same = (gap.log_gap_time(minutes=90, **work) for _ in range(2))
    logged = tam_month(order, at=in_days(1)).used, time_of([analysis])
    correct(entry, minutes=30)
    corrected = tam_month(order, at=in_days(1)).used, time_of([analysis])
    rate_pending(at=in_days(2))
    charged = Charge.objects.filter(event__account=order.account, amount__gt=Decimal(0)).count()
    entry.refresh_from_db()
    remove_time(entry=entry, reason="Not theirs", by=tam, at=in_days(2))

    assert same == entry
    assert logged == (timedelta(minutes=90), {analysis.pk: timedelta(minutes=90)})
    assert corrected == (timedelta(minutes=30), {analysis.pk: timedelta(minutes=30)})
    assert charged == 0
    assert (tam_month(order, at=in_days(2)).used, time_of([analysis])) == (timedelta(), {})


@pytest.mark.clause("V-6.3")
def test_its_time_warns_before_the_limit_like_any_other():
    order = make_premium()
    make_tam(order=order, who=(tam := make_staff()))
    order = amend(order, tam_minutes_per_month=100)
    analysis = make_gap(order=order)

    gap.log_gap_time(
        analysis=analysis,
        who=tam,
        by=tam,
        what="Read their calls",
        started_at=MORNING,
        minutes=100,
        at=in_days(1),
        source_key="gap:all",
    )

    assert told("tam.hours_used_up")[0] == tam.email


@pytest.mark.clause("V-2-gap", "V-6.1")
def test_the_tam_is_reminded_days_before_and_told_with_the_managers_when_it_is_late():
    order = make_premium()
    make_tam(order=order, who=(tam := make_staff()))
    boss = make_staff(is_duty_manager=True)
    analysis = make_gap(order=order, remind_days=5)
    near_at = due_end(order, DUE - timedelta(days=6))
    late_at = due_end(order, DUE)
    second = timedelta(seconds=1)

    counts = [remind_gaps(at=at) for at in (near_at - second, near_at, near_at, late_at - second)]
    near = told("gap.near")
    overdue = [list(GapAnalysis.objects.overdue(at=at)) for at in (late_at - second, late_at)]
    more = [remind_gaps(at=at) for at in (late_at, late_at + second)]

    assert (counts, near) == ([0, 1, 0, 0], [tam.email])
    assert overdue == [[], [analysis]]
    assert (more, told("gap.late")) == ([1, 0], [tam.email, boss.email])


@pytest.mark.clause("V-2-gap", "V-6.1")
def test_moved_it_is_reminded_of_anew_and_what_was_said_of_the_old_day_is_withdrawn():
    order = make_premium()
    make_tam(order=order)
    analysis, by = make_gap(order=order), make_staff()
    remind_gaps(at=due_end(order, DUE))
    old = Message.objects.filter(topic="gap.late").earliest("pk")
    move = {"analysis": analysis, "seen": 1, "by": by, "at": in_days(20)}

    for due_on, why, words in [
        (EFFECT + timedelta(days=1), "Ill", "The change takes effect on 2026-04-01"),
        (DUE, "Ill", "2026-03-20 is over"),
        (EFFECT, "", "Say why"),
    ]:
        with pytest.raises(ChangeRefused, match=words):
            gap.move_gap(due_on=due_on, why=why, **move)
    moved = gap.move_gap(due_on=EFFECT, why="The TAM was ill", **move)

    assert (moved.due_on, moved.due_at) == (EFFECT, due_end(order, EFFECT))
    assert moved.history.latest().history_change_reason == "Due 2026-04-01: The TAM was ill"
    assert remind_gaps(at=due_end(order, EFFECT - timedelta(days=1))) == 1
    with pytest.raises(Withdrawn, match="until another day"):
        render(topic="gap.late", payload=old.payload)
    with pytest.raises(ChangeRefused, match="nothing is due"):
        gap.move_gap(**{**move, "analysis": sent(moved).analysis, "seen": 5}, due_on=DUE, why="x")


@pytest.mark.clause("V-2-gap")
def test_changes_and_analyses_are_bounded():
    written = change_words()
    many = replace(written, items=list(written.items) * 51)

    with pytest.raises(ChangeRefused, match="at most 100 things"):
        draft_change(written=many, by=make_staff(), at=MORNING)
    with pytest.raises(ChangeRefused, match="between 0 and 365 days"):
        make_change(remind_days=400)
    with pytest.raises(ChangeRefused, match="due is over"):
        make_change(at=in_days(30))
