"""A request that came twice: the later ticket goes on as the earlier one."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import User
from apps.outbox.enqueue import enqueue
from apps.tickets.models import Dispute, Event, Ticket, Watcher
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.marks import mark_work
from apps.tickets.services.moving import (
    hold_in_order,
    hold_order,
    move_cases,
    move_messages,
    move_time,
)
from apps.tickets.services.record import Refused, amend, record, settle
from apps.tickets.services.words import rewrite_words


@transaction.atomic
def merge(*, duplicate: Ticket, into: Ticket, by: User, at: datetime, act_key: str) -> None:
    """Let a ticket go on as the earlier one of the same order, and tell its requester.

    Messages, time, running cases with others and watchers move; what was promised on the duplicate
    ends, and a miss on its record stays. The survivor takes it as the client's word from the
    duplicate's registration on. The same ``act_key`` again changes nothing.

    Clause: V-2-resolution, V-3.6, V-8.1.4, S-9, R-14.

    :raises Refused: the two do not fit together so; the message says what to do.
    """
    duplicate, into = hold_in_order(duplicate, into, at=at)
    key = f"{Kind.MERGED}:{act_key}"
    if Event.objects.filter(source_key=key).exists():
        return
    _check(duplicate, into)
    hold_order(into)
    reason = f"{duplicate.number} was merged into {into.number}"
    move_messages(duplicate.messages.all(), to=into)
    move_time(duplicate.time_entries.order_by("pk"), to=into, reason=reason, by=by, at=at)
    _move_watchers(duplicate, into, at=at)
    duplicate.merged_into = into
    amend(ticket=duplicate, reason=f"Merged into {into.number}", by=by, at=at)
    duplicate.save(update_fields=["merged_into"])
    facts: dict[str, object] = {"into": into.number, "pk": into.pk}
    record(ticket=duplicate, kind=Kind.MERGED, at=at, by=by, facts=facts, source_key=key)
    facts = {
        "from": duplicate.number,
        "pk": duplicate.pk,
        "registered_at": duplicate.registered_at.isoformat(),
    }
    record(ticket=into, kind=Kind.JOINED, at=at, by=by, facts=facts)
    running = duplicate.vendor_cases.filter(closed_at=None).select_for_update(no_key=True)
    move_cases(running.order_by("pk"), to=into, reason=reason, by=by, at=at)
    mark_work(into.order_id, duplicate, into, at=at)
    _tell(duplicate, at=at)
    for ticket in (into, duplicate):
        rewrite_words(ticket)
        settle(ticket=ticket)


def _check(duplicate: Ticket, into: Ticket) -> None:
    _check_where(duplicate, into)
    if (into.registered_at, into.pk) > (duplicate.registered_at, duplicate.pk):
        raise Refused(
            f"{duplicate.number} was registered before {into.number}. Merge the other way: open"
            f" {into.number} and merge it into {duplicate.number}.",
            clause="V-8.1.4",
        )
    if into.status == Status.CLOSED:
        raise Refused(
            f"{into.number} is closed. Reopen it before you merge into it.", clause="V-8.1.4"
        )
    if into.severity.rank > duplicate.severity.rank:
        raise Refused(
            f"{into.number} has {into.severity}, which is milder than {duplicate.severity} of"
            f" {duplicate.number}. Change the severity of one of them first.",
            clause="V-8.1.4",
        )
    if duplicate.disputes.filter(decision=Dispute.Decision.OPEN).exists():
        raise Refused(
            f"The severity of {duplicate.number} is in dispute. Decide that first.",
            clause="V-8.1.4",
        )


def _check_where(duplicate: Ticket, into: Ticket) -> None:
    if duplicate.pk == into.pk:
        raise Refused(f"{into.number} is this ticket itself. Choose another one.")
    for ticket in (duplicate, into):
        if ticket.merged_into is not None:
            raise Refused(
                f"{ticket.number} was merged already and goes on as {ticket.merged_into.number}.",
                clause="V-8.1.4",
            )
    if duplicate.order_id != into.order_id:
        raise Refused(
            f"{into.number} is of {into.order}, and {duplicate.number} of {duplicate.order}. Only"
            " tickets of one order are merged; link these two instead.",
            clause="V-8.1.4",
        )


def _move_watchers(duplicate: Ticket, into: Ticket, *, at: datetime) -> None:
    """Whoever followed the duplicate follows the survivor, once; its requester in copy."""
    watching = {(row.user_id, row.client_id) for row in into.watchers.all()}
    watching.add((None, into.requester_id))
    for row in duplicate.watchers.all():
        if (row.user_id, row.client_id) in watching:
            row.delete()
        else:
            row.ticket = into
            row.save(update_fields=["ticket"])
            watching.add((row.user_id, row.client_id))
    if (None, duplicate.requester_id) not in watching:
        Watcher.objects.create(ticket=into, client=duplicate.requester, since_at=at)


def _tell(duplicate: Ticket, *, at: datetime) -> None:
    client = duplicate.requester
    enqueue(
        topic="ticket.merged",
        key=f"ticket:{duplicate.pk}:merged:user-{client.pk}",
        recipient=client.email,
        payload={"ticket_id": duplicate.pk},
        at=at,
        message_id=mail_id(duplicate.pk, "merged"),
    )
