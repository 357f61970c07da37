"""Telling accounts of maintenance: each its own notice, and a mail to each of its people."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.changes.models import Maintenance, MaintenanceNotice, MaintenanceUpdate
from apps.changes.queries.audience import Reader, audience_of, people_of
from apps.changes.rules.maintenance import State, days_of_notice
from apps.changes.services.maintenance_held import MaintenanceRefused, NoticeTooShort
from apps.contracts.models import AuthorisedUser, User
from apps.contracts.services.webhook_news import News, announce, notice_news
from apps.outbox.enqueue import nudge, prepared
from apps.outbox.models import Message

TOPIC = "maintenance.told"
BATCH = 500  # rows an insert
# Nobody is newly told of what is over.
OVER = (State.DONE, State.CANCELLED)
# Whoever is told of these is owed notice.
TOLD_AHEAD = (State.PLANNED, State.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Words:
    """What people say to an update: why it comes, and why its notice is short."""

    why: str = ""
    short_because: str = ""


def tell(row: Maintenance, words: Words, *, by: User, at: datetime) -> MaintenanceUpdate:
    """Number an update of maintenance as it stands, and queue it to everybody it concerns.

    They are the audience as it is now, and who was told last: of those, who is not affected any
    more is told so. What is over is told to those who knew of it. The caller saves the row.

    Clause: S-11.

    :raises NoticeTooShort: somebody gets less notice than is owed, without a reason.
    :raises MaintenanceRefused: there is nobody to tell.
    """
    before = {
        notice.account_id: notice
        for notice in MaintenanceNotice.objects.newest()
        .filter(update__maintenance=row)
        .select_related("update", "account", "version")
        .defer("version__source")
    }
    audience = [] if row.state in OVER else audience_of(row)
    if not audience and not before:
        raise MaintenanceRefused(
            "Nobody would be told: no order in force covers a service of it. Look at its services."
        )
    notices = [_to_reader(reader, before.get(reader.account.pk), row, at) for reader in audience]
    there = {reader.account.pk for reader in audience}
    gone = [notice for account, notice in before.items() if account not in there]
    notices += [_to_former(notice, is_affected=row.state in OVER, at=at) for notice in gone]
    because = words.short_because or _said_before(row)
    is_short = any(each.is_short for each in notices)
    if is_short and not because and row.state in TOLD_AHEAD:
        raise _too_short([each for each in notices if each.is_short], row, at=at)
    row.sequence = sequence = 0 if row.sequence is None else row.sequence + 1
    row.announced_at = row.announced_at or at
    update = _update(row, sequence, Words(words.why, because if is_short else ""))
    update.by, update.at = by, at
    update.save()
    _send(update, notices)
    return update


def foreseen(row: Maintenance, reader: Reader, *, at: datetime) -> MaintenanceNotice:
    """Return what an account would be told of maintenance as it stands. Nothing is kept.

    What nobody was told of yet is shown as confirmed, as the notice that most are sent first.

    Clause: S-11.
    """
    before = MaintenanceNotice.objects.newest().filter(update__maintenance=row)
    known = before.filter(account=reader.account).select_related("update").first()
    notice = _to_reader(reader, known, row, at)
    next_one = 0 if row.sequence is None else row.sequence + 1
    notice.update = _update(row, next_one, Words(short_because=_said_before(row)))
    if row.state == State.PLANNED:
        notice.update.state = State.CONFIRMED
    return notice


def key_of(notice: MaintenanceNotice, address: str) -> str:
    """Return the key of a notice's message to an address."""
    # The address itself may be longer than a key.
    return notice.key + hashlib.sha256(address.lower().encode()).hexdigest()[:32]


