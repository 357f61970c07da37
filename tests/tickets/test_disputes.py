"""A client disputes a severity: once, decided once, with a reason, and then final."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.outbox.models import Message as Mail
from apps.outbox.rendering import render
from apps.tickets import services
from apps.tickets.models import Dispute
from tests.factories import (
    make_client,
    make_order,
    make_policy,
    make_staff,
    make_ticket,
    reason_of,
    severity_of,
)
from tests.tickets.reading import deadline, everything, facts, later, log, mails

pytestmark = pytest.mark.django_db

MARKED = {
    'key = "impact-changed"\nlabel = "The impact has changed"\n': (
        'key = "impact-changed"\nlabel = "The impact has changed"\nupholds_dispute = true\n'
    )
}


@pytest.fixture
def ticket():
    order = make_order(version=make_policy(changes=MARKED))
    return make_ticket(requester=make_client(order=order, email="ada@client.example.com"))


def dispute(ticket, *, wanted="2", act_key="d", **given):
    call = {
        "client": ticket.requester,
        "claim": "All lines are down.",
        "evidence": "Traces of this morning.",
        "by": None,
        "at": later(minutes=10),
    }
    return services.raise_dispute(
        ticket=ticket,
        wanted=severity_of(ticket.version, wanted),
        act_key=act_key,
        **{**call, **given},
    )


def decide(found, *, uphold, by, reason="We looked at it.", change_reason=None, **given):
    call = {"dispute": found, "uphold": uphold, "by": by, "at": later(minutes=20)}
    return services.decide_dispute(reason=reason, change_reason=change_reason, **{**call, **given})


def standing(ticket):
    ticket.refresh_from_db()
    return ticket.severity.key


@pytest.mark.clause("V-7.2")
def test_a_dispute_is_taken_down_and_the_severity_stays(ticket):
    taken_by = make_staff()

    found = dispute(ticket, by=taken_by)

    assert (found.disputed.key, found.wanted.key, found.decision) == ("3", "2", "OPEN")
    assert (found.claim, found.evidence) == ("All lines are down.", "Traces of this morning.")
    assert (found.client, found.taken_by) == (ticket.requester, taken_by)
    assert standing(ticket) == "3"
    assert log(ticket)[-1] == ("DISPUTED", later(minutes=10))
    assert facts(ticket, "DISPUTED") == [
        {"dispute": found.pk, "client": "Ada Client", "disputed": "3", "wanted": "2"}
    ]
    assert mails("dispute.raised") == ["ada@client.example.com"]


@pytest.mark.clause("V-7.2", "V-7.3", "R-14")
def test_upheld_the_severity_changes_with_the_policys_reason_and_counts_from_registration(ticket):
    staff = make_staff()

    decide(dispute(ticket), uphold=True, by=staff, reason="Three sites are down.")

    change = facts(ticket, "SEVERITY_CHANGED")[0]
    assert (change["from"], change["to"], change["reason"]) == ("3", "2", "impact-changed")
    assert change["explanation"] == "Three sites are down."
    assert standing(ticket) == "2"
    assert [kind for kind, _ in log(ticket)][-2:] == ["SEVERITY_CHANGED", "DISPUTE_DECIDED"]
    assert deadline(ticket, "RESPONSE").started_at == ticket.registered_at
    found = Dispute.objects.get()
    assert (found.decision, found.reason) == ("UPHELD", "Three sites are down.")
    assert (found.decided_by, found.decided_at) == (staff, later(minutes=20))


@pytest.mark.clause("V-7.2")
def test_rejected_nothing_changes_but_the_reason_is_on_record_and_told(ticket):
    decide(dispute(ticket), uphold=False, by=make_staff(), reason="One phone of forty.")

    assert standing(ticket) == "3"
    assert facts(ticket, "SEVERITY_CHANGED") == []
    assert facts(ticket, "DISPUTE_DECIDED")[0] | {"dispute": 0} == {
        "dispute": 0,
        "upheld": False,
        "reason": "One phone of forty.",
        "disputed": "3",
        "wanted": "2",
    }
    assert mails("dispute.decided") == ["ada@client.example.com"]


@pytest.mark.clause("V-7.3")
def test_where_the_policy_marks_no_reason_whoever_decides_chooses_one():
    ticket, staff = make_ticket(), make_staff()
    found = dispute(ticket)

    with pytest.raises(services.Refused, match="Choose for which reason of"):
        decide(found, uphold=True, by=staff)
    decide(found, uphold=True, by=staff, change_reason=reason_of(ticket.version, "impact-changed"))

    assert facts(ticket, "SEVERITY_CHANGED")[0]["reason"] == "impact-changed"
    assert standing(ticket) == "2"


@pytest.mark.clause("V-7.3")
def test_a_reason_that_only_lowers_upholds_no_higher_severity():
    ticket = make_ticket()
    cause = reason_of(ticket.version, "under-watch")

    with pytest.raises(services.Refused, match="only lowers a severity"):
        decide(dispute(ticket), uphold=True, by=make_staff(), change_reason=cause)

    assert (Dispute.objects.get().decision, standing(ticket)) == ("OPEN", "3")


@pytest.mark.clause("V-7.2")
def test_a_decision_is_final_until_the_severity_changes_for_another_reason(ticket):
    staff = make_staff()
    decide(dispute(ticket), uphold=False, by=staff)

    with pytest.raises(services.Refused, match="that is final"):
        dispute(ticket, wanted="1", act_key="again")
    for to in ("4", "3"):
        services.change_severity(
            ticket=ticket,
            to=severity_of(ticket.version, to),
            reason=reason_of(ticket.version, "impact-changed"),
            explanation="It moved.",
            by=staff,
            at=later(minutes=30),
        )
    ticket.refresh_from_db()

    assert dispute(ticket, act_key="anew").decision == "OPEN"


@pytest.mark.clause("V-7.2")
def test_an_upheld_dispute_is_final_too(ticket):
    decide(dispute(ticket), uphold=True, by=make_staff())
    ticket.refresh_from_db()

    with pytest.raises(services.Refused, match="A dispute decided that"):
        dispute(ticket, wanted="1", act_key="again")


def test_twice_the_same_act_is_once(ticket):
    staff = make_staff()
    found = dispute(ticket)
    assert dispute(ticket) == found
    decide(found, uphold=True, by=staff)
    before = everything()

    assert decide(found, uphold=True, by=staff).decision == "UPHELD"
    assert dispute(ticket) == found
    assert (everything(), Dispute.objects.count()) == (before, 1)


def test_who_decides_later_and_otherwise_is_told(ticket):
    found, first = dispute(ticket), make_staff(name="mia")
    decide(found, uphold=False, by=first)

    with pytest.raises(services.Refused, match="mia decided this dispute meanwhile"):
        decide(found, uphold=True, by=make_staff())

    assert standing(ticket) == "3"


def test_a_decision_needs_a_reason(ticket):
    with pytest.raises(services.Refused, match="Say why"):
        decide(dispute(ticket), uphold=False, by=make_staff(), reason="  ")


def test_a_wish_that_came_true_meanwhile_is_upheld_without_another_change(ticket):
    found, staff = dispute(ticket), make_staff()
    services.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, "2"),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="Worse.",
        by=staff,
        at=later(minutes=15),
    )

    decide(found, uphold=True, by=staff)

    assert (len(facts(ticket, "SEVERITY_CHANGED")), standing(ticket)) == (1, "2")


def close(ticket):
    reason = reason_of(ticket.version, "solved")
    staff, at = make_staff(), later(minutes=15)
    services.solve(ticket=ticket, reason=reason, text="Done.", by=staff, at=at, act_key="c")


@pytest.mark.clause("V-7.2")
def test_on_a_closed_ticket_none_is_raised_and_an_open_one_can_only_be_rejected(ticket):
    found, staff = dispute(ticket), make_staff()
    close(ticket)

    with pytest.raises(services.Refused, match="is disputed while its ticket is open"):
        dispute(ticket, act_key="other")
    with pytest.raises(services.Refused, match="Reopen it before you change its severity"):
        decide(found, uphold=True, by=staff)
    decide(found, uphold=False, by=staff)

    ticket.refresh_from_db()
    assert (ticket.status, Dispute.objects.get().decision) == ("CLOSED", "REJECTED")


def test_what_does_not_fit_is_refused_and_leaves_nothing(ticket):
    other = make_client()
    gone = make_client(order=ticket.order, is_active=False)
    foreign = severity_of(make_policy(), "2")
    cases = [
        ({"client": other}, "may not speak for"),
        ({"client": gone}, "may not speak for"),
        ({"wanted": "3"}, "has Priority 3 already"),
        ({"claim": " \n"}, "Write what the client claims"),
    ]
    before = everything()

    for given, why in cases:
        with pytest.raises(services.Refused, match=why):
            dispute(ticket, **given)
    with pytest.raises(services.Refused, match="is not a severity of"):
        services.raise_dispute(
            ticket=ticket,
            client=ticket.requester,
            wanted=foreign,
            claim="?",
            evidence="",
            by=None,
            at=later(),
            act_key="f",
        )

    assert (everything(), Dispute.objects.count()) == (before, 0)


def test_one_at_a_time(ticket):
    dispute(ticket)

    with pytest.raises(services.Refused, match="is in dispute already"):
        dispute(ticket, wanted="1", act_key="second")


def test_the_database_keeps_a_decision(ticket):
    found = decide(dispute(ticket), uphold=False, by=make_staff())

    with pytest.raises(DatabaseError), transaction.atomic():
        Dispute.objects.filter(pk=found.pk).update(reason="Otherwise.")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tickets_dispute")


@pytest.mark.clause("V-7.2")
def test_a_colleague_of_the_requester_who_disputes_hears_of_it_as_well(ticket):
    colleague = make_client(order=ticket.order, email="bob@client.example.com")

    decide(dispute(ticket, client=colleague), uphold=False, by=make_staff())

    both = ["ada@client.example.com", "bob@client.example.com"]
    assert (mails("dispute.raised"), mails("dispute.decided")) == (both, both)


def text_of(topic):
    row = Mail.objects.filter(topic=topic).order_by("pk").last()
    return render(topic=topic, payload=row.payload)


@pytest.mark.clause("V-7.2", "V-3.7")
def test_the_mails_say_what_was_disputed_and_why_it_was_decided_so(ticket):
    decide(dispute(ticket), uphold=True, by=make_staff(), reason="Three sites & more.")

    raised, decided = text_of("dispute.raised"), text_of("dispute.decided")

    assert raised.text == (
        f"We have taken down that the severity of {ticket.number} is disputed.\n"
        "\n"
        "Severity now:  Priority 3\n"
        "Asked for:     Priority 2\n"
        "By:            Ada Client, Wed 4 Mar 2026, 09:10 EST\n"
        "\n"
        "All lines are down.\n"
        "\n"
        "What it rests on:\n"
        "Traces of this morning.\n"
        "\n"
        "The severity stays as it is until we have decided. You will hear of the decision and\n"
        "of its reason. If there is more that we should know, answer this mail.\n"
    )
    assert decided.text == (
        f"The dispute about the severity of {ticket.number} is decided.\n"
        "\n"
        "It is upheld: the severity is Priority 2 now, instead of Priority 3.\n"
        "\n"
        "Reason:   Three sites & more.\n"
        "Disputed: Ada Client, Wed 4 Mar 2026, 09:10 EST\n"
        "\n"
        "This decision is final. If the facts change later on, answer this mail and tell us.\n"
    )
    assert (decided.subject, decided.automatic) == (f"[{ticket.number}] No dial tone", True)


@pytest.mark.clause("V-7.2")
def test_the_mail_on_a_rejected_dispute_says_so(ticket):
    decide(dispute(ticket), uphold=False, by=make_staff(), reason="One phone of forty.")

    assert (
        "It is rejected: Priority 2 was asked for, and the severity stays as we set it."
        in text_of("dispute.decided").text
    )
