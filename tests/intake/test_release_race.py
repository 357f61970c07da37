"""Two people take the same refused request, or let the same held mail pass, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from apps.intake.models import InboundMail, RefusedRequest, Release
from apps.intake.services import release, release_held
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_staff
from tests.intake.mails_in import make_ada, take

LATER = MORNING + timedelta(hours=2)
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.clause("V-3.5", "V-8.1"),
]


def at_once(act) -> None:
    start = Barrier(4)

    def run(_: int) -> None:
        start.wait(timeout=10)
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))


def test_a_refused_request_is_taken_once():
    ada, staff = make_ada(), make_staff()
    take(sender="eve@example.net")
    refused = RefusedRequest.objects.get()

    at_once(
        lambda: release(
            refused=refused, as_client=ada, to_named=False, why="Hers.", by=staff, at=LATER
        )
    )

    assert (Release.objects.count(), Ticket.objects.count()) == (1, 1)


def test_a_held_mail_is_let_pass_once(settings):
    settings.MAIL_SENDER_CAP = 1
    make_ada()
    staff = make_staff()
    take()
    held = take(message_id="<second@client.example.com>")
    assert held.state == "HELD"

    at_once(lambda: release_held(mail=held, by=staff, at=LATER))

    assert Ticket.objects.count() == 2
    assert InboundMail.objects.get(pk=held.pk).state == "REGISTERED"
