"""Tickets by the API: the rules are those of the portal, and so is what may be read."""

from base64 import b64encode
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contracts.models import Order
from apps.contracts.rules.entitlement import Wanted
from apps.escalation.models import Escalation
from apps.intake.models import RefusedRequest
from apps.intake.services import request_support
from apps.tickets import services
from apps.tickets.models import Attachment, Dispute, Ticket
from tests.api_made import ROOT, asking, make_token, sent
from tests.entitled_made import make_standing
from tests.factories import (
    MORNING,
    make_order,
    make_preset,
    make_service,
    make_staff,
    make_ticket,
    reason_of,
    severity_of,
)
from tests.portal_made import make_person
from tests.tickets.life import PREMIUM, WHOLESALE, solve
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db
WHOLE = {"subject": "One-way audio", "text": "Since nine.\r\nBoth sites.", "severity": "2"}
MORE = 10  # queries beyond those of intake itself


@pytest.fixture
def person():
    return make_person(order=make_order(version=make_preset(slug=WHOLESALE)))


@pytest.fixture
def secret(person):
    return make_token(person=person)[1]


def read(secret, where, **query):
    return asking(secret).get(f"{ROOT}{where}", query).json()


def ids(page):
    return [each["id"] for each in page["items"]]


@pytest.mark.clause("V-1.2", "V-8.1.4", "V-2-response", "S-8")
def test_a_ticket_is_opened_with_its_files_and_says_what_is_promised(person, secret):
    service = make_service()
    files = [{"name": "trace.html", "content": b64encode(b"<b>").decode()}]
    with time_machine.travel(MORNING, tick=False):
        answer = sent(
            secret, "/tickets", **WHOLE, category="outage", service=service.key, files=files
        )

    ticket, told = Ticket.objects.get(), answer.json()
    file = Attachment.objects.get()
    promised = {row.kind: row.due_at.isoformat()[:19] for row in ticket.deadlines.all()}
    assert (answer.status_code, told["id"], told["turn"]) == (201, ticket.pk, "PROVIDER")
    assert (ticket.channel, ticket.requester, ticket.service) == ("API", person, service)
    assert (ticket.category.key, ticket.messages.get().text) == (
        "outage",
        "Since nine.\nBoth sites.",
    )
    assert (file.name, file.content_type) == ("trace.html", "application/octet-stream")
    assert {row["kind"]: row["due_at"][:19] for row in told["deadlines"]} == promised
    assert all(step["sentence"] for row in told["deadlines"] for step in row["why"])
    assert read(secret, f"/tickets/{ticket.pk}") == told


@pytest.mark.clause("S-2.1")
@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, "category"),
        ({"category": "not-resolved"}, "category"),
        ({"category": "outage", "service": "nothing"}, "service"),
    ],
)
def test_what_the_policy_has_not_is_said_with_what_it_has(secret, said, where):
    problem = sent(secret, "/tickets", **WHOLE, **said).json()

    assert ([each["where"] for each in problem["errors"]], Ticket.objects.count()) == (
        [f"body.{where}"],
        0,
    )


@pytest.mark.clause("V-1.2", "V-3.5", "S-12")
@pytest.mark.parametrize("sees_money", [True, False])
def test_a_refused_request_is_kept_and_amounts_are_told_to_who_may_see_them(person, sees_money):
    person.may_see_invoices = sees_money
    person.save()
    _, secret = make_token(person=person, scopes=["tickets:write"])
    make_standing(account=person.order.account, why="INV-7 of 99.00 USD is overdue.")

    answer = sent(secret, "/tickets", **WHOLE, category="data-export")

    kept, problem = RefusedRequest.objects.get(), answer.json()
    assert (answer.status_code, problem["code"], problem["clause"]) == (
        403,
        "not-entitled",
        kept.clause,
    )
    assert (kept.channel, kept.person, len(problem["checks"])) == ("API", person, len(kept.steps))
    assert ["99.00" in problem["detail"], "99.00" in str(problem["checks"])] == [sees_money] * 2


