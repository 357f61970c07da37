"""What pages of lower rooms show of higher ones."""

import re
from typing import Any

from django import template
from django.utils import timezone

from apps.contracts.models import Account

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
        "zone": timezone.get_current_timezone_name(),
    }


@register.filter
def dial(phone: str) -> str:
    """Return what a telephone dials for a number as people write it; empty: nothing it could."""
    return re.sub(r"(?!^\+)[^0-9]", "", phone.strip())
