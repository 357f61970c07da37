"""How a maintenance notice reads: what was so when it was told, with its calendar attached.

Clause: S-11, V-3.7 (the language of service).
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string

from apps.changes.ical import invitation, method_of
from apps.changes.models import Maintenance, MaintenanceNotice
from apps.changes.services.maintenance_telling import TOPIC, key_of, mail_id
from apps.contracts.models import AuthorisedUser
from apps.contracts.wording import moment, span
from apps.outbox.models import Message
from apps.outbox.rendering import Attachment, Email, Withdrawn, renders

State = Maintenance.State
HEADINGS = {
    State.PLANNED: "Maintenance planned",
    State.CONFIRMED: "Maintenance confirmed",
    State.IN_PROGRESS: "Maintenance begins",
    State.DONE: "Maintenance done",
    State.CANCELLED: "Maintenance cancelled",
}


@renders(TOPIC)
def told(payload: dict[str, Any]) -> Email:
    """Tell a person of an account of maintenance that touches it, or of what became of it.

    Clause: S-11.

    :raises Withdrawn: the person is no authorised user any more, or read a later update already.
    """
    person = AuthorisedUser.objects.select_related("user").get(pk=payload["user_id"])
    if not person.is_active:
        raise Withdrawn("This person is no authorised user any more.")
    related = ("update__maintenance", "account", "version")
    notice = MaintenanceNotice.objects.select_related(*related).get(pk=payload["notice_id"])
    if _has_later(notice, person):
        raise Withdrawn("A later update reached them before.")
    return email_of(notice, person)


def email_of(notice: MaintenanceNotice, person: AuthorisedUser | None) -> Email:
    """Return the mail on a notice, as that person reads it; None: whoever has no zone of theirs."""
    update, version = notice.update, notice.version
    zone = ZoneInfo(version.time_zone)
    theirs = ZoneInfo(person.user.time_zone) if person and person.user else zone
    when = span(update.starts_at, update.ends_at, zone)
    for_them = span(update.starts_at, update.ends_at, theirs)
    heading = heading_of(notice)
    context = {
        "notice": notice,
        "update": update,
        "maintenance": update.maintenance,
        "heading": heading,
        "is_over": notice.state in (State.DONE, State.CANCELLED),
        "when": when,
        "for_them": for_them if for_them != when else "",
        "told": moment(notice.told_at, zone),
    }
    text = render_to_string("mail/maintenance_told.txt", context)
    method = method_of(notice)
    return Email(
        subject=f"[{update.maintenance.number}] {heading}: {update.title}",
        text=text.strip() + "\n",
        reply_to=(version.support_address,),
        references=_thread(notice, person),
        language=version.language,
        attachments=(
            Attachment(
                f"{update.maintenance.number}.ics",
                invitation(notice),
                f"text/calendar; method={method}",
            ),
        ),
    )


def heading_of(notice: MaintenanceNotice) -> str:
    """Return what a notice says, in a few words."""
    if not notice.is_affected:
        return "Maintenance does not affect you any more"
    if notice.update.why and notice.state != State.CANCELLED:
        return f"{HEADINGS[State(notice.state)]}, changed"
    return HEADINGS[State(notice.state)]


def _thread(notice: MaintenanceNotice, person: AuthorisedUser | None) -> tuple[str, ...]:
    update = notice.update
    if person is None or update.sequence == 0:
        return ()
    return (mail_id(update.maintenance_id, 0, key_of(notice, person.email)),)


def _has_later(notice: MaintenanceNotice, person: AuthorisedUser) -> bool:
    """Tell whether an update that was told later has reached the person already."""
    rows = MaintenanceNotice.objects.filter(
        account=notice.account_id,
        update__maintenance=notice.update.maintenance_id,
        update__sequence__gt=notice.update.sequence,
    )
    keys = [key_of(row, person.email) for row in rows.select_related("update")]
    return Message.objects.filter(key__in=keys, state=Message.State.SENT).exists()
