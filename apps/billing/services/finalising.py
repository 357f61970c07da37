"""Making a draft final: its number, its copies, its open item, its posting, and its mail.

Clause: V-3.4.6, S-12, S-13.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.billing.models import (
    BillingProfile,
    Document,
    Line,
    OpenItem,
    RatedEvent,
    Seller,
    TaxTotal,
)
from apps.billing.queries.printed import printed_of, profiles_of
from apps.billing.queries.rates import rates_on
from apps.billing.services.after import settled
from apps.billing.services.after_final import lock_time
from apps.billing.services.crediting import more_than_is_left
from apps.billing.services.document_books import book_documents
from apps.billing.services.holding import hold_account
from apps.billing.services.issue_mails import send_documents
from apps.billing.services.ledger import hold_books
from apps.billing.services.matching import apply_credit
from apps.billing.services.numbering import Issuing, hold_series, number
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.taxing import tax_draft
from apps.contracts.models import User
from apps.outbox.rules.address import is_plain_address

Kind, State = Document.Kind, Document.State
UNDECIDED = (
    "A finding that it rests on was taken back: discard the draft, or wait for the next finding."
)


@transaction.atomic
def finalise(*, document: Document, issued_on: date, at: datetime, by: User | None) -> Document:
    """Make a draft final under the next number of its series, book it and send it.

    The taxes are worked out anew with the rates of ``issued_on``, by the account's tax category
    now. A credit note settles what it corrects, and credit that the account has settles an invoice.
    A final document, as by a double click, stays as it is.

    Clause: V-3.4.6, S-12, S-13.

    :raises BillingRefused: the date is to come, before the series' last, or in a closed month; the
        account cannot be billed; or more would be taken back than is left.
    """
    account = hold_account(document.account)
    rows = Document.objects.select_for_update(of=("self",)).select_related("series__seller")
    held = rows.filter(pk=document.pk).first()
    if held is None:
        raise BillingRefused("This draft was discarded.")
    if held.state == State.FINAL:
        return held
    check_date(held.series.seller, issued_on=issued_on, at=at)
    held.account = account
    profile = _checked(held)
    tax_draft(held, on=issued_on, category=profile.tax_category)
    finalise_held([held], Issuing(issued_on, at, by))
    settled(account=account, at=at)
    return held


def check_date(seller: Seller, *, issued_on: date, at: datetime) -> None:
    """Let a date pass that is not to come where a seller dates its documents.

    One ahead would keep its series from all others until that day.

    Clause: V-3.4.6.

    :raises BillingRefused: it is to come.
    """
    today = seller.today(at=at)
    if issued_on > today:
        raise BillingRefused(f"{issued_on} is to come. Use {today} or an earlier day.")


def finalise_held(documents: Sequence[Document], how: Issuing) -> None:
    """Make drafts final, whose accounts the caller holds and whose taxes are those of the day.

    They are numbered in the order given.

    Clause: V-3.4.6, S-12, S-13.

    :raises BillingRefused: the date is before a series' last, or in a closed month.
    """
    hold_items(documents)
    series = hold_series(documents, issued_on=how.issued_on)
    hold_books(dated_on=how.issued_on)
    printed = printed_of(documents, profiles_of([each.account_id for each in documents]))
    for numbered in number(documents, series, printed, how):
        book_documents(numbered, at=how.at)
    lock_time(documents)
    _settle(documents, how)
    send_documents(documents, at=how.at)


def hold_items(documents: Sequence[Document]) -> None:
    """Hold the open items that may be settled: before the series, as everywhere."""
    accounts = [document.account_id for document in documents]
    rows = OpenItem.objects.filter(account__in=accounts, open_amount__gt=0)
    list(rows.select_for_update().order_by("pk").values_list("pk"))


def is_taxed_as_of(
    documents: Sequence[Document], profiles: Mapping[int, BillingProfile], on: date
) -> set[int]:
    """Return those whose taxes are those of the day and the profile: others are taxed anew."""
    rows = list(
        TaxTotal.objects.filter(document__in=[each.pk for each in documents]).values_list(
            "document",
            "document__kind",
            "category",
            "category__code",
            "code",
            "percent",
            "note",
            "category__note",
        )
    )
    rates = rates_on({row[2] for row in rows}, on=on)
    stale = {
        document
        for document, kind, category, now, code, percent, note, note_now in rows
        if kind == Kind.CREDIT_NOTE or (rates.get(category), now, note_now) != (percent, code, note)
    }
    for each in documents:
        profile = profiles.get(each.account_id)
        if profile is not None and each.tax_category_id != profile.tax_category_id:
            stale.add(each.pk)
    return {each.pk for each in documents} - stale


def problem_of(document: Document, profile: BillingProfile | None) -> str:
    """Return why a draft cannot be made final as its account stands, or nothing."""
    if profile is None:
        return "It has no billing profile. Add one first."
    # A credit note is in the currency of what it takes back, whatever is billed in now.
    if document.kind == Kind.INVOICE and profile.currency != document.currency:
        return f"It is billed in {profile.currency} now: discard the draft in {document.currency}."
    wanted = profile.credit_series_id if document.kind == Kind.CREDIT_NOTE else profile.series_id
    if document.series_id != wanted:
        return "It is numbered in another series now: discard the draft and make it anew."
    if not is_plain_address(profile.email):
        return f"No mail can be sent to “{profile.email}”: put another address in its profile."
    return ""


def _checked(document: Document) -> BillingProfile:
    if not document.lines.exists():
        raise BillingRefused(f"{document} has no lines. Discard it.")
    profile = profiles_of([document.account_id]).get(document.account_id)
    problem = problem_of(document, profile)
    if not problem and undecided_documents().filter(document=document).exists():
        problem = UNDECIDED
    if not problem and document.kind == Kind.CREDIT_NOTE:
        problem = more_than_is_left(document)
    if problem or profile is None:
        raise BillingRefused(f"{document.account}: {problem}")
    return profile


def undecided_documents() -> QuerySet[Line, Any]:
    """Return the keys of documents with work whose finding was taken back (S-4), for a subquery.

    Clause: S-4.
    """
    undecided = RatedEvent.objects.filter(held_for=RatedEvent.HeldFor.FINDING)
    return Line.objects.filter(event__in=undecided).order_by().values("document")


def _settle(documents: Sequence[Document], how: Issuing) -> None:
    """Let the credit of accounts settle what they owe now, where they have any."""
    accounts = {document.account_id: document.account for document in documents}
    rows = OpenItem.objects.filter(
        account__in=accounts, side=OpenItem.Side.CREDIT, open_amount__gt=0
    )
    for key in sorted(set(rows.values_list("account", flat=True))):
        apply_credit(account=accounts[key], at=how.at, by=how.by)
