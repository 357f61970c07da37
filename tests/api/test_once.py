"""The same request again: done once, answered as it was at first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from apps.api.models import KeptAnswer
from apps.api.services import KEPT_FOR, begin, forget_answers
from apps.api.services.answers import LONGEST
from apps.tickets import services
from apps.tickets.models import Ticket
from tests.api_made import make_token, sent
from tests.factories import MORNING, make_staff
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db
WHOLE = {"subject": "No dial tone", "text": "Nothing works.", "severity": "2"}


def opened(secret, key="the-same", **said):
    return sent(secret, "/tickets", key=key, **(WHOLE | said))


def test_the_same_request_again_is_answered_as_at_first_whatever_happened_since():
    _, secret = make_token()

    with time_machine.travel(MORNING, tick=False):
        first = opened(secret)
    ticket, at = Ticket.objects.get(), MORNING + timedelta(minutes=1)
    services.answer(ticket=ticket, text="We look.", by=make_staff(), at=at, act_key="said")
    again = opened(secret)

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    replayed = [each.headers.get("Idempotency-Replayed") for each in (first, again)]
    assert (replayed, Ticket.objects.count()) == ([None, "true"], 1)


def test_a_refusal_is_an_answer_too():
    person = make_person(may_open=False)
    _, secret = make_token(person=person, scopes=["tickets:write"])

    first = opened(secret)
    person.may_open = True
    person.save()
    again = opened(secret)

    assert (first.status_code, again.status_code) == (403, 403)
    assert (again.content, again.headers["Content-Type"]) == (
        first.content,
        "application/problem+json",
    )


def test_a_key_names_one_request_of_one_token():
    person = make_person()
    (_, secret), (_, other) = make_token(person=person), make_token(person=person)

    answers = [
        opened(secret),
        opened(secret, subject="Another"),
        opened(other, subject="Another"),
        opened(secret, key="new", subject="Another"),
    ]

    assert [each.status_code for each in answers] == [201, 422, 201, 201]
    assert answers[1].json()["code"] == "key-reused"


def test_what_is_being_worked_on_is_asked_for_later_and_taken_over_when_its_process_died():
    token, secret = make_token()
    with time_machine.travel(MORNING, tick=False):
        opened(secret)
    KeptAnswer.objects.update(status=None, body="", busy_until=MORNING + LONGEST)

    answers = []
    for more in (timedelta(0), timedelta(microseconds=1)):
        with time_machine.travel(MORNING + LONGEST + more, tick=False):
            answers.append(opened(secret))

    assert [each.status_code for each in answers] == [409, 201]
    assert (answers[0].json()["code"], answers[0].headers["Retry-After"]) == ("in-flight", "2")
    assert (token.pk, Ticket.objects.count()) == (KeptAnswer.objects.get().token_id, 1)


def test_after_a_fault_of_ours_the_same_request_may_come_again_at_once(settings):
    _, secret = make_token()
    prefix = settings.TICKET_PREFIX

    del settings.TICKET_PREFIX  # the ticket is there, and cannot be told of
    failed = opened(secret)
    settings.TICKET_PREFIX = prefix
    again = opened(secret)

    assert (failed.status_code, failed.json()["code"], again.status_code) == (500, "failed", 201)
    assert Ticket.objects.count() == 1


def test_a_key_is_kept_for_a_week():
    token, _ = make_token()
    begin(token=token, key="one", digest="1", at=MORNING)

    forgotten = [
        forget_answers(at=MORNING + KEPT_FOR + more)
        for more in (timedelta(0), timedelta(microseconds=1))
    ]

    assert forgotten == [0, 1]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_request_that_comes_many_times_at_once_is_done_once():
    _, secret = make_token()

    def ask(_):
        try:
            return opened(secret).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as threads:
        answers = set(threads.map(ask, range(6)))

    assert (answers - {409}, Ticket.objects.count()) == ({201}, 1)
