"""A call that was logged on the ticket's own page: the same record as of one that was taken."""

from apps.intake.models import Call
from apps.tickets.call_log import Logged


def keep_logged(logged: Logged) -> Call:
    """Write down a call that is on its ticket already. The same act again: the record is there.

    In the transaction of who logs it.

    Clause: V-8.1, V-2-response.
    """
    ticket, caller = logged.ticket, logged.caller
    facts = {
        "taken_at": logged.at,
        "recorded_at": logged.at,
        "taken_by": logged.by,
        "account_id": ticket.account_id,
        "order_id": ticket.order_id,
        "person": caller,
        "caller": caller.name,
        "category_id": ticket.category_id,
        "service_id": ticket.service_id,
        "subject": ticket.subject,
        "text": logged.text,
        "outcome": Call.Outcome.TICKET,
        "ticket": ticket,
    }
    key = f"page:{logged.act_key}"
    call, _ = Call.objects.get_or_create(source_key=key, defaults=facts)
    return call
