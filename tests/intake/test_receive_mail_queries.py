"""What a mail costs the database: statements, once the terms of the policy are known."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.tickets.models import Ticket
from tests.factories import make_ticket
from tests.intake.mails_in import make_big_mail, make_mail, statements, take


@pytest.fixture(autouse=True)
def known_terms(ada) -> Ticket:
    """A ticket registered before, so that the terms and hours are in memory."""
    return make_ticket(requester=ada)


@contextmanager
def all_statements() -> Iterator[list[str]]:
    """Collect all statements but those around the two transactions of a mail in production."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    sent = [query["sql"] for query in captured.captured_queries]
    # Within a test the mail's own transaction is a savepoint.
    assert [sent.pop(1).split()[0], sent.pop().split()[0]] == ["SAVEPOINT", "RELEASE"]
    found += sent


def test_a_mail_that_registers_a_ticket_costs_at_most_14_statements():
    with statements() as sent:
        mail = take()

    assert (mail.state, len(sent) <= 14) == ("REGISTERED", True)


def test_a_mail_that_adds_to_a_ticket_costs_at_most_16_statements(known_terms):
    with statements() as sent:
        mail = take(subject=known_terms.number)

    assert (mail.state, len(sent) <= 16) == ("ADDED", True)


def test_a_mail_that_is_refused_costs_at_most_11_statements():
    with statements() as sent:
        mail = take(sender="eve@example.net")

    assert (mail.state, len(sent) <= 11) == ("REFUSED", True)


def test_a_mail_that_came_before_writes_nothing_and_reads_no_bytes():
    take()

    with statements() as sent:
        take()

    assert [sql.split()[0] for sql in sent] == ["INSERT", "SELECT"]
    assert '"raw"' not in sent[1]


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["plain", "html", "file"])
def test_a_new_mail_costs_6_statements_savepoints_included(kind):
    raws = {
        "plain": make_mail(),
        "html": make_mail(fields="Content-Type: text/html", text="<p>No <b>calls</b></p>"),
        "file": make_big_mail(attached=2_000),
    }
    with all_statements() as sent:
        mail = take(raws[kind])

    assert (mail.state, len(sent)) == ("REGISTERED", 6)


@pytest.mark.postgresql
def test_a_reply_costs_8_statements_savepoints_included(known_terms):
    with all_statements() as sent:
        mail = take(subject=known_terms.number)

    assert (mail.state, len(sent)) == ("ADDED", 8)


def test_naming_many_tickets_costs_no_more_than_naming_one(known_terms):
    with statements() as one:
        take(sender="eve@example.net", subject=known_terms.number)

    numbers = " ".join(make_ticket().number for _ in range(4))
    with statements() as many:
        take(sender="eve@example.net", subject=numbers, message_id="<b@example.net>")

    assert len(many) == len(one)


def test_the_bytes_of_a_mail_are_written_once_and_not_read_back():
    with statements() as sent:
        take(make_big_mail(attached=20_000))

    carrying = [sql.split()[0] for sql in sent if '"raw"' in sql]
    assert carrying == ["INSERT"]


def test_ten_files_cost_no_more_than_one():
    part = "--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    costs = []
    for files in (1, 10):
        raw = make_mail(
            fields="Content-Type: multipart/mixed; boundary=b",
            message_id=f"<{files}@client.example.com>",
            text=part * files + "--b--",
        )
        with statements() as sent:
            take(raw)
        costs.append(len(sent))

    assert costs[0] == costs[1]
