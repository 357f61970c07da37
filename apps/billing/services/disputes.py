"""Disputes of amounts on lines of invoices: raised, judged, upheld by a credit note, or not.

What is disputed does not count as overdue while the dispute is open; rejected, it counts again from
the invoice's own due date.

Clause: S-12, R-5.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import BillingDispute, BillingDisputeStep, Document, Line
from apps.billing.queries.disputable import disputable_of
from apps.billing.rules.money import tax_on
from apps.billing.services.after import settled
from apps.billing.services.dispute_notices import tell_client, tell_finance
from apps.billing.services.disputed import recount_disputed
from apps.billing.services.holding import hold_account
from apps.billing.services.payment_checks import check_amount
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, AuthorisedUser, User

State = BillingDispute.State
LONGEST_TEXT = 20_000  # characters


@transaction.atomic
def raise_dispute(
    *,
    line: Line,
    amount: Decimal,
    reason: str,
    source_key: str,
    client: AuthorisedUser | None,
    by: User | None,
    at: datetime,
) -> BillingDispute:
    """Take down that a client disputes so much of a line, before tax.

    ``client`` is who of the client says so, ``by`` who of ours wrote it down. The client is told
    that it is taken down, finance that somebody has to decide. The same key again: the same one.

    Clause: S-12, R-5.

    :raises BillingRefused: the line is of no final invoice, more is disputed than is left of it,
        there is no reason, or the client is of another account.
    """
    account = hold_account(line.document.account)
    there = BillingDispute.objects.filter(source_key=source_key).first()
    if there is not None:
        return there
    words = _words(reason, "Say why it is disputed.")
    _check(line, amount, client, account)
    dispute = BillingDispute.objects.create(
        line=line,
        document=line.document,
        account=account,
        amount=amount,
        total_amount=amount + tax_on(amount, line.tax_percent),
        reason=words,
        raised_at=at,
        raised_by=client,
        recorded_by=by,
        source_key=source_key,
    )
    add_step(dispute, text=words, at=at, by=by, client=client)
    tell_finance(dispute, at=at)
    follow(dispute, account, at=at)
    return dispute


@transaction.atomic
def accept_as_bona_fide(
    *, dispute: BillingDispute, seen: int, text: str, by: User, at: datetime
) -> None:
    """Say that a dispute is a bona fide one, while it is looked into. ``seen`` is its revision.

    Clause: S-12.

    :raises BillingRefused: somebody changed it meanwhile, or it is not new.
    """
    account = hold_account(dispute.account)
    words = _words(text, "")
    move(dispute, seen=seen, among=[State.RAISED], state=State.BONA_FIDE)
    add_step(dispute, text=words, at=at, by=by)
    follow(dispute, account, at=at)


@transaction.atomic
def withdraw_dispute(
    *,
    dispute: BillingDispute,
    seen: int,
    text: str,
    by: User | None,
    at: datetime,
    client: AuthorisedUser | None = None,
) -> None:
    """Take down that the client does not dispute it any more: it counts from its due date.

    Clause: S-12, R-5.

    :raises BillingRefused: it is decided already, or somebody changed it meanwhile.
    """
    account = hold_account(dispute.account)
    _check_client(client, account)
    words = _words(text, "")
    move(
        dispute,
        seen=seen,
        among=BillingDispute.OPEN,
        state=State.WITHDRAWN,
        answer=words,
        decided_at=at,
        decided_by=by,
    )
    add_step(dispute, text=words, at=at, by=by, client=client)
    follow(dispute, account, at=at)


def move(
    dispute: BillingDispute, *, seen: int, among: tuple | list, state: str, **facts: object
) -> None:
    """Compare and set: nobody decides on a dispute that is not as they saw it.

    :raises BillingRefused: it changed since, or is in none of these states.
    """
    rows = BillingDispute.objects.filter(pk=dispute.pk, revision=seen, state__in=among)
    if not rows.update(state=state, revision=seen + 1, **facts):
        now = BillingDispute.objects.get(pk=dispute.pk)
        raise BillingRefused(
            f"This dispute was changed meanwhile: it is {now.get_state_display().lower()}."
            " Look again."
        )
    dispute.refresh_from_db()


def add_step(
    dispute: BillingDispute,
    *,
    text: str,
    at: datetime,
    by: User | None,
    client: AuthorisedUser | None = None,
    amount: Decimal | None = None,
) -> None:
    """Write down who did what to a dispute, and what was said."""
    BillingDisputeStep.objects.create(
        dispute=dispute,
        number=dispute.revision,
        state=dispute.state,
        text=text,
        amount=amount,
        at=at,
        by=by,
        client=client,
    )


def follow(dispute: BillingDispute, account: Account, *, at: datetime) -> None:
    """Do what follows each step: what is disputed is counted anew, the client is told."""
    recount_disputed(item=dispute.document.item)
    tell_client(dispute, at=at)
    settled(account=account, at=at)


def _words(text: str, empty: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if empty and not words:
        raise BillingRefused(empty)
    if len(words) > LONGEST_TEXT:
        raise BillingRefused(f"The text is longer than {LONGEST_TEXT:,} characters.")
    if "\0" in words:
        raise BillingRefused("The text holds a character that cannot be kept. Type it anew.")
    return words


def _check(line: Line, amount: Decimal, client: AuthorisedUser | None, account: Account) -> None:
    document = line.document
    if document.state != Document.State.FINAL or document.kind != Document.Kind.INVOICE:
        raise BillingRefused(f"{document} is no final invoice: there is nothing to dispute on it.")
    _check_client(client, account)
    check_amount(amount)
    left = disputable_of([line])[line.pk]
    if amount > left:
        raise BillingRefused(
            f"“{line}” has {left} {document.currency} before tax that can be disputed, less than"
            f" {amount}.",
            clause="S-12",
        )


def _check_client(client: AuthorisedUser | None, account: Account) -> None:
    if client is None:
        return
    if client.order.account_id != account.pk:
        raise BillingRefused(f"{client.email} is not of {account}.", clause="V-3.5")
    if not client.is_active:
        raise BillingRefused(f"{client.email} is not an active user any more.", clause="V-3.5")
