"""What pages of lower rooms show of higher ones."""

from typing import Any

from django import template
from django.urls import reverse

from apps.backoffice.capped import capped_count, shown
from apps.contracts.models import Account, AuthorisedUser
from apps.tickets.models import Ticket

SHOWN = 10
register = template.Library()


@register.inclusion_tag("admin/contracts/account/tickets.html", takes_context=True)
def open_tickets(context: dict[str, Any], account: Account) -> dict[str, Any]:
    """Show the newest open tickets of an account, to those who may see tickets."""
    tickets = Ticket.objects.unclosed().filter(account=account)
    if not context["request"].user.has_perm("tickets.view_ticket"):
        return {}
    queue = reverse("admin:tickets_ticket_changelist")
    return {
        "count": shown(capped_count(tickets)),
        "tickets": tickets.select_related("severity", "assignee").order_by("-pk")[:SHOWN],
        "queue_url": f"{queue}?account={account.pk}",
    }


@register.inclusion_tag("admin/contracts/account/people.html")
def people_of(account: Account) -> dict[str, Any]:
    """Show who may speak for an account, order by order."""
    people = AuthorisedUser.objects.filter(order__account=account).select_related("order")
    return {"people": people.order_by("order__number", "name")[:200]}
