"""Telling of releases: each account a notice of its own, and a mail to each of its people."""

from collections.abc import Iterable
from datetime import datetime

from apps.changes.models import Release, ReleaseAmendment, ReleaseNotice
from apps.changes.queries.releases import audience_of, covered_orders, key_of, read_of
from apps.contracts.models import Account, AuthorisedUser
from apps.contracts.services.webhook_news import News, announce, notice_news
from apps.outbox.enqueue import nudge, prepared
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address

ANNOUNCED, FIXES = "release.announced", "release.fixes"
AMENDED, FIXES_AMENDED = "release.amended", "release.fixes_amended"
BATCH = 1000  # rows an INSERT


def tell_announced(release: Release, *, at: datetime) -> int:
    """Tell the accounts that a release is for, and who reported what it fixes; return how many.

    Clause: S-10, V-8.3.
    """
    covered = covered_orders(release).order_by().values("account")
    accounts = Account.objects.filter(pk__in=covered).order_by("pk").values_list("pk", flat=True)
    return _tell(release, None, accounts, audience_of(release)[0], at=at)


def tell_amended(amendment: ReleaseAmendment) -> int:
    """Tell whoever was told of a release what became of it; return how many accounts.

    Clause: S-10, V-8.3.
    """
    release = amendment.release
    first = release.notices.filter(amendment=None).order_by("account")
    accounts = first.values_list("account", flat=True)
    return _tell(release, amendment, accounts, read_of(release), at=amendment.at)


def _tell(
    release: Release,
    amendment: ReleaseAmendment | None,
    accounts: Iterable[int],
    people: Iterable[AuthorisedUser],
    *,
    at: datetime,
) -> int:
    rows = [
        ReleaseNotice(release=release, amendment=amendment, account_id=pk, told_at=at)
        for pk in accounts
    ]
    ReleaseNotice.objects.bulk_create(rows, batch_size=BATCH)
    told = release.notices.filter(amendment=amendment)
    notices = dict(told.values_list("account", "pk"))
    mails = [
        prepared(
            topic=AMENDED if amendment else ANNOUNCED,
            key=key_of(notices[person.order.account_id], person),
            recipient=person.email,
            payload={"notice_id": notices[person.order.account_id], "user_id": person.pk},
            at=at,
        )
        for person in people
        if is_plain_address(person.email)
    ]
    mails += _to_reporters(release, amendment, at=at)
    Message.objects.bulk_create(mails, batch_size=BATCH)
    hooked = told.filter(account__has_webhooks=True).order_by("pk")
    announce([_news(row, release, amendment) for row in hooked], at=at)
    nudge()
    return len(notices)


def _news(row: ReleaseNotice, release: Release, amendment: ReleaseAmendment | None) -> News:
    return notice_news(
        row.account_id,
        "RELEASE",
        key=f"release-notice:{row.pk}",
        at=row.told_at,
        page=f"/portal/notices/{row.name}/",
        state=amendment.kind if amendment else Release.State.ANNOUNCED,
        released_on=(amendment or release).released_on.isoformat(),
    )


def _to_reporters(
    release: Release, amendment: ReleaseAmendment | None, *, at: datetime
) -> list[Message]:
    """Tell who asked for what comes with this version; of several fixes of a ticket, once."""
    rows = release.fixes.exclude(ticket=None).select_related("ticket__requester")
    tickets = {fix.ticket_id: fix.ticket for fix in rows}
    told = f"release:{release.pk}" if amendment is None else f"release-amendment:{amendment.pk}"
    about = {"release_id": release.pk} if amendment is None else {"amendment_id": amendment.pk}
    return [
        prepared(
            topic=FIXES_AMENDED if amendment else FIXES,
            key=f"{told}:ticket-{pk}",
            recipient=ticket.requester.email,
            payload={**about, "ticket_id": pk},
            at=at,
        )
        for pk, ticket in tickets.items()
        if ticket is not None
        and ticket.requester.is_active
        and is_plain_address(ticket.requester.email)
    ]
