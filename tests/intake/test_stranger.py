"""Somebody asks who is no authorised user: refused by the same rule, kept for staff, told once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail as outgoing
from django.db import connection

from apps.contracts.models import Account
from apps.intake.models import RefusedRequest
from apps.intake.services import KnownSender, refuse_stranger, was_told
from apps.outbox.services import deliver_pending
from tests.factories import MORNING, make_client, make_order, make_preset, make_staff
from tests.intake.mails_in import told

pytestmark = pytest.mark.django_db
EVE = "eve@example.net"


def ask(**facts):
    given = {
        "sender": EVE,
        "channel": "PHONE",
        "subject": "Calls drop",
        "text": "Since nine.",
        "at": MORNING,
        "source_key": "staff:1",
        "by": facts.pop("by", None) or make_staff(),
    }
    return refuse_stranger(**{**given, **facts})


def wholesale(**facts):
    return make_order(version=make_preset(slug="skyswitch-support-2017"), **facts)


@pytest.mark.clause("V-3.5", "V-1.2")
def test_a_stranger_who_names_an_account_is_refused_under_its_order_and_kept():
    order, dana = wholesale(), make_staff()

    row = ask(account=order.account, by=dana)

    assert (row.person, row.sender, row.account, row.order) == (None, EVE, order.account, order)
    assert (row.channel, row.wanted, row.subject, row.text) == (
        *("PHONE", "TICKET", "Calls drop", "Since nine."),
    )
    assert (row.by, row.asked_at, row.clause) == (dana, MORNING, "S-1")
    assert row.why == f"The sender is not an authorised user of order {order}."
    assert [(step["clause"], step["holds"]) for step in row.steps] == [
        *(("S-1", True), ("S-1", True), ("S-1", False)),
    ]


@pytest.mark.clause("V-3.5")
def test_what_a_stranger_hears_names_no_order():
    row = ask(account=wholesale().account)
    deliver_pending(at=MORNING)

    (sent,) = outgoing.outbox
    assert (sent.to, was_told(row)) == ([EVE], True)
    assert f"Reason:   {EVE} is not an authorised user of any order.\n" in sent.body


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("has_account", [True, False])
def test_without_an_order_nobody_knows_the_sender(has_account):
    account = Account.objects.create(name="Orderless") if has_account else None

    row = ask(account=account)

    assert (row.account, row.order, row.clause) == (account, None, "")
    assert row.why == f"{EVE} is not an authorised user of any order."
    assert row.steps == [{"clause": "", "holds": False, "says": row.why}]


@pytest.mark.clause("V-3.5")
def test_who_leaves_only_a_name_is_kept_and_written_to_by_nobody():
    row = ask(sender="Eve of the night shift")

    assert (row.sender, told(), was_told(row)) == ("Eve of the night shift", [], False)


@pytest.mark.clause("V-1.2", "V-3.1")
def test_of_several_orders_the_one_that_holds_furthest_answers():
    draft = wholesale(state="DRAFT")
    executed, later = (wholesale(account=draft.account) for _ in range(2))

    assert executed.pk < later.pk
    assert ask(account=draft.account).order == executed


@pytest.mark.clause("V-1.2")
def test_an_account_whose_only_order_is_a_draft_is_refused_for_that():
    draft = wholesale(state="DRAFT")

    assert ask(account=draft.account).why == f"Order {draft} is not executed."


@pytest.mark.clause("V-3.5")
def test_who_is_an_authorised_user_is_no_stranger():
    kim = make_client(email="kim@client.example.com")

    for account in (None, kim.order.account):
        with pytest.raises(KnownSender) as caught:
            ask(sender="KIM@client.example.com", account=account)
        assert str(caught.value) == (
            f"KIM@client.example.com is an authorised user of order {kim.order}: find them by that"
            " address, and ask in their name."
        )

    assert RefusedRequest.objects.count() == 0


@pytest.mark.clause("V-3.5")
def test_a_user_of_another_account_and_one_of_the_past_are_strangers():
    kim = make_client(email="kim@client.example.com")
    gone = make_client(email="gone@client.example.com", is_active=False)
    other = make_order().account

    rows = [
        ask(sender=kim.email, account=other, source_key="staff:1"),
        ask(sender=gone.email, account=gone.order.account, source_key="staff:2"),
    ]

    assert [row.account for row in rows] == [other, gone.order.account]


@pytest.mark.clause("V-1.2")
def test_the_same_request_again_is_the_same_refusal_told_once():
    assert ask() == ask()
    assert (RefusedRequest.objects.count(), told()) == (1, [("request.refused", EVE)])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("V-1.2")
def test_a_request_sent_many_times_at_once_is_refused_once():
    dana = make_staff()

    def run(_):
        try:
            return ask(by=dana)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as threads:
        rows = list(threads.map(run, range(6)))

    assert rows == [rows[0]] * 6
    assert (RefusedRequest.objects.count(), told()) == (1, [("request.refused", EVE)])
