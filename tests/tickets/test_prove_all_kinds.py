"""The proof finds a spoilt row of every kind and serial, and none where all is right."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.contracts.models import Reason
from apps.tickets import services
from apps.tickets.models import Deadline
from tests.factories import (
    make_agreed,
    make_client,
    make_order,
    make_preset,
    make_staff,
    make_ticket,
)
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db

PREMIUM, WHOLESALE = "voximplant-premium-2023", "skyswitch-support-2017"


def ticket_of(slug, severity):
    order = make_order(version=make_preset(slug=slug))
    if slug == PREMIUM:  # its plans promise no time to resolve: the order does
        make_agreed(order=order, severity=severity, hours=20, calendar="always")
    return make_ticket(requester=make_client(order=order), severity=severity)


def solve(ticket, key, me, at):
    reason = Reason.objects.get(version=ticket.version, kind="CLOSING", key=key)
    services.solve(ticket=ticket, reason=reason, text="Done.", by=me, at=at, act_key=f"s{ticket}")


@pytest.fixture
def rows():
    """One deadline of each kind at least, and two client replies."""
    me = make_staff()
    premium, watched = ticket_of(PREMIUM, "II"), ticket_of(WHOLESALE, "2")
    for minutes in (1, 3):
        asked = {"text": f"Which? {minutes}", "by": me, "act_key": str(minutes)}
        services.ask_client(ticket=premium, at=later(minutes=minutes), **asked)
        services.client_replied(
            ticket=premium,
            client=premium.requester,
            text="That.",
            at=later(minutes=minutes + 1),
            source_key=f"r{minutes}",
        )
    solve(premium, "restored", me, later(minutes=10))
    solve(watched, "resolved", me, later(minutes=10))
    services.sweep_follow_ups(at=later(days=2))
    return list(Deadline.objects.order_by("pk"))


def check():
    out = StringIO()
    call_command("recompute_deadlines", check=True, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


@pytest.mark.clause("R-14")
def test_each_row_that_says_something_else_is_found(rows):
    assert {row.kind for row in rows} == set(Deadline.Kind.values)
    assert sum(row.kind == "CLIENT_REPLY" for row in rows) == 2
    assert check() == ["2 tickets compared, 0 differences."]

    for row in rows:
        Deadline.objects.filter(pk=row.pk).update(used=row.used + timedelta(seconds=1))
        out = StringIO()
        with pytest.raises(CommandError, match="not what the rules say"):
            call_command("recompute_deadlines", check=True, stdout=out, stderr=StringIO())
        Deadline.objects.filter(pk=row.pk).update(used=row.used)
        assert f"{row.kind} used: stored" in out.getvalue().splitlines()[0]
        assert out.getvalue().splitlines()[1:] == ["2 tickets compared, 1 differences."]


def test_a_row_that_is_gone_and_one_too_many_are_found(rows):
    second = next(row for row in rows if (row.kind, row.serial) == ("CLIENT_REPLY", 2))
    Deadline.objects.filter(pk=second.pk).update(serial=3)

    with pytest.raises(CommandError, match="not what the rules say"):
        check()
