"""What a mail costs the database: statements, once the terms of the policy are known."""

import pytest

from apps.tickets.models import Ticket
from tests.factories import make_ticket
from tests.intake.mails_in import make_big_mail, make_mail, statements, take


@pytest.fixture(autouse=True)
def known_terms(ada) -> Ticket:
    """A ticket registered before, so that the terms and hours are in memory."""
    return make_ticket(requester=ada)


def test_a_mail_that_registers_a_ticket_costs_at_most_27_statements():
    with statements() as sent:
        mail = take()

    assert (mail.state, len(sent) <= 27) == ("REGISTERED", True)


def test_a_mail_that_adds_to_a_ticket_costs_at_most_23_statements(known_terms):
    with statements() as sent:
        mail = take(subject=known_terms.number)

    assert (mail.state, len(sent) <= 23) == ("ADDED", True)


def test_a_mail_that_is_refused_costs_at_most_13_statements():
    with statements() as sent:
        mail = take(sender="eve@example.net")

    assert (mail.state, len(sent) <= 13) == ("REFUSED", True)


def test_a_mail_that_came_before_costs_one_statement_and_reads_no_bytes():
    take()

    with statements() as sent:
        take()

    assert (len(sent), '"raw"' in sent[0]) == (1, False)


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
