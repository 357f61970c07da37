"""How the mails on releases read. Each is made of facts, at the moment it is sent."""

from typing import Any

from django.template.loader import render_to_string

from apps.changes.models import Release, ReleaseNotice
from apps.changes.services.releases import ANNOUNCED, FIXES
from apps.contracts.models import AuthorisedUser, PolicyVersion
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.models import Ticket
from apps.tickets.services.mail_ids import mail_id


@renders(ANNOUNCED)
def announced(payload: dict[str, Any]) -> Email:
    """Tell a client of a new version, which costs them nothing.

    Clause: S-10, V-3.7.

    :raises Withdrawn: the person is no authorised user any more.
    """
    people = AuthorisedUser.objects.select_related("order__version")
    person = people.filter(pk=payload["user_id"], is_active=True).first()
    if person is None:
        raise Withdrawn("This person is no authorised user any more.")
    notice = ReleaseNotice.objects.select_related("release").get(pk=payload["notice_id"])
    return release_mail(notice.release, person.order.version)


@renders(FIXES)
def fixes(payload: dict[str, Any]) -> Email:
    """Tell who reported something that a version fixes it.

    Clause: S-10, V-8.3.
    """
    ticket = Ticket.objects.select_related("version", "requester").get(pk=payload["ticket_id"])
    release = Release.objects.get(pk=payload["release_id"])
    context = {
        "ticket": ticket,
        "release": release,
        "fixes": release.fixes.filter(ticket=ticket),
    }
    return Email(
        subject=f"[{ticket.number}] {ticket.subject}",
        text=_text("mail/release_fixes.txt", context),
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        language=ticket.version.language,
    )


def release_mail(release: Release, version: PolicyVersion) -> Email:
    """Return the mail on a release to clients of a policy version.

    Clause: S-10, V-3.7.
    """
    context = {"release": release, "fixes": release.fixes.all()}
    return Email(
        subject=f"New version: {release}",
        text=_text("mail/release_announced.txt", context),
        reply_to=(version.support_address,),
        language=version.language,
    )


def _text(template: str, context: dict[str, Any]) -> str:
    return render_to_string(template, context).strip() + "\n"
