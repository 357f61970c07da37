"""How the mails on GAP analyses read. Each is made of facts, at the moment it is sent."""

from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.changes.gap_pdf import file_name
from apps.changes.models import GapAnalysis, GapVersion
from apps.changes.services.gap_reminders import LATE, NEAR
from apps.changes.services.gap_sending import SENT
from apps.contracts.models import AuthorisedUser
from apps.escalation.links import token_of
from apps.outbox.rendering import Attachment, Email, Withdrawn, renders

LINK = "gap"  # what a link of a mail names


@renders(SENT)
def sent(payload: dict[str, Any]) -> Email:
    """Send a version of an analysis to one of the order's users.

    Clause: V-2-gap, V-3.7.

    :raises Withdrawn: the person is no authorised user any more, or a later version was sent.
    """
    person = AuthorisedUser.objects.filter(pk=payload["user_id"], is_active=True).first()
    if person is None:
        raise Withdrawn("This person is no authorised user any more.")
    version = version_of(payload["version_id"])
    analysis = version.analysis
    if analysis.versions.filter(number__gt=version.number).exists():
        raise Withdrawn("A later version is sent instead.")
    token = token_of(LINK, version.pk, person.email.lower())
    findings = version.said["findings"]
    context = {
        "version": version,
        "analysis": analysis,
        "affected": [each for each in findings if each["is_affected"]],
        "looked_at": len(findings),
        "portal": f"{settings.BASE_URL}{reverse('portal:gap', args=[analysis.pk])}",
        "url": f"{settings.BASE_URL}{reverse('gap_acknowledge', args=[token])}",
    }
    part = Attachment(file_name(version), bytes(version.content), "application/pdf")
    words = f"GAP analysis: {analysis.change}"
    return _mail(analysis, words, "mail/gap_sent.txt", context, attachments=(part,))


@renders(NEAR, is_notice=True)
def near(payload: dict[str, Any]) -> Email:
    """Remind the TAM that an analysis falls due.

    Clause: V-2-gap, V-6.1.

    :raises Withdrawn: it is not owed any more, or on another day.
    """
    return _to_us(payload, "GAP analysis falls due", "mail/gap_near.txt")


@renders(LATE, is_notice=True)
def late(payload: dict[str, Any]) -> Email:
    """Tell one of ours that an analysis did not come in time.

    Clause: V-2-gap, V-6.1.

    :raises Withdrawn: it is not owed any more, or on another day.
    """
    return _to_us(payload, "GAP analysis is late", "mail/gap_late.txt")


def version_of(pk: int) -> GapVersion:
    """Return a version with all that a mail or a page of it says."""
    related = ("change", "order__account", "order__plan", "order__version")
    rows = GapVersion.objects.select_related(*(f"analysis__{name}" for name in related))
    return rows.get(pk=pk)


def _to_us(payload: dict[str, Any], words: str, template: str) -> Email:
    related = ("change", "order__account", "order__version")
    analysis = GapAnalysis.objects.select_related(*related).get(pk=payload["analysis_id"])
    if not analysis.is_open or analysis.first_sent_at is not None:
        raise Withdrawn("The analysis is not owed any more.")
    if analysis.due_on != date.fromisoformat(payload["due_on"]):
        raise Withdrawn("The analysis is owed until another day.")
    page = reverse("admin:changes_gapanalysis_change", args=[analysis.pk])
    context = {"analysis": analysis, "url": f"{settings.BASE_URL}{page}"}
    return _mail(analysis, f"{words}: {analysis.change}", template, context)


def _mail(
    analysis: GapAnalysis,
    words: str,
    template: str,
    context: dict[str, Any],
    *,
    attachments: tuple[Attachment, ...] = (),
) -> Email:
    version = analysis.order.version
    return Email(
        subject=f"[{analysis.number}] {words}",
        text=render_to_string(template, context).strip() + "\n",
        reply_to=(version.support_address,),
        language=version.language,
        attachments=attachments,
    )
