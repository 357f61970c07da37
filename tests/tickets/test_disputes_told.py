"""Who of ours hears that a severity is disputed."""

import pytest
from django.conf import settings

from apps.outbox.models import Message as Mail
from apps.outbox.rendering import Withdrawn, render
from apps.tickets import services
from tests.factories import make_staff, make_ticket, severity_of
from tests.tickets.reading import later, mails

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-7.2")]
TOPIC = "dispute.to_decide"


def raise_it(ticket, *, by=None, act_key="d"):
    return services.raise_dispute(
        ticket=ticket,
        client=ticket.requester,
        wanted=severity_of(ticket.version, "2"),
        claim="All lines are down.",
        evidence="Traces.",
        by=by,
        at=later(minutes=10),
        act_key=act_key,
    )


def watched_by(ticket, *people):
    for user in people:
        services.watch(ticket=ticket, user=user, by=user, at=later(minutes=1))


def test_the_assignee_and_watchers_of_ours_are_told_each_once():
    grace, hal, away = (make_staff(name=name) for name in ("grace", "hal", "away"))
    make_staff(is_duty_manager=True)
    ticket = make_ticket(assignee=grace)
    watched_by(ticket, hal, grace, away)
    type(away).objects.filter(pk=away.pk).update(is_active=False)

    for _ in range(2):
        raise_it(ticket)

    assert mails(TOPIC) == [f"{name}@provider.example.com" for name in ("grace", "hal")]


def test_where_nobody_has_it_the_duty_managers_are_told():
    make_staff(name="boss", is_duty_manager=True)

    raise_it(make_ticket())

    assert mails(TOPIC) == ["boss@provider.example.com"]


def test_who_wrote_it_down_knows():
    grace = make_staff()
    make_staff(name="boss", is_duty_manager=True)

    raise_it(make_ticket(assignee=grace), by=grace)

    assert mails(TOPIC) == []


def test_two_of_one_address_get_one_mail_and_who_has_none_holds_up_nothing():
    desk, shared, none = "desk@provider.example.com", make_staff(email=""), make_staff(email="")
    ticket = make_ticket(assignee=make_staff(email=desk))
    watched_by(ticket, make_staff(email="Desk@provider.example.com"), shared, none)

    raise_it(ticket)

    assert mails(TOPIC) == [desk]


def test_the_mail_says_what_is_claimed_until_it_is_decided():
    grace = make_staff(name="grace")
    ticket = make_ticket(assignee=grace)
    dispute = raise_it(ticket)
    payload = Mail.objects.get(topic=TOPIC).payload

    mail = render(topic=TOPIC, payload=payload)

    assert mail.subject == f"[{ticket.number}] Severity disputed: No dial tone"
    assert mail.text == (
        f"The severity of {ticket.number} is disputed. Please decide.\n"
        "\n"
        f"Ticket:    {ticket.number} No dial tone\n"
        f"Account:   {ticket.account}\n"
        "Severity:  Priority 3\n"
        "Wanted:    Priority 2\n"
        "By:        Ada Client, Wed 4 Mar 2026, 09:10 EST\n"
        "Assigned:  grace\n"
        "\n"
        "All lines are down.\n"
        "\n"
        "What it rests on:\n"
        "Traces.\n"
        "\n"
        f"{settings.BASE_URL}/admin/tickets/ticket/{ticket.pk}/change/\n"
    )
    services.decide_dispute(
        dispute=dispute,
        uphold=False,
        reason="One.",
        change_reason=None,
        by=grace,
        at=later(hours=1),
    )
    with pytest.raises(Withdrawn):
        render(topic=TOPIC, payload=payload)
