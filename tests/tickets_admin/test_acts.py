"""The forms of the page: each calls one service, and loses nothing that was typed."""

import re
from collections.abc import Iterator

import pytest
import time_machine

from tests.factories import make_staff, make_ticket, reason_of, severity_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import (
    act_of,
    agent,
    done,
    markup_of,
    page_of,
    reader,
    said,
    send,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _half_an_hour_later() -> Iterator[None]:
    with time_machine.travel(later(minutes=30), tick=False):
        yield


@pytest.fixture
def ticket():
    return make_ticket(severity="3")


WRITTEN = [
    ("answer", ("OUT", "Try now."), ["RESPONDED"], "OPEN"),
    ("ask", ("OUT", "Try now."), ["RESPONDED", "ASKED_CLIENT"], "WAITING"),
    ("note", ("NOTE", "Try now."), ["NOTED"], "OPEN"),
    ("call", ("NOTE", "Try now."), ["RESPONDED"], "OPEN"),
]


@pytest.mark.parametrize(("act", "message", "events", "status"), WRITTEN)
def test_what_is_written_is_kept_as_what_it_was_meant_to_be(ticket, act, message, events, status):
    client, _ = agent()

    answer = send(client, ticket, "write", act=act, text="Try now.")

    ticket.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, page_of(ticket))
    assert (said(ticket), done(ticket), ticket.status) == ([message], events, status)


@pytest.mark.parametrize("act", ["answer", "ask", "note", "call"])
def test_a_double_click_writes_once(ticket, act):
    client, _ = agent()
    form = {"act": act, "text": "Once.", "act_key": "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"}

    answers = [send(client, ticket, "write", **form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [text for _, text in said(ticket)] == ["Once."]


def test_other_words_with_the_key_of_an_old_page_are_another_act(ticket):
    client, _ = agent()
    key = "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"

    for text in ("First.", "Second."):
        send(client, ticket, "write", act="answer", text=text, act_key=key)

    assert [text for _, text in said(ticket)] == ["First.", "Second."]


def test_line_ends_of_browsers_do_not_reach_the_mail(ticket):
    send(agent()[0], ticket, "write", act="answer", text="One\r\nTwo")

    assert said(ticket) == [("OUT", "One\nTwo")]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("answer", "an empty message is not sent"),
        ("ask", "an empty message is not sent"),
        ("note", "an empty note helps nobody"),
        ("call", "Write what was said on the phone"),
    ],
)
def test_an_empty_text_is_refused_in_words(ticket, act, why):
    answer = send(agent()[0], ticket, "write", act=act, text="  ")

    assert answer.status_code == 422
    assert why in text_of(answer)
    assert said(ticket) == []


def test_closing_takes_one_of_the_policys_reasons(ticket):
    client, _ = agent()
    solved = reason_of(ticket.version, "solved").pk

    send(client, ticket, "write", act="solve", text="Solved.", reason=solved)

    ticket.refresh_from_db()
    assert (ticket.status, done(ticket)) == ("CLOSED", ["RESPONDED", "SOLVED", "CLOSED"])


def test_closing_without_a_reason_is_refused_and_the_text_is_still_there(ticket):
    answer = send(agent()[0], ticket, "write", act="solve", text="All <b>well</b> again.")

    assert answer.status_code == 422
    assert "Say for which of the policy's reasons it is closed." in text_of(answer)
    assert "All &lt;b&gt;well&lt;/b&gt; again.</textarea>" in answer.content.decode()
    assert 'value="solve" checked' in answer.content.decode()
    assert done(ticket) == []


def test_what_was_typed_for_a_ticket_that_somebody_closed_meanwhile_is_still_there(ticket):
    client, _ = agent()
    solved = reason_of(ticket.version, "solved").pk
    send(client, ticket, "write", act="solve", text="Solved.", reason=solved)

    answer = send(client, ticket, "write", act="answer", text="A long answer.")

    assert answer.status_code == 422
    assert "is closed. Reopen it before you write to the client." in text_of(answer)
    assert "A long answer.</textarea>" in answer.content.decode()


def change(client, ticket, to, reason, explanation="Worse.", **given):
    return send(
        client,
        ticket,
        "severity",
        to=severity_of(ticket.version, to).pk,
        reason=reason_of(ticket.version, reason).pk,
        explanation=explanation,
        **given,
    )


@pytest.mark.clause("V-7.3")
def test_a_severity_changes_for_a_reason_and_is_on_record_with_it(ticket):
    client, me = agent()

    for _ in range(2):  # a double click
        assert change(client, ticket, "2", "impact-changed").status_code == 302

    ticket.refresh_from_db()
    text = text_of(client.get(page_of(ticket)))
    assert (ticket.severity.key, done(ticket)) == ("2", ["SEVERITY_CHANGED"])
    assert f"Severity from Priority 3 to Priority 2. The impact has changed: Worse. {me}" in text
    assert "Priority 3 to Priority 2 : The impact has changed: Worse." in text


