"""A client disputes a severity: taken down with what it rests on, decided once, and then final."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import md5
from typing import Any

from django.db import transaction

from apps.contracts.models import AuthorisedUser, OptOut, Reason, Severity, User
from apps.contracts.queries.people import wants
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Dispute, Ticket
from apps.tickets.queries import duty_managers
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.record import Refused, lock, record, settle
from apps.tickets.services.severity import change_severity

OPEN, UPHELD, REJECTED = Dispute.Decision.OPEN, Dispute.Decision.UPHELD, Dispute.Decision.REJECTED
# After the first of these a severity is as somebody decided; after one of the others it is new.
_SETTLES, _MOVES = Kind.DISPUTE_DECIDED, [Kind.SEVERITY_CHANGED, Kind.STEPPED_DOWN]


@transaction.atomic
def raise_dispute(
    *,
    ticket: Ticket,
    client: AuthorisedUser,
    wanted: Severity,
    claim: str,
    evidence: str,
    by: User | None,
    at: datetime,
    act_key: str,
) -> Dispute:
    """Take down that a client disputes the severity, and tell them that it is being looked at.

    Whose ticket it is and who of ours watches it hear of it; where nobody does, the duty managers.

    ``by`` is who of ours wrote it down; None: the client did. The severity stays until the dispute
    is decided. The same ``act_key`` again returns the dispute that is there.

    Clause: V-7.2.

    :raises Refused: it does not fit the ticket, or the severity was decided upon already.
    """
    ticket = hold(ticket=ticket, at=at)
    key = f"{Kind.DISPUTED}:{act_key}"
    known = Dispute.objects.filter(source_key=key).first()
    if known is not None:
        return known
    _check(ticket, client, wanted, claim)
    dispute = Dispute.objects.create(
        ticket=ticket,
        client=client,
        raised_at=at,
        taken_by=by,
        disputed=ticket.severity,
        wanted=wanted,
        claim=claim.strip(),
        evidence=evidence.strip(),
        source_key=key,
    )
    facts = {
        "dispute": dispute.pk,
        "client": client.name,
        "disputed": ticket.severity.key,
        "wanted": wanted.key,
    }
    record(ticket=ticket, kind=Kind.DISPUTED, at=at, by=by, facts=facts, source_key=key)
    _tell(dispute, "raised", at=at)
    _tell_ours(dispute, at=at)
    settle(ticket=ticket)
    return dispute


@transaction.atomic
def decide_dispute(
    *,
    dispute: Dispute,
    uphold: bool,
    reason: str,
    change_reason: Reason | None,
    by: User,
    at: datetime,
) -> Dispute:
    """Decide a dispute for good, and tell the client why; upheld, the severity changes with it.

    The change carries the policy's own reason for that; where the policy marks none, it carries
    ``change_reason``. The same decision again changes nothing.

    Clause: V-7.2, V-7.3.

    :raises Refused: nobody says why, it was decided otherwise, or the severity cannot change so.
    """
    ticket = hold(ticket=dispute.ticket, at=at)
    dispute = Dispute.objects.select_related("client", "disputed", "wanted").get(pk=dispute.pk)
    decision, reason = UPHELD if uphold else REJECTED, reason.strip()
    if dispute.decision != OPEN:
        if (dispute.decision, dispute.reason, dispute.decided_by) == (decision, reason, by):
            return dispute
        raise Refused(
            f"{dispute.decided_by} decided this dispute meanwhile. That is final.", clause="V-7.2"
        )
    if not reason:
        raise Refused("Say why: the client is told.")
    if uphold and ticket.severity != dispute.wanted:
        _change(dispute, reason=reason, change_reason=change_reason, by=by, at=at)
        ticket = lock(ticket)
    dispute.decision, dispute.reason = decision, reason
    dispute.decided_by, dispute.decided_at = by, at
    dispute.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    facts: dict[str, Any] = {
        "dispute": dispute.pk,
        "upheld": uphold,
        "reason": reason,
        "disputed": dispute.disputed.key,
        "wanted": dispute.wanted.key,
    }
    record(ticket=ticket, kind=Kind.DISPUTE_DECIDED, at=at, by=by, facts=facts)
    _tell(dispute, "decided", at=at)
    settle(ticket=ticket)
    return dispute


def upholding_reason(version_id: int) -> Reason | None:
    """Return the policy's reason for a change that an upheld dispute brings, if it marks one.

    Clause: V-7.3.
    """
    reasons = Reason.objects.filter(version=version_id, kind=Reason.Kind.SEVERITY_CHANGE)
    return next((row for row in reasons if row.terms.get("upholds_dispute")), None)


def _change(
    dispute: Dispute, *, reason: str, change_reason: Reason | None, by: User, at: datetime
) -> None:
    ticket = dispute.ticket
    cause = upholding_reason(ticket.version_id) or change_reason
    if cause is None:
        raise Refused(f"Choose for which reason of {ticket.version} the severity changes.")
    change_severity(
        ticket=ticket, to=dispute.wanted, reason=cause, explanation=reason, by=by, at=at
    )


def _check(ticket: Ticket, client: AuthorisedUser, wanted: Severity, claim: str) -> None:
    number, now = ticket.number, ticket.severity
    if ticket.status == Status.CLOSED:
        raise Refused(
            f"{number} is closed. A severity is disputed while its ticket is open.", clause="V-7.2"
        )
    if client.order_id != ticket.order_id or not client.is_active:
        raise Refused(
            f"{client} may not speak for {ticket.order}. Choose one of its users.", clause="V-7.2"
        )
    if wanted.version_id != ticket.version_id:
        raise Refused(f"{wanted} is not a severity of {ticket.version}.", clause="V-7.2")
    if wanted == now:
        raise Refused(
            f"{number} has {now} already. Choose the severity that the client wants.",
            clause="V-7.2",
        )
    if not claim.strip():
        raise Refused("Write what the client claims.")
    if ticket.disputes.filter(decision=OPEN).exists():
        raise Refused(
            f"The severity of {number} is in dispute already. That one is decided first.",
            clause="V-7.2",
        )
    last = ticket.events.filter(kind__in=[_SETTLES, *_MOVES]).order_by("pk").last()
    if last is not None and last.kind == _SETTLES:
        raise Refused(
            f"A dispute decided that {number} has {now}, and that is final. Once its severity"
            " changes for another reason, it can be disputed again.",
            clause="V-7.2",
        )


def _tell(dispute: Dispute, what: str, *, at: datetime) -> None:
    """Write to the requester, and to whoever disputes, where that is somebody else.

    That a colleague disputes, the requester may not want to hear; what is decided they are told.
    """
    ticket = dispute.ticket
    people = dict.fromkeys([ticket.requester, dispute.client])
    is_colleagues = what == "raised" and len(people) > 1
    if is_colleagues and not wants(ticket.requester, OptOut.Kind.COLLEAGUES):
        del people[ticket.requester]
    for client in people:
        enqueue(
            topic=f"dispute.{what}",
            key=f"dispute:{dispute.pk}:{what}:user-{client.pk}",
            recipient=client.email,
            payload={"dispute_id": dispute.pk},
            at=at,
            message_id=mail_id(ticket.pk, f"dispute-{dispute.pk}-{what}-{client.pk}"),
        )


def _tell_ours(dispute: Dispute, *, at: datetime) -> None:
    """Write to those of ours who have to decide it, each once; not to who wrote it down."""
    ticket, by = dispute.ticket, dispute.taken_by
    known = by.email.lower() if by else ""
    for address in _deciding(ticket):
        if address.lower() != known and is_plain_address(address):
            name = md5(address.lower().encode(), usedforsecurity=False).hexdigest()
            enqueue(
                topic="dispute.to_decide",
                key=f"dispute:{dispute.pk}:to_decide:{name}",
                recipient=address,
                payload={"dispute_id": dispute.pk},
                at=at,
                message_id=mail_id(ticket.pk, f"dispute-{dispute.pk}-to-decide-{name}"),
            )


def _deciding(ticket: Ticket) -> Sequence[str]:
    """Return the addresses of the assignee and of watchers of ours; of nobody: duty managers'."""
    watching = ticket.watchers.filter(user__isnull=False).order_by("pk").select_related("user")
    people = [ticket.assignee, *(row.user for row in watching)]
    working = [each.email for each in people if each and each.is_active and each.is_staff]
    found = {address.lower(): address for address in reversed(working) if address}
    return list(found.values())[::-1] or duty_managers()
