"""A mail on every topic, made of rows with a hostile subject: topic -> what is known of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from apps.billing.models import RatedEvent
from apps.billing.services.crediting import all_that_is_left, draft_credit_note
from apps.billing.services.dispute_decisions import reject_dispute
from apps.billing.services.disputes import accept_as_bona_fide, raise_dispute
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.standing import review_standing
from apps.contracts import services as contracts
from apps.contracts.models import Account
from apps.contracts.queries.people import edition_of
from apps.contracts.services.tam_notices import key_of_notice
from apps.contracts.services.webhook_sending import note_answer
from apps.escalation import services as escalation
from apps.escalation.services import coverage, remind_owed, return_report
from apps.escalation.services.paging import climb_due, raise_page
from apps.intake.models import InboundMail
from apps.intake.services import Left, follow_voice, take_voice
from apps.outbox.hooks import Posted
from apps.outbox.models import Message
from apps.tickets import services
from apps.tickets.models import Ticket
from tests.appointments_made import (
    ASKED,
    make_appointment,
    make_confirmed,
)
from tests.billing_made import make_charge, make_invoice, make_profile
from tests.calls_made import NIGHT, make_caller
from tests.escalation.outages import issued, make_incident, submitted
from tests.escalation_made import escalate, premium_ticket
from tests.factories import MORNING, make_client, make_staff, make_ticket, severity_of
from tests.hooks_made import make_endpoint
from tests.intake.mails_in import take
from tests.maintenance_made import announced
from tests.on_call_made import make_ladder, make_rotation
from tests.portal_made import make_person
from tests.standing_made import make_debtor, owe
from tests.tickets.life import premium, solve, wholesale
from tests.time_made import make_hours, make_premium, make_tam

SUBJECT = '<img src=x onerror="alert(1)"> R&D {{ 7 }} {% now "Y" %}'
LATE = MORNING + timedelta(days=20)
Made = tuple[Message, Ticket | None]


def ticket_mails() -> Iterator[Made]:
    """Yield one mail on each topic that is about a ticket."""
    boss, agent = make_staff(is_duty_manager=True), make_staff()
    ticket = make_ticket(subject=SUBJECT)
    services.watch(ticket=ticket, user=boss, by=boss, at=MORNING)
    services.sweep_deadlines(at=MORNING + timedelta(hours=3, seconds=1))
    yield latest("ticket.acknowledged"), ticket
    yield latest("deadline.warned"), ticket
    services.answer(ticket=ticket, text=SUBJECT, by=agent, at=LATE, act_key="a")
    yield latest("ticket.replied"), ticket
    yield latest("deadline.missed"), ticket
    services.client_replied(
        ticket=ticket, client=ticket.requester, text=SUBJECT, at=LATE, source_key="reply"
    )
    yield latest("ticket.watched"), ticket


def solution_mails() -> Iterator[Made]:
    """Yield the mails on what follows a solution, and on suspensions; each ticket is one."""
    agent = make_staff()
    solved = premium(subject=SUBJECT)
    solve(solved, by=agent, text=SUBJECT)
    yield latest("ticket.solved"), solved
    services.sweep_follow_ups(at=LATE)
    yield latest("ticket.closed"), solved
    parked = wholesale("3", subject=SUBJECT)
    services.suspend(ticket=parked, why=SUBJECT, clause="S-12", at=MORNING, by=agent)
    yield latest("ticket.suspended"), parked
    freed = wholesale("3", subject=SUBJECT)
    services.suspend(ticket=freed, why=SUBJECT, clause="S-12", at=MORNING, by=agent)
    services.resume(ticket=freed, why=SUBJECT, at=LATE, by=agent)
    yield latest("ticket.resumed"), freed


def related_mails() -> Iterator[Made]:
    """Yield the mails on disputes, and on tickets that go on elsewhere."""
    agent = make_staff()
    ticket = make_ticket(subject=SUBJECT, severity="3", assignee=agent)
    dispute = services.raise_dispute(
        ticket=ticket,
        client=ticket.requester,
        wanted=severity_of(ticket.version, "2"),
        claim=SUBJECT,
        evidence=SUBJECT,
        by=None,
        at=MORNING,
        act_key="d",
    )
    yield latest("dispute.raised"), ticket
    yield latest("dispute.to_decide"), ticket
    given = {"change_reason": None, "by": agent, "at": MORNING}
    services.decide_dispute(dispute=dispute, uphold=False, reason=SUBJECT, **given)
    yield latest("dispute.decided"), ticket
    other = make_ticket(requester=ticket.requester, subject=SUBJECT, severity="3")
    services.merge(duplicate=other, into=ticket, by=agent, at=MORNING, act_key="m")
    yield latest("ticket.merged"), ticket


def escalation_mails() -> Iterator[Made]:
    """Yield the mails on escalations, in the order in which they come."""
    agent = make_staff(is_duty_manager=True)
    ticket = premium_ticket("Head of support", subject=SUBJECT)
    refused = escalate(ticket, "", words=SUBJECT)
    yield latest("escalation.refused"), refused.ticket
    found = escalate(ticket, words=SUBJECT, at=MORNING)
    yield latest("escalation.raised"), ticket
    yield latest("escalation.reached"), ticket
    escalation.climb_due(at=LATE)
    yield latest("escalation.unanswered"), ticket
    escalation.acknowledge(escalation=found, who=SUBJECT, by=None, at=LATE)
    yield latest("escalation.taken"), ticket
    escalation.answer(escalation=found, text=SUBJECT, by=agent, at=LATE)
    yield latest("escalation.answered"), ticket


def report_mails() -> Iterator[Made]:
    """Yield the mails that a TAM sends of the client's tickets."""
    order = make_premium()
    client, tam = make_client(order=order), make_staff()
    make_tam(order=order, who=tam)
    given = {"severity": "III", "to_tam": True, "channel": "TAM", "subject": SUBJECT}
    ticket = make_ticket(requester=client, at=LATE, **given)
    services.hand_to_centre(ticket=ticket, by=tam, at=LATE, act_key="h")
    yield latest("tam.handed_to_centre"), ticket
    services.send_status_report(order=order, by=tam, at=LATE, act_key="r")
    yield latest("order.status_report"), None


