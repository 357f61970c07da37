"""Sparing an account until a day: an exemption, or a promise to pay."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import Exemption
from apps.billing.queries.promised import paid_on
from apps.billing.queries.standing import facts_of_one
from apps.billing.rules.standing_why import money
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.standing_rows import Case
from apps.contracts.models import Account, User
from apps.contracts.services.orders import sign

LONGEST_REASON = 250
Kind, Status = Exemption.Kind, Exemption.Status


@transaction.atomic
def exempt(
    *,
    account: Account,
    until_on: date,
    reason: str,
    at: datetime,
    by: User,
    kind: str = Kind.EXEMPTION,
    amount: Decimal | None = None,
) -> Exemption:
    """Spare an account through a day, and review it at once.

    A second one takes the place of the first, which is then revoked.

    Clause: S-12, R-12.

    :raises BillingRefused: no reason, a day that is over, or an amount that is not positive.
    """
    from apps.billing.services.standing import review_standing  # noqa: PLC0415 (it closes these)

    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    reason = " ".join(reason.split())
    today = facts_of_one(account, at=at).on
    if not reason:
        raise BillingRefused("Say why: it stays on record.", clause="R-12")
    if until_on < today:
        raise BillingRefused(f"That day is over: use {today} or later.", clause="R-12")
    if amount is not None and amount <= 0:
        raise BillingRefused("Promise more than nothing, or leave the amount empty.", clause="R-12")
    for row in Exemption.objects.filter(account=account, status=Status.IN_FORCE):
        _end(row, Status.REVOKED, "Another one took its place.", at=at, by=by)
    made = Exemption(
        account=account,
        kind=kind,
        until_on=until_on,
        amount=amount,
        reason=reason[:LONGEST_REASON],
        made_at=at,
        made_by=by,
    )
    sign(made, reason=reason, by=by, at=at)
    made.save()
    review_standing(account=account, at=at, by=by)
    return made


@transaction.atomic
def revoke(*, exemption: Exemption, why: str, at: datetime, by: User) -> None:
    """End an exemption or a promise before its day; the ladder has its word again at once.

    Clause: S-12, R-12.

    :raises BillingRefused: it is over already, or nobody says why.
    """
    from apps.billing.services.standing import review_standing  # noqa: PLC0415 (it closes these)

    account = Account.objects.select_for_update(no_key=True).get(pk=exemption.account_id)
    row = Exemption.objects.select_for_update().get(pk=exemption.pk)
    if row.status != Status.IN_FORCE:
        raise BillingRefused(f"It is over already: {row.get_status_display().lower()}.")
    if not why.strip():
        raise BillingRefused("Say why: it stays on record.")
    _end(row, Status.REVOKED, why, at=at, by=by)
    review_standing(account=account, at=at, by=by)


def close_ended(*, cases: Sequence[Case], at: datetime) -> None:
    """Write down what became of exemptions and promises whose last day is over.

    A promise of an amount is kept if as much was paid in its time; one that names none is broken
    if anything undisputed is still overdue on the day after.

    Clause: S-12, R-12.
    """
    ended = [
        (row, case)
        for case in cases
        if (row := case.facts.exemption) is not None and row.until_on < case.facts.on
    ]
    promises = {
        row: case.facts.day_of(row.made_at)
        for row, case in ended
        if row.kind == Kind.PROMISE and row.amount
    }
    paid = paid_on(promises)
    for row, case in ended:
        status, why = _became(row, case, paid[row.account_id, case.facts.currency])
        _end(row, status, why, at=at, by=None)


def _became(row: Exemption, case: Case, paid: Decimal) -> tuple[str, str]:
    currency = case.facts.currency
    if row.kind == Kind.EXEMPTION:
        return Status.ENDED, "Its last day is over."
    if case.now is None or not case.now.overdue:
        return Status.KEPT, "Nothing is overdue any more."
    if row.amount is None:
        return Status.BROKEN, f"{money(case.now.overdue_amount, currency)} is still overdue."
    why = f"Of {money(row.amount, currency)}, {money(paid, currency)} was paid by {row.until_on}."
    return (Status.KEPT if paid >= row.amount else Status.BROKEN), why


def _end(row: Exemption, status: str, why: str, *, at: datetime, by: User | None) -> None:
    row.status, row.ended_at, row.ended_by = status, at, by
    row.ended_why = " ".join(why.split())[:LONGEST_REASON]
    sign(row, reason=row.ended_why, by=by, at=at)
    row.save()
