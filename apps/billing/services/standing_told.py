"""What clients are told of their standing: each step before it comes, and each change."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.billing.models import BillingProfile, StandingNotice, StandingReview
from apps.billing.rules.ahead import Spared, notice_due
from apps.billing.rules.verdict import Act
from apps.billing.services.standing_rows import Case
from apps.contracts.models import AuthorisedUser
from apps.contracts.services.webhook_news import News, announce
from apps.outbox.enqueue import nudge, prepared
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address

Kind = StandingNotice.Kind


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that is to be written, with the key and facts of its mails.

    ``clause`` is that of a step ahead, of which endpoints are told too; of a change they are where
    the standing is put.
    """

    notice: StandingNotice
    topic: str
    key: str
    payload: dict[str, Any]
    clause: str = ""


def tell(
    *,
    cases: Sequence[Case],
    reviews: Sequence[StandingReview],
    hooked: Collection[int],
    at: datetime,
) -> None:
    """Write the mails on changes and on steps ahead, once each.

    ``hooked`` are the accounts that have endpoints, which are told of steps ahead. The mails go to
    the address that is billed; an account that nobody bills has its order's users told. Where there
    is nobody to tell, the notice is kept without a recipient.

    Clause: S-12.
    """
    letters = [*_changes(reviews, at), *_warnings(cases, at)]
    if not letters:
        return
    addresses = _addresses(cases, {letter.notice.account_id for letter in letters})
    messages: list[Message] = []
    for letter in letters:
        letter.notice.recipients = addresses.get(letter.notice.account_id, [])
        messages += [
            prepared(
                topic=letter.topic,
                key=f"{letter.key}:{recipient}"[:200],
                recipient=recipient,
                payload=letter.payload,
                at=at,
            )
            for recipient in letter.notice.recipients
        ]
    written = iter(Message.objects.bulk_create(messages))
    for letter in letters:
        letter.notice.messages = [next(written).pk for _ in letter.notice.recipients]
    StandingNotice.objects.bulk_create(letter.notice for letter in letters)
    nudge()
    ahead = (letter for letter in letters if letter.notice.kind == Kind.WARNING)
    announce([_news(each, at) for each in ahead if each.notice.account_id in hooked], at=at)


def _news(letter: Letter, at: datetime) -> News:
    """Return what endpoints are told of a step ahead; not how much is owed."""
    row = letter.notice
    data = {
        "account": row.account_id,
        "to": row.state,
        "starts_on": row.acts_on.isoformat(),
        "clause": letter.clause,
        "url": f"{settings.BASE_URL}/api/v1/accounts/{row.account_id}/standing",
    }
    return News(row.account_id, "standing.approaching", letter.key, at, data)


def _changes(reviews: Sequence[StandingReview], at: datetime) -> Iterator[Letter]:
    for review in reviews:
        notice = StandingNotice(
            account_id=review.account_id,
            kind=Kind.CHANGE,
            state=review.to_state,
            oldest_due_on=review.oldest_due_on,
            acts_on=review.on,
            review=review,
            at=at,
        )
        key = f"standing.changed:{review.pk}"
        yield Letter(notice, "standing.changed", key, {"review_id": review.pk})


def _warnings(cases: Sequence[Case], at: datetime) -> Iterator[Letter]:
    due = [(case, found) for case in cases if (found := _due(case))]
    accounts = [case.facts.account_id for case, _ in due]
    columns = ("account_id", "state", "oldest_due_on", "days_before", "acts_on")
    told = StandingNotice.objects.filter(kind=Kind.WARNING, account__in=accounts)
    known = set(told.values_list(*columns)) if due else set()
    for case, (then, days) in due:
        name = (case.facts.account_id, then.state, then.oldest_due_on, days, then.on)
        if name in known:
            continue
        notice = StandingNotice(**dict(zip(columns, name, strict=True)), kind=Kind.WARNING, at=at)
        facts = {
            "account_id": case.facts.account_id,
            "state": then.state,
            "acts_on": then.on.isoformat(),
            "told_at": at.isoformat(),
        }
        key = "standing.notice:" + ":".join(str(part) for part in name)
        rung = case.facts.ladder.rung_of(then.state) if case.facts.ladder else None
        yield Letter(notice, "standing.notice", key, facts, rung.clause if rung else "")


def _due(case: Case) -> Any:
    """Return the step ahead that the client is told of today, and the days before it.

    While it is spared nothing comes; the first step comes on the day after.
    """
    facts = case.facts
    if facts.ladder is None or facts.is_held:
        return None
    grace, spared = facts.grace, None
    if grace is not None:
        spared = Spared(grace.until_on, case.state if case.act == Act.MOVES else facts.state)
    return notice_due(
        ladder=facts.ladder,
        owed=facts.owed,
        changes=facts.changes,
        on=facts.on,
        spared=spared,
    )


def _addresses(cases: Sequence[Case], accounts: Collection[int]) -> Mapping[int, list[str]]:
    billed = BillingProfile.objects.filter(account__in=accounts).values_list("account_id", "email")
    found = {account: [email] for account, email in billed if is_plain_address(email)}
    orders = {
        case.facts.governing.order_id: case.facts.account_id
        for case in cases
        if case.facts.governing and case.facts.account_id in accounts - found.keys()  # type: ignore[operator]
    }
    if orders:
        users = AuthorisedUser.objects.filter(order__in=orders, is_active=True).order_by("pk")
        for order, email in users.values_list("order_id", "email"):
            if is_plain_address(email):
                found.setdefault(orders[order], [])
                if email not in found[orders[order]]:
                    found[orders[order]].append(email)
    return found
