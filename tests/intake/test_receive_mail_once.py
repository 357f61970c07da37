"""However often a mail is delivered, it is one request."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connections

from apps.intake.models import InboundMail
from apps.tickets.models import Attachment, Ticket
from tests.factories import make_ticket
from tests.intake.mails_in import ADA, happened, make_ada, make_mail, said, take, told


@pytest.mark.clause("V-8.1.4")
def test_the_same_bytes_twice_are_one_mail(ada):
    first, again = take(), take()

    assert first == again
    assert (InboundMail.objects.count(), Ticket.objects.count()) == (1, 1)
    assert told() == [("ticket.acknowledged", ADA)]


@pytest.mark.clause("V-8.1.4")
def test_the_same_message_id_in_other_bytes_is_kept_as_a_duplicate(ada):
    take()

    copy = take(fields="Received: from another.example.net")

    assert (copy.state, copy.ticket) == ("DUPLICATE", None)
    assert copy.why == "A mail with this Message-ID came before."
    assert (copy.sender, copy.subject) == (ADA, "No calls")
    assert (InboundMail.objects.count(), Ticket.objects.count()) == (2, 1)
    assert told() == [("ticket.acknowledged", ADA)]


@pytest.mark.clause("V-8.1.4")
def test_a_reply_twice_is_said_once(ada):
    ticket = make_ticket(requester=ada)
    take(subject=ticket.number)

    copy = take(subject=ticket.number, fields="Received: from another.example.net")

    assert copy.state == "DUPLICATE"
    assert said(ticket) == ["Nothing works.", "No calls since nine."]


def test_mails_without_a_message_id_are_told_apart_by_their_bytes(ada):
    kept = [take(message_id="", text=text) for text in ("One.", "Two.", "One.")]

    assert [mail.state for mail in kept] == ["REGISTERED"] * 3
    assert Ticket.objects.count() == 2


def test_a_strangers_mail_does_not_use_up_somebodys_message_id(ada):
    strange = take(sender="eve@example.net")
    ours = take()

    assert (strange.state, ours.state) == ("REFUSED", "REGISTERED")


def at_once(acts: list[Callable[[], InboundMail]]) -> list[InboundMail]:
    """Run each act in a thread of its own, all from the same moment."""
    start = Barrier(len(acts))

    def run(act: Callable[[], InboundMail]) -> InboundMail:
        start.wait(timeout=10)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deliveries", [2, 8])
def test_the_same_mail_delivered_at_once_is_one_ticket(deliveries):
    make_ada()

    mails = at_once([take] * deliveries)

    assert len({mail.pk for mail in mails}) == 1
    ticket = Ticket.objects.get()
    assert InboundMail.objects.get().state == "REGISTERED"
    assert (told(), happened(ticket)) == (
        [("ticket.acknowledged", ADA)],
        ["REGISTERED", "ACKNOWLEDGED"],
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deliveries", [2, 8])
def test_one_message_id_in_many_bytes_at_once_is_one_ticket(deliveries):
    make_ada()
    raws = [make_mail(fields=f"Received: by hop{serial}") for serial in range(deliveries)]

    at_once([partial(take, raw) for raw in raws])

    states = sorted(InboundMail.objects.values_list("state", flat=True))
    assert states == ["DUPLICATE"] * (deliveries - 1) + ["REGISTERED"]
    assert (Ticket.objects.count(), told()) == (1, [("ticket.acknowledged", ADA)])
    assert InboundMail.objects.filter(state="DUPLICATE", ticket=None).count() == deliveries - 1
    assert Attachment.objects.count() == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_reply_in_many_bytes_at_once_is_said_once():
    ticket = make_ticket(requester=make_ada())
    raws = [make_mail(subject=ticket.number, fields=f"Received: by hop{n}") for n in range(8)]

    at_once([partial(take, raw) for raw in raws])

    states = sorted(InboundMail.objects.values_list("state", flat=True))
    assert states == ["ADDED"] + ["DUPLICATE"] * 7
    assert said(ticket) == ["Nothing works.", "No calls since nine."]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_machines_mail_in_many_bytes_at_once_is_no_fault():
    make_ada()
    raws = [make_mail(fields=f"Precedence: bulk\nReceived: by hop{n}") for n in range(8)]

    mails = at_once([partial(take, raw) for raw in raws])

    assert [mail.state for mail in mails] == ["AUTOMATIC"] * 8


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_replies_at_once_are_both_said():
    ticket = make_ticket(requester=make_ada())
    raws = [make_mail(subject=ticket.number, message_id=f"<{n}@c.example>") for n in range(8)]

    mails = at_once([partial(take, raw) for raw in raws])

    assert [mail.state for mail in mails] == ["ADDED"] * 8
    assert said(ticket) == ["Nothing works."] + ["No calls since nine."] * 8
