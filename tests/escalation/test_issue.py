"""Issuing a Reason for Outage: what it fixes, who is sent it, what the tickets say."""

from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction

from apps.contracts.models import AuthorisedUser, Order
from apps.escalation import services
from apps.escalation.models import OutageReport, ReportCopy
from apps.escalation.outage_pdf import document
from apps.escalation.queries import deliveries_of, incident_of, tickets_of, unbegun_reports
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets import services as tickets
from apps.tickets.services import Refused
from tests.escalation.outages import issued, make_incident, submitted
from tests.factories import (
    make_client,
    make_order,
    make_policy,
    make_preset,
    make_staff,
)
from tests.factories import make_ticket as register
from tests.tickets.life import row, wholesale
from tests.tickets.reading import facts, later, log, mails

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S-6")
def test_the_final_report_keeps_the_promise_of_every_ticket():
    ticket, other = wholesale("1"), wholesale("1")
    incident = make_incident(ticket=ticket)
    services.join_incident(incident=incident, ticket=other, by=make_staff(), at=later(hours=2))

    report = issued(incident, at=later(hours=24))

    assert row(ticket, "RFO") == ("MET", later(hours=24), later(hours=24))
    assert row(other, "RFO") == ("MET", later(hours=24), later(hours=24))
    assert facts(other, "RFO_ISSUED") == [
        {"preliminary": False, "report": report.pk, "revision": 1, "number": incident.number}
    ]


@pytest.mark.clause("S-6")
@pytest.mark.parametrize(("keeps", "state"), [("false", "OPEN"), ("true", "MET")])
def test_whether_a_preliminary_one_keeps_it_is_the_policys_word(keeps, state):
    version = make_preset(slug="skyswitch-support-2017")
    version = make_policy(
        text=version.source.replace("preliminary_keeps = false", f"preliminary_keeps = {keeps}")
    )
    ticket = register(requester=make_client(order=make_order(version=version)), severity="1")

    issued(make_incident(ticket=ticket), kind="PRELIMINARY")

    assert ticket.deadlines.get(kind="RFO").state == state


@pytest.mark.clause("S-6")
def test_a_report_after_the_deadline_comes_too_late():
    ticket = wholesale("1")
    incident = make_incident(ticket=ticket)

    issued(incident, at=later(hours=24, seconds=1))

    assert row(ticket, "RFO") == ("MISSED", later(hours=24), later(hours=24))
    assert ticket.deadlines.get(kind="RFO").ended_at == later(hours=24, seconds=1)


@pytest.mark.clause("S-8")
def test_it_is_an_answer_where_none_came_before():
    silent, answered = wholesale("1"), wholesale("1")
    tickets.answer(ticket=answered, text="Hm.", by=make_staff(), at=later(), act_key="a")
    incident = make_incident(ticket=silent)
    services.join_incident(incident=incident, ticket=answered, by=make_staff(), at=later(hours=1))

    issued(incident)

    assert [kind for kind, _ in log(silent)].count("RESPONDED") == 1
    assert [kind for kind, _ in log(answered)].count("RESPONDED") == 1


@pytest.mark.clause("S-6")
def test_issued_twice_by_a_double_click_it_goes_out_once():
    incident = make_incident()
    report = submitted(incident)
    by = make_staff()

    for _ in range(2):
        services.issue_report(report=report, seen=report.edition, by=by, at=later(hours=6))

    assert Message.objects.filter(topic="report.issued").count() == 1
    assert ReportCopy.objects.count() == 2
    assert incident.reports.get().issued_by == by


@pytest.mark.clause("S-6", "V-3.5")
def test_every_authorised_user_of_the_accounts_orders_is_sent_it_once():
    ticket = wholesale("1")
    account, order = ticket.account, ticket.order
    twice = make_client(order=order, email="two@client.example.com")
    sister = make_order(version=ticket.version, account=account)
    make_client(order=sister, email="TWO@client.example.com")
    third = make_client(order=sister)
    make_client(order=sister, is_active=False)
    make_client(order=make_order(account=account, state=Order.State.ENDED))
    make_client()

    issued(make_incident(ticket=ticket))

    assert mails("report.issued") == sorted([ticket.requester.email, twice.email, third.email])


def test_an_address_that_no_mail_reaches_holds_up_nobody():
    ticket = wholesale("1")
    odd = make_client(order=ticket.order)
    AuthorisedUser.objects.filter(pk=odd.pk).update(email="nowhere")

    issued(make_incident(ticket=ticket))

    assert mails("report.issued") == [ticket.requester.email]


@pytest.mark.clause("S-6")
def test_each_account_has_a_copy_of_its_own_and_its_digest():
    ticket, other = wholesale("1"), wholesale("2")
    incident = make_incident(ticket=ticket)
    services.join_incident(incident=incident, ticket=other, by=make_staff(), at=later(hours=2))

    report = issued(incident)

    copies = list(report.copies.order_by("pk"))
    assert [copy.account for copy in copies] == [None, ticket.account, other.account]
    for copy in copies:
        assert bytes(copy.content).startswith(b"%PDF-")
        assert copy.digest == sha256(bytes(copy.content)).hexdigest()
    sent = {pk: [row.recipient for row in rows] for pk, rows in deliveries_of(report).items()}
    assert sent == {
        copies[1].pk: [ticket.requester.email],
        copies[2].pk: [other.requester.email],
    }


