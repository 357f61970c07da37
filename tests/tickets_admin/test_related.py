"""Linking and merging on the ticket's page."""

import pytest
import time_machine

from apps.tickets.models import Link
from tests.factories import make_client, make_order, make_ticket, severity_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import agent, done, page_of, reader, said, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _half_an_hour_later():
    with time_machine.travel(later(minutes=30), tick=False):
        yield


@pytest.fixture
def pair():
    client = make_client(order=make_order())
    return (
        make_ticket(requester=client),
        make_ticket(requester=client, at=later(minutes=1), subject="Phones <b>are</b> dead"),
    )


@pytest.fixture
def browser():
    return agent()[0]


def test_linked_tickets_show_each_other_until_they_are_unlinked(pair, browser):
    first, second = pair

    linked = send(browser, first, "link", other=f" {second.pk} ")
    shown = browser.get(page_of(first))
    unlinked = send(browser, second, "unlink", other=first.number)

    assert (linked.status_code, unlinked.status_code) == (302, 302)
    assert f"1 linked {second.number} Phones <b>are</b> dead Our turn" in text_of(shown)
    assert "Phones &lt;b&gt;are&lt;/b&gt; dead" in shown.content.decode()
    assert Link.objects.count() == 0
    assert f"No longer linked with {first.number}" in text_of(browser.get(page_of(second)))


def test_a_merged_ticket_says_where_it_goes_on_and_takes_only_notes(pair, browser):
    first, second = pair

    answer = send(browser, second, "merge", other=first.number)

    page = browser.get(page_of(second))
    text = text_of(page)
    assert answer.status_code == 302
    assert f"{second.number} was merged. It goes on as {first.number} No dial tone" in text
    assert [
        name
        for name in ("Assign", "Reopen", "Change severity", "Merge", "Split:", "Dispute")
        if f" {name} " in text
    ] == []
    assert page.content.decode().count('name="act"') == 1
    assert f"{second.number} was merged into this" in text_of(browser.get(page_of(first)))


def test_what_is_sent_to_a_merged_ticket_all_the_same_is_kept_on_the_page(pair, browser):
    first, second = pair
    send(browser, second, "merge", other=first.number)

    answers = [
        send(browser, second, "write", act="answer", text="A long answer."),
        send(browser, second, "write", act="call", text="A long answer."),
        send(browser, second, "assign", to=""),
        send(browser, second, "reopen", explanation="Why not."),
        send(
            browser,
            second,
            "severity",
            to=severity_of(second.version, "1").pk,
            reason=second.version.reasons.get(key="impact-changed").pk,
            explanation="Worse.",
        ),
    ]
    note = send(browser, second, "write", act="note", text="A note.")

    assert [answer.status_code for answer in answers] == [422] * 5
    assert all(f"goes on as {first.number}. Do this there." in text_of(one) for one in answers)
    assert "A long answer.</textarea>" in answers[0].content.decode()
    assert (note.status_code, done(second)[-1]) == (302, "NOTED")


def test_a_merge_the_wrong_way_round_is_refused_in_words(pair, browser):
    first, second = pair

    answer = send(browser, first, "merge", other=second.number)

    assert answer.status_code == 422
    assert "Merge the other way" in text_of(answer)
    assert f'value="{second.number}"' in answer.content.decode()


def test_a_double_click_merges_once(pair, browser):
    first, second = pair
    key = "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"

    answers = [send(browser, second, "merge", other=first.number, act_key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert done(second) == ["MERGED"]


@pytest.mark.parametrize("garbage", ["", "x", "99999999999999999999", "-1", "\0", "9" * 41, "<b>"])
@pytest.mark.parametrize("name", ["link", "unlink", "merge"])
def test_a_number_that_nobody_has_is_refused_in_words(pair, browser, name, garbage):
    answer = send(browser, pair[0], name, other=garbage)

    assert (answer.status_code, done(pair[0])) == (422, [])
    assert "<b></" not in answer.content.decode()


def test_who_may_only_look_sees_links_and_makes_none(pair):
    first, second = pair
    send(agent()[0], first, "link", other=second.number)
    client = reader()

    page = client.get(page_of(first))

    assert second.number in text_of(page)
    assert "<button" not in page.content.decode().split('id="more"')[1].split("</details>")[0]
    assert [
        send(client, first, name, other=second.number).status_code
        for name in ("link", "unlink", "merge")
    ] == [403] * 3
    assert said(first) == []
