"""Outages and their reports, written shortly."""

from datetime import date, timedelta
from typing import Any

from apps.escalation import services
from apps.escalation.models import Incident, OutageReport
from apps.escalation.rules.timeline import Moment
from apps.tickets.models import Ticket
from tests.factories import make_service, make_staff
from tests.tickets.life import wholesale
from tests.tickets.reading import later

STARTED = later()
RESTORED = later(hours=4)
WRITTEN_AT = later(hours=5)


def make_incident(*, ticket: Ticket | None = None, title: str = "", **facts: Any) -> Incident:
    """Open an incident for a priority 1 ticket, unless another one is given."""
    given = {"by": make_staff(), "at": later(hours=1), **facts}
    ticket = ticket or wholesale("1")
    return services.open_incident(ticket=ticket, title=title or "Phones are dead", **given)


def draft_of(incident: Incident) -> OutageReport:
    return incident.reports.unissued().get()


def words(**facts: Any) -> services.Written:
    """All that a final report must say, but for what is given."""
    whole: dict[str, Any] = {
        "kind": "FINAL",
        "started_at": STARTED,
        "detected_at": STARTED + timedelta(minutes=2),
        "restored_at": RESTORED,
        "summary": "A core switch failed.",
        "root_cause": "Its fan stood still.",
        "services": [make_service()],
        "timeline": [Moment(STARTED, "The switch went dark.")],
        "actions": [services.Planned("CORRECTIVE", "Replace it", "Network team", date(2026, 3, 9))],
    }
    return services.Written(**{**whole, **facts})


def written(incident: Incident, **facts: Any) -> OutageReport:
    """Write the draft as its author does, with all that it needs but for what is given."""
    report = draft_of(incident)
    return services.write_report(
        report=report,
        seen=report.edition,
        written=words(**facts),
        by=incident.author,
        at=WRITTEN_AT,
    )


def submitted(incident: Incident, **facts: Any) -> OutageReport:
    """Write the draft and hand it to the review."""
    report = written(incident, **facts)
    services.submit_report(report=report, seen=report.edition, by=incident.author, at=WRITTEN_AT)
    report.refresh_from_db()
    return report


def issued(incident: Incident, *, at: Any = None, **facts: Any) -> OutageReport:
    """Write, submit and issue the draft."""
    report = submitted(incident, **facts)
    return services.issue_report(
        report=report, seen=report.edition, by=make_staff(), at=at or later(hours=6)
    )
