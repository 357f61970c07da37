"""How the mails of this app read."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.intake.models import InboundMail, RefusedRequest
from apps.outbox.rendering import Email, renders


@renders("request.refused")
def refused(payload: dict[str, Any]) -> Email:
    """Tell a sender that nothing was processed, why, and what to do.

    What they hear is in the payload: the record may say more, for staff. A request that came by
    mail is answered on that mail; another one is told of anew.

    Clause: V-1.2, V-3.5, S-3, S-12.
    """
    said = {"why": payload["why"], "clause": payload["clause"]}
    if "request_id" in payload:
        asked = RefusedRequest.objects.select_related("order__version", "person").get(
            pk=payload["request_id"]
        )
        return Email(
            subject=f"Not processed: {asked.subject or '(no subject)'}",
            text=render_to_string("mail/request_refused.txt", {"asked": asked, **said}),
            reply_to=_mailbox(asked),
        )
    mail = InboundMail.objects.only("mail_id", "subject").get(pk=payload["mail_id"])
    requests = RefusedRequest.objects.select_related("order__version", "person")
    known = f"<{mail.mail_id}>" if mail.mail_id else ""
    return Email(
        subject=f"Not processed: {mail.subject or '(no subject)'}",
        text=render_to_string("mail/refused.txt", {"mail": mail, **said}),
        reply_to=_mailbox(requests.filter(mail=mail.pk).first()),
        in_reply_to=known,
        references=(known,) if known else (),
    )


def _mailbox(asked: RefusedRequest | None) -> tuple[str, ...]:
    """Return the mailbox of the order's policy; who is none of its users hears nothing of it."""
    if asked is None or asked.order is None or asked.person is None or not asked.person.is_active:
        return ()
    return (asked.order.version.support_address,)


@renders("mail.unreadable", is_notice=True)
def unreadable(payload: dict[str, Any]) -> Email:
    """Tell one of ours that mail came in which became nothing, and where to look at it.

    Clause: V-8.1 (no request is lost).
    """
    mail = InboundMail.objects.defer("raw").get(pk=payload["mail_id"])
    pages = {
        "page": reverse("admin:intake_inboundmail_change", args=[mail.pk]),
        "list": reverse("admin:intake_inboundmail_changelist") + "?look=recent",
    }
    urls = {name: f"{settings.BASE_URL}{path}" for name, path in pages.items()}
    return Email(
        subject=f"Mail to look at: {mail.get_state_display().lower()}",
        text=render_to_string("mail/unreadable.txt", {"mail": mail, **urls}),
    )