@pytest.mark.clause("S-6")
def test_an_accounts_document_names_that_account_alone():
    ticket, other = wholesale("1"), wholesale("2")
    incident = make_incident(ticket=ticket)
    services.join_incident(incident=incident, ticket=other, by=make_staff(), at=later(hours=2))
    report = issued(incident)

    own = document(report, tickets=[other], issued_at=report.issued_at)
    whole = document(report, tickets=tickets_of(incident), issued_at=report.issued_at)

    assert own["accounts"] == [{"name": str(other.account), "tickets": [other.number]}]
    assert [each["tickets"] for each in whole["accounts"]] == [[ticket.number], [other.number]]
    assert str(ticket.account) not in str(own)
    assert ticket.number not in str(own)


def test_the_mail_carries_the_document_and_is_withdrawn_from_who_left():
    ticket = wholesale("1")
    issued(make_incident(ticket=ticket))
    message = Message.objects.get(topic="report.issued")

    mail = render(topic=message.topic, payload=message.payload)
    copy = ReportCopy.objects.get(account=ticket.account)
    assert mail.subject == (f"[{ticket.number}] Reason for Outage, final report: Phones are dead")
    assert [(file.filename, file.content) for file in mail.attachments] == [
        (f"reason-for-outage-INC-{copy.report.incident_id:05d}-revision-1.pdf", bytes(copy.content))
    ]
    assert copy.digest in mail.text

    ticket.requester.is_active = False
    ticket.requester.save()
    with pytest.raises(Withdrawn, match="no authorised user any more"):
        render(topic=message.topic, payload=message.payload)


@pytest.mark.clause("S-6")
@pytest.mark.parametrize(
    "change",
    [
        lambda report: OutageReport.objects.filter(pk=report.pk).update(summary="Nothing."),
        lambda report: report.timeline.update(text="Nothing."),
        lambda report: report.timeline.all().delete(),
        lambda report: report.actions.update(owner="Nobody"),
        lambda report: report.actions.create(
            kind="CORRECTIVE", text="More", owner="Nobody", due_on="2026-03-09"
        ),
        lambda report: report.services.clear(),
        lambda report: report.writers.clear(),
        lambda report: report.copies.update(digest="0"),
        lambda report: report.copies.all().delete(),
    ],
    ids=["words", "moment", "no moment", "action", "more", "services", "writers", "copy", "gone"],
)
def test_the_database_keeps_what_was_issued_as_it_was_told(change):
    report = issued(make_incident())

    with pytest.raises(IntegrityError), transaction.atomic():
        change(report)


@pytest.mark.postgresql
def test_no_table_of_what_was_issued_is_emptied_as_a_whole():
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE escalation_reportcopy")


@pytest.mark.clause("S-6")
def test_a_ticket_that_joins_later_waits_for_the_next_revision():
    incident = make_incident()
    issued(incident)
    late = wholesale("1")
    services.join_incident(incident=incident, ticket=late, by=make_staff(), at=later(hours=8))
    assert late.deadlines.get(kind="RFO").state == "OPEN"

    services.draft_report(incident=incident, by=make_staff(), at=later(hours=9))
    issued(incident, at=later(hours=10))

    assert late.deadlines.get(kind="RFO").state == "MET"
    assert [report.revision for report in incident.reports.issued()] == [1, 2]


def test_a_ticket_that_was_merged_is_there_as_its_survivor():
    first = wholesale("1")
    duplicate = register(requester=first.requester, severity="1", at=later(minutes=1))
    incident = make_incident(ticket=duplicate)
    tickets.merge(duplicate=duplicate, into=first, by=make_staff(), at=later(hours=2), act_key="m")

    assert make_incident(ticket=first) == incident == incident_of(first)
    assert list(unbegun_reports()) == []
    issued(incident)

    assert tickets_of(incident) == [first]
    assert first.deadlines.get(kind="RFO").state == "MET"


def test_a_report_that_lacks_something_after_all_is_not_issued():
    incident = make_incident()
    report = submitted(incident)
    report.services.clear()

    with pytest.raises(Refused, match="It lacks which services were affected"):
        services.issue_report(
            report=report, seen=report.edition, by=make_staff(), at=later(hours=6)
        )


@pytest.mark.clause("S-6")
def test_what_a_reviewer_saw_is_not_issued_to_clients_who_joined_since():
    make_staff(name="boss", is_duty_manager=True)
    incident, other = make_incident(), wholesale("2")
    report = submitted(incident)
    seen = report.edition
    services.join_incident(incident=incident, ticket=other, by=make_staff(), at=later(hours=6))

    with pytest.raises(Refused, match="Somebody changed the report meanwhile"):
        services.issue_report(report=report, seen=seen, by=make_staff(), at=later(hours=6))

    # Who reviews it is asked to look again, and the mail that waited says nothing any more.
    first, again = Message.objects.filter(topic="report.submitted").order_by("pk")
    with pytest.raises(Withdrawn):
        render(topic=first.topic, payload=first.payload)
    assert render(topic=again.topic, payload=again.payload).subject.endswith("Phones are dead")
    services.issue_report(report=report, seen=seen + 1, by=make_staff(), at=later(hours=6))
    assert ReportCopy.objects.filter(account=other.account).count() == 1


@pytest.mark.clause("S-6")
def test_a_new_title_is_reviewed_again_and_a_new_author_is_not():
    incident, author = make_incident(), make_staff()
    report = submitted(incident)
    seen, call = report.edition, {"incident": incident, "by": make_staff(), "at": later(hours=6)}

    services.amend_incident(**call, title="Phones are dead", author=author)
    report.refresh_from_db()
    assert report.edition == seen
    services.amend_incident(**call, title="Nobody can call", author=author)
    report.refresh_from_db()
    assert report.edition == seen + 1
