"""Writing a Reason for Outage: drafted, written, submitted; reviewed by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from apps.contracts.models import Service, User
from apps.contracts.services.orders import sign
from apps.escalation.models import Incident, OutageReport, ReportAction, ReportMoment
from apps.escalation.queries import histories_of, missing_of, tickets_of
from apps.escalation.rules.report import listed
from apps.escalation.rules.timeline import Moment, outline
from apps.escalation.services.review_notices import tell_author, tell_reviewers
from apps.tickets.services import Refused

State, Kind = OutageReport.State, OutageReport.Kind


class ReportChanged(Refused):
    """Others changed the report since somebody saw it."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody changed the report meanwhile. Look at it again before you go on."
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A corrective or preventive action."""

    kind: str
    text: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Written:
    """All that a revision says."""

    kind: str
    started_at: datetime | None
    detected_at: datetime | None
    restored_at: datetime | None
    summary: str
    root_cause: str
    services: Sequence[Service] = ()
    timeline: Sequence[Moment] = ()
    actions: Sequence[Planned] = ()


@transaction.atomic
def draft_report(*, incident: Incident, by: User, at: datetime) -> OutageReport:
    """Begin the next revision, or return the one that is in work.

    The first is drafted from what happened to the tickets; a later one begins as the latest that
    was issued.

    Clause: S-6.
    """
    incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    in_work = incident.reports.unissued().first()
    if in_work is not None:
        return in_work
    latest = incident.reports.issued().order_by("-revision").first()
    report = OutageReport(
        incident=incident, revision=latest.revision + 1 if latest else 1, drafted_at=at
    )
    _fill(report, _again(latest) if latest else _from_events(incident), by=by, at=at)
    return report


def _from_events(incident: Incident) -> Written:
    tickets = tickets_of(incident)
    found = outline(histories_of(tickets))
    named = {ticket.service_id for ticket in tickets if ticket.service_id}
    return Written(
        kind=Kind.FINAL,
        started_at=found.detected_at,
        detected_at=found.detected_at,
        restored_at=found.restored_at,
        summary="",
        root_cause="",
        services=list(Service.objects.filter(pk__in=named)),
        timeline=found.timeline,
    )


def _again(report: OutageReport) -> Written:
    """Return what a revision says."""
    return Written(
        kind=report.kind,
        started_at=report.started_at,
        detected_at=report.detected_at,
        restored_at=report.restored_at,
        summary=report.summary,
        root_cause=report.root_cause,
        services=list(report.services.order_by("title", "pk")),
        timeline=[Moment(row.at, row.text) for row in report.timeline.all()],
        actions=[
            Planned(row.kind, row.text, row.owner, row.due_on) for row in report.actions.all()
        ],
    )


@transaction.atomic
def write_report(
    *, report: OutageReport, seen: int, written: Written, by: User, at: datetime
) -> OutageReport:
    """Keep what somebody wrote. ``seen`` is the edition that they had before them.

    The same again, by a double click, changes nothing.

    Clause: S-6.

    :raises Refused: it is no draft, others changed it meanwhile, or its instants contradict.
    """
    held, written = hold_incident_of(report), _in_order(written)
    if (held.state, held.edition) == (State.DRAFT, seen + 1) and _again(held) == written:
        return held
    report = as_seen(held, seen=seen, state=State.DRAFT)
    _check(report, written)
    _fill(report, written, by=by, at=at)
    return report


def _in_order(written: Written) -> Written:
    """Return the same as it is kept, so that it can be compared."""
    return replace(
        written,
        summary=written.summary.strip(),
        root_cause=written.root_cause.strip(),
        services=sorted(written.services, key=lambda service: (service.title, service.pk)),
        timeline=sorted(written.timeline, key=lambda moment: moment.at),
        actions=sorted(written.actions, key=lambda action: (action.kind, action.due_on)),
    )


def _check(report: OutageReport, written: Written) -> None:
    started_at = written.started_at
    for words, instant in [
        ("was detected", written.detected_at),
        ("was over", written.restored_at),
    ]:
        if started_at and instant and instant < started_at:
            raise Refused(f"It {words} before it started: look at the times again.")
    was_final = report.incident.reports.issued().filter(kind=Kind.FINAL).exists()
    if was_final and written.kind != Kind.FINAL:
        raise Refused("A final report went out already: what corrects it is final too.")


def _fill(report: OutageReport, written: Written, *, by: User, at: datetime) -> None:
    is_new = report.pk is None
    report.edition = 1 if is_new else report.edition + 1
    report.kind = written.kind
    report.started_at, report.detected_at = written.started_at, written.detected_at
    report.restored_at = written.restored_at
    report.summary, report.root_cause = written.summary, written.root_cause
    sign(report, reason="Drafted" if is_new else "Written", by=by, at=at)
    report.save()
    report.services.set(written.services)
    report.writers.add(by)
    report.timeline.all().delete()
    report.actions.all().delete()
    ReportMoment.objects.bulk_create(
        ReportMoment(report=report, at=moment.at, text=moment.text) for moment in written.timeline
    )
    ReportAction.objects.bulk_create(
        ReportAction(
            report=report, kind=each.kind, text=each.text, owner=each.owner, due_on=each.due_on
        )
        for each in written.actions
    )


@transaction.atomic
def submit_report(*, report: OutageReport, seen: int, by: User, at: datetime) -> None:
    """Hand a draft to the review; those who may review it are told.

    The same again, by a double click, changes nothing.

    Clause: S-6.

    :raises Refused: something is missing yet, it is no draft, or others changed it meanwhile.
    """
    report = hold_incident_of(report)
    if is_done(report, State.REVIEW, seen=seen, by=by):
        return
    as_seen(report, seen=seen, state=State.DRAFT)
    lacking = missing_of(report)
    if lacking:
        raise Refused(f"It lacks {listed(lacking)}: write that first.")
    report.submitted_at, report.submitted_by = at, by
    _move(report, State.REVIEW, "Submitted", by=by, at=at)
    report.writers.add(by)
    tell_reviewers(report, at=at)


@transaction.atomic
def return_report(*, report: OutageReport, seen: int, why: str, by: User, at: datetime) -> None:
    """Send a report back from the review, with what to change; its author is told.

    Clause: S-6.

    :raises Refused: it is not in review, others were faster, or nobody says why.
    """
    report = hold_incident_of(report)
    if is_done(report, State.DRAFT, seen=seen, by=by):
        return
    as_seen(report, seen=seen, state=State.REVIEW)
    if not why.strip():
        raise Refused("Say what is to be changed.")
    report.returned = why.strip()
    _move(report, State.DRAFT, "Sent back", by=by, at=at)
    tell_author(report, at=at)


@transaction.atomic
def take_back_report(*, report: OutageReport, seen: int, by: User, at: datetime) -> None:
    """Take a report out of the review again, to write on.

    Clause: S-6.

    :raises Refused: it is not in review, or others were faster.
    """
    report = hold_incident_of(report)
    if is_done(report, State.DRAFT, seen=seen, by=by):
        return
    as_seen(report, seen=seen, state=State.REVIEW)
    report.returned = ""
    _move(report, State.DRAFT, "Taken back", by=by, at=at)


def hold_incident_of(report: OutageReport) -> OutageReport:
    """Return a report as it is now; its incident is held until the transaction ends."""
    Incident.objects.select_for_update(no_key=True).get(pk=report.incident_id)
    return OutageReport.objects.select_related("incident__author", "submitted_by").get(pk=report.pk)


def is_done(report: OutageReport, state: str, *, seen: int, by: User) -> bool:
    """Tell whether this person just moved the report there: then it is a double click."""
    last = report.history.order_by("-history_date", "-history_id").first()
    moved = (report.state, report.edition) == (state, seen + 1)
    return moved and last is not None and last.history_user_id == by.pk


def as_seen(report: OutageReport, *, seen: int, state: str) -> OutageReport:
    """Return a held report, if it is still as somebody saw it.

    :raises ReportChanged: it was changed since.
    :raises Refused: it is not in that state.
    """
    if report.state != state:
        raise Refused(f"Revision {report.revision} is {_STATES[report.state]}.")
    if report.edition != seen:
        raise ReportChanged
    return report


_STATES: dict[str, str] = {
    State.DRAFT: "a draft: it is not in review",
    State.REVIEW: "in review: take it back before you write on",
    State.ISSUED: "issued already, and stays as it was told",
}


def _move(report: OutageReport, state: str, reason: str, *, by: User, at: datetime) -> None:
    report.state = state
    report.edition += 1
    sign(report, reason=reason, by=by, at=at)
    report.save()
