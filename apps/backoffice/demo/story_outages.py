"""The demo's outages: one whose report went out in time, one that is being written, one waiting.

The one-way audio of ``story_wholesale`` owes a report too, and nobody has begun it.
"""

from datetime import datetime, timedelta

from apps.backoffice.demo.acts import Act, Stage
from apps.backoffice.demo.story_premium import ago
from apps.contracts.models import Service
from apps.escalation import services
from apps.escalation.models import FaultDetermination, OutageReport, ReportAction
from apps.escalation.rules.timeline import Moment

DAY = timedelta(days=1)


def begin(name: str, title: str, *, by: str = "agent") -> Act:
    """An incident is opened for a ticket, with the first draft of its report."""

    def act(stage: Stage, at: datetime) -> None:
        services.open_incident(ticket=stage.tickets[name], title=title, by=stage.people[by], at=at)

    return act


def write(name: str, *, kind: str, summary: str, root_cause: str = "", is_over: bool) -> Act:
    """The draft is written, and handed to the review."""

    def act(stage: Stage, at: datetime) -> None:
        report, by = _report(stage, name), stage.people["agent"]
        started_at = stage.tickets[name].registered_at.replace(second=0, microsecond=0)
        switched = Moment(started_at + timedelta(hours=2), "Traffic was moved to the spare switch.")
        report = services.write_report(
            report=report,
            seen=report.edition,
            written=services.Written(
                kind=kind,
                started_at=started_at,
                detected_at=started_at + timedelta(minutes=4),
                restored_at=started_at + timedelta(hours=5) if is_over else None,
                summary=summary,
                root_cause=root_cause,
                services=list(Service.objects.order_by("pk")[:1]),
                timeline=[
                    *(Moment(row.at, row.text) for row in report.timeline.all()),
                    *([switched] if is_over else []),
                ],
                actions=_planned(at) if is_over else [],
            ),
            by=by,
            at=at,
        )
        services.submit_report(report=report, seen=report.edition, by=by, at=at)

    return act


def issue(name: str) -> Act:
    """Somebody who did not write in it reviews the report, and issues it."""

    def act(stage: Stage, at: datetime) -> None:
        report = _report(stage, name)
        services.issue_report(report=report, seen=report.edition, by=stage.people["duty"], at=at)

    return act


def find(name: str, why: str) -> Act:
    """Both sides agree that it was the provider's fault."""

    def act(stage: Stage, at: datetime) -> None:
        ticket, duty = stage.tickets[name], stage.people["duty"]
        services.determine_fault(
            ticket=ticket,
            finding=FaultDetermination.Finding.PROVIDER,
            is_agreed=True,
            ours=duty,
            theirs=ticket.requester,
            why=why,
            decided_at=at - timedelta(minutes=30),
            by=duty,
            at=at,
            act_key=stage.key(),
        )

    return act


def _report(stage: Stage, name: str) -> OutageReport:
    incident = stage.tickets[name].in_incident.incident
    return incident.reports.select_related("incident").order_by("-revision")[0]


def _planned(at: datetime) -> list[services.Planned]:
    corrective, preventive = ReportAction.Kind.CORRECTIVE, ReportAction.Kind.PREVENTIVE
    return [
        services.Planned(
            corrective, "Replace the failed power supply", "Network team", (at + 2 * DAY).date()
        ),
        services.Planned(
            preventive, "Watch both power supplies of each switch", "NOC", (at + 21 * DAY).date()
        ),
    ]


STORY: list[tuple[timedelta, Act]] = [
    (ago(4, 6), begin("outage", "No phone registers in the whole domain")),
    (
        ago(4, 1),
        write(
            "outage",
            kind=OutageReport.Kind.FINAL,
            summary="No phone of any subscriber could register, so that no calls were possible."
            " Traffic was moved to the spare switch by hand.",
            root_cause="A power supply of the core switch failed, and the second one had been"
            " without mains since work in the rack a week before.",
            is_over=True,
        ),
    ),
    (ago(3, 22), issue("outage")),
    (ago(3, 20), find("outage", "The second power supply had been unplugged by our own work.")),
    (ago(0, 0, 20), begin("gateway", "Two towns cut off by a gateway that restarts")),
    (
        ago(0, 0, 8),
        write(
            "gateway",
            kind=OutageReport.Kind.PRELIMINARY,
            summary="Callers in two towns are cut off while one of the gateways restarts.",
            is_over=False,
        ),
    ),
]
