"""Drafts: what is ready to be invoiced of an account, on an invoice or a credit note.

All ready charges of an event become one line. What comes to less than nothing goes back by a
credit note beside the invoice. See ``apps.billing.services.run_batch`` for the same in bulk.

Clause: V-3.4.6, S-4, S-13, R-8.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from apps.billing.models import BillingProfile, Charge, Document, InvoiceRun, Line, RatedEvent
from apps.billing.queries.days import today_of
from apps.billing.queries.ready import ready_charges
from apps.billing.rules.money import ZERO
from apps.billing.services.crediting_lines import on_drafts
from apps.billing.services.drawing import Drawn, write_drafts
from apps.billing.services.holding import hold_account
from apps.billing.services.rating import rate_pending
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.taxing import rate_of
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
def draft_documents(
    *, account: Account, through_on: date, at: datetime, by: User | None
) -> list[Document]:
    """Draft what an account is to be invoiced of what was incurred through a day.

    What is marked is rated first. It is an invoice, a credit note of what is less than was invoiced
    before, or both, in that order.

    Clause: V-3.4.6, S-13, R-8.

    :raises BillingRefused: there is nothing to invoice, no billing profile, a charge in another
        currency, or no rate of its tax today.
    """
    rate_pending(at=at, account=account)
    account = hold_account(account)
    profile = BillingProfile.objects.filter(account=account).select_related("tax_category").first()
    if profile is None:
        raise BillingRefused(f"{account} has no billing profile. Add one first.")
    how = Drafting(through_on, today_of(account, at=at), at, by)
    return _draft(profile, how)


def draft_invoice(*, account: Account, through_on: date, at: datetime, by: User | None) -> Document:
    """Draft the same, where only the first of the documents is of interest.

    Clause: V-3.4.6, S-13, R-8.
    """
    return draft_documents(account=account, through_on=through_on, at=at, by=by)[0]


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
def redraft(
    *, document: Document, through_on: date, at: datetime, by: User | None
) -> list[Document]:
    """Discard a draft and draft it anew, with what was rated since; it stays in its run.

    What the run has one of for the account already, such as a credit note beside this invoice,
    comes beside the run.

    :raises BillingRefused: it is final, was drafted by hand from lines of an invoice, or there is
        nothing to invoice any more.
    """
    rate_pending(at=at, account=document.account)
    account = hold_account(document.account)
    if not Charge.objects.filter(line__document=document).exists():
        raise BillingRefused(f"{document} was made by hand from an invoice: discard it instead.")
    run = document.run
    discard(document=document)
    profile = BillingProfile.objects.select_related("tax_category").get(account=account)
    issued_on = run.issued_on if run else today_of(account, at=at)
    made = _draft(profile, Drafting(through_on, issued_on, at, by))
    if run is not None:
        there = set(run.documents.filter(account=account).values_list("kind", flat=True))
        for each in made:
            if each.kind not in there:
                each.run = run
                each.save(update_fields=["run"])
    return made


def draft_held(
    profiles: Collection[BillingProfile], percents: Mapping[int, Decimal], how: Drafting
) -> list[Document]:
    """Draft for accounts that the caller holds, which have no problem.

    ``percents`` are those of their tax categories on the day.

    Events whose charges come to nothing are marked so, and need no line. What goes back of an
    event that the draft of an invoice bills waits for that.
    """
    accounts = [profile.account_id for profile in profiles]
    ready = ready_charges(through_on=how.through_on).filter(account__in=accounts)
    nets = _nets(ready)
    less = [event for each in nets.values() for event, net in each.items() if net < 0]
    waiting = on_drafts(less) if less else set()
    events = RatedEvent.objects.in_bulk([event for each in nets.values() for event in each])
    made = write_drafts(
        [
            Drawn(
                profile,
                {
                    events[key]: net
                    for key, net in nets[profile.account_id].items()
                    if net and key not in waiting
                },
                percents[profile.tax_category_id],
            )
            for profile in profiles
        ],
        run=how.run,
        drafted_at=how.at,
        drafted_by=how.by,
    )
    line = Line.objects.filter(document__in=made, event=OuterRef("event")).order_by("pk")
    on_line = Line.objects.filter(document__in=made).values("event")
    ready.filter(event__in=on_line).update(state=State.BILLED, line=Subquery(line.values("pk")[:1]))
    nothing = [event for each in nets.values() for event, net in each.items() if not net]
    ready.filter(event__in=nothing).update(state=State.NETTED)
    return made


def _draft(profile: BillingProfile, how: Drafting) -> list[Document]:
    ready = ready_charges(through_on=how.through_on).filter(account=profile.account_id)
    others = ready.exclude(currency=profile.currency).values_list("currency", flat=True)
    other = others.order_by("currency").first()
    if other is not None:
        raise BillingRefused(
            f"{profile.account} is billed in {profile.currency} and has charges in {other}."
        )
    category = profile.tax_category
    percent = rate_of(category.pk, on=how.issued_on, title=category.title)
    made = draft_held([profile], {category.pk: percent}, how)
    if not made:
        raise BillingRefused(f"{profile.account} has nothing to invoice {_until(ready, how)}.")
    return made


def _until(ready: QuerySet[Charge], how: Drafting) -> str:
    if not ready.exists():
        return f"through {how.through_on}"
    # All that is ready still waits for a draft.
    return (
        f"through {how.through_on} but what goes back of what the draft of an invoice bills: make"
        " that final first, or draft it anew"
    )


def _nets(ready: QuerySet[Charge]) -> Mapping[int, Mapping[int, Decimal]]:
    """Return account -> event -> what its ready charges come to."""
    nets: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    columns = ("account", "event", "amount", "waived_amount")
    for account, event, amount, waived in ready.order_by().values_list(*columns):
        nets[account][event] += amount - waived
    return nets