def hours_mails() -> Iterator[Made]:
    """Yield the mails on a TAM's hours; a request that goes to the centre is a ticket."""
    order = make_premium()
    client = make_client(order=order)
    make_tam(order=order, who=make_staff())
    make_hours(order=order, hours=33, until=LATE)
    yield latest("tam.hours_near"), None
    make_hours(order=order, hours=7, until=LATE)
    yield latest("tam.hours_used_up"), None
    ticket = make_ticket(
        requester=client, severity="III", to_tam=True, at=LATE, channel="TAM", subject=SUBJECT
    )
    yield latest("tam.request_redirected"), ticket


def tam_mails() -> Iterator[Made]:
    """Yield the mails on who is the TAM."""
    order = make_premium()
    client = make_client(order=order)
    row = make_tam(order=order, who=make_staff())
    named = {"assignment_id": row.pk, "user_id": client.pk}
    dated = {**named, "starts_on": row.starts_on.isoformat()}
    yield message("tam.assigned", dated), None
    yield message("tam.replaced", dated, key=key_of_notice(row), state="SENT"), None
    yield message("tam.handover_moved", named), None
    contacts = [row.email, row.phone, row.chat]
    yield message("tam.contacts_corrected", {**named, "holds": True, "contacts": contacts}), None
    yield message("tam.handover_withdrawn", named), None


def appointment_mails() -> Iterator[Made]:
    """Yield the mails on appointments, each of one of its own."""
    staff, given = make_staff(), {"by": make_staff(), "at": ASKED}
    make_appointment(subject=SUBJECT)
    yield latest("appointment.asked"), None
    row = make_confirmed(staff=staff, subject=SUBJECT)
    yield latest("appointment.confirmed"), None
    contracts.cancel_appointment(appointment=row, reason=SUBJECT, **given)
    yield latest("appointment.cancelled"), None
    row = make_appointment(subject=SUBJECT)
    later = {"starts_at": row.starts_at + timedelta(hours=2)}
    later["ends_at"] = row.ends_at + timedelta(hours=2)
    row = contracts.move_appointment(appointment=row, reason=SUBJECT, **later, **given)
    yield latest("appointment.moved"), None
    contracts.decline_appointment(appointment=row, reason=SUBJECT, **given)
    yield latest("appointment.declined"), None
    row = make_confirmed(staff=staff, subject=SUBJECT)
    contracts.withdraw_appointment(appointment=row, client=row.requester, reason=SUBJECT, at=ASKED)
    yield latest("appointment.released"), None


