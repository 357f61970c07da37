"""Giving the solution, and taking the end back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.contracts.models import Reason, Rule, User
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.follow_ups import close_now, hold, step_at_once, take_back
from apps.tickets.services.record import Refused, amend, done_before, record, settle
from apps.tickets.services.saying import Upload, send


@transaction.atomic
def solve(
    *,
    ticket: Ticket,
    reason: Reason,
    text: str,
    by: User,
    at: datetime,
    act_key: str,
    exclusion: Reason | None = None,
    uploads: Sequence[Upload] = (),
) -> None:
    """Give the solution, or another of the policy's closing events, and tell the client.

    What the client is told is a response too. The resolution clock ends here. What follows is the
    policy's: the client is asked to confirm, or the ticket is watched and steps down, or it closes
    at once. Work that the policy does not cover closes at once, with the exclusion that it is.

    Clause: V-8.3, V-3.3, V-3.4.4, V-2-resolution, S-5-step-down, R-15.

    :raises Refused: there is nothing to tell, the reason is not the policy's, or it does not fit
        the ticket as it is.
    """
    ticket = hold(ticket=ticket, at=at)
    if done_before(Kind.SOLVED, act_key):
        return
    _check_turn(ticket)
    is_excluded = _check_reason(ticket, reason, exclusion)
    follows = _follows(ticket) and not is_excluded
    # The mail says what happens next.
    message = send(ticket=ticket, text=text, by=by, at=at, uploads=uploads, topic="ticket.solved")
    ticket.closing, ticket.exclusion = reason, exclusion
    ticket.excluded_at = max(at, ticket.latest_at) if exclusion else None
    amend(ticket=ticket, reason=f"Solved: {reason.label}", by=by, at=at)
    ticket.save(update_fields=["closing", "exclusion", "excluded_at"])
    record(ticket=ticket, kind=Kind.RESPONDED, at=at, by=by, facts={"message": message.pk})
    facts = {"reason": reason.key, "label": reason.label, "message": message.pk}
    further = {"exclusion": exclusion.label} if exclusion else {}
    solved_by = f"{Kind.SOLVED}:{act_key}"
    solved = {**facts, **further, "asks": follows}
    record(ticket=ticket, kind=Kind.SOLVED, at=at, by=by, facts=solved, source_key=solved_by)
    if follows:
        settle(ticket=ticket)
        step_at_once(ticket=ticket, at=ticket.latest_at)
    else:
        close_now(ticket=ticket, at=ticket.latest_at, facts={**facts, **further}, by=by)
        settle(ticket=ticket)


def _check_turn(ticket: Ticket) -> None:
    problems = {
        Status.CLOSED: "is closed already.",
        Status.SOLVED: "has its solution already. Reopen it if that was none.",
        Status.ANSWERED: "has its solution, and the client answered: judge the answer.",
        Status.SUSPENDED: "is suspended. It goes on when the suspension ends.",
    }
    problem = problems.get(Status(ticket.status))
    if problem:
        raise Refused(f"{ticket.number} {problem}", clause="V-8.3")


def _check_reason(ticket: Ticket, reason: Reason, exclusion: Reason | None) -> bool:
    """Return whether the reason says that the work was not covered."""
    if reason.version_id != ticket.version_id or reason.kind != Reason.Kind.CLOSING:
        raise Refused(
            f"“{reason}” is not a closing reason of {ticket.version}.", clause="V-8.3, V-3.3"
        )
    is_excluded = bool(reason.terms.get("excluded"))
    if exclusion is None:
        named = Reason.objects.filter(version=ticket.version_id, kind=Reason.Kind.EXCLUSION)
        if is_excluded and named.exists():
            raise Refused(
                f"“{reason}”: say which of the policy's exclusions it is.", clause="V-8.3, V-3.3"
            )
    elif exclusion.version_id != ticket.version_id or exclusion.kind != Reason.Kind.EXCLUSION:
        raise Refused(
            f"“{exclusion}” is not an exclusion of {ticket.version}.", clause="V-8.3, V-3.3"
        )
    elif not is_excluded:
        raise Refused(
            f"“{reason}” is no exclusion. Choose a reason that is, or no exclusion.",
            clause="V-8.3, V-3.3",
        )
    return is_excluded


def _follows(ticket: Ticket) -> bool:
    """Tell whether the policy has something follow a solution before the ticket closes."""
    rules = Rule.objects.filter(version=ticket.version_id)
    return rules.filter(key__in=["closure_confirmation", "step_down"]).exists()


@transaction.atomic
def reopen(*, ticket: Ticket, explanation: str, by: User, at: datetime) -> None:
    """Take a solution back: the resolution clock runs on; the time between does not count.

    The severity is again what it was before it stepped down.

    Clause: R-15, S-5-step-down.

    :raises Refused: there is nothing to take back, or nobody says why.
    """
    ticket = hold(ticket=ticket, at=at)
    if ticket.merged_into_id is not None:
        raise Refused(
            f"{ticket.number} was merged: reopen the ticket that it goes on in.", clause="R-15"
        )
    if ticket.status == Status.ANSWERED:
        raise Refused(
            f"The client answered the solution of {ticket.number}: judge the answer.", clause="R-15"
        )
    if ticket.status == Status.SUSPENDED:
        raise Refused(
            f"{ticket.number} is suspended. It goes on when the suspension ends.", clause="R-15"
        )
    if ticket.status not in (Status.CLOSED, Status.SOLVED):
        raise Refused(f"{ticket.number} is not closed.", clause="R-15")
    if not explanation.strip():
        raise Refused("Say in a sentence why it is opened again.")
    facts = {"explanation": explanation.strip()}
    record(ticket=ticket, kind=Kind.REOPENED, at=at, by=by, facts=facts)
    take_back(ticket=ticket, at=at, by=by)
    settle(ticket=ticket)
