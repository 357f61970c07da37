"""What pages of lower rooms show of higher ones."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.contracts.models import Account, Order
from apps.tickets.queries import tam_month
from apps.tickets.wording import span

register = template.Library()


@register.inclusion_tag("admin/contracts/account/page.html", takes_context=True)
def account_page(context: dict[str, Any], account: Account) -> dict[str, Any]:
    """Show an account as it is now, as far as the reader may see it."""
    # The page shows badges of the admin, and the theme's admin loads this library as it loads.
    from apps.backoffice.account_page import AccountPage  # noqa: PLC0415

    page = AccountPage.of(account, at=timezone.now(), user=context["request"].user)
    return {
        "page": page,
        "account": account,
        "perms": context["perms"],
        "csrf_token": context.get("csrf_token"),
        "zone": timezone.get_current_timezone_name(),
    }


@register.simple_tag(takes_context=True)
def tam_time(context: dict[str, Any], order: Order) -> SafeString:
    """Say how much of an executed order's TAM time is used this month, to who may see time.

    Clause: V-6.3.
    """
    may = context["request"].user.has_perm("tickets.view_timeentry")
    if not may or order.state != Order.State.EXECUTED:
        return SafeString("")
    month = tam_month(order, at=timezone.now())
    words = format_html("{} used, {} left in {}", span(month.used), span(month.left), month.label)
    return format_html('<span class="fl-quiet fl-line">{}</span>', words)


@register.simple_tag
def fresh_key() -> str:
    """Return a name for the act that a form is for: sent twice, it is done once."""
    return str(uuid4())


@register.filter
def minutes(count: int) -> str:
    """Return minutes in words, such as 80 h."""
    return span(timedelta(minutes=count))


@register.filter
def linked(address: str) -> SafeString | str:
    """Return an address of the web as a link; anything else stays as it is."""
    if re.fullmatch(r"https?://[^\s]+", address, re.IGNORECASE) is None:
        return address
    return format_html('<a class="fl-link" href="{0}" rel="noopener noreferrer">{0}</a>', address)


@register.filter
def dial(phone: str) -> str:
    """Return what a telephone dials for a number as people write it; empty: nothing it could."""
    return re.sub(r"(?!^\+)[^0-9]", "", phone.strip())