def service_mails() -> Iterator[Made]:
    """Yield the mails on a service that a client asks for."""
    request = contracts.ask_service(
        requester=make_client(),
        kind="ADD",
        service=None,
        details=SUBJECT,
        source_key="service",
        at=MORNING,
    )
    yield latest("service.asked"), None
    given = {"state": "DONE", "answer": SUBJECT, "by": make_staff(), "at": MORNING}
    contracts.settle_service(request=request, **given)
    yield latest("service.settled"), None


def intake_mails() -> Iterator[Made]:
    """Yield the mails on what was not taken."""
    take(sender="eve@example.net", subject=SUBJECT)
    yield latest("request.refused"), None
    mail = InboundMail.objects.create(
        digest="d", raw=b"", received_at=MORNING, state="FAILED", why=SUBJECT
    )
    yield message("mail.unreadable", {"mail_id": mail.pk}), None


def outage_mails() -> Iterator[Made]:
    """Yield the mails on Reasons for Outage."""
    make_staff(is_duty_manager=True)
    reviewed = wholesale("1", subject=SUBJECT)
    incident = make_incident(ticket=reviewed, title=SUBJECT)
    remind_owed(at=MORNING + timedelta(hours=12))
    yield latest("report.near"), reviewed
    report = submitted(incident)
    yield latest("report.submitted"), reviewed
    given = {"report": report, "seen": report.edition, "by": make_staff(), "at": LATE}
    return_report(why=SUBJECT, **given)
    yield latest("report.returned"), reviewed
    told = wholesale("1", subject=SUBJECT)
    issued(make_incident(ticket=told, title=SUBJECT))
    yield latest("report.issued"), told
    late = wholesale("1", subject=SUBJECT)
    make_incident(ticket=late, title=SUBJECT)
    services.sweep_deadlines(at=LATE)
    remind_owed(at=LATE)
    owed = late.deadlines.get(kind="RFO").pk
    yield Message.objects.get(topic="report.missed", payload__deadline_id=owed), late


def voice_mails() -> Iterator[Made]:
    """Yield the mails on voice messages."""
    caller = make_caller(phone="+1 607 555 0101")
    left = Left(left_at=NIGHT, number=caller.phone, transcript=SUBJECT)
    take_voice(left=left, source_key="made", at=NIGHT)
    yield latest("voice.ticket_asked"), None
    follow_voice(at=NIGHT + timedelta(hours=1))
    yield latest("voice.ticket_missing"), None


def on_call_mails() -> Iterator[Made]:
    """Yield the mails on who is on call and who is paged."""
    make_staff(is_duty_manager=True)
    make_rotation()
    coverage.watch_coverage(at=MORNING)
    yield latest("oncall.gap"), None
    ladder = make_ladder(make_staff())
    page = raise_page(key="made", subject=SUBJECT, text=SUBJECT, ladder=ladder, at=MORNING)
    yield latest("page.raised"), None
    climb_due(at=page.next_at)
    yield latest("page.given_up"), None


def invoice_mails() -> Iterator[Made]:
    """Yield the mails with an invoice and with a credit note on it, of a hostile piece of work."""
    profile = make_profile()
    event = make_charge(account=profile.account).event
    RatedEvent.objects.filter(pk=event.pk).update(title=SUBJECT)
    facts = {"at": MORNING, "by": None}
    invoice = draft_invoice(account=profile.account, through_on=MORNING.date(), **facts)
    invoice = finalise(document=invoice, issued_on=MORNING.date(), **facts)
    yield latest("invoice.issued"), None
    credit = draft_credit_note(
        invoice=invoice, amounts=all_that_is_left(invoice), reason=SUBJECT, **facts
    )
    finalise(document=credit, issued_on=MORNING.date(), **facts)
    yield latest("credit_note.issued"), None


def amount_mails() -> Iterator[Made]:
    """Yield the mails on disputed amounts, in the order in which they come."""
    agent = make_staff(is_duty_manager=True)
    line = make_invoice(amounts=("100.00",)).lines.get()
    facts = {"client": None, "by": agent, "at": MORNING, "source_key": "amount"}
    row = raise_dispute(line=line, amount=line.net_amount, reason=SUBJECT, **facts)
    yield latest("amount.disputed"), None
    yield latest("amount.to_decide"), None
    accept_as_bona_fide(dispute=row, seen=1, text="", by=agent, at=MORNING)
    yield latest("amount.bona_fide"), None
    reject_dispute(dispute=row, seen=2, answer=SUBJECT, by=agent, at=MORNING)
    yield latest("amount.decided"), None


