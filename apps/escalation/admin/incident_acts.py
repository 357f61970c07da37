"""What each form of an incident's page does: one service, and a sentence on what was done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict

from apps.contracts.models import User
from apps.escalation import services
from apps.escalation.admin.report_forms import (
    AmendForm,
    Editor,
    ReturnForm,
    SeenForm,
    TicketForm,
)
from apps.escalation.models import Incident, OutageReport
from apps.tickets.models import Ticket


@dataclass(slots=True)
class Acting:
    """Who does what with an incident, when; ``refused`` are the forms to show again."""

    incident: Incident
    data: QueryDict
    by: User
    at: datetime
    refused: dict[str, Any] = field(default_factory=dict)

    def report(self) -> OutageReport:
        """Return the revision in work.

        :raises Refused: there is none.
        """
        found = self.incident.reports.unissued().first()
        if found is None:
            raise services.Refused("There is nothing in work. Begin the next revision first.")
        return found

    def seen(self) -> int:
        """Return the edition that the page showed.

        :raises Refused: the page lost it.
        """
        form = SeenForm(self.data)
        if not form.is_valid():
            raise services.Refused(str(form.errors["seen"][0]))
        return int(form.cleaned_data["seen"])


def write(acting: Acting) -> str:
    """Keep the draft; and hand it to the review, if that is the button that was pressed."""
    report = acting.report()
    if report.state != OutageReport.State.DRAFT:
        raise services.Refused("It is in review: take it back before you write on.")
    editor = Editor(acting.data, report=report)
    acting.refused["write"] = editor
    if not editor.is_valid():
        return ""
    try:
        report = services.write_report(
            report=report,
            seen=editor.form.cleaned_data["seen"],
            written=editor.written(),
            by=acting.by,
            at=acting.at,
        )
    except services.ReportChanged as refusal:
        more = "What you wrote is below: keep it again, and it replaces theirs."
        raise services.Refused(f"{refusal} {more}") from None
    del acting.refused["write"]
    if acting.data.get("then") != "submit":
        return f"Revision {report.revision} is kept."
    try:
        services.submit_report(report=report, seen=report.edition, by=acting.by, at=acting.at)
    except services.Refused as refusal:
        raise services.Refused(f"The draft is kept, but not handed on. {refusal}") from None
    return f"Revision {report.revision} is in review, and those who review it are told."


def send_back(acting: Acting) -> str:
    form = ReturnForm(acting.data)
    acting.refused["return"] = form
    if not form.is_valid():
        return ""
    services.return_report(
        report=acting.report(),
        seen=form.cleaned_data["seen"],
        why=form.cleaned_data["why"],
        by=acting.by,
        at=acting.at,
    )
    return "It is a draft again, and its author is told what to change."


def take_back(acting: Acting) -> str:
    services.take_back_report(
        report=acting.report(), seen=acting.seen(), by=acting.by, at=acting.at
    )
    return "It is a draft again."


def issue(acting: Acting) -> str:
    latest = acting.incident.reports.order_by("-revision").first()
    if latest is None:
        raise services.Refused("There is nothing in work. Begin the next revision first.")
    report = services.issue_report(report=latest, seen=acting.seen(), by=acting.by, at=acting.at)
    return f"Revision {report.revision} is issued and on its way to the clients."


def draft(acting: Acting) -> str:
    report = services.draft_report(incident=acting.incident, by=acting.by, at=acting.at)
    return f"Revision {report.revision} is a draft."


def amend(acting: Acting) -> str:
    form = AmendForm(acting.data)
    acting.refused["amend"] = form
    if not form.is_valid():
        return ""
    services.amend_incident(
        incident=acting.incident, by=acting.by, at=acting.at, **form.cleaned_data
    )
    return "The incident is amended."


def join(acting: Acting) -> str:
    form = TicketForm(acting.data)
    acting.refused["join"] = form
    if not form.is_valid():
        return ""
    ticket = _ticket(form.cleaned_data["number"])
    services.join_incident(incident=acting.incident, ticket=ticket, by=acting.by, at=acting.at)
    return f"{ticket.number} is of this incident."


def leave(acting: Acting) -> str:
    ticket = _ticket(acting.data.get("number", ""))
    services.leave_incident(incident=acting.incident, ticket=ticket, by=acting.by, at=acting.at)
    return f"{ticket.number} is not of this incident any more."


def _ticket(number: str) -> Ticket:
    ticket = Ticket.objects.numbered(number).first()
    if ticket is None:
        raise services.Refused(f"There is no ticket “{number}”: look at the number again.")
    return ticket


Act = Callable[[Acting], str]
WRITES, ISSUES = "escalation.change_incident", "escalation.issue_outagereport"
# The act, and who may do it.
ACTS: dict[str, tuple[Act, str]] = {
    "write": (write, WRITES),
    "take-back": (take_back, WRITES),
    "return": (send_back, ISSUES),
    "issue": (issue, ISSUES),
    "draft": (draft, WRITES),
    "amend": (amend, WRITES),
    "join": (join, WRITES),
    "leave": (leave, WRITES),
}
