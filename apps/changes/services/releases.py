"""Releases: written, and announced to the orders that they are for, at no charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from apps.changes.models import Release, ReleaseFix, ReleaseNotice
from apps.changes.queries.releases import covered_orders, readers_of, reported_as
from apps.changes.services.drafts import ChangeRefused, as_seen, held_row, line, words
from apps.contracts.models import Account, Service, User
from apps.contracts.services.orders import sign
from apps.contracts.services.webhook_news import News, announce, notice_news
from apps.outbox.enqueue import nudge, prepared
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address

State = Release.State
ANNOUNCED, FIXES = "release.announced", "release.fixes"
MOST_FIXES = 100
BATCH = 1000  # rows an INSERT


@dataclass(frozen=True, slots=True)
class Fixed:
    """One thing that is fixed; ``reported`` is a ticket's number or the reference of a case."""

    text: str
    reported: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseWords:
    """What is written of a release. Without services it is for every order."""

    product: str
    version: str
    released_on: date
    news: str
    link: str = ""
    services: Sequence[Service] = ()
    fixes: Sequence[Fixed] = ()


@transaction.atomic
def draft_release(*, written: ReleaseWords, by: User, at: datetime) -> Release:
    """Begin a release. Nobody hears of it until it is announced.

    Clause: S-10.

    :raises ChangeRefused: something is missing or does not fit, or that version is there already.
    """
    release = Release(drafted_at=at, drafted_by=by)
    _keep(release, written, reason="Drafted", by=by, at=at)
    return release


@transaction.atomic
def write_release(
    *, release: Release, seen: int, written: ReleaseWords, by: User, at: datetime
) -> Release:
    """Write a draft anew. ``seen`` is the edition that was read.

    Clause: S-10.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is announced, or something is missing or does not fit.
    """
    release = as_seen(release, seen=seen)
    if release.state != State.DRAFT:
        raise ChangeRefused(f"{release} is announced: what was told stays.")
    release.edition += 1
    _keep(release, written, reason="Draft changed", by=by, at=at)
    return release


@transaction.atomic
def announce_release(*, release: Release, seen: int, by: User, at: datetime) -> int:
    """Tell the accounts that a release is for, and who reported what it fixes; return how many.

    It costs nobody anything. The same again, by a double click, tells nobody twice.

    Clause: S-10, V-8.3.

    :raises ChangedSince: somebody changed the draft since.
    :raises ChangeRefused: it is announced already.
    """
    held = held_row(release)
    is_same = held.edition == seen + 1 and held.announced_by_id == by.pk
    if held.state == State.ANNOUNCED and is_same:
        return held.notices.count()
    held = as_seen(release, seen=seen)
    if held.state != State.DRAFT:
        raise ChangeRefused(f"{held} is announced already.")
    held.state, held.announced_at, held.announced_by = State.ANNOUNCED, at, by
    held.edition += 1
    sign(held, reason="Announced", by=by, at=at)
    held.save()
    count = _tell_accounts(held, at=at)
    _tell_reporters(held, at=at)
    nudge()
    return count


def _tell_accounts(release: Release, *, at: datetime) -> int:
    covered = covered_orders(release).order_by().values("account")
    ReleaseNotice.objects.bulk_create(
        [
            ReleaseNotice(release=release, account_id=pk, told_at=at)
            for pk in Account.objects.filter(pk__in=covered)
            .order_by("pk")
            .values_list("pk", flat=True)
        ],
        batch_size=BATCH,
    )
    notices = dict(release.notices.values_list("account", "pk"))
    mails = [
        prepared(
            topic=ANNOUNCED,
            key=f"release-notice:{notices[person.order.account_id]}:user-{person.pk}",
            recipient=person.email,
            payload={"notice_id": notices[person.order.account_id], "user_id": person.pk},
            at=at,
        )
        for person in readers_of(release)
        if is_plain_address(person.email)
    ]
    Message.objects.bulk_create(mails, batch_size=BATCH)
    hooked = release.notices.filter(account__has_webhooks=True).order_by("pk")
    announce([_news(row, release) for row in hooked], at=at)
    return len(notices)


def _news(row: ReleaseNotice, release: Release) -> News:
    return notice_news(
        row.account_id,
        "RELEASE",
        key=f"release-notice:{row.pk}",
        at=row.told_at,
        page=f"/portal/notices/release-{row.pk}/",
        released_on=release.released_on.isoformat(),
    )


def _tell_reporters(release: Release, *, at: datetime) -> None:
    """Tell who asked for what comes with this version; of several fixes of a ticket, once."""
    rows = release.fixes.exclude(ticket=None).select_related("ticket__requester")
    tickets = {fix.ticket_id: fix.ticket for fix in rows}
    mails = [
        prepared(
            topic=FIXES,
            key=f"release:{release.pk}:ticket-{pk}",
            recipient=ticket.requester.email,
            payload={"release_id": release.pk, "ticket_id": pk},
            at=at,
        )
        for pk, ticket in tickets.items()
        if ticket is not None
        and ticket.requester.is_active
        and is_plain_address(ticket.requester.email)
    ]
    Message.objects.bulk_create(mails, batch_size=BATCH)


def _keep(release: Release, written: ReleaseWords, *, reason: str, by: User, at: datetime) -> None:
    release.product = line(written.product, missing="Say what it is a version of.", most=120)
    release.version = line(written.version, missing="Say which version it is.", most=60)
    release.released_on, release.link = written.released_on, written.link
    release.news = words(written.news, missing="Say in a few words what is new.")
    fixes = _fixes(written.fixes)
    sign(release, reason=reason, by=by, at=at)
    try:
        with transaction.atomic():
            release.save()
    except IntegrityError:
        raise ChangeRefused(
            f"There is a release {release.product} {release.version} already. Go on with that one."
        ) from None
    release.services.set(written.services)
    release.fixes.all().delete()
    for position, fix in enumerate(fixes, start=1):
        fix.release, fix.position = release, position
    ReleaseFix.objects.bulk_create(fixes)


def _fixes(given: Sequence[Fixed]) -> list[ReleaseFix]:
    if len(given) > MOST_FIXES:
        raise ChangeRefused(f"Name at most {MOST_FIXES} things that are fixed.")
    made = []
    for each in given:
        ticket, case = reported_as(each.reported) if each.reported.strip() else (None, None)
        if each.reported.strip() and ticket is None:
            raise ChangeRefused(
                f"“{each.reported}” is no ticket, and not the reference of exactly one case."
                " Look at it again."
            )
        text = line(each.text, missing="Say of each thing that is fixed what it is.")
        made.append(ReleaseFix(text=text, ticket=ticket, case=case))
    return made