def standing_mails() -> Iterator[Made]:
    """Yield the mails on a step ahead and on a change, of an account with a hostile name."""
    profile = make_debtor()
    Account.objects.filter(pk=profile.account_id).update(name=SUBJECT)
    owe(profile, due_on=MORNING.date() - timedelta(days=15))
    account = Account.objects.get(pk=profile.account_id)
    review_standing(account=account, at=MORNING)
    yield latest("standing.notice"), None
    review_standing(account=account, at=MORNING + timedelta(days=7))
    yield latest("standing.changed"), None


def people_mails() -> Iterator[Made]:
    """Yield what somebody with a hostile name is told that another one of theirs changed."""
    manager = make_person()
    who = contracts.Particulars(SUBJECT, "otto@client.example.com", "", frozenset({"may_open"}))
    person = contracts.add_person(by=manager, to=who, at=MORNING)
    more = replace(who, rights=frozenset({"may_open", "may_escalate"}))
    seen = edition_of(person)
    contracts.change_person(person=person, by=manager, to=more, seen=seen, at=MORNING)
    yield latest("person.changed"), None
    gone = contracts.add_person(by=manager, to=replace(who, email="o@example.com"), at=MORNING)
    contracts.end_person(person=gone, by=manager, reason="Left", at=MORNING)
    yield latest("person.ended"), None
    by = manager.user
    token = contracts.issue_token(
        person=person, name=SUBJECT, scopes=["tickets:read"], by=by, of_client=manager, at=MORNING
    ).token
    yield latest("token.made"), None
    contracts.end_token(token=token, by=by, of_client=manager, at=MORNING)
    yield latest("token.ended"), None


def sign_in_mails() -> Iterator[Made]:
    """Yield an invitation of somebody with a hostile name, and what people are told of logins."""
    person = make_client()
    person.name = SUBJECT
    person.save()
    contracts.invite(person=person, by=None, at=MORNING)
    yield latest("person.invited"), None
    staff = make_staff()
    staff.first_name = SUBJECT
    staff.save()
    contracts.ask_new_password(address=staff.email, at=MORNING)
    yield latest("user.reset_asked"), None
    contracts.tell_changed_sign_in(
        user=staff, what="webauthn_added", ip="192.0.2.1", browser=SUBJECT, at=MORNING
    )
    yield latest("user.sign_in_changed"), None


def maintenance_mails() -> Iterator[Made]:
    """Yield the mail on maintenance: why it changed, and what is done."""
    notice = announced(title=SUBJECT, description=SUBJECT)
    yield Message.objects.get(key__startswith=notice.key), None


def webhook_mails() -> Iterator[Made]:
    """Yield the mail on an endpoint with a hostile name that is gone."""
    person = make_person()
    endpoint = make_endpoint(account=person.order.account, name=SUBJECT)
    note_answer(endpoint_id=endpoint.pk, posted=Posted(410, 5, ""), at=MORNING)
    yield latest("webhook.disabled"), None


ALL: list[Callable[[], Iterator[Made]]] = [
    ticket_mails,
    solution_mails,
    related_mails,
    escalation_mails,
    report_mails,
    hours_mails,
    tam_mails,
    appointment_mails,
    service_mails,
    intake_mails,
    outage_mails,
    on_call_mails,
    voice_mails,
    invoice_mails,
    amount_mails,
    standing_mails,
    people_mails,
    sign_in_mails,
    maintenance_mails,
    webhook_mails,
]


def latest(topic: str) -> Message:
    return Message.objects.filter(topic=topic).latest("pk")


def message(topic: str, payload: dict[str, Any], *, key: str = "", state: str = "") -> Message:
    """Write a message as a service would, without what leads to it."""
    is_sent = state == "SENT"
    return Message.objects.create(
        topic=topic,
        key=f"{key}made:{topic}",
        recipient="ada@client.example.com",
        payload=payload,
        created_at=MORNING,
        state=state or "PENDING",
        due_at=None if is_sent else MORNING,
        sent_at=MORNING if is_sent else None,
    )
