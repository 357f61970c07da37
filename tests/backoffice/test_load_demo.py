"""Loading the trial's data into a fresh database, at any instant."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from apps.backoffice.demo import load_demo
from apps.contracts.models import Account, Policy, User
from apps.escalation.models import Page
from apps.intake.models import VoiceMessage
from apps.tickets.models import Ticket
from tests.backoffice.making import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]


def test_real_data_is_left_alone_and_no_login_is_made_up(capsys):
    Account.objects.create(name="A real client")

    call_command("load_demo", "--if-empty")

    assert (User.objects.count(), Policy.objects.count()) == (0, 0)
    assert capsys.readouterr().out == ""


def test_the_command_says_whom_to_sign_in_as_and_what_to_watch(capsys):
    call_command("load_demo", "--at", NOON.isoformat())

    said = capsys.readouterr().out
    watched = Ticket.objects.get(subject="No outgoing calls from the dispatch centre")
    assert f"Watch {watched.number}: its response falls due at 12:01:30 UTC" in said
    assert reverse("admin:tickets_ticket_change", args=[watched.pk]) in said
    assert all(f"    {name} " in said for name in ("admin", "duty", "agent"))


# The hour is arithmetic, and the same on each engine; loading itself is tried on each above.
@pytest.mark.one_engine
@pytest.mark.parametrize(
    "at",
    [
        "2026-03-08T07:10:00+00:00",  # the clocks of New York went forward ten minutes ago
        "2026-11-01T06:10:00+00:00",  # and back
        "2026-12-26T03:00:00+00:00",  # a holiday's night
        "2026-07-04T03:30:00+00:00",  # the evening before a holiday on a Saturday
        "2026-07-04T23:59:59+00:00",  # that Saturday
    ],
)
def test_it_loads_at_any_time_of_day_week_and_year(at):
    loaded = load_demo(at=datetime.fromisoformat(at))

    left = loaded.due_at - datetime.fromisoformat(at)
    assert (loaded.tickets, left) == (29, timedelta(seconds=90))
    # Of the voice messages two paged, and one waits.
    assert (Page.objects.count(), VoiceMessage.objects.count()) == (2, 3)