def _to_reader(
    reader: Reader, before: MaintenanceNotice | None, row: Maintenance, at: datetime
) -> MaintenanceNotice:
    # Who knows the hour had the notice when it was first told.
    is_known = before is not None and before.update.starts_at == row.starts_at
    given = days_of_notice(told_at=at, starts_at=row.starts_at, zone=reader.version.time_zone)
    return MaintenanceNotice(
        account=reader.account,
        version=reader.version,
        objects_named=reader.names,
        because=reader.because,
        # Who was told under another order of theirs hears what becomes of it, too.
        orders=list(dict.fromkeys([*(order.pk for order in reader.orders), *_told_under(before)])),
        owed_days=reader.owed_days,
        is_short=before.is_short if before and is_known else given < reader.owed_days,
        told_at=at,
    )


def _told_under(before: MaintenanceNotice | None) -> Sequence[int]:
    return before.orders if before else ()


def _to_former(before: MaintenanceNotice, *, is_affected: bool, at: datetime) -> MaintenanceNotice:
    return MaintenanceNotice(
        account=before.account,
        version=before.version,
        objects_named=before.objects_named,
        because=before.because if is_affected else ["It is not affected any more."],
        orders=before.orders,
        is_affected=is_affected,
        owed_days=before.owed_days,
        is_short=before.is_short and is_affected,
        told_at=at,
    )


def _said_before(row: Maintenance) -> str:
    """Return why the notice of this hour is short, as it was said when it was first told."""
    told = row.updates.filter(starts_at=row.starts_at).exclude(short_because="")
    return told.order_by("-sequence").values_list("short_because", flat=True).first() or ""


def _too_short(
    short: Sequence[MaintenanceNotice], row: Maintenance, *, at: datetime
) -> NoticeTooShort:
    zone = short[0].version.time_zone
    return NoticeTooShort(
        accounts=len(short),
        given=days_of_notice(told_at=at, starts_at=row.starts_at, zone=zone),
        owed=max(each.owed_days for each in short),
    )


def _update(row: Maintenance, sequence: int, words: Words) -> MaintenanceUpdate:
    return MaintenanceUpdate(
        maintenance=row,
        sequence=sequence,
        state=row.state,
        impact=row.impact,
        title=row.title,
        description=row.description,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        why=words.why,
        short_because=words.short_because,
    )


def _send(update: MaintenanceUpdate, notices: Sequence[MaintenanceNotice]) -> None:
    """Insert the notices and their messages: a few statements, however many they are."""
    people = people_of([pk for each in notices for pk in each.orders])
    for notice in notices:
        notice.update, notice.mails = update, len(people.get(notice.account_id, ()))
    made = MaintenanceNotice.objects.bulk_create(notices, batch_size=BATCH)
    messages = [
        _message(notice, person, update)
        for notice in made
        for person in people.get(notice.account_id, ())
    ]
    Message.objects.bulk_create(messages, batch_size=BATCH)
    nudge()
    announce([_news(each, update) for each in made if each.account.has_webhooks], at=update.at)


def _news(row: MaintenanceNotice, update: MaintenanceUpdate) -> News:
    return notice_news(
        row.account_id,
        "MAINTENANCE",
        key=row.key.rstrip(":"),
        at=update.at,
        page=f"/portal/notices/maintenance-{row.pk}/",
        number=update.maintenance.number,
        sequence=update.sequence,
        state=row.state,
        starts_at=update.starts_at.isoformat(),
        ends_at=update.ends_at.isoformat(),
    )


def _message(
    notice: MaintenanceNotice, person: AuthorisedUser, update: MaintenanceUpdate
) -> Message:
    key = key_of(notice, person.email)
    return prepared(
        topic=TOPIC,
        key=key,
        recipient=person.email,
        payload={"notice_id": notice.pk, "user_id": person.pk},
        at=update.at,
        message_id=mail_id(update.maintenance_id, update.sequence, key),
    )


def mail_id(maintenance: int, sequence: int, key: str) -> str:
    """Return the Message-ID of an update's mail to one person, which the next one refers to."""
    person = key.rpartition(":")[2]
    account = key.split(":")[3]
    return f"<maintenance.{maintenance}.{account}.{sequence}.{person}@{settings.MAIL_DOMAIN}>"