@pytest.mark.clause("V-3.5")
def test_who_may_not_open_tickets_is_refused_by_the_same_rule(person):
    plain = make_person(order=person.order, may_open=False)
    _, secret = make_token(person=plain, scopes=["tickets:write"])

    answer = sent(secret, "/tickets", **WHOLE, category="outage")

    assert (answer.status_code, RefusedRequest.objects.get().person) == (403, plain)


def test_a_ticket_costs_few_queries_beyond_those_of_intake(person, secret):
    version = person.order.version
    facts = {"severity": severity_of(version, "2"), "category": reason_of(version, "outage")}
    said = {"subject": "One-way audio", "text": "Since nine.", "wanted": Wanted.TICKET}
    for key in ("once", "again"):
        with CaptureQueriesContext(connection) as intake:
            request_support(
                requester=person, channel="API", at=MORNING, source_key=key, **said, **facts
            )
    for _ in range(2):
        with CaptureQueriesContext(connection) as api:
            assert sent(secret, "/tickets", **WHOLE, category="outage").status_code == 201

    assert len(api) - len(intake) <= MORE


@pytest.mark.clause("V-3.5")
def test_the_list_has_what_its_person_may_read(person):
    colleague = make_person(order=person.order, sees_all_tickets=False)
    make_ticket(requester=make_person())
    theirs, own = make_ticket(requester=person), make_ticket(requester=colleague)

    listed = [
        sorted(ids(read(make_token(person=each)[1], "/tickets"))) for each in (person, colleague)
    ]

    assert listed == [[theirs.pk, own.pk], [own.pk]]


def test_the_list_is_narrowed_and_has_pages(person, secret, django_assert_num_queries):
    first, second, third = (
        make_ticket(requester=person, severity=severity, at=MORNING + timedelta(minutes=minutes))
        for minutes, severity in enumerate("234")
    )
    since = (MORNING + timedelta(minutes=1)).isoformat()

    narrowed = [
        ids(read(secret, "/tickets", **query))
        for query in (
            {},
            {"severity": "3"},
            {"state": ["SOLVED", "CLOSED"]},
            {"state": "OPEN", "changed_since": since},
        )
    ]
    page = read(secret, "/tickets", limit=2)
    after = read(secret, "/tickets", limit=2, after=page["next"])

    newest = [third.pk, second.pk, first.pk]
    assert narrowed == [newest, [second.pk], [], newest[:2]]
    assert (ids(page), ids(after), after["next"]) == (newest[:2], newest[2:], None)
    with django_assert_num_queries(4):  # the token, the places, the rows, what is due next
        read(secret, "/tickets")
    with django_assert_num_queries(3):  # the token, the ticket, its deadlines
        read(secret, f"/tickets/{first.pk}")


def test_what_was_said_is_read_without_notes_the_latest_first(
    person, secret, django_assert_num_queries
):
    ticket = make_ticket(requester=person)
    services.note(
        ticket=ticket, text="Not for them.", by=make_staff(), at=later(minutes=1), act_key="note"
    )
    answer = sent(secret, f"/tickets/{ticket.pk}/messages", text="It still crackles.")

    where = f"/tickets/{ticket.pk}/messages"
    said = read(secret, where)["items"]
    page = read(secret, where, limit=1)
    rest = read(secret, where, limit=1, after=page["next"])

    assert (answer.status_code, [each["text"] for each in said]) == (
        201,
        ["It still crackles.", "Nothing works."],
    )
    assert [each["said_by"] for each in said] == ["CLIENT", "CLIENT"]
    assert (page["items"], rest["items"], rest["next"]) == (said[:1], said[1:], None)
    with django_assert_num_queries(4):  # the token, the ticket, what was said, its files
        read(secret, where)


