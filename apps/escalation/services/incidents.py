"""Incidents: which tickets are of one outage, and who writes its report."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from apps.contracts.models import User
from apps.contracts.services.orders import sign
from apps.escalation.models import Incident, IncidentTicket, OutageReport
from apps.escalation.queries import incident_of
from apps.escalation.services.reports import draft_report
from apps.escalation.services.review_notices import tell_reviewers
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services import Refused
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.record import record, settle


@transaction.atomic
def open_incident(*, ticket: Ticket, title: str, by: User, at: datetime) -> Incident:
    """Open an incident for a ticket, with the first draft of its report; its author is ``by``.

    A ticket that is of an incident already, or whose duplicate is, leads to that one.

    Clause: S-6.

    :raises Refused: it has no title, or the ticket goes on elsewhere.
    """
    ticket = hold(ticket=ticket, at=at)
    known = incident_of(ticket)
    if known is not None:
        return known
    incident = Incident(title=_titled(title), author=by, opened_at=at, opened_by=by)
    sign(incident, reason="Opened", by=by, at=at)
    incident.save()
    _join(incident, ticket, by=by, at=at)
    draft_report(incident=incident, by=by, at=at)
    return incident


@transaction.atomic
def join_incident(*, incident: Incident, ticket: Ticket, by: User, at: datetime) -> None:
    """Say that a ticket is of the same outage. The same again: nothing.

    What was issued before does not count for it: the next revision does.

    Clause: S-6.

    :raises Refused: the ticket is of another incident, or goes on elsewhere.
    """
    hold_incident(incident)
    ticket = hold(ticket=ticket, at=at)
    member = IncidentTicket.objects.select_related("incident").filter(ticket=ticket).first()
    if member is None:
        _join(incident, ticket, by=by, at=at)
    elif member.incident_id != incident.pk:
        raise Refused(
            f"{ticket.number} is of {member.incident.number} already. Take it out there first."
        )


@transaction.atomic
def leave_incident(*, incident: Incident, ticket: Ticket, by: User, at: datetime) -> None:
    """Say that a ticket is of another outage after all. The same again: nothing.

    Clause: S-6.

    :raises Refused: it is the only one, or a report was issued for it.
    """
    hold_incident(incident)
    ticket = hold(ticket=ticket, at=at)
    member = incident.members.filter(ticket=ticket).first()
    if member is None:
        return
    if incident.members.count() == 1:
        raise Refused(f"{ticket.number} is its only ticket. Let another one join first.")
    if incident.reports.issued().filter(issued_at__gte=member.joined_at).exists():
        raise Refused(
            f"A report was issued for {ticket.number} in {incident.number}: it stays there."
        )
    member.delete()
    _look_again(incident, at=at)
    _note(ticket, f"Taken out of {incident.number}", incident, by=by, at=at)


@transaction.atomic
def amend_incident(*, incident: Incident, title: str, author: User, by: User, at: datetime) -> None:
    """Give an incident another title, or hand its report to another author. The same: nothing.

    The title of what was issued stays as it was told.

    Clause: S-6.

    :raises Refused: it has no title, or the author does not work here.
    """
    incident = hold_incident(incident)
    title = _titled(title)
    if (incident.title, incident.author_id) == (title, author.pk):
        return
    if not (author.is_active and author.is_staff):
        raise Refused(f"{author} does not work here: choose somebody else.")
    is_retitled = incident.title != title
    incident.title, incident.author = title, author
    sign(incident, reason="Amended", by=by, at=at)
    incident.save(update_fields=["title", "author"])
    if is_retitled:
        _look_again(incident, at=at)


def hold_incident(incident: Incident) -> Incident:
    """Return the incident as it is now, held until the transaction ends: it comes before tickets.

    So that two who act on one incident at once do so one after the other.
    """
    return Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)


def _titled(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise Refused("Give it a title: the clients read it.")
    return title[: Incident._meta.get_field("title").max_length]


def _join(incident: Incident, ticket: Ticket, *, by: User, at: datetime) -> None:
    if ticket.merged_into is not None:
        raise Refused(
            f"{ticket.number} goes on as {ticket.merged_into.number}: take that one instead."
        )
    IncidentTicket.objects.create(
        incident=incident, ticket=ticket, account=ticket.account, joined_at=at, joined_by=by
    )
    _look_again(incident, at=at)
    _note(ticket, f"Of {incident.number}: {incident.title}", incident, by=by, at=at)


def _look_again(incident: Incident, *, at: datetime) -> None:
    """Let nobody issue what they saw in review before: now it says more, or goes to other clients.

    Clause: S-6.
    """
    in_review = incident.reports.unissued().filter(state=OutageReport.State.REVIEW)
    if in_review.update(edition=F("edition") + 1):
        tell_reviewers(in_review.get(), at=at)


def _note(ticket: Ticket, what: str, incident: Incident, *, by: User, at: datetime) -> None:
    facts = {"what": what, "incident": incident.pk}
    record(ticket=ticket, kind=Kind.NOTED, at=at, by=by, facts=facts)
    settle(ticket=ticket)
