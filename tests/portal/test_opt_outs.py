"""Who does not want a kind of mail, and what they are owed all the same."""

from decimal import Decimal

import pytest

from apps.billing.services.disputes import raise_dispute as dispute_amount
from apps.contracts.models import OptOut
from apps.contracts.services import UnknownKind, ask_service, choose_mails
from apps.outbox.models import Message
from apps.tickets import services
from tests.appointments_made import make_appointment
from tests.escalation.outages import issued, make_incident
from tests.escalation_made import escalate
from tests.factories import MORNING, make_order, make_preset, make_staff, make_ticket, severity_of
from tests.portal_made import invoiced, make_person
from tests.tickets.life import WHOLESALE
from tests.time_made import make_hours, make_premium, make_tam

pytestmark = pytest.mark.django_db
Kind = OptOut.Kind


def ticket_of(person, severity="1"):
    return make_ticket(requester=person, severity=severity)


def wholesale():
    return make_order(version=make_preset(slug=WHOLESALE))


def copy(me, colleague):
    ticket = ticket_of(colleague)
    services.watch(ticket=ticket, client=me, by=make_staff(), at=MORNING)
    services.answer(ticket=ticket, text="Done.", by=make_staff(), at=MORNING, act_key=f"a{me.pk}")


def escalation(me, colleague):
    ticket = ticket_of(me)
    escalate(ticket, ground="", client=colleague, sender=colleague.email)


def dispute(me, colleague):
    ticket = ticket_of(me, "3")
    wanted = severity_of(ticket.version, "2")
    given = {"client": colleague, "claim": "Worse.", "evidence": "", "by": None, "at": MORNING}
    services.raise_dispute(ticket=ticket, wanted=wanted, act_key=f"d{me.pk}", **given)


def outage(me, colleague):
    issued(make_incident(ticket=ticket_of(colleague)))


def own_outage(me, colleague):
    issued(make_incident(ticket=ticket_of(me)))


def report(me, colleague):
    boss = make_staff(is_duty_manager=True)
    services.send_status_report(order=me.order, by=boss, at=MORNING, act_key="r")


def hours(me, colleague):
    make_tam(order=me.order)
    make_hours(order=me.order, hours=40)


def request(me, colleague):
    given = {"kind": "ADD", "service": None, "details": "Ten.", "source_key": f"s{me.pk}"}
    ask_service(requester=me, at=MORNING, **given)


def appointment(me, colleague):
    make_appointment(requester=me)


def amount(me, colleague):
    line = invoiced(me).lines.get()
    given = {"reason": "Twice.", "client": me, "by": None, "at": MORNING}
    dispute_amount(line=line, amount=Decimal("1.00"), source_key=f"m{me.pk}", **given)


# The act, the kind that stops its mail to me, the order, the mail; whether I get it all the same.
ACTS = {
    "a copy": (copy, Kind.COPIES, wholesale, "ticket.replied", False),
    "an escalation": (escalation, Kind.COLLEAGUES, wholesale, "escalation.raised", False),
    "a dispute": (dispute, Kind.COLLEAGUES, wholesale, "dispute.raised", False),
    "a report of an outage": (outage, Kind.OUTAGES, wholesale, "report.issued", False),
    "one on my own ticket": (own_outage, Kind.OUTAGES, wholesale, "report.issued", True),
    "a status report": (report, Kind.REPORTS, make_premium, "order.status_report", False),
    "hours used up": (hours, Kind.TAM_HOURS, make_premium, "tam.hours_used_up", False),
    "a request": (request, Kind.RECEIPTS, wholesale, "service.asked", False),
    "an appointment": (appointment, Kind.RECEIPTS, wholesale, "appointment.asked", False),
    "an amount": (amount, Kind.RECEIPTS, wholesale, "amount.disputed", False),
}


def heard(topic):
    rows = Message.objects.filter(topic=topic).order_by("recipient")
    return set(rows.values_list("recipient", flat=True))


@pytest.mark.clause("V-3.5", "S-6")
@pytest.mark.parametrize("case", ACTS)
def test_a_mail_is_not_sent_to_who_does_not_want_it_unless_they_are_owed_it(case):
    act, kind, orders, topic, is_owed = ACTS[case]
    told = {}
    for unwanted in ("nothing", "all others", "it", "it, by who sat there before"):
        me = make_person(order=orders())
        colleague = make_person(order=me.order)
        kinds = {"nothing": [], "all others": set(Kind) - {kind}}.get(unwanted, [kind])
        choose_mails(user=me.user, unwanted=kinds, at=MORNING)
        if "before" in unwanted:
            me.email = f"new-{me.email}"
            me.save()
        act(me, colleague)
        told[unwanted] = me.email in heard(topic)
        Message.objects.all().delete()

    assert told == {
        "nothing": True,
        "all others": True,
        "it": is_owed,
        "it, by who sat there before": True,
    }


def test_what_is_chosen_is_kept_with_its_history_and_what_is_owed_cannot_be_switched_off():
    person = make_person()

    for kinds in ({Kind.COPIES, Kind.REPORTS}, {Kind.REPORTS}, {Kind.REPORTS}):
        choose_mails(user=person.user, unwanted=kinds, at=MORNING)
    with pytest.raises(UnknownKind):
        choose_mails(user=person.user, unwanted={"standing.notice"}, at=MORNING)

    kept = OptOut.history.order_by("history_id")
    assert list(kept.values_list("history_type", "kind", "history_user", "history_date")) == [
        ("+", "COPIES", person.user.pk, MORNING),
        ("+", "REPORTS", person.user.pk, MORNING),
        ("-", "COPIES", person.user.pk, MORNING),
    ]
    assert list(OptOut.objects.values_list("user", "kind")) == [(person.user.pk, "REPORTS")]