@pytest.mark.clause("V-3.4.4", "V-8.3", "R-15")
def test_a_solution_is_confirmed_or_refused(person, secret):
    ticket, other, unsolved = (make_ticket(requester=person) for _ in range(3))
    solve(ticket, act_key="one")
    solve(other, act_key="other")

    with time_machine.travel(later(hours=2), tick=False):
        answers = [
            sent(secret, f"/tickets/{ticket.pk}/confirm").json()["state"],
            sent(secret, f"/tickets/{other.pk}/refuse", text="It crackles.").json()["state"],
        ]
        refused = sent(secret, f"/tickets/{unsolved.pk}/confirm")

    closed = [read(secret, f"/tickets/{row.pk}")["closing"] for row in (ticket, other)]
    assert (answers, closed) == (
        ["CLOSED", "ANSWERED"],
        [{"key": ticket.closing.key, "label": ticket.closing.label}, None],
    )
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("policy", "severity", "told"),
    [(PREMIUM, "III", "V-3.4.4, V-8.3"), (WHOLESALE, "3", None)],
    ids=["has", "has not"],
)
@pytest.mark.clause("V-3.4.4", "V-8.3")
def test_a_refusal_cites_clauses_of_the_clients_own_policy_only(policy, severity, told):
    client = make_person(order=make_order(version=make_preset(slug=policy)))
    unsolved = make_ticket(requester=client, severity=severity)
    other = make_preset(slug=WHOLESALE if policy == PREMIUM else PREMIUM)
    Order.objects.filter(pk=client.order_id).update(version=other)  # which the ticket is not under

    refused = sent(make_token(person=client)[1], f"/tickets/{unsolved.pk}/confirm")

    assert (refused.status_code, refused.json().get("clause")) == (409, told)


@pytest.mark.clause("V-7.2")
def test_a_severity_is_disputed_once_at_a_time_and_the_decision_is_read(person, secret):
    ticket = make_ticket(requester=person)
    where = f"/tickets/{ticket.pk}/disputes"

    with time_machine.travel(later(hours=1), tick=False):
        told = sent(
            secret, where, severity="1", claim="All are down.", evidence="120 calls."
        ).json()
        again = sent(secret, where, severity="1", claim="All are down.")
        waiting = read(secret, where)["items"]
    services.decide_dispute(
        dispute=Dispute.objects.get(),
        uphold=False,
        change_reason=None,
        reason="Half of the calls get through.",
        by=make_staff(),
        at=later(hours=2),
    )
    decided = read(secret, where)["items"]

    row = Dispute.objects.get()
    assert (told["id"], told["wanted"]["key"], told["decision"]) == (row.pk, "1", "OPEN")
    assert (row.client, row.evidence, again.status_code) == (person, "120 calls.", 409)
    decision = {"decision": "REJECTED", "reason": "Half of the calls get through."}
    at = {"decided_at": later(hours=2).isoformat().replace("+00:00", "Z")}
    assert (waiting, decided) == ([told], [told | decision | at])


@pytest.mark.clause("V-9.1", "V-9.2", "S-7")
def test_a_ticket_is_escalated_on_a_ground_that_is_offered(
    person, secret, django_assert_num_queries
):
    ticket = make_ticket(requester=person)
    grounds = f"/tickets/{ticket.pk}/grounds"
    offered = read(secret, grounds)["items"]

    where = f"/tickets/{ticket.pk}/escalations"
    told = sent(secret, where, ground="not-resolved", words="Call us.").json()
    again = sent(secret, where, ground="not-resolved")

    in_hand = [each["is_in_hand"] for each in read(secret, grounds)["items"]]
    row = Escalation.objects.exclude(state="REFUSED").get()
    assert [each["ground"] and each["ground"]["key"] for each in offered] == [None, "not-resolved"]
    assert (told["id"], told["ground"]["key"], row.channel) == (row.pk, "not-resolved", "API")
    assert (again.status_code, again.json()["code"]) == (403, "not-admissible")
    assert (in_hand, Escalation.objects.filter(state="REFUSED").count()) == ([False, True], 1)
    with django_assert_num_queries(3):  # the token, the ticket, its escalations
        told_again = read(secret, where)["items"]
    assert ([each["state"] for each in told_again], told_again[1]) == (["REFUSED", "OPEN"], told)
