"""How the mails on requests of services read. Each is made of facts, at the moment it is sent.

Clause: V-2-order, V-3.7 (the language of service).
"""

from typing import Any

from django.template.loader import render_to_string

from apps.contracts.models import ServiceRequest
from apps.contracts.services import service_requests as topics
from apps.outbox.rendering import Email, Withdrawn, renders


@renders(topics.ASKED)
def asked(payload: dict[str, Any]) -> Email:
    """Tell the client that we have it, and that somebody decides.

    Clause: V-2-order, V-3.7.

    :raises Withdrawn: it is decided by now, which says more.
    """
    request = _found(payload)
    if request.state != ServiceRequest.State.ASKED:
        raise Withdrawn("The request is decided by now.")
    return _mail(request, "Request taken down", "mail/service_asked.txt")


@renders(topics.SETTLED)
def settled(payload: dict[str, Any]) -> Email:
    """Tell the client what became of it, and what they are answered.

    Clause: V-2-order, V-3.7.
    """
    request = _found(payload)
    words = f"Request {request.get_state_display().lower()}"
    return _mail(request, words, "mail/service_settled.txt")


def _found(payload: dict[str, Any]) -> ServiceRequest:
    rows = ServiceRequest.objects.select_related("order__version", "requester", "service")
    return rows.get(pk=payload["request_id"])


def _mail(request: ServiceRequest, what: str, template: str) -> Email:
    version = request.order.version
    text = render_to_string(template, {"request": request})
    kind = request.get_kind_display().lower()
    return Email(
        subject=f"[{request.order}] {what}: {kind} {request.what}",
        text=text.strip() + "\n",
        reply_to=(version.support_address,),
        language=version.language,
    )
