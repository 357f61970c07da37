"""Webhooks as the outbox asks for them, and the mail on one that was switched off.

Clause: S-12, V-3.7 (the language of service).
"""

import json
import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import AuthorisedUser, WebhookEndpoint
from apps.contracts.sealing import Unreadable
from apps.contracts.services import webhook_sending
from apps.outbox.hooks import Hook, Owner, Posted, own
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.outbox.transport import Failed

logger = logging.getLogger(__name__)


def make(payload: dict[str, Any], at: datetime) -> Hook:
    """Return what is sent of an event: the same bytes at each attempt.

    Clause: S-12.

    :raises Withdrawn: the endpoint has ended, or is switched off.
    :raises Failed: no key fits its secret. Once one does it goes out, at a further attempt.
    """
    endpoint = WebhookEndpoint.objects.get(pk=payload["endpoint"])
    if not endpoint.is_active:
        raise Withdrawn("The endpoint has ended." if endpoint.ended_at else "It is switched off.")
    body = json.dumps(payload["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return Hook(endpoint.url, body.encode(), endpoint.secrets(at=at))
    except Unreadable as reason:
        # Ours to mend, and not its owner's: it does not count as failing.
        logger.error("Endpoint %s: %s", endpoint.pk, reason)
        raise Failed(str(reason)) from None


def hear(payload: dict[str, Any], posted: Posted, at: datetime) -> None:
    """Take notice of how an endpoint answered.

    Clause: S-12.
    """
    webhook_sending.note_answer(endpoint_id=payload["endpoint"], posted=posted, at=at)


own(Owner(make, hear))


@renders(webhook_sending.DISABLED)
def disabled(payload: dict[str, Any]) -> Email:
    """Tell who manages an account's users that an endpoint takes nothing any more.

    Clause: S-12, V-3.7.

    :raises Withdrawn: it was switched on again, or has ended.
    """
    endpoint = WebhookEndpoint.objects.select_related("account").get(pk=payload["endpoint_id"])
    rows = AuthorisedUser.objects.select_related("order__version")
    person = rows.get(pk=payload["person_id"])
    if endpoint.is_active or endpoint.ended_at is not None:
        raise Withdrawn(f"{endpoint} was switched on again, or has ended.")
    version = person.order.version
    context = {
        "person": person,
        "endpoint": endpoint,
        "why": payload["why"],
        "link": settings.BASE_URL + reverse("portal:webhooks"),
    }
    return Email(
        subject=f"Webhook switched off: {endpoint} of {endpoint.account}",
        text=render_to_string("mail/webhook_disabled.txt", context).rstrip() + "\n",
        reply_to=(version.support_address,),
        language=version.language,
    )
