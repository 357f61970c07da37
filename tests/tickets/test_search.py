"""Finding tickets by what was said on them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contracts.models import Account
from apps.tickets import services
from apps.tickets.models import SearchText
from apps.tickets.queries import shown_of, spoken_of
from apps.tickets.services.words import MOST_KEPT, rewrite_words
from tests.factories import make_client, make_order, make_staff, make_ticket
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db


def found(text):
    """The subjects of what is found, in the order of their numbers."""
    rows = spoken_of(text).order_by("pk")
    return [*rows.values_list("ticket__subject", flat=True)]


@pytest.fixture
def tickets():
    """Two tickets with a conversation on one of them."""
    bremen = make_order(account=Account.objects.create(name="Bremen Phones"))
    client = make_client(order=bremen, email="eve@client.example.com")
    one = make_ticket(requester=client, subject="Echo", text="Ein Hall in Zürich.")
    make_ticket(subject="No dial tone", text="Nothing works.")
    agent = make_staff(name="tamara")
    services.answer(ticket=one, text="We look at the gateway.", by=agent, at=later(), act_key="a")
    services.note(ticket=one, text="Firmware 4.12 again", by=agent, at=later(), act_key="n")
    services.client_replied(
        ticket=one, client=client, text="Danke schön", at=later(hours=1), source_key="m"
    )
    return one


@pytest.mark.parametrize(
    "text",
    [
        "echo",
        "ECH",
        "hall",
        "zurich",
        "ZÜRICH",
        "bremen",
        "eve@client.example.com",
        "Ada Client",
        "gateway",
        "look gatew",
        "firmware",
        "4.12",
        "tamara",
        "schon",
        "echo danke firmware",
        "the gateway, again!",
    ],
)
def test_subject_account_sender_messages_and_notes_are_looked_at(tickets, text):
    assert "Echo" in found(text)


@pytest.mark.parametrize("text", ["cho", "dial gateway", "gat eway", "zz", "ec"])
def test_all_words_must_be_there_and_only_the_last_may_be_unfinished(tickets, text):
    assert found(text) == []


def test_a_number_is_a_word_too(tickets):
    assert found(tickets.number) == ["Echo"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!",
        "&|!:*()",
        "'",
        "\"'\\",
        "%",
        "_",
        "\x00",
        "<->",
        "🙂",
        "\udcff",
        "\u202e",
    ],
)
def test_a_text_without_a_word_finds_nothing(tickets, text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "echo & hall",
        "echo:*",
        "'echo'",
        "echo | nothing-at-all-",
        "!echo",
        "echo <-> hall",
        "echo\x00hall",
        "\\echo\\",
        "ec_ho" * 9000,
        "echo' ; DROP TABLE tickets_ticket; --",
    ],
)
def test_operators_and_quotes_are_no_operators_and_no_error(tickets, text):
    assert found(text) in (["Echo"], [])


def test_what_is_written_is_found_in_one_statement(tickets):
    with CaptureQueriesContext(connection) as sent:
        services.index_words(ticket=tickets, texts=["Späte Wörter"])

    assert len(sent) == 1
    assert found("worter") == ["Echo"]
    assert found("hall") == ["Echo"]


def test_a_bomb_of_words_is_kept_in_part(tickets):
    for start in range(4):
        words = " ".join(f"字{number}" for number in range(start * 20_000, start * 20_000 + 20_000))
        services.index_words(ticket=tickets, texts=[words])

    kept = SearchText.objects.get(pk=tickets.pk).words
    assert len(kept) == MOST_KEPT
    assert found("字7") == ["Echo"]
    assert found("echo") == ["Echo"]


def test_a_word_that_no_index_takes_is_found_by_its_beginning(tickets):
    services.index_words(ticket=tickets, texts=["𠀀" * 4000])

    assert found("𠀀" * 3000) == ["Echo"]


def test_the_words_of_a_ticket_without_any_are_written(tickets):
    SearchText.objects.all().delete()

    services.index_words(ticket=tickets, texts=["!"])
    services.index_words(ticket=tickets, texts=["late"])

    assert found("late") == ["Echo"]


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("echo", True),
        ("zurich", True),
        ("the gateway", True),
        ("danke firmw", False),  # a note's word
        ("4.12", False),
        ("bremen", False),  # it would find all of theirs
        ("tamara", True),  # as whom the answer is signed
    ],
)
def test_a_client_finds_what_they_read_and_nothing_that_only_staff_see(tickets, text, is_found):
    before = shown_of(text, orders=[tickets.order_id]).exists()
    rewrite_words(tickets)

    after = shown_of(text, orders=[tickets.order_id]).exists()

    assert (before, after) == (is_found, is_found)


def test_a_client_finds_nothing_of_another_order(tickets):
    assert not shown_of("works", orders=[tickets.order_id]).exists()
