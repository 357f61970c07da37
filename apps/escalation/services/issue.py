"""Issuing a Reason for Outage: it is fixed, made a document, and sent."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from apps.contracts.models import Account, User
from apps.contracts.services.orders import sign
from apps.contracts.services.webhook_news import announce, notice_news
from apps.escalation.models import OutageReport, ReportCopy
from apps.escalation.outage_pdf import outage_pdf
from apps.escalation.queries import missing_of, readers_of, tickets_of
from apps.escalation.rules.report import listed
from apps.escalation.services.reports import as_seen, hold_incident_of, is_done
from apps.escalation.services.review_notices import digest_of
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services import Refused, issue_outage_report
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.record import record, settle


@transaction.atomic
def issue_report(*, report: OutageReport, seen: int, by: User, at: datetime) -> OutageReport:
    """Issue a reviewed report: the reviewer is ``by``, who wrote nothing in it.

    It becomes a document for each account that the outage touched, which is kept with its digest
    and sent to the account's users; each ticket's log says so. Whether a preliminary one keeps the
    promise is the policy's word. ``seen`` is the edition that was reviewed. The same again, by a
    double click, changes nothing.

    Clause: S-6, S-8.

    :raises Refused: it is not in review, was changed since, or ``by`` wrote in it.
    """
    report = hold_incident_of(report)
    if is_done(report, OutageReport.State.ISSUED, seen=seen, by=by):
        return report
    as_seen(report, seen=seen, state=OutageReport.State.REVIEW)
    if report.writers.filter(pk=by.pk).exists():
        raise Refused("You wrote in this report: somebody else has to look at it.")
    lacking = missing_of(report)
    if lacking:
        raise Refused(f"It lacks {listed(lacking)}. Send it back with that.")
    tickets = tickets_of(report.incident)
    copies = _copies(report, tickets, at=at)
    report.state, report.issued_at, report.issued_by = OutageReport.State.ISSUED, at, by
    report.edition += 1
    sign(report, reason="Issued", by=by, at=at)
    report.save()
    _send(report, copies, tickets, at=at)
    _tell_endpoints(report, copies, tickets, at=at)
    for ticket in tickets:
        _on_record(report, ticket, by=by, at=at)
    return report


def _copies(
    report: OutageReport, tickets: Sequence[Ticket], *, at: datetime
) -> dict[int, ReportCopy]:
    """Make and keep the documents; return account id -> the one that the account is sent."""
    accounts = {ticket.account_id: ticket.account for ticket in tickets}
    for_all: list[Account | None] = [None, *accounts.values()]
    rows = []
    for account in for_all:
        content = outage_pdf(report, tickets=tickets, account=account, issued_at=at)
        digest = sha256(content).hexdigest()
        rows.append(
            ReportCopy(report=report, account=account, content=content, digest=digest, made_at=at)
        )
    made = ReportCopy.objects.bulk_create(rows)
    return {copy.account_id: copy for copy in made if copy.account_id is not None}


def _send(
    report: OutageReport,
    copies: dict[int, ReportCopy],
    tickets: Sequence[Ticket],
    *,
    at: datetime,
) -> None:
    about = {ticket.account_id: ticket.pk for ticket in reversed(tickets)}
    for account, people in readers_of(tickets).items():
        for user in people:
            if not is_plain_address(user.email):
                continue
            enqueue(
                topic="report.issued",
                key=f"report:{report.pk}:issued:{account}:{digest_of(user.email)}",
                recipient=user.email,
                payload={
                    "copy_id": copies[account].pk,
                    "ticket_id": about[account],
                    "user_id": user.pk,
                },
                at=at,
            )


def _tell_endpoints(
    report: OutageReport,
    copies: dict[int, ReportCopy],
    tickets: Sequence[Ticket],
    *,
    at: datetime,
) -> None:
    hooked = {each.account_id for each in tickets if each.account.has_webhooks}
    announce(
        [
            notice_news(
                account,
                "REASON_FOR_OUTAGE",
                key=f"report:{copies[account].pk}",
                at=at,
                page=f"/portal/reports/{copies[account].pk}/",
                number=report.incident.number,
                revision=report.revision,
                is_preliminary=report.kind == OutageReport.Kind.PRELIMINARY,
            )
            for account in sorted(hooked)
        ],
        at=at,
    )


def _on_record(report: OutageReport, ticket: Ticket, *, by: User, at: datetime) -> None:
    """Say on a ticket that its report went out: an answer of a specialist, if it is the first."""
    held = hold(ticket=ticket, at=at)
    if held.deadlines.filter(kind="RESPONSE", ended_at=None).exists():
        record(ticket=held, kind=Kind.RESPONDED, at=at, by=by, facts={"report": report.pk})
        settle(ticket=held)
    issue_outage_report(
        ticket=held,
        by=by,
        at=at,
        act_key=f"report:{report.pk}:{ticket.pk}",
        preliminary=report.kind == OutageReport.Kind.PRELIMINARY,
        facts={"report": report.pk, "revision": report.revision, "number": report.incident.number},
    )
