"""How a status report reads. It is made of facts, at the moment it is sent."""

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string

from apps.contracts.models import AuthorisedUser, Order, User
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.models import Ticket
from apps.tickets.queries.status_report import Line, status_report
from apps.tickets.wording import moment

# What whose turn it is does not tell, in words to the client.
MORE: dict[str, str] = {
    Ticket.State.SOLVED: ", a solution was given: tell us whether it holds",
    Ticket.State.ANSWERED: ", we look at what you wrote about the solution",
}


@renders("order.status_report")
def status_of_order(payload: dict[str, Any]) -> Email:
    """Tell somebody of the client what is open, whose turn it is, and what falls due when.

    Clause: V-6.1.

    :raises Withdrawn: they may not open tickets any more.
    """
    user = AuthorisedUser.objects.filter(pk=payload["user_id"], is_active=True, may_open=True)
    if not user.exists():
        raise Withdrawn("This person may not open tickets any more.")
    order = Order.objects.select_related("account", "version").get(pk=payload["order_id"])
    report, zone = status_report(order), order.version.time_zone
    context = {
        "order": order,
        "by": User.objects.filter(pk=payload["by_id"]).first(),
        "turns": [
            (words, [list(_lines(line, zone)) for line in lines]) for words, lines in report.turns
        ],
        "more": report.more,
    }
    return Email(
        subject=f"[{order.number}] Your open tickets: {order.account}",
        text=render_to_string("mail/status_report.txt", context).strip() + "\n",
        reply_to=(order.version.support_address,),
        language=order.version.language,
    )


def _lines(line: Line, zone: str) -> Iterator[str]:
    """Yield what is said of one ticket, a fact a line."""
    ticket, due, done = line.ticket, line.due, line.done
    yield f"{ticket.number}  {ticket.subject}"
    yield f"{ticket.severity}{MORE.get(ticket.status, '')}"
    if due and due.due_at:
        yield f"{due.get_kind_display()} due {moment(due.due_at, zone)}"
    else:
        yield "Nothing falls due at a fixed time now"
    if done:
        yield f"Last: {done.get_kind_display().lower()}, {moment(done.at, zone)}"
