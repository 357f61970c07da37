"""Who is sent a report, and whether it reached them."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from apps.contracts.models import AuthorisedUser, OptOut, Order
from apps.escalation.models import OutageReport
from apps.outbox.models import Message
from apps.tickets.models import Ticket


def readers_of(tickets: Collection[Ticket]) -> Mapping[int, Sequence[AuthorisedUser]]:
    """Return account id -> whom to send its copy: an address is sent it once.

    They are the active authorised users of the account's orders that are executed, and of the
    orders that the tickets are under, ended or not. Who does not want it is left out, but for the
    tickets' requesters: they are owed it.

    Clause: S-6, V-3.1, V-3.5.
    """
    accounts = {ticket.account_id for ticket in tickets}
    orders = {ticket.order_id for ticket in tickets}
    owed = Q(order__account__in=accounts, order__state=Order.State.EXECUTED)
    people = AuthorisedUser.objects.filter(owed | Q(order__in=orders), is_active=True)
    requesters = {ticket.requester_id for ticket in tickets}
    users = people.wanting(OptOut.Kind.OUTAGES, owed=requesters)
    found: dict[int, dict[str, AuthorisedUser]] = {account: {} for account in accounts}
    for user in users.select_related("order").order_by("pk"):
        found[user.order.account_id].setdefault(user.email.lower(), user)
    return {account: list(people.values()) for account, people in found.items()}


def deliveries_of(report: OutageReport) -> Mapping[int, Sequence[Message]]:
    """Return copy id -> the mails that carry it: each says whether and when it went out.

    Clause: S-6.
    """
    found: dict[int, list[Message]] = {}
    rows = Message.objects.filter(key__startswith=f"report:{report.pk}:issued:")
    for row in rows.order_by("pk"):
        found.setdefault(row.payload["copy_id"], []).append(row)
    return found
