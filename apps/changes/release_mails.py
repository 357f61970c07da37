"""How the mails on releases read. Each is made of facts, at the moment it is sent."""

from typing import Any

from django.template.loader import render_to_string

from apps.changes.models import Release, ReleaseAmendment, ReleaseNotice
from apps.changes.services.release_telling import AMENDED, ANNOUNCED, FIXES, FIXES_AMENDED
from apps.contracts.models import AuthorisedUser, PolicyVersion
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.models import Ticket
from apps.tickets.services.mail_ids import mail_id


@renders(ANNOUNCED)
def announced(payload: dict[str, Any]) -> Email:
    """Tell a client of a new version, which costs them nothing.

    Clause: S-10, V-3.7.

    :raises Withdrawn: the person is no authorised user any more, or it was amended since.
    """
    person, notice = _reader(payload)
    return release_mail(notice.release, person.order.version)


@renders(AMENDED)
def amended(payload: dict[str, Any]) -> Email:
    """Tell who was told of a version that it was corrected or withdrawn, and why.

    Clause: S-10, V-3.7.

    :raises Withdrawn: the person is no authorised user any more, or it was amended once more.
    """
    person, notice = _reader(payload)
    amendment, version = notice.amendment, person.order.version
    context = {
        "release": notice.release,
        "amendment": amendment,
        "fixes": notice.release.fixes.all(),
    }
    return Email(
        subject=f"{amendment.get_kind_display()}: {notice.release}",
        text=_text("mail/release_amended.txt", context),
        reply_to=(version.support_address,),
        language=version.language,
    )


@renders(FIXES)
def fixes(payload: dict[str, Any]) -> Email:
    """Tell who reported something that a version fixes it.

    Clause: S-10, V-8.3.

    :raises Withdrawn: it was amended since.
    """
    release = Release.objects.get(pk=payload["release_id"])
    _refuse_older(release, than=1)
    return _to_reporter(payload, release, None)


@renders(FIXES_AMENDED)
def fixes_amended(payload: dict[str, Any]) -> Email:
    """Tell who was told that a version fixes what they reported what became of it.

    Clause: S-10, V-8.3.

    :raises Withdrawn: it was amended once more.
    """
    rows = ReleaseAmendment.objects.select_related("release")
    amendment = rows.get(pk=payload["amendment_id"])
    _refuse_older(amendment.release, than=amendment.number)
    return _to_reporter(payload, amendment.release, amendment)


def _reader(payload: dict[str, Any]) -> tuple[AuthorisedUser, Any]:
    people = AuthorisedUser.objects.select_related("order__version")
    person = people.filter(pk=payload["user_id"], is_active=True).first()
    if person is None:
        raise Withdrawn("This person is no authorised user any more.")
    notices = ReleaseNotice.objects.select_related("release", "amendment")
    notice = notices.get(pk=payload["notice_id"])
    _refuse_older(notice.release, than=notice.amendment.number if notice.amendment else 1)
    return person, notice


def _refuse_older(release: Release, *, than: int) -> None:
    if release.tellings > than:
        raise Withdrawn("It was corrected or withdrawn since: that mail is sent instead.")


def _to_reporter(
    payload: dict[str, Any], release: Release, amendment: ReleaseAmendment | None
) -> Email:
    ticket = Ticket.objects.select_related("version", "requester").get(pk=payload["ticket_id"])
    context = {
        "ticket": ticket,
        "release": release,
        "amendment": amendment,
        "fixes": release.fixes.filter(ticket=ticket),
    }
    template = "mail/release_fixes_amended.txt" if amendment else "mail/release_fixes.txt"
    return Email(
        subject=f"[{ticket.number}] {ticket.subject}",
        text=_text(template, context),
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
