"""What the page of an incident shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from apps.contracts.models import AuthorisedUser, User
from apps.escalation.admin.report_forms import AmendForm, Editor, ReturnForm, TicketForm
from apps.escalation.models import Incident, OutageReport, ReportCopy
from apps.escalation.queries import deliveries_of, missing_of, readers_of, tickets_of
from apps.escalation.rules.report import listed
from apps.outbox.models import Message
from apps.tickets.admin.badges import Badge, badge_of, hours_for
from apps.tickets.models import Ticket
from apps.tickets.rules.promise import DeadlineKind

State = OutageReport.State
MOST_SHOWN = 30  # of what was done, the latest


@dataclass(frozen=True, slots=True)
class Member:
    """A ticket of the incident: what it owes, and whether it may be taken out."""

    ticket: Ticket
    badge: Badge | None
    may_leave: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A copy of an issued report, and the mails that carry it."""

    copy: ReportCopy
    mails: Sequence[Message]


def page_of(
    incident: Incident,
    *,
    at: datetime,
    zone: str,
    user: User,
    refused: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the page's context. ``zone`` is the reader's; ``refused`` are forms with refusals."""
    may_write = user.has_perm("escalation.change_incident")
    reports = list(
        incident.reports.select_related("submitted_by", "issued_by")
        .prefetch_related("services", "timeline", "actions", "writers", _copies())
        .order_by("-revision")
    )
    in_work = next((row for row in reports if row.state != State.ISSUED), None)
    tickets = tickets_of(incident)
    context: dict[str, Any] = {
        "incident": incident,
        "zone": zone,
        "may_write": may_write,
        "members": _members(incident, tickets, reports, at=at),
        "readers": _readers(tickets),
        "issued": [(row, _sent(row)) for row in reports if row.state == State.ISSUED],
        "in_work": in_work,
        "past": _past(incident),
        "amend": refused.get("amend") or AmendForm(initial=_initial(incident)),
        "join": refused.get("join") or TicketForm(),
    }
    if in_work is not None:
        context |= _in_work(in_work, user, may_write=may_write, refused=refused)
    return context


def _in_work(
    report: OutageReport, user: User, *, may_write: bool, refused: Mapping[str, Any]
) -> dict[str, Any]:
    is_draft = report.state == State.DRAFT
    wrote = user in report.writers.all()
    editor = None
    if is_draft and may_write:
        editor = refused.get("write") or Editor(report=report)
    return {
        "editor": editor,
        "chosen_services": _chosen(editor) if editor else [],
        "lacks": listed(missing_of(report)),
        "wrote": wrote,
        "reviews": not is_draft and not wrote and user.has_perm("escalation.issue_outagereport"),
        "sending_back": refused.get("return") or ReturnForm(initial={"seen": report.edition}),
    }


def _chosen(editor: Editor) -> list[str]:
    return [str(key) for key in editor.form["services"].value() or []]


def _members(
    incident: Incident, tickets: Sequence[Ticket], reports: Sequence[OutageReport], *, at: datetime
) -> list[Member]:
    issued_at = max((row.issued_at for row in reports if row.issued_at), default=None)
    joined = {row.ticket_id: row.joined_at for row in incident.members.all()}
    hours = hours_for(tickets) if tickets else {}
    found = []
    for ticket in tickets:
        owed = ticket.deadlines.filter(kind=DeadlineKind.RFO).first()
        badge = badge_of(owed, at=at, hours=hours[owed.calendar_id]) if owed else None
        since = joined.get(ticket.pk)
        may_leave = since is not None and (issued_at is None or since > issued_at)
        found.append(Member(ticket, badge, may_leave and len(tickets) > 1))
    return found


def _readers(tickets: Sequence[Ticket]) -> list[tuple[str, Sequence[AuthorisedUser]]]:
    names = {ticket.account_id: str(ticket.account) for ticket in tickets}
    found = readers_of(tickets)
    return sorted((names[pk], people) for pk, people in found.items())


def _past(incident: Incident) -> list[tuple[datetime, str, User | None]]:
    """Return who did what with the incident and its revisions, the latest first."""
    reports = OutageReport.history.filter(incident=incident).select_related("history_user")
    own = incident.history.select_related("history_user")
    rows = [
        (
            row.history_date,
            f"Revision {row.revision}: {(row.history_change_reason or '').lower()}",
            row.history_user,
        )
        for row in reports.order_by("-history_date", "-history_id")[:MOST_SHOWN]
    ]
    rows += [
        (row.history_date, row.history_change_reason or "Changed", row.history_user)
        for row in own.order_by("-history_date", "-history_id")[:MOST_SHOWN]
    ]
    return sorted(rows, key=lambda row: row[0], reverse=True)[:MOST_SHOWN]


def _copies() -> Prefetch:
    rows = ReportCopy.objects.select_related("account").defer("content").order_by("pk")
    return Prefetch("copies", queryset=rows)


def _sent(report: OutageReport) -> list[Sent]:
    mails = deliveries_of(report)
    return [Sent(copy, mails.get(copy.pk, [])) for copy in report.copies.all()]


def _initial(incident: Incident) -> dict[str, Any]:
    return {"title": incident.title, "author": incident.author_id}
