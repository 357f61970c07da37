"""The forms for what follows a solution, cases with others, suspensions and classifications."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contracts.models import Reason
from apps.tickets import services
from apps.tickets.models import VendorCase
from tests.factories import (
    make_agreed,
    make_client,
    make_order,
    make_preset,
    make_staff,
    make_ticket,
    reason_of,
)
from tests.tickets.reading import later
from tests.tickets_admin.pages import agent, done, page_of, reader, said, send, text_of

pytestmark = pytest.mark.django_db

PREMIUM, WHOLESALE = "voximplant-premium-2023", "skyswitch-support-2017"


@pytest.fixture(autouse=True)
def _half_an_hour_later() -> Iterator[None]:
    with time_machine.travel(later(minutes=30), tick=False):
        yield


def ticket_of(slug, severity, **facts):
    order = make_order(version=make_preset(slug=slug))
    if slug == PREMIUM:  # its plans promise no time to resolve: the order does
        make_agreed(order=order, severity=severity, hours=20, calendar="always")
    return make_ticket(requester=make_client(order=order), severity=severity, **facts)


@pytest.fixture
def premium():
    return ticket_of(PREMIUM, "II")


@pytest.fixture
def wholesale():
    return ticket_of(WHOLESALE, "2")


def key_of(ticket, kind, key):
    return Reason.objects.get(version=ticket.version, kind=kind, key=key).pk


def solve(client, ticket, key="restored", **given):
    reason = key_of(ticket, "CLOSING", key)
    return send(client, ticket, "write", act="solve", text="It works.", reason=reason, **given)


def status_of(ticket):
    ticket.refresh_from_db()
    return ticket.status


@pytest.mark.clause("V-3.4.4")
def test_a_solution_asks_the_client_and_the_panel_says_until_when(premium):
    client, _ = agent()
    before = text_of(client.get(page_of(premium)))

    solve(client, premium)

    after = text_of(client.get(page_of(premium)))
    assert status_of(premium) == "SOLVED"
    assert "The client is asked to confirm it within 48 h; silence closes it." in before
    assert "The client was asked to confirm the solution by Fri 6 Mar 2026, 14:30 UTC" in after
    assert "Closure confirmation client has 48 h left" in after


@pytest.mark.clause("S-5-step-down")
def test_a_watched_solution_says_when_it_steps_down(wholesale):
    client, _ = agent()

    solve(client, wholesale, "resolved")

    text = text_of(client.get(page_of(wholesale)))
    assert "The solution is watched as Priority 3 until Thu 5 Mar 2026, 14:30 UTC" in text
    assert "Stepped down from Priority 2 to Priority 3." in text


@pytest.mark.clause("V-3.3")
def test_work_that_is_not_covered_names_its_exclusion(premium):
    client, _ = agent()

    refused = solve(client, premium, "outside-control")
    solve(
        client,
        premium,
        "outside-control",
        exclusion=key_of(premium, "EXCLUSION", "third-party-carrier"),
    )

    assert refused.status_code == 422
    assert "say which of the policy's exclusions it is" in text_of(refused)
    assert status_of(premium) == "CLOSED"
    assert premium.exclusion.key == "third-party-carrier"


def test_an_exclusion_that_was_out_of_view_is_not_kept(premium):
    solve(agent()[0], premium, exclusion=key_of(premium, "EXCLUSION", "infrastructure"))

    assert (status_of(premium), premium.exclusion) == ("SOLVED", None)


def test_the_client_confirms_on_the_phone_once(premium):
    client, _ = agent()
    solve(client, premium)
    form = {"text": "She said so.", "act_key": "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"}

    empty = send(client, premium, "confirm", text=" ")
    answers = [send(client, premium, "confirm", **form).status_code for _ in range(2)]

    assert "Say how the client confirmed it" in text_of(empty)
    assert (answers, status_of(premium)) == ([302, 302], "CLOSED")
    assert done(premium) == ["RESPONDED", "SOLVED", "CONFIRMED", "CLOSED"]
    assert said(premium)[-1] == ("NOTE", "She said so.")


def refused(ticket, client):
    solve(client, ticket)
    send(client, ticket, "refuse", text="Still broken.")


@pytest.mark.clause("R-15")
def test_the_panel_says_what_a_justified_refusal_would_do_and_it_does(premium):
    client, _ = agent()
    with time_machine.travel(later(hours=1), tick=False):
        solve(client, premium)
    with time_machine.travel(later(hours=3), tick=False):
        send(client, premium, "refuse", text="Still broken.")
    with time_machine.travel(later(hours=4), tick=False):
        shown = client.get(page_of(premium)).context["if_justified"]
        send(client, premium, "judge", verdict="justified", text="You are right.")

    resolution = premium.deadlines.get(kind="RESOLUTION")
    assert (shown.since, shown.is_owed) == (later(hours=3), True)
    assert (resolution.state, resolution.due_at) == ("OPEN", shown.due_at)
    assert status_of(premium) == "OPEN"


def test_an_unjustified_refusal_closes_and_an_empty_verdict_is_refused(premium):
    client, _ = agent()
    refused(premium, client)

    empty = send(client, premium, "judge", text="Because.")
    mute = send(client, premium, "judge", verdict="unjustified", text=" ")
    send(client, premium, "judge", verdict="unjustified", text="That is another matter.")

    assert "Say what the client's answer amounts to." in text_of(empty)
    assert "Because.</textarea>" in empty.content.decode()
    assert "an empty message is not sent" in text_of(mute)
    assert status_of(premium) == "CLOSED"
    assert said(premium)[-1] == ("OUT", "That is another matter.")


def test_an_answer_that_confirms_closes_without_a_word(premium):
    client, _ = agent()
    refused(premium, client)

    send(client, premium, "judge", verdict="confirms", text="")

    assert status_of(premium) == "CLOSED"
    assert done(premium)[-2:] == ["CONFIRMED", "CLOSED"]


def silent(ticket):
    services.ask_client(
        ticket=ticket, text="Which?", by=make_staff(), at=later(minutes=40), act_key="q"
    )
    due = ticket.deadlines.get(kind="CLIENT_REPLY").due_at
    services.sweep_follow_ups(at=due + timedelta(seconds=1))
    return due


@pytest.mark.clause("V-3.4.2")
@pytest.mark.parametrize(
    ("choice", "severity", "event"),
    [("lower", "III", "SEVERITY_CHANGED"), ("leave", "II", "PROPOSAL_DECLINED")],
)
def test_a_missed_reply_stands_as_a_proposal_until_it_is_decided(premium, choice, severity, event):
    client, _ = agent()
    due = silent(premium)
    with time_machine.travel(due + timedelta(minutes=1), tick=False):
        before = text_of(client.get(page_of(premium)))
        answers = [
            send(client, premium, "proposal", choice=choice, explanation="Hm.").status_code
            for _ in range(2)  # a double click
        ]
        after = text_of(client.get(page_of(premium)))

    premium.refresh_from_db()
    assert "Lower the severity?" in before
    assert "Lower to Severity III" in before
    assert answers == [302, 302]
    assert premium.severity.key == severity
    assert done(premium).count(event) == 1
    assert "Lower the severity?" not in after


def test_suspended_by_hand_it_says_why_and_goes_on(premium):
    client, _ = agent()

    empty = send(client, premium, "suspend", why="")
    send(client, premium, "suspend", why="They asked us to wait.")
    banner, suspended = text_of(client.get(page_of(premium))), status_of(premium)
    mute = send(client, premium, "resume", why="")
    send(client, premium, "resume", why="They called.")

    assert "Say why: the client is shown the reason." in text_of(empty)
    assert "Support is suspended They asked us to wait." in banner
    assert "Say why it goes on" in text_of(mute)
    assert (suspended, status_of(premium)) == ("SUSPENDED", "OPEN")
    assert done(premium) == ["SUSPENDED", "RESUMED"]


CASE = {"party": "VENDOR", "who": "Vendor desk", "reference": "V-17", "suffers": "no"}


@pytest.mark.clause("S-9")
def test_a_case_with_the_vendor_lifts_the_fixed_time_and_is_closed_again(wholesale):
    client, _ = agent()
    form = {**CASE, "act_key": "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"}

    for _ in range(2):  # a double click
        assert send(client, wholesale, "handout", **form).status_code == 302
    text = text_of(client.get(page_of(wholesale)))
    case = VendorCase.objects.get()
    send(client, wholesale, "amendcase", case=case.pk, reference="V-18", workaround="Dial 9.")
    mute = send(client, wholesale, "handback", case=case.pk, outcome=" ")
    send(client, wholesale, "handback", case=case.pk, outcome="Patched.")
    late = send(client, wholesale, "handback", case=case.pk, outcome="Otherwise.")

    case.refresh_from_db()
    assert "No deadline: a vendor has to change code, and service does not suffer." in text
    assert "Vendor desk V-17 Platform vendor Service does not suffer" in text
    assert "Say what came of it" in text_of(mute)
    assert "is closed already: Patched." in text_of(late)
    assert (case.reference, case.workaround, case.outcome) == ("V-18", "Dial 9.", "Patched.")


@pytest.mark.clause("S-9")
def test_a_slip_on_whether_service_suffers_is_corrected_on_the_page(wholesale):
    client, _ = agent()
    send(client, wholesale, "handout", **CASE)
    case = VendorCase.objects.get()
    same = {"case": case.pk, "reference": case.reference, "workaround": case.workaround}

    odd = send(client, wholesale, "amendcase", suffers="perhaps", **same)
    send(client, wholesale, "amendcase", suffers="yes", **same)

    text = text_of(client.get(page_of(wholesale)))
    assert "Say whether the client's service suffers." in text_of(odd)
    assert "Service suffers: our deadlines run on." in text
    assert "Corrected: the work of Vendor desk (platform vendor, V-17): service suffers" in text


def test_a_case_without_a_name_is_refused_and_what_was_typed_is_there(wholesale):
    answer = send(agent()[0], wholesale, "handout", **{**CASE, "who": ""})

    assert answer.status_code == 422
    assert "Say who helps." in text_of(answer)
    assert 'value="V-17"' in answer.content.decode()
    assert VendorCase.objects.count() == 0


def test_a_case_of_another_ticket_is_none_of_this_one(wholesale, premium):
    client, _ = agent()
    send(client, wholesale, "handout", **CASE)

    answer = send(client, premium, "handback", case=VendorCase.objects.get().pk, outcome="Mine.")

    assert answer.status_code == 422
    assert VendorCase.objects.get().closed_at is None


def test_what_it_is_about_is_said_and_taken_away_again(premium):
    client, _ = agent()
    category = key_of(premium, "CATEGORY", "advice")
    work = key_of(premium, "COVERED_WORK", "general-advice")

    for _ in range(2):  # a double click
        send(client, premium, "classify", category=category, covered_work=work)
    premium.refresh_from_db()
    kept = (premium.category.key, premium.covered_work.key, done(premium))
    wrong = send(client, premium, "classify", category=work)

    assert kept == ("advice", "general-advice", ["CLASSIFIED"])
    assert "That is not a category of this policy." in text_of(wrong)


@pytest.mark.clause("V-7.3")
def test_the_severitys_history_says_what_a_change_did_to_the_clocks():
    ticket = make_ticket(severity="3")
    services.change_severity(
        ticket=ticket,
        to=ticket.version.severities.get(key="2"),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="Worse.",
        by=make_staff(name="mo"),
        at=later(minutes=10),
    )

    text = text_of(reader().get(page_of(ticket)))

    assert "Resolution: due 4 Mar 2026, 22:00 → due 4 Mar 2026, 18:00" in text
    assert "mo, 4 Mar 2026, 14:10" in text


@pytest.mark.parametrize(
    "name",
    ["confirm", "refuse", "judge", "proposal", "suspend", "resume", "handout", "amendcase"],
)
def test_who_may_only_look_can_send_none_of_them(premium, name):
    assert send(reader(), premium, name, text="Hi.").status_code == 403
    assert done(premium) == []


@pytest.mark.parametrize(
    ("act", "status", "offered"),
    [
        ("", "OPEN", ["answer", "ask", "note", "call", "workaround", "solve"]),
        ("solve", "SOLVED", ["answer", "note", "call"]),
        ("refuse", "ANSWERED", ["answer", "note", "call"]),
        ("suspend", "SUSPENDED", ["answer", "note", "call"]),
    ],
)
def test_what_can_be_written_follows_from_whose_turn_it_is(premium, act, status, offered):
    client, _ = agent()
    if act in ("solve", "refuse"):
        solve(client, premium)
    if act in ("refuse", "suspend"):
        send(client, premium, act, text="No.", why="Wait.")

    form = client.get(page_of(premium)).context["forms"]["write"]

    assert status_of(premium) == status
    assert [value for value, _ in form.offered] == offered


def test_a_page_with_everything_on_it_costs_at_most_20_queries(wholesale):
    client, _ = agent()
    send(client, wholesale, "handout", **CASE)
    send(client, wholesale, "severity", to="", reason="")
    solve(client, wholesale, "resolved")
    send(client, wholesale, "refuse", text="No.")
    client.get(page_of(wholesale))  # what is read once a process

    with CaptureQueriesContext(connection) as queries:
        client.get(page_of(wholesale))

    assert len(queries) <= 20
