"""How the mails read by which people hear that a token acts as one of them, or no longer does.

Clause: V-3.5, V-3.7 (the language of service).
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import ApiToken, AuthorisedUser
from apps.contracts.services import SCOPES, api_tokens
from apps.outbox.rendering import Email, renders


@renders(api_tokens.MADE)
def made(payload: dict[str, Any]) -> Email:
    """Tell a person that a token was made, as whom it acts and what it is good for.

    Clause: V-3.5, V-3.7.
    """
    return _mail(payload, "An API token was made", "mail/token_made.txt")


@renders(api_tokens.ENDED)
def ended(payload: dict[str, Any]) -> Email:
    """Tell a person that a token has ended, and who ended it.

    Clause: V-3.5, V-3.7.
    """
    return _mail(payload, "An API token has ended", "mail/token_ended.txt")


def _mail(payload: dict[str, Any], what: str, template: str) -> Email:
    token = ApiToken.objects.select_related("account", "person").get(pk=payload["token_id"])
    people = AuthorisedUser.objects.select_related("order__version", "user")
    reader = people.get(pk=payload["person_id"])
    version = reader.order.version
    zone = ZoneInfo(reader.user.time_zone) if reader.user else reader.order.zone
    context = {
        "reader": reader,
        "token": token,
        "scopes": [words for scope, (words, _) in SCOPES.items() if scope in token.scopes],
        "by": payload["by"],
        "made": _clock(token.made_at, zone),
        "ended": _clock(token.ended_at, zone),
        "until": _clock(token.expires_at, zone),
        "url": f"{settings.BASE_URL}{reverse('portal:tokens')}",
    }
    return Email(
        subject=f"{what}: {token.account}",
        text=render_to_string(template, context).rstrip() + "\n",
        reply_to=(version.support_address,),
        language=version.language,
    )


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