@pytest.mark.parametrize(
    ("to", "reason", "explanation", "why"),
    [
        ("2", "impact-changed", " ", "Say in a sentence what changed"),
        ("2", "under-watch", "Better.", "only lowers a severity"),
        ("3", "impact-changed", "Same.", "has Priority 3 already"),
        ("2", "solved", "Wrong list.", "Choose|not one of this policy's reasons"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_and_the_form_is_as_it_was(
    ticket, to, reason, explanation, why
):
    answer = change(agent()[0], ticket, to, reason, explanation)

    assert answer.status_code == 422
    assert any(part in text_of(answer) for part in why.split("|"))
    assert f"{explanation}</textarea>" in answer.content.decode()
    assert '<details class="fl-card tk-fold" id="severity" open>' in markup_of(answer)
    assert done(ticket) == []


def test_the_criteria_of_each_severity_are_in_view(ticket):
    text = text_of(agent()[0].get(page_of(ticket)))

    assert "Priority 1 Nothing works." in text
    assert "Solved, and under watch (only to lower it)" in text


def test_a_ticket_goes_on_a_desk_and_back(ticket):
    client, _ = agent()
    other = make_staff()

    desks = []
    for to in (other.pk, other.pk, ""):
        send(client, ticket, "assign", to=to)
        ticket.refresh_from_db()
        desks.append(ticket.assignee)

    assert desks == [other, other, None]
    assert done(ticket) == ["ASSIGNED", "ASSIGNED"]


def test_one_button_takes_a_ticket_on_ones_own_desk_and_is_gone_then(ticket):
    client, me = agent()
    button = f'name="to" value="{me.pk}">Take it</button>'

    before = markup_of(client.get(page_of(ticket)))
    # As a browser sends it: the list's own choice first, then the button.
    send(client, ticket, "assign", to=["", str(me.pk)])
    after = markup_of(client.get(page_of(ticket)))

    ticket.refresh_from_db()
    assert (ticket.assignee, done(ticket)) == (me, ["ASSIGNED"])
    assert (button in before, "Take it" in after) == (True, False)


def test_a_closed_ticket_offers_what_it_takes_and_an_answer_is_not_among_it(ticket):
    client, _ = agent()
    solved = reason_of(ticket.version, "solved").pk
    send(client, ticket, "write", act="solve", text="Solved.", reason=solved)

    words = markup_of(client.get(page_of(ticket)))

    offered = re.findall(r'name="act" value="(\w+)"( checked)?', words)
    assert offered == [("note", " checked"), ("call", "")]


def test_only_the_first_answer_is_called_the_promised_response(ticket):
    client, _ = agent()
    hint = "It is the promised response."

    before = hint in text_of(client.get(page_of(ticket)))
    send(client, ticket, "write", act="answer", text="Try now.")
    after = hint in text_of(client.get(page_of(ticket)))

    assert (before, after) == (True, False)


def test_somebody_who_does_not_work_here_gets_no_ticket(ticket):
    gone = make_staff(is_active=False)

    answer = send(agent()[0], ticket, "assign", to=gone.pk)

    assert answer.status_code == 422
    assert "That person does not work on tickets." in text_of(answer)


def test_a_closure_is_taken_back_with_an_explanation_once(ticket):
    client, _ = agent()
    solved = reason_of(ticket.version, "solved").pk
    send(client, ticket, "write", act="solve", text="Solved.", reason=solved)

    empty = send(client, ticket, "reopen", explanation="")
    for _ in range(2):  # a double click
        assert send(client, ticket, "reopen", explanation="It is back.").status_code == 302

    assert "Say in a sentence why it is opened again." in text_of(empty)
    assert done(ticket) == ["RESPONDED", "SOLVED", "CLOSED", "REOPENED"]


def test_an_open_ticket_cannot_be_reopened_and_says_so(ticket):
    assert "is not closed." in text_of(send(agent()[0], ticket, "reopen", explanation="Why?"))


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_key_that_got_lost_is_asked_for_again_and_the_text_is_still_there(ticket, key):
    answer = send(agent()[0], ticket, "write", act="answer", text="Typed.", act_key=key)

    assert answer.status_code == 422
    assert "send it once more" in text_of(answer)
    assert "Typed.</textarea>" in answer.content.decode()


@pytest.mark.parametrize("garbage", ["x", "99999999999999999999", "-1", "\0"])
def test_keys_that_nobody_offered_are_refused_in_words(ticket, garbage):
    client, _ = agent()

    answers = [
        send(client, ticket, "assign", to=garbage),
        send(client, ticket, "severity", to=garbage, reason=garbage, explanation="?"),
        send(client, ticket, "write", act=garbage, text="Text.", reason=garbage),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert done(ticket) == []


@pytest.mark.parametrize("name", ["write", "severity", "assign", "reopen"])
def test_who_may_only_look_is_offered_no_form_and_can_send_none(ticket, name):
    client = reader()

    assert "<textarea" not in client.get(page_of(ticket)).content.decode()
    assert send(client, ticket, name, act="note", text="Hi.").status_code == 403
    assert done(ticket) == []


def test_strangers_are_asked_to_sign_in(client, ticket):
    answer = send(client, ticket, "write", act="note", text="Hi.")

    assert (answer.status_code, "/login/" in answer["Location"]) == (302, True)


def test_a_form_from_another_site_is_refused(ticket):
    client, _ = agent()
    client.handler.enforce_csrf_checks = True

    assert send(client, ticket, "write", act="note", text="Hi.").status_code == 403


def test_the_address_of_a_form_leads_back_to_the_page(ticket):
    answer = agent()[0].get(act_of(ticket, "write"))

    assert (answer.status_code, answer["Location"]) == (302, page_of(ticket))


def test_a_form_that_does_not_exist_is_not_found(ticket):
    assert send(agent()[0], ticket, "explode").status_code == 404
