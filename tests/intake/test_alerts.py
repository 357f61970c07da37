"""Alerts: one row each, one ticket for what belongs together, and staff see the rest."""

import pytest
from django.core import mail

from apps.contracts.models import Service
from apps.intake.models import Alert, MonitoringPost, MonitoringSeverity
from apps.intake.rules.alert_words import MOST_NOTES
from apps.intake.services import handle_again, handle_alerts, read_again, read_posts, take_post
from apps.intake.services.alert_tickets import MOST_GROUPS
from apps.outbox.services import deliver_pending
from apps.tickets import services as tickets
from apps.tickets.models import Message, Ticket
from apps.tickets.rules.history import Status
from tests.entitled_made import make_standing
from tests.factories import MORNING, make_staff
from tests.monitoring_made import (
    MINUTE,
    alert,
    make_meaning,
    make_source,
    make_watched,
    only,
    post,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-2-monitoring", "V-4")]


@pytest.fixture
def source():
    return make_source()


def notes_on(ticket):
    return [row.text for row in ticket.messages.filter(direction=Message.Direction.NOTE)]


def test_an_alert_of_a_watched_client_opens_a_ticket_and_they_are_told(source):
    ada = make_watched()

    told(source, alert())

    ticket, found = Ticket.objects.get(), only(source)
    assert (ticket.requester, ticket.channel, ticket.subject, ticket.severity.key) == (
        ada,
        "MONITORING",
        "Trunk f1 is down",
        "IV",
    )
    assert (found.handling, found.ticket, found.is_due, found.clause) == (
        "TICKET",
        ticket,
        False,
        "V-4",
    )
    said = ticket.messages.get()
    assert (said.client, said.mark) == (
        ada,
        "Opened by monitoring. The client did not write this.",
    )
    assert said.text == (
        "Our monitoring noticed this, since Wednesday 4 March 2026, 09:00 EST:\n\n"
        f"- Trunk f1 is down\n\nIt was opened for you by {source.name}; nobody had to write to us."
    )
    assert ticket.events.get(kind="REGISTERED").by == source.author
    deliver_pending(at=MORNING, clock=lambda: MORNING)
    [sent] = mail.outbox
    assert (sent.to, sent.body.splitlines()[0]) == (
        [ada.email],
        f"Our monitoring noticed something about your service. We opened {ticket.number} for you.",
    )


def test_repeats_count_resolved_is_noted_and_a_new_episode_opens_anew(source):
    make_watched()
    for minutes in (0, 1, 2):
        told(source, alert(), at=MORNING + minutes * MINUTE)
    assert (only(source).count, Ticket.objects.count()) == (3, 1)
    ticket = Ticket.objects.get()
    assert notes_on(ticket) == []

    for _ in range(2):
        told(source, alert(status="resolved", over_at=MORNING + MINUTE), at=MORNING + 3 * MINUTE)
        told(source, alert(), at=MORNING + 4 * MINUTE)  # late

    found = only(source)
    assert (found.state, found.handling, found.ticket) == ("RESOLVED", "TICKET", ticket)
    assert notes_on(ticket) == [
        "An alert was resolved:\n\n- Trunk f1 is down\n\nNo alert of this ticket fires any more."
        " It stays open until somebody has looked."
    ]
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN
    hours = MORNING + 120 * MINUTE
    told(source, alert(began_at=hours), at=hours)
    found = only(source)
    assert (found.episode, found.ticket_id > ticket.pk, Ticket.objects.count()) == (2, True, 2)


@pytest.mark.parametrize(("minutes", "count"), [(60, 1), (61, 2)])
def test_alerts_that_follow_each_other_go_on_one_ticket(source, minutes, count):
    make_watched()
    told(source, alert())

    told(source, alert("f2"), alert("f3"), at=MORNING + minutes * MINUTE)

    assert Ticket.objects.count() == count
    joined = ["2 alerts came to this ticket:\n\n- Trunk f2 is down\n- Trunk f3 is down"]
    assert notes_on(Ticket.objects.earliest("pk")) == (joined if count == 1 else [])


def test_what_is_solved_is_not_added_to_and_what_was_merged_is_followed(source):
    ada = make_watched()
    told(source, alert())
    first = Ticket.objects.get()
    other = tickets.register(
        requester=ada, channel="EMAIL", subject="x", text="x", at=MORNING - MINUTE, source_key="x"
    )
    by = make_staff()
    tickets.merge(duplicate=first, into=other, by=by, at=MORNING, act_key="m")
    told(source, alert("f2"), at=MORNING + MINUTE)
    assert Alert.objects.get(fingerprint="f2").ticket == other
    Ticket.objects.filter(pk=other.pk).update(status=Status.SOLVED)

    told(source, alert("f3"), at=MORNING + MINUTE)

    assert Alert.objects.get(fingerprint="f3").ticket not in (first, other)


def test_services_have_tickets_of_their_own_and_the_worst_severity_counts(source):
    make_watched()
    for key in ("voice", "sms"):
        service, _ = Service.objects.get_or_create(key=key, defaults={"title": key.upper()})
        make_meaning(job=key, service=service)
    for value, key in [("warning", "III"), ("critical", "II"), ("critical", "2")]:
        MonitoringSeverity.objects.create(source=source, value=value, severity_key=key)

    told(
        source,
        alert("f1", job="voice", severity="warning"),
        alert("f2", job="voice", severity="critical"),
        alert("f3", job="sms", severity="unheard of"),
    )

    assert list(Ticket.objects.order_by("pk").values_list("subject", "severity__key")) == [
        ("VOICE: 2 alerts, the first: Trunk f1 is down", "II"),
        ("SMS: Trunk f3 is down", "IV"),
    ]


@pytest.mark.clause("V-2-monitoring", "V-4")
def test_what_is_worse_than_its_ticket_has_one_whose_time_counts_from_then(source):
    make_watched()
    for value, key in [("warning", "III"), ("critical", "I")]:
        MonitoringSeverity.objects.create(source=source, value=value, severity_key=key)
    told(source, alert("f1", severity="warning"))
    later = MORNING + 20 * MINUTE

    told(source, alert("f2", severity="critical"), at=later)
    told(source, alert("f3", severity="warning"), alert("f4", severity="critical"), at=later)

    mild, bad = Ticket.objects.order_by("pk")
    found = dict(Alert.objects.values_list("fingerprint", "ticket"))
    assert found == {"f1": mild.pk, "f2": bad.pk, "f3": bad.pk, "f4": bad.pk}
    assert (bad.severity.key, bad.registered_at, mild.severity.key) == ("I", later, "III")
    assert [each.kind for each in mild.events.filter(kind="LINKED")] == ["LINKED"]


@pytest.mark.parametrize(
    ("case", "handling", "clause", "why"),
    [
        (
            "silver",
            "STAFF_ONLY",
            "V-4",
            "The plan Silver of order {order} has no proactive monitoring.",
        ),
        (
            "unmapped",
            "UNMATCHED",
            "",
            "No label is mapped to an account: add a meaning for one of them.",
        ),
        ("left", "STAFF_ONLY", "", "{account} has no order in force with a user."),
        ("over", "STAFF_ONLY", "", "{account} has no order in force with a user."),
    ],
)
def test_other_alerts_only_show_to_staff(source, case, handling, clause, why):
    ada = make_watched(plan="silver" if case == "silver" else "gold")
    ada.is_active = case != "left"
    ada.save()
    if case == "over":
        ada.order.ends_on = MORNING.date() - 60 * 24 * MINUTE
        ada.order.save()

    told(source, alert(customer="nobody" if case == "unmapped" else "acme"))

    found = only(source)
    said = why.format(order=ada.order, account=ada.order.account)
    assert (found.handling, found.clause, found.why) == (handling, clause, said)
    assert (Ticket.objects.count(), Message.objects.count()) == (0, 0)


def test_an_account_that_is_suspended_is_not_told_of_a_request_that_it_did_not_make(source):
    ada = make_watched()
    make_standing(account=ada.order.account)

    told(source, alert())

    # What may be about the service itself goes on; it is nobody's refused request either way.
    assert only(source).handling == "TICKET"


def test_a_meaning_that_is_added_later_counts_for_what_fires(source):
    told(source, alert(), alert("f2", status="resolved"))
    make_watched()

    assert (handle_again(), handle_alerts(at=MORNING + MINUTE)) == (1, 1)

    assert Alert.objects.get(fingerprint="f1").handling == "TICKET"
    assert Alert.objects.get(fingerprint="f2").handling == "OVER"


def test_a_sources_own_meaning_counts_before_one_for_all(source):
    make_watched()
    bob = make_watched(customer="other")
    make_meaning(source=source, customer="acme", account=bob.order.account, requester=bob)

    told(source, alert())

    assert Ticket.objects.get().requester == bob


def test_one_fingerprint_more_than_once_in_a_post_is_one_alert(source):
    make_watched()
    over = alert(status="resolved", over_at=MORNING)

    told(source, alert(), alert(), over, alert("f2"), alert("f2"))

    assert list(
        Alert.objects.order_by("fingerprint").values_list("fingerprint", "count", "handling")
    ) == [("f1", 2, "OVER"), ("f2", 2, "TICKET")]


def test_a_worker_that_dies_between_keeping_and_handling_loses_nothing(source):
    make_watched()
    post(source, alert())
    assert (read_posts(), read_posts()) == (1, 0)
    assert only(source).handling == "PENDING"

    assert (handle_alerts(at=MORNING + MINUTE), handle_alerts(at=MORNING + MINUTE)) == (1, 0)

    assert Ticket.objects.count() == 1
    assert MonitoringPost.objects.get().state == "READ"


def test_a_post_that_is_of_another_form_by_now_and_one_that_was_cut_say_so(source):
    odd = post(source, alert(), truncatedAlerts=7)
    read_posts()
    odd.refresh_from_db()
    assert (odd.state, odd.faults) == (
        "READ",
        ["The sender left 7 alerts out: raise its max_alerts."],
    )
    plain = make_source(format="GENERIC")
    kept = take_post(source=plain, body=b'{"status": "firing", "fingerprint": "x"}', at=MORNING)[0]
    plain.format = "ALERTMANAGER"
    plain.save()

    read_posts()

    kept.refresh_from_db()
    assert (kept.state, len(kept.faults)) == ("UNREADABLE", 1)


def test_a_post_that_failed_by_our_fault_is_read_again_and_another_is_not(source):
    failed, read = post(source, alert()), post(source, alert("f2"))
    MonitoringPost.objects.filter(pk=failed.pk).update(state="FAILED", faults=["ValueError: x"])

    read_posts()

    assert (read_again(posts=[failed, read]), read_posts(), Alert.objects.count()) == (1, 1, 2)


def test_a_ticket_that_is_closed_hears_no_more(source):
    make_watched()
    told(source, alert())
    Ticket.objects.update(status=Status.CLOSED)

    told(source, alert(status="resolved", over_at=MORNING), at=MORNING + MINUTE)

    assert (notes_on(Ticket.objects.get()), only(source).is_due) == ([], False)


def test_notes_and_tickets_of_a_client_are_bounded(source):
    make_watched()
    for number in range(MOST_NOTES + 5):
        told(source, alert(f"n{number}"), at=MORNING + number * MINUTE)
    notes = notes_on(Ticket.objects.get())
    assert (len(notes), notes[-1].splitlines()[-1]) == (
        MOST_NOTES,
        "This is the last note on alerts: further ones stand under Alerts, with this ticket.",
    )

    for number in range(MOST_GROUPS + 5):
        told(source, alert(f"g{number}"), group=f"group {number}", at=MORNING + 30 * MINUTE)

    # With the one from above, and one for the rest.
    assert Ticket.objects.count() == MOST_GROUPS + 1
    assert Alert.objects.filter(handling="TICKET").count() == MOST_NOTES + 5 + MOST_GROUPS + 5
