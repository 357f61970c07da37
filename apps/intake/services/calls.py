"""A call that one of us took: written down once, with what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.contracts import queries as contracts
from apps.contracts.models import Account, AuthorisedUser, Reason, Service, Severity, User
from apps.contracts.rules.entitlement import Wanted
from apps.intake.models import Call, RefusedRequest
from apps.intake.models.calls import LONGEST
from apps.intake.rules.phone import digits_backwards
from apps.intake.services.request import refuse_stranger, request_support, turn_down
from apps.tickets import services as tickets
from apps.tickets.models import Ticket, TimeEntry
from apps.tickets.services import Refused

OLDEST = timedelta(days=31)  # later nobody writes a call down from memory
Outcome = Call.Outcome


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in a call, and around it. ``began_at`` None: it ends as it is written down.

    ``logs_time``: its minutes are logged as time of who took it.
    """

    subject: str
    text: str
    number: str = ""
    minutes: int | None = None
    began_at: datetime | None = None
    logs_time: bool = False
    category: Reason | None = None
    service: Service | None = None


@transaction.atomic
def register_call(
    *,
    requester: AuthorisedUser,
    said: Said,
    severity: Severity,
    at: datetime,
    source_key: str,
    by: User,
    wanted: Wanted = Wanted.TICKET,
    is_disconnection: bool = False,
) -> Call:
    """Let a call become a ticket, whose response it is; or a refusal, if nothing is owed.

    It is registered as of the call. A call that the order's TAM took is for the TAM's desk.

    Clause: V-8.1, V-2-response, V-6.4, S-1.

    :raises Refused: its instant or its minutes do not fit, or the time is not to be logged.
    """
    requester, known = _begin(requester, source_key)
    if known is not None:
        return known
    act: dict[str, Any] = {"at": at, "source_key": source_key, "by": by}
    taken_at = _taken_at(said, at=at)
    taken = request_support(
        requester=requester,
        channel=Ticket.Channel.PHONE,
        wanted=wanted,
        subject=said.subject,
        text=said.text,
        at=taken_at,
        source_key=source_key,
        by=by,
        severity=severity,
        category=said.category,
        service=said.service,
        is_disconnection=is_disconnection,
        to_tam=_is_tam(by, requester, at=taken_at),
    )
    if taken.ticket is None:
        return _keep(requester, said, outcome=Outcome.REFUSED, **act, refused=taken.refused)
    tickets.was_call(ticket=taken.ticket, by=by, at=taken_at, act_key=source_key)
    return _keep(requester, said, outcome=Outcome.TICKET, **act, ticket=taken.ticket)


@transaction.atomic
def settle_call(
    *, requester: AuthorisedUser, said: Said, at: datetime, source_key: str, by: User
) -> Call:
    """Write down a call that was settled at once: there is no ticket, and no clock runs.

    Whether support is owed at all is asked as for a ticket; at which hour, nobody asks any more.

    Clause: V-8.1, V-1.2, V-3.5, S-1.

    :raises Refused: as of a call that becomes a ticket.
    """
    requester, known = _begin(requester, source_key)
    if known is not None:
        return known
    act: dict[str, Any] = {"at": at, "source_key": source_key, "by": by}
    asked: dict[str, Any] = {"category": said.category, "service": said.service}
    asked["at"] = _taken_at(said, at=at)
    answer = contracts.entitled_user(user=requester, **asked)
    if answer.entitled:
        return _keep(requester, said, outcome=Outcome.SETTLED, **act)
    refused = turn_down(
        answer,
        requester,
        channel=Ticket.Channel.PHONE,
        subject=said.subject,
        text=said.text,
        source_key=source_key,
        by=by,
        **asked,
    )
    return _keep(requester, said, outcome=Outcome.REFUSED, **act, refused=refused)


@transaction.atomic
def add_call(
    *,
    requester: AuthorisedUser,
    ticket: Ticket,
    said: Said,
    at: datetime,
    source_key: str,
    by: User,
    is_answer: bool = False,
) -> Call:
    """Log a call on a ticket that is there: a response. ``is_answer``: it is our turn again.

    Clause: V-2-response, V-2-resolution, V-8.1.4, V-3.5.

    :raises Refused: the ticket is another order's or goes on as another, nothing was asked of the
        client, or as of a call that becomes a ticket.
    """
    requester, known = _begin(requester, source_key)
    if known is not None:
        return known
    act: dict[str, Any] = {"at": at, "source_key": source_key, "by": by}
    taken_at = _taken_at(said, at=at)
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    if ticket.order_id != requester.order_id:
        raise Refused(
            f"{ticket.number} is not a ticket of {requester.order}, under which {requester.name}"
            " may speak. Look for them under the order of that ticket.",
            clause="V-8.1.4, V-3.5",
        )
    if ticket.merged_into is not None:
        raise Refused(
            f"{ticket.number} was merged and goes on as {ticket.merged_into.number}. Log the call"
            " there.",
            clause="V-8.1.4, V-3.5",
        )
    if is_answer:
        if ticket.status != Ticket.State.WAITING:
            raise Refused(
                f"{ticket.number} does not wait for the client: take away the tick that the call"
                " answers what we asked.",
                clause="V-8.1.4, V-3.5",
            )
        tickets.client_replied(
            ticket=ticket, client=requester, text=said.text, at=taken_at, source_key=source_key
        )
        tickets.was_call(ticket=ticket, by=by, at=taken_at, act_key=source_key)
    else:
        tickets.log_call(ticket=ticket, text=said.text, by=by, at=taken_at, act_key=source_key)
    return _keep(requester, said, outcome=Outcome.TICKET, **act, ticket=ticket)


