"""The Reason for Outage as a PDF.

What people wrote goes to typst as data, never as markup; the template lies in ``templates/typst``
and uses the fonts that come with typst.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from apps.contracts.models import Account
from apps.escalation.models import OutageReport, ReportAction
from apps.tickets.models import Ticket
from apps.tickets.wording import moment, span

TEMPLATE = "outage_report.typ"


def outage_pdf(
    report: OutageReport,
    *,
    tickets: Sequence[Ticket],
    account: Account | None,
    issued_at: datetime | None,
) -> bytes:
    """Return a revision as one account is sent it; without an account, as the provider keeps it.

    ``tickets`` are those of the incident, of whomever; an account's document names its own alone.
    Times are in the time zone of the account's policy. ``issued_at`` None: a draft, and it says so.

    Clause: S-6.
    """
    own = [ticket for ticket in tickets if account is None or ticket.account_id == account.pk]
    return _compiled(document(report, tickets=own, issued_at=issued_at))


def file_name(report: OutageReport) -> str:
    """Return under which name an issued revision is sent and downloaded."""
    return f"reason-for-outage-{report.incident.number}-revision-{report.revision}.pdf"


def document(
    report: OutageReport, *, tickets: Sequence[Ticket], issued_at: datetime | None
) -> dict[str, Any]:
    """Return what the template is told, in words."""
    version = tickets[0].version
    zone = version.time_zone
    actions = list(report.actions.all())
    return {
        "language": version.language,
        "number": report.incident.number,
        "title": report.incident.title,
        "revision": report.revision,
        "kind": report.get_kind_display(),
        "issued": _at(issued_at, zone),
        "contact": version.support_address,
        "facts": [
            ["Started", _at(report.started_at, zone)],
            ["Detected", _at(report.detected_at, zone)],
            ["Service restored", _at(report.restored_at, zone) or "Not yet"],
            ["Lasted", _lasted(report)],
        ],
        "services": [service.title for service in report.services.all()],
        "accounts": list(_accounts(tickets)),
        "summary": _paragraphs(report.summary),
        "timeline": [[_at(row.at, zone), row.text] for row in report.timeline.all()],
        "root_cause": _paragraphs(report.root_cause),
        "actions": [
            [name, list(_actions(actions, kind))] for kind, name in ReportAction.Kind.choices
        ],
    }


def _accounts(tickets: Iterable[Ticket]) -> Iterator[dict[str, Any]]:
    by_account: dict[str, list[str]] = {}
    for ticket in tickets:
        by_account.setdefault(str(ticket.account), []).append(ticket.number)
    for name in sorted(by_account):
        yield {"name": name, "tickets": by_account[name]}


def _actions(actions: Iterable[ReportAction], kind: str) -> Iterator[list[str]]:
    for row in actions:
        if row.kind == kind:
            yield [row.text, row.owner, f"{row.due_on.day} {row.due_on:%b %Y}"]


def _at(at: datetime | None, zone: str) -> str:
    """Return an instant to the minute, which is as exact as people tell of an outage."""
    return moment(at.replace(second=0, microsecond=0), zone) if at else ""


def _lasted(report: OutageReport) -> str:
    if report.started_at is None or report.restored_at is None:
        return ""
    return span(report.restored_at - report.started_at)


def _paragraphs(text: str) -> list[str]:
    return [line for line in (line.strip() for line in text.splitlines()) if line]


def _compiled(facts: dict[str, Any]) -> bytes:
    return typst.compile(
        str(_folder() / TEMPLATE),
        root=str(_folder()),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"report": json.dumps(facts)},
    )


def _folder() -> Path:
    return settings.BASE_DIR / "templates" / "typst"


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts, looked for once: those of typst, and the system's for what they lack."""
    return typst.Fonts()
