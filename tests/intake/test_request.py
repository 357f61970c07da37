"""The one door: a ticket that keeps why it was registered, or a refusal that keeps why not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outgoing
from django.db import IntegrityError, transaction

from apps.contracts.rules.entitlement import Wanted
from apps.intake.models import RefusedRequest
from apps.intake.services import request_support
from apps.outbox.services import deliver_pending
from apps.tickets.models import Ticket
from apps.tickets.services import Refused
from tests.entitled_made import make_standing
from tests.factories import (
    MORNING,
    make_client,
    make_order,
    make_policy,
    make_preset,
    make_service,
    make_staff,
    reason_of,
    severity_of,
)
from tests.intake.mails_in import happened, told

pytestmark = pytest.mark.django_db

SATURDAY = datetime(2026, 2, 28, 10, tzinfo=ZoneInfo("America/New_York"))
NOT_SERVED = (
    "Priority 3 is not served off hours unless it is booked ahead."
    " Standard hours begin again at Monday 2 March 2026, 08:00 EST."
)


@pytest.fixture
def kim():
    version = make_preset(slug="skyswitch-support-2017")
    return make_client(order=make_order(version=version), email="kim@client.example.com")


def ask(person, *, priority="3", at=SATURDAY, **facts):
    given = {
        "requester": person,
        "channel": "PHONE",
        "wanted": Wanted.HELP_NOW,
        "subject": "Calls drop",
        "text": "Since nine.",
        "source_key": "staff:1",
        "severity": severity_of(person.order.version, priority),
    }
    return request_support(at=at, **{**given, **facts})


def refused(taken):
    assert taken.ticket is None
    assert taken.refused is not None
    return taken.refused


@pytest.mark.clause("S-3", "S-1", "V-1.2")
def test_an_entitled_request_becomes_a_ticket_that_keeps_the_answer(kim):
    by, trunks = make_staff(), make_service()
    outage = reason_of(kim.order.version, "outage")

    ticket = ask(kim, priority="1", category=outage, service=trunks, by=by).ticket

    assert ticket is not None
    assert (ticket.channel, ticket.severity.key, ticket.registered_at) == ("PHONE", "1", SATURDAY)
    assert (ticket.category, ticket.service, ticket.source_key) == (outage, trunks, "staff:1")
    assert ticket.entitled["clause"] == "S-3"
    assert [step["clause"] for step in ticket.entitled["steps"]] == [
        *("S-1", "S-1", "S-1", "S-1", "S-1", "S-12", "S-3")
    ]
    assert ticket.events.get(kind="REGISTERED").by == by
    assert happened(ticket) == ["REGISTERED", "ACKNOWLEDGED"]
    assert not RefusedRequest.objects.exists()


@pytest.mark.clause("S-3", "V-1.2")
def test_a_refused_request_is_kept_with_every_step_and_the_sender_is_told(kim):
    by, training = make_staff(), reason_of(kim.order.version, "training")

    row = refused(ask(kim, by=by, category=training))

    assert (row.clause, row.why, row.wanted, row.channel) == (
        "S-3",
        NOT_SERVED,
        "HELP_NOW",
        "PHONE",
    )
    assert (row.person, row.sender, row.by) == (kim, kim.email, by)
    assert (row.account, row.order, row.asked_at) == (kim.order.account, kim.order, SATURDAY)
    assert (row.severity.key, row.category, row.service) == ("3", training, None)
    assert (row.subject, row.text, row.mail) == ("Calls drop", "Since nine.", None)
    assert row.steps[-1] == {"clause": "S-3", "holds": False, "says": NOT_SERVED}
    assert [step["holds"] for step in row.steps] == [True] * 5 + [False]
    assert told() == [("request.refused", kim.email)]
    assert not Ticket.objects.exists()


@pytest.mark.clause("S-3", "V-1.2")
def test_the_mail_says_what_was_asked_and_why_it_was_refused(kim):
    ask(kim)

    assert deliver_pending(at=SATURDAY) == 1

    (sent,) = outgoing.outbox
    assert (sent.to, sent.subject) == ([kim.email], "Not processed: Calls drop")
    assert sent.body == (
        "We wrote down what you asked for, and nothing of it was processed.\n\n"
        "Asked by: Phone\n"
        "Subject:  Calls drop\n"
        f"Reason:   {NOT_SERVED} (S-3)\n\n"
        "If that should be different, ask the person who manages your organisation's support\n"
        "order. What you asked for is kept.\n\n"
    )


@pytest.mark.clause("V-3.5")
def test_who_is_no_user_any_more_hears_nothing_of_the_order(kim):
    kim.is_active = False
    kim.save()

    row = refused(ask(kim))
    deliver_pending(at=SATURDAY)

    assert row.why == f"The sender is not an authorised user of order {kim.order}."
    (sent,) = outgoing.outbox
    assert f"Reason:   {kim.email} is not an authorised user of any order.\n" in sent.body


@pytest.mark.clause("V-3.5")
def test_what_counts_is_what_the_database_says_of_the_person_now(kim):
    type(kim).objects.filter(pk=kim.pk).update(may_open=False)

    assert refused(ask(kim, priority="1")).why == (
        f"The sender may not open tickets under order {kim.order}."
    )


@pytest.mark.clause("S-12", "R-6")
def test_a_suspended_account_is_refused_what_is_not_about_the_service(kim):
    make_standing(account=kim.order.account)
    version = kim.order.version

    row = refused(ask(kim, at=MORNING, category=reason_of(version, "training")))
    outage = reason_of(version, "outage")

    assert row.clause == "S-12"
    assert ask(kim, at=MORNING, category=outage, source_key="staff:2").ticket is not None


@pytest.mark.clause("S-2.1")
def test_a_disconnection_by_another_provider_is_refused_off_hours(kim):
    assert refused(ask(kim, priority="1", is_disconnection=True)).clause == "S-2.1"


@pytest.mark.clause("S-2.1")
def test_a_ticket_keeps_that_it_is_a_disconnection(kim):
    wanted = {"wanted": Wanted.TICKET, "at": MORNING}
    cut = ask(kim, is_disconnection=True, **wanted).ticket
    other = ask(kim, source_key="staff:2", **wanted).ticket

    assert [ticket.entitled.get("is_disconnection") for ticket in (cut, other)] == [True, None]


@pytest.mark.clause("V-1.2")
def test_the_same_request_again_gives_the_same_result_and_does_nothing_twice(kim):
    no, yes = ask(kim), ask(kim, priority="1", source_key="staff:2")

    assert ask(kim, at=SATURDAY + timedelta(days=2, hours=4)) == no
    assert ask(kim, source_key="staff:2") == yes
    assert (Ticket.objects.count(), RefusedRequest.objects.count(), len(told())) == (1, 1, 2)


@pytest.mark.clause("V-1.2")
def test_a_flood_of_refusals_is_kept_and_told_five_times_a_day(kim):
    for serial in range(7):
        ask(kim, source_key=f"staff:{serial}")

    assert (RefusedRequest.objects.count(), len(told())) == (7, 5)


@pytest.mark.clause("V-1.2")
def test_another_policys_severity_leaves_nothing_behind(kim):
    other = make_order(version=make_policy())

    with pytest.raises(Refused):
        ask(kim, at=MORNING, severity=severity_of(other.version, "3"))

    assert (Ticket.objects.count(), RefusedRequest.objects.count(), told()) == (0, 0, [])


@pytest.mark.clause("V-1.2")
def test_nobody_changes_or_removes_what_was_refused(kim):
    row = refused(ask(kim))

    for act in (lambda: RefusedRequest.objects.update(why=""), row.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    assert RefusedRequest.objects.get().why == NOT_SERVED


def test_a_long_text_is_kept_as_far_as_it_fits_and_a_subject_on_one_line(kim):
    row = refused(ask(kim, subject="a\n b" + "c" * 300, text="x" * 30_000))

    assert (row.subject, len(row.text)) == ("a b" + "c" * 247, 20_000)


@pytest.mark.clause("V-2-order")
def test_a_request_is_registered_under_the_terms_that_the_order_has_by_now(kim):
    read_before = type(kim).objects.select_related("order").get(pk=kim.pk)
    premium = make_preset(slug="voximplant-premium-2023")
    gold = premium.plans.get(key="gold")
    type(kim.order).objects.filter(pk=kim.order_id).update(version=premium, plan=gold)

    ticket = ask(read_before, severity=None).ticket

    assert ticket is not None
    assert (ticket.version, ticket.plan) == (premium, gold)