@transaction.atomic
def redirect_call(
    *, requester: AuthorisedUser, to: str, said: Said, at: datetime, source_key: str, by: User
) -> Call:
    """Write down that a caller was sent to the ticket system or to e-mail: no clock runs.

    Clause: S-1.

    :raises Refused: the order's policy sends no caller there, or as of a call that becomes a
        ticket.
    """
    requester, known = _begin(requester, source_key)
    if known is not None:
        return known
    act: dict[str, Any] = {"at": at, "source_key": source_key, "by": by}
    allowed = redirections(requester)
    if to not in allowed:
        places = " or ".join(Call.Elsewhere(each).label.lower() for each in allowed)
        raise Refused(
            f"The policy of {requester.order} lets callers be sent to {places} only."
            if allowed
            else f"The policy of {requester.order} sends no caller elsewhere: settle the call, or"
            " register a ticket.",
            clause="S-1",
        )
    _taken_at(said, at=at)
    return _keep(requester, said, outcome=Outcome.REDIRECTED, **act, redirected_to=to)


@transaction.atomic
def refuse_call(
    *,
    sender: str,
    number: str,
    subject: str,
    text: str,
    at: datetime,
    source_key: str,
    by: User,
    account: Account | None = None,
) -> RefusedRequest:
    """Refuse who calls and is no authorised user, and write the call down.

    Clause: V-3.5, V-1.2.

    :raises KnownSender: as of what a stranger asks otherwise.
    """
    refused = refuse_stranger(
        sender=sender,
        channel=Ticket.Channel.PHONE,
        subject=subject,
        text=text,
        at=at,
        source_key=source_key,
        by=by,
        account=account,
    )
    facts: dict[str, Any] = {
        "taken_at": refused.asked_at,
        "recorded_at": refused.asked_at,
        "taken_by": by,
        "account_id": refused.account_id,
        "order_id": refused.order_id,
        "caller": refused.sender,
        "number": number,
        "number_backwards": digits_backwards(number),
        "subject": refused.subject,
        "text": refused.text,
        "outcome": Outcome.REFUSED,
        "refused": refused,
    }
    Call.objects.get_or_create(source_key=source_key, defaults=facts)
    return refused


def redirections(person: AuthorisedUser) -> list[str]:
    """Return where the policy lets a caller be sent instead; none: the call is dealt with.

    Clause: S-1.
    """
    order = person.order
    rules = contracts.terms(version_id=order.version_id, plan_id=order.plan_id).rules
    rule = rules.get("phone_redirect")
    return [str(each).upper() for each in rule.settings["to"]] if rule else []


def _begin(requester: AuthorisedUser, source_key: str) -> tuple[AuthorisedUser, Call | None]:
    """Hold the person, so that of two who bring the same call the second finds it written down."""
    held = AuthorisedUser.objects.select_for_update(no_key=True, of=("self",))
    person = held.select_related("order__version", "order__plan").get(pk=requester.pk)
    return person, Call.objects.filter(source_key=source_key).first()


def _taken_at(said: Said, *, at: datetime) -> datetime:
    """Return when the call began, if that fits."""
    if said.minutes is not None and not 1 <= said.minutes <= LONGEST:
        raise Refused(f"A call takes between a minute and {LONGEST} minutes.")
    if said.logs_time and said.minutes is None:
        raise Refused("Say how many minutes the call took: they are logged as time.")
    length = timedelta(minutes=said.minutes or 0)
    if said.began_at is None:
        return at - length
    if said.began_at > at:
        raise Refused("This call lies ahead. Say when it began, or leave that empty.")
    if said.began_at < at - OLDEST:
        raise Refused(f"A call is written down within {OLDEST.days} days.")
    if said.began_at > at - length:
        raise Refused("The call would not be over yet: correct its minutes, or when it began.")
    return said.began_at


def _is_tam(by: User, requester: AuthorisedUser, *, at: datetime) -> bool:
    tam = contracts.tam_now(requester.order, at=at)
    return tam is not None and tam.tam_id == by.pk


def _keep(
    requester: AuthorisedUser,
    said: Said,
    *,
    outcome: str,
    at: datetime,
    source_key: str,
    by: User,
    **became: Any,
) -> Call:
    """Write the call down, and its time if that is wanted; the time of a refused call is none."""
    call = Call.objects.create(
        taken_at=_taken_at(said, at=at),
        recorded_at=at,
        taken_by=by,
        account_id=requester.order.account_id,
        order=requester.order,
        person=requester,
        caller=requester.name,
        number=said.number,
        number_backwards=digits_backwards(said.number),
        category=said.category,
        service=said.service,
        subject=" ".join(said.subject.split())[:250],
        text=said.text,
        minutes=said.minutes,
        outcome=outcome,
        source_key=source_key,
        **became,
    )
    if said.logs_time and said.minutes and outcome != Outcome.REFUSED:
        _log_time(call, requester, minutes=said.minutes, at=at)
    return call


def _log_time(call: Call, requester: AuthorisedUser, *, minutes: int, at: datetime) -> None:
    is_tam = _is_tam(call.taken_by, requester, at=call.taken_at)
    tickets.log_time(
        order=requester.order,
        ticket=call.ticket,
        who=call.taken_by,
        kind=TimeEntry.Kind.TAM if is_tam else TimeEntry.Kind.SUPPORT,
        started_at=call.taken_at,
        minutes=minutes,
        what=call.subject,
        contact=TimeEntry.Contact.PHONE,
        at=at,
        source_key=f"time:{call.source_key}",
        by=call.taken_by,
    )
