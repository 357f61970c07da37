"""Who becomes the TAM, told to the client's users, and the notice of a hand-over.

The notice is mails, one a user. The first that the mail server takes starts the policy's days.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from apps.contracts.models import Order, TamAssignment
from apps.contracts.queries.tam_terms import notice_days
from apps.contracts.queries.tams import day_of
from apps.contracts.rules.tams import counts, earliest_handover_on, settled_start
from apps.contracts.services.orders import sign
from apps.contracts.services.webhook_news import announce as announce_to_endpoints
from apps.contracts.services.webhook_news import notice_news
from apps.outbox.enqueue import enqueue
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address

ASSIGNED, REPLACED, HANDOVER_WITHDRAWN, HANDOVER_MOVED = (
    "tam.assigned",
    "tam.replaced",
    "tam.handover_withdrawn",
    "tam.handover_moved",
)
WESTERNMOST = timedelta(hours=12)  # behind UTC, the zone where a day begins last


def people_to_tell(order: Order) -> Mapping[int, str]:
    """Return user's key -> address, of the active users of an order who can be written to.

    Clause: V-3.5, V-6.6.
    """
    users = order.authorised_users.filter(is_active=True).order_by("pk")
    known = users.values_list("pk", "email")
    return {pk: email for pk, email in known if is_plain_address(email)}


def announce(assignment: TamAssignment, *, at: datetime) -> None:
    """Queue who the TAM will be and from which day on: a mail to each of the order's users.

    Who was told of that day at their address is not told again.

    Clause: V-6.4, V-6.6.
    """
    day = assignment.starts_on.isoformat()
    start = f"{key_of_notice(assignment)}{day}:"
    told: dict[int, list[str]] = defaultdict(list)
    for message in Message.objects.filter(key__startswith=start).order_by("pk"):
        told[message.payload["user_id"]].append(message.recipient)
    for user_id, address in people_to_tell(assignment.order).items():
        before = told[user_id]
        if address not in before:
            enqueue(
                topic=REPLACED if assignment.needs_notice else ASSIGNED,
                key=f"{start}{user_id}{f'#{len(before) + 1}' if before else ''}",
                recipient=address,
                payload={"assignment_id": assignment.pk, "user_id": user_id, "starts_on": day},
                at=at,
            )


def tell_endpoints(assignment: TamAssignment, *, at: datetime) -> None:
    """Tell the account's endpoints what its users are told: who comes is said on the page alone.

    A hand-over that is put off is told anew, with its new day.

    Clause: V-6.4, V-6.6.
    """
    order = assignment.order
    if not order.account.has_webhooks:
        return
    state = "REPLACED" if assignment.needs_notice else "ASSIGNED"
    if assignment.withdrawn_at is not None:
        state = "WITHDRAWN"
    day = assignment.starts_on.isoformat()
    news = notice_news(
        order.account_id,
        "TAM",
        key=f"tam:{assignment.pk}:{state.lower()}:{day}",
        at=at,
        page=f"/portal/account/?order={order.pk}",
        order=order.number,
        state=state,
        starts_on=day,
        has_tam=assignment.tam_id is not None,
    )
    announce_to_endpoints([news], at=at)


def take_back(assignment: TamAssignment, *, at: datetime) -> None:
    """Queue the word that what was planned does not take place, to all to whom it was announced.

    Whether the announcement reached them is looked at when this mail is sent.

    Clause: V-6.6.
    """
    for user_id, address in people_told(assignment).items():
        enqueue(
            topic=HANDOVER_WITHDRAWN,
            key=f"tam:{assignment.pk}:withdrawn:{user_id}",
            recipient=address,
            payload={"assignment_id": assignment.pk, "user_id": user_id},
            at=at,
        )
    tell_endpoints(assignment, at=at)


def people_told(assignment: TamAssignment) -> Mapping[int, str]:
    """Return user's key -> address, of those to whom a hand-over was announced."""
    announced = Message.objects.filter(key__startswith=key_of_notice(assignment)).order_by("pk")
    return {message.payload["user_id"]: message.recipient for message in announced}


def key_of_notice(assignment: TamAssignment) -> str:
    """Return how the keys of an assignment's announcements begin."""
    return f"tam:{assignment.pk}:{'replaced' if assignment.needs_notice else 'assigned'}:"


def note_notices(*, at: datetime) -> int:
    """Record every notice that has gone out, and return how many there were.

    The days count from the instant at which the mail server took the first mail of it, not from
    ``at``, when we noticed. Where that leaves too few days, the hand-over is put off to the first
    day allowed, and the users are told the new day. While no mail has gone out, it waits.

    Users who came since it was planned, or have another address, are told while it has not begun.

    Clause: V-6.6.
    """
    _tell_newcomers(at)
    waiting = TamAssignment.objects.standing().filter(needs_notice=True, noticed_at=None)  # type: ignore[attr-defined]
    return sum(_note(pk, at) for pk in waiting.order_by("pk").values_list("pk", flat=True))


def _tell_newcomers(at: datetime) -> None:
    waits = Q(needs_notice=True, noticed_at=None)
    # In no zone is it earlier than this day, so that this leaves out none that has not begun.
    coming = TamAssignment.objects.standing().filter(  # type: ignore[attr-defined]
        waits | Q(starts_on__gt=(at - WESTERNMOST).date()), order__state=Order.State.EXECUTED
    )
    for row in coming.select_related("order__version").order_by("pk"):
        if not counts(row) or row.starts_on > day_of(row.order, at):
            with transaction.atomic():
                announce(row, at=at)


@transaction.atomic
def _note(pk: int, at: datetime) -> bool:
    assignment = (
        TamAssignment.objects.standing()  # type: ignore[attr-defined]
        .filter(pk=pk, noticed_at=None)
        # SQLite has no such lock, and needs none: its transactions write in turn.
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("order__version", "order__plan", "order__account", "made_by")
        .first()
    )
    sent_at = None if assignment is None else _sent_at(assignment)
    if assignment is None or sent_at is None:
        return False
    planned_on = assignment.starts_on
    days = notice_days(assignment.order) or 0
    noticed_on = day_of(assignment.order, sent_at)
    assignment.noticed_at = sent_at
    assignment.earliest_on = earliest_handover_on(noticed_on=noticed_on, notice_days=days)
    assignment.starts_on = settled_start(
        starts_on=planned_on, noticed_on=noticed_on, notice_days=days
    )
    is_put_off = assignment.starts_on != planned_on
    reason = f"The notice went out late: put off from {planned_on}" if is_put_off else "Notice sent"
    sign(assignment, reason=reason, by=None, at=at)
    assignment.save()
    if is_put_off:
        announce(assignment, at=at)
        tell_endpoints(assignment, at=at)
        _tell_who_planned_it(assignment, at)
    return True


def _sent_at(assignment: TamAssignment) -> datetime | None:
    """Return when the first of its mails had gone out; None: none has."""
    sent = Message.objects.filter(
        key__startswith=key_of_notice(assignment), state=Message.State.SENT
    )
    return sent.order_by("sent_at").values_list("sent_at", flat=True).first()


def _tell_who_planned_it(assignment: TamAssignment, at: datetime) -> None:
    planner = assignment.made_by
    if planner is None or not planner.is_active or not is_plain_address(planner.email):
        return
    enqueue(
        topic=HANDOVER_MOVED,
        key=f"tam:{assignment.pk}:moved:{assignment.starts_on}",
        recipient=planner.email,
        payload={"assignment_id": assignment.pk},
        at=at,
    )
