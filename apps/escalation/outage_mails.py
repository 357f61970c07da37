"""How the mails on Reasons for Outage read. Each is made of facts, at the moment it is sent.

Those to clients carry the document and the ticket's number, and answer to the policy's mailbox.
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import AuthorisedUser
from apps.escalation.models import Incident, OutageReport, ReportCopy
from apps.escalation.outage_pdf import file_name
from apps.escalation.queries import incident_of, tickets_of
from apps.outbox.rendering import Attachment, Email, Withdrawn, renders
from apps.tickets.models import Deadline, Ticket
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.wording import moment


@renders("report.issued")
def issued(payload: dict[str, Any]) -> Email:
    """Send an account's copy of a Reason for Outage to one of its users.

    Clause: S-6.

    :raises Withdrawn: the person is no authorised user any more.
    """
    if not AuthorisedUser.objects.filter(pk=payload["user_id"], is_active=True).exists():
        raise Withdrawn("This person is no authorised user any more.")
    copy = ReportCopy.objects.select_related("report__incident").get(pk=payload["copy_id"])
    report, ticket = copy.report, _ticket(payload["ticket_id"])
    zone = ticket.version.time_zone
    context = {
        "report": report,
        "kind": report.get_kind_display().lower(),
        "is_preliminary": report.kind == OutageReport.Kind.PRELIMINARY,
        "started": moment(report.started_at, zone) if report.started_at else "",
        "restored": moment(report.restored_at, zone) if report.restored_at else "",
        "digest": copy.digest,
    }
    return _mail(
        ticket,
        f"Reason for Outage, {context['kind']} report: {report.incident.title}",
        "mail/report_issued.txt",
        context,
        attachments=(Attachment(file_name(report), bytes(copy.content), "application/pdf"),),
    )


@renders("report.submitted", is_notice=True)
def submitted(payload: dict[str, Any]) -> Email:
    """Ask a reviewer to look at a report.

    Clause: S-6.

    :raises Withdrawn: it is not in review any more.
    """
    report = _as_then(payload, OutageReport.State.REVIEW)
    words = f"Reason for Outage to review: {report.incident.title}"
    return _about_report(report, words, "mail/report_submitted.txt")


@renders("report.returned", is_notice=True)
def returned(payload: dict[str, Any]) -> Email:
    """Tell the author what the review asks to be changed.

    Clause: S-6.

    :raises Withdrawn: somebody wrote on meanwhile.
    """
    report = _as_then(payload, OutageReport.State.DRAFT)
    words = f"Reason for Outage sent back: {report.incident.title}"
    return _about_report(report, words, "mail/report_returned.txt")


@renders("report.near", is_notice=True)
def near(payload: dict[str, Any]) -> Email:
    """Remind one of ours that a report is owed.

    Clause: S-6.

    :raises Withdrawn: it came meanwhile, was missed, or is owed until another instant.
    """
    deadline = Deadline.objects.open().filter(pk=payload["deadline_id"], ended_at=None).first()
    if deadline is None or deadline.due_at is None:
        raise Withdrawn("The report is not owed any more.")
    if deadline.due_at.isoformat() != payload["due_at"]:
        raise Withdrawn("The report is owed until another instant.")
    words = f"Reason for Outage owed: {payload['percent']} % of the time is used"
    return _about_deadline(deadline, words, "mail/report_near.txt", percent=payload["percent"])


@renders("report.missed", is_notice=True)
def missed(payload: dict[str, Any]) -> Email:
    """Tell the author that their report did not come in time.

    Clause: S-6.

    :raises Withdrawn: the promise was taken back meanwhile.
    """
    deadline = Deadline.objects.filter(pk=payload["deadline_id"]).first()
    if deadline is None:
        raise Withdrawn("The report is not owed any more.")
    return _about_deadline(deadline, "Reason for Outage missed", "mail/report_missed.txt")


def _as_then(payload: dict[str, Any], state: str) -> OutageReport:
    rows = OutageReport.objects.select_related("incident__author", "submitted_by")
    report = rows.get(pk=payload["report_id"])
    if (report.state, report.edition) != (state, payload["edition"]):
        raise Withdrawn("The report has changed since.")
    return report


def _about_report(report: OutageReport, words: str, template: str) -> Email:
    ticket = tickets_of(report.incident)[0]
    context = {"report": report, "incident": report.incident, "url": _page_of(report.incident)}
    return _mail(ticket, words, template, context)


def _about_deadline(deadline: Deadline, words: str, template: str, **further: Any) -> Email:
    ticket = _ticket(deadline.ticket_id)
    incident = incident_of(ticket)
    report = incident.reports.order_by("-revision").first() if incident else None
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    context = {
        "incident": incident,
        "report": report,
        "due": moment(deadline.due_at, ticket.version.time_zone) if deadline.due_at else "",
        "url": _page_of(incident) if incident else f"{settings.BASE_URL}{page}",
        **further,
    }
    return _mail(ticket, f"{words}: {ticket.subject}", template, context)


def _mail(
    ticket: Ticket,
    words: str,
    template: str,
    context: dict[str, Any],
    *,
    attachments: tuple[Attachment, ...] = (),
) -> Email:
    text = render_to_string(template, {"ticket": ticket, **context})
    return Email(
        subject=f"[{ticket.number}] {words}",
        text=text.strip() + "\n",
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        language=ticket.version.language,
        attachments=attachments,
    )


def _ticket(pk: int) -> Ticket:
    related = ("version", "account", "severity", "assignee", "requester")
    return Ticket.objects.select_related(*related).get(pk=pk)


def _page_of(incident: Incident) -> str:
    page = reverse("admin:escalation_incident_change", args=[incident.pk])
    return f"{settings.BASE_URL}{page}"
