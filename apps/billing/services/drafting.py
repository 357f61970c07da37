"""Drafts: what is ready to be invoiced of an account, on an invoice or a credit note.

All ready charges of an event become one line. Where an account's lines come to less than nothing,
it is given a credit note. See ``apps.billing.services.run_batch`` for the same in bulk.

Clause: V-3.4.6, S-4, S-13, R-8.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import OuterRef, Subquery

from apps.billing.models import BillingProfile, Charge, Document, InvoiceRun, Line, RatedEvent
from apps.billing.queries.days import today_of
from apps.billing.queries.ready import ready_charges
from apps.billing.rules.money import ZERO
from apps.billing.services.crediting_lines import Back, lines_taken_back
from apps.billing.services.holding import hold_account
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.taxing import rate_of, tax_draft
from apps.contracts.models import Account, User

State = Charge.State
NO_PROFILE = "It has no billing profile."
PAUSED = "Its billing profile says that the run leaves it out."


@dataclass(frozen=True, slots=True)
class Drafting:
    """What all drafts of one act share; ``issued_on`` is the date that they are meant to bear."""

    through_on: date
    issued_on: date
    at: datetime
    by: User | None
    run: InvoiceRun | None = None


@transaction.atomic
def draft_invoice(*, account: Account, through_on: date, at: datetime, by: User | None) -> Document:
    """Draft what an account is to be invoiced of what was incurred through a day.

    It is an invoice, or a credit note if it comes to less than nothing.

    Clause: V-3.4.6, S-13, R-8.

    :raises BillingRefused: there is nothing to invoice, no billing profile, a charge in another
        currency, or no rate of its tax today.
    """
    account = hold_account(account)
    profile = BillingProfile.objects.filter(account=account).first()
    if profile is None:
        raise BillingRefused(f"{account} has no billing profile. Add one first.")
    how = Drafting(through_on, today_of(account, at=at), at, by)
    return _draft(profile, how)


@transaction.atomic
def discard(*, document: Document) -> None:
    """Discard a draft: what it billed is ready to be invoiced again.

    :raises BillingRefused: it is final.
    """
    hold_account(document.account)
    held = Document.objects.select_for_update().filter(pk=document.pk).first()
    if held is None:
        return
    if held.state == Document.State.FINAL:
        raise BillingRefused(f"{held.reference} is final: give a credit note instead.")
    Charge.objects.filter(line__document=held).update(state=State.READY, line=None)
    held.delete()


@transaction.atomic
def redraft(*, document: Document, through_on: date, at: datetime, by: User | None) -> Document:
    """Discard a draft and draft it anew, with what was rated since; it stays in its run.

    :raises BillingRefused: it is final, was drafted by hand from lines of an invoice, or there is
        nothing to invoice any more.
    """
    account = hold_account(document.account)
    if not Charge.objects.filter(line__document=document).exists():
        raise BillingRefused(f"{document} was made by hand from an invoice: discard it instead.")
    run = document.run
    discard(document=document)
    profile = BillingProfile.objects.get(account=account)
    issued_on = run.issued_on if run else today_of(account, at=at)
    return _draft(profile, Drafting(through_on, issued_on, at, by, run))


def draft_held(profiles: Collection[BillingProfile], how: Drafting) -> list[Document]:
    """Draft for accounts that the caller holds, which have no problem.

    Events whose charges come to nothing are marked so, and need no line.
    """
    accounts = [profile.account_id for profile in profiles]
    ready = ready_charges(through_on=how.through_on).filter(account__in=accounts)
    nets = _nets(ready)
    events = RatedEvent.objects.in_bulk([event for each in nets.values() for event in each])
    made = [
        _written(profile, {events[key]: net for key, net in nets[profile.account_id].items()}, how)
        for profile in profiles
        if any(nets.get(profile.account_id, {}).values())
    ]
    line = Line.objects.filter(document__in=made, event=OuterRef("event")).order_by("pk")
    on_line = Line.objects.filter(document__in=made).values("event")
    ready.filter(event__in=on_line).update(state=State.BILLED, line=Subquery(line.values("pk")[:1]))
    ready.update(state=State.NETTED)
    return made


def _draft(profile: BillingProfile, how: Drafting) -> Document:
    ready = ready_charges(through_on=how.through_on).filter(account=profile.account_id)
    others = ready.exclude(currency=profile.currency).values_list("currency", flat=True)
    other = others.order_by("currency").first()
    if other is not None:
        raise BillingRefused(
            f"{profile.account} is billed in {profile.currency} and has charges in {other}."
        )
    made = draft_held([profile], how)
    if not made:
        raise BillingRefused(f"{profile.account} has nothing to invoice through {how.through_on}.")
    return made[0]


def _nets(ready) -> Mapping[int, Mapping[int, Decimal]]:
    """Return account -> event -> what its ready charges come to."""
    nets: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    columns = ("account", "event", "amount", "waived_amount")
    for account, event, amount, waived in ready.order_by().values_list(*columns):
        nets[account][event] += amount - waived
    return nets


def _written(
    profile: BillingProfile, nets: Mapping[RatedEvent, Decimal], how: Drafting
) -> Document:
    kept = {event: net for event, net in nets.items() if net}
    is_credit = sum(kept.values(), ZERO) < 0
    document = Document.objects.create(
        kind=Document.Kind.CREDIT_NOTE if is_credit else Document.Kind.INVOICE,
        account_id=profile.account_id,
        series_id=profile.credit_series_id if is_credit else profile.series_id,
        currency=profile.currency,
        run=how.run,
        reason="Less is due than was invoiced before." if is_credit else "",
        starts_on=min(event.starts_on for event in kept),
        ends_on=max(event.ends_on for event in kept),
        drafted_at=how.at,
        drafted_by=how.by,
    )
    back = lines_taken_back({event.pk: -net for event, net in kept.items()}) if is_credit else {}
    category = profile.tax_category
    percent = rate_of(category.pk, on=how.issued_on, title=category.title)
    otherwise = Back(None, category.pk, category.code, percent)
    ordered = sorted(kept, key=lambda event: (event.starts_on, event.pk))
    Line.objects.bulk_create(
        _line(document, place, event, kept[event], back.get(event.pk, otherwise))
        for place, event in enumerate(ordered, start=1)
    )
    invoices = {each.document_id for each in back.values() if each.document_id}
    if is_credit and len(invoices) == 1 and all(each.line_id for each in back.values()):
        document.corrects_id = invoices.pop()
        document.save(update_fields=["corrects"])
    tax_draft(document, on=how.issued_on)
    return document


def _line(document: Document, place: int, event: RatedEvent, net: Decimal, back: Back) -> Line:
    is_credit = document.kind == Document.Kind.CREDIT_NOTE
    return Line(
        document=document,
        position=place,
        event=event,
        credits_id=back.line_id,
        kind=event.kind,
        title=event.title,
        clause=event.clause,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        net_amount=-net if is_credit else net,
        tax_category_id=back.category_id,
        tax_code=back.code,
        tax_percent=back.percent,
    )
