"""A flood of alerts: as many queries for very many as for few, one ticket, and few words."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.intake.models import Alert
from apps.intake.services import handle_alerts, read_posts
from apps.tickets.models import Message, Ticket
from tests.factories import MORNING
from tests.monitoring_made import MINUTE, alert, make_source, make_watched, post

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-2-monitoring")]
FEW, MANY = 2, 400


def queries(act, *arguments, **named):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        act(*arguments, **named)
    return len(caught)


def flood(source, count, *, at):
    """Post so many alerts at once; return the queries of reading them, and of handling them."""
    post(source, *(alert(f"{at:%H%M}-{number}") for number in range(count)), at=at)
    return queries(read_posts), queries(handle_alerts, at=at)


def test_queries_do_not_grow_with_the_alerts():
    make_watched()
    source = make_source()
    flood(source, FEW, at=MORNING)  # opens the ticket, and fills what is kept

    few = flood(source, FEW, at=MORNING + MINUTE)
    many = flood(source, MANY, at=MORNING + 2 * MINUTE)
    again = flood(source, MANY, at=MORNING + 2 * MINUTE)

    assert few == many
    assert few[0] == again[0] == READING
    assert again[1] == NOTHING_DUE
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 3)
    assert Alert.objects.filter(handling="TICKET", is_due=False).count() == FEW * 2 + MANY
    latest = Message.objects.latest("pk").text
    assert (latest.splitlines()[0], latest.splitlines()[-1]) == (
        "400 alerts came to this ticket:",
        "- and 380 more",
    )


READING, NOTHING_DUE = 8, 1
