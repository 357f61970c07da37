"""How the mails on voice messages read. Each is made of facts, at the moment it is sent."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.wording import moment
from apps.intake.models import VoiceMessage
from apps.intake.services.voice_follow import ASKED, MISSING
from apps.outbox.rendering import Email, Withdrawn, renders


@renders(ASKED)
def ticket_asked(payload: dict[str, Any]) -> Email:
    """Ask the caller for a ticket: an answer to this mail becomes one.

    Clause: S-2, V-3.7.

    :raises Withdrawn: it is there by now; or a later reminder says the same.
    """
    voice = _open(payload)
    if voice.person is None or not voice.person.is_active:
        raise Withdrawn("The caller is no user any more.")
    if payload["chased"] < voice.chased:
        raise Withdrawn("A later reminder says the same.")
    order = voice.person.order
    context = {
        "voice": voice,
        "order": order,
        "version": order.version,
        "left": moment(voice.left_at, order.zone),
        "is_reminder": payload["chased"] > 0,
    }
    again = "Still missing: " if context["is_reminder"] else ""
    return Email(
        subject=f"{again}Please open a ticket for your voice message",
        text=render_to_string("mail/voice_ticket_asked.txt", context).rstrip() + "\n",
        reply_to=(order.version.support_address,),
        language=order.version.language,
    )


@renders(MISSING)
def ticket_missing(payload: dict[str, Any]) -> Email:
    """Tell one of ours that the ticket of a voice message did not come.

    Clause: S-2.

    :raises Withdrawn: it is there by now.
    """
    voice = _open(payload)
    page = reverse("admin:intake_voicemessage_change", args=[voice.pk])
    context = {"voice": voice, "url": f"{settings.BASE_URL}{page}"}
    return Email(
        subject=f"No ticket yet: voice message of {voice.who}",
        text=render_to_string("mail/voice_ticket_missing.txt", context).rstrip() + "\n",
    )


def _open(payload: dict[str, Any]) -> VoiceMessage:
    rows = VoiceMessage.objects.select_related(
        "person__order__version", "person__order__account", "page__acknowledged_by"
    ).defer("recording")
    voice = rows.get(pk=payload["voice_id"])
    if voice.state == VoiceMessage.State.SETTLED:
        raise Withdrawn(f"It is settled: {voice.outcome or 'its ticket came.'}")
    return voice
