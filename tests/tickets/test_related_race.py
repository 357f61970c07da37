"""Two who act on the same tickets at the same moment, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.tickets import services
from apps.tickets.models import Dispute, Link, Ticket, Viewer
from tests.factories import make_client, make_order, make_staff, make_ticket, severity_of
from tests.tickets.reading import facts, later

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts) -> list[str]:
    """Do all acts in threads of their own; return what each was told, or "done"."""

    def run(act):
        try:
            act()
        except services.Refused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


def pair():
    order = make_order()
    client = make_client(order=order)
    return [make_ticket(requester=client), make_ticket(requester=client, at=later(minutes=1))]


def test_of_many_who_answer_at_the_same_instant_one_is_heard_and_the_others_are_told():
    ticket = make_ticket()
    seen = ticket.events.order_by("pk").last().pk

    def answer(who):
        def act():
            with services.acting_on(ticket, by=who, seen=seen):
                text = f"I am {who}."
                services.answer(ticket=ticket, text=text, by=who, at=later(), act_key=str(who.pk))

        return act

    assert at_once(*(answer(make_staff()) for _ in range(4))) == ["Overtaken"] * 3 + ["done"]
    assert ticket.messages.count() == 2


@pytest.mark.clause("V-7.2")
def test_of_many_disputes_at_once_one_is_taken_down():
    ticket = make_ticket()
    wanted = severity_of(ticket.version, "1")

    def dispute(number):
        return lambda: services.raise_dispute(
            ticket=ticket,
            client=ticket.requester,
            wanted=wanted,
            claim="Worse.",
            evidence="",
            by=None,
            at=later(),
            act_key=str(number),
        )

    assert at_once(*map(dispute, range(4))) == ["Refused"] * 3 + ["done"]
    assert Dispute.objects.count() == 1

    def decide(who):
        return lambda: services.decide_dispute(
            dispute=Dispute.objects.get(),
            uphold=False,
            reason=f"{who} says so.",
            change_reason=None,
            by=who,
            at=later(minutes=1),
        )

    assert at_once(*(decide(make_staff()) for _ in range(4))) == ["Refused"] * 3 + ["done"]
    assert len(facts(ticket, "DISPUTE_DECIDED")) == 1


def test_of_a_merge_sent_many_times_and_another_way_one_gets_through():
    first, second = pair()
    by, at = make_staff(), later(minutes=5)

    def merge(duplicate, into, key):
        return lambda: services.merge(duplicate=duplicate, into=into, by=by, at=at, act_key=key)

    same = [merge(second, first, "same") for _ in range(3)]
    assert at_once(*same, merge(first, second, "back")) == ["Refused"] + ["done"] * 3
    assert len(facts(first, "JOINED")) == 1


def test_merging_answering_and_linking_at_once_wait_for_each_other_and_not_in_a_circle():
    first, second = pair()
    by, at = make_staff(), later(minutes=5)

    def answer():
        with services.acting_on(second, by=by):
            services.answer(ticket=second, text="Hi.", by=by, at=at, act_key="a")

    told = at_once(
        lambda: services.merge(duplicate=second, into=first, by=by, at=at, act_key="m"),
        lambda: services.link(ticket=second, other=first, by=by, at=at),
        lambda: services.link(ticket=first, other=second, by=by, at=at),
        answer,
    )

    assert [one for one in told if one != "done"] in ([], ["GoesOnElsewhere"])
    assert (Link.objects.count(), second.messages.count()) == (1, 0)
    assert first.messages.count() == 3 - len([one for one in told if one != "done"])


def test_a_split_sent_many_times_at_once_is_one_ticket():
    ticket = make_ticket()
    services.client_replied(
        ticket=ticket, client=ticket.requester, text="And?", at=later(minutes=1), source_key="r"
    )
    by, severity = make_staff(), severity_of(ticket.version, "3")

    moving = [ticket.messages.get(text="And?")]

    def split(_):
        return lambda: services.split(
            ticket=ticket,
            messages=moving,
            subject="And",
            severity=severity,
            by=by,
            at=later(minutes=5),
            act_key="s",
        )

    assert at_once(*map(split, range(4))) == ["done"] * 4
    assert Ticket.objects.count() == 2


def test_many_polls_of_one_page_at_once_are_one_viewer():
    ticket, who = make_ticket(), make_staff()

    def look(second):
        at = later(seconds=second)
        return lambda: services.note_viewer(ticket=ticket, user=who, is_writing=False, at=at)

    assert at_once(*map(look, range(4))) == ["done"] * 4
    assert Viewer.objects.count() == 1
