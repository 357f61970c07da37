"""manage.py sweep_deadlines, and the task that the beat starts."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.tickets.tasks import sweep_deadlines
from tests.factories import make_ticket
from tests.tickets.reading import deadline

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("sweep_deadlines", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.clause("R-17")
@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-04T13:00:00-05:00", "0 missed, 1 warned.\n"),
        ("2026-03-04T18:00:01Z", "1 missed, 0 warned.\n"),
        ("2026-03-05T03:00:01+09:00", "1 missed, 0 warned.\n"),
        ("2026-03-04 21:00:00+00:00", "1 missed, 1 warned.\n"),
    ],
)
def test_the_sweep_by_hand_is_made_at_the_instant_that_is_given(at, said):
    make_ticket()

    assert run("--at", at) == said
    assert run("--at", at) == "0 missed, 0 warned.\n"


@pytest.mark.parametrize(
    "bad",
    [
        *("", "yesterday", "1741", "2026-03-04", "2026-03-04T12:00:00", "2026-13-04T12:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),  # no such year in UTC
    ],
)
def test_what_is_no_instant_is_refused_and_nothing_is_swept(bad):
    ticket = make_ticket()

    with pytest.raises(CommandError, match="--at"):
        run("--at", bad)

    assert deadline(ticket, "RESPONSE").state == "OPEN"


def test_without_an_instant_it_is_now():
    ticket = make_ticket(severity="1", at=timezone.now() - timedelta(hours=2))

    assert run() == "1 missed, 0 warned.\n"
    assert deadline(ticket, "RESPONSE").state == "MISSED"


def test_the_task_sweeps_now():
    ticket = make_ticket(severity="1", at=timezone.now() - timedelta(hours=2))

    sweep_deadlines()

    assert deadline(ticket, "RESPONSE").state == "MISSED"
