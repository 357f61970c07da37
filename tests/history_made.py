"""Random histories of money over the real services, with a book of our own beside the ledger.

The book knows nothing of ledger, open items or allocations: whole cents per account, worked out
from what was done. Its tax is integer arithmetic.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from apps.billing.models import (
    BillingDispute,
    BillingProfile,
    Charge,
    Document,
    InvoiceRun,
    LedgerAccount,
    OpenItem,
    Payment,
    RatedEvent,
)
from apps.billing.queries import month_end
from apps.billing.services import BillingRefused
from apps.billing.services.closing import close_month
from apps.billing.services.crediting import all_that_is_left, draft_credit_note
from apps.billing.services.dispute_decisions import reject_dispute, uphold_dispute, uphold_in_part
from apps.billing.services.disputes import accept_as_bona_fide, raise_dispute, withdraw_dispute
from apps.billing.services.drafting import discard, draft_documents, redraft
from apps.billing.services.finalising import finalise
from apps.billing.services.giving_back import refund_credit, reverse_receipt
from apps.billing.services.matching import apply_credit
from apps.billing.services.payments import record_payment
from apps.billing.services.quoting import amend_by_hand, charge_by_hand
from apps.billing.services.reallocating import reallocate
from apps.billing.services.run_finalising import begin_finalising, finalise_batch
from apps.billing.services.running import draft_batch, start_run
from apps.billing.services.waiving import approve_waiver, ask_waiver
from apps.contracts.models import Account
from tests.billing_made import make_profile, make_tax
from tests.factories import make_staff

BEGINS = datetime(2026, 3, 2, 15, tzinfo=UTC)
FINAL, DRAFT = Document.State.FINAL, Document.State.DRAFT
INVOICE, NOTE = Document.Kind.INVOICE, Document.Kind.CREDIT_NOTE


def cents(amount: Decimal) -> int:
    return int(amount * 100)


def tax_cents(net: int, thousandths: int) -> int:
    """Return the tax on a sum of cents, half a cent away from zero."""
    half_up = (2 * abs(net) * thousandths + 100_000) // 200_000
    return half_up if net >= 0 else -half_up


@dataclass
class History:
    """A seed's history. ``owed`` is the book: account -> cents that it owes, or has as credit.

    ``credited``: event -> cents that credit notes by hand took back of it.
    """

    seed: int
    at: datetime = BEGINS
    owed: Counter = field(default_factory=Counter)
    ready: dict[int, Counter] = field(default_factory=lambda: defaultdict(Counter))
    credited: Counter = field(default_factory=Counter)
    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    serial: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.kim, self.sam = make_staff(name="kim"), make_staff(name="sam")
        taxes = [("standard", "20"), ("reduced", "7.7"), ("export", "0")]
        self.profiles = [
            make_profile(currency=currency, tax=make_tax(key=key, percent=percent))
            for (key, percent), currency in zip(taxes, ("USD", "EUR", "USD"), strict=True)
        ]
        self.percents = {
            profile.account_id: int(Decimal(percent) * 1000)
            for profile, (_, percent) in zip(self.profiles, taxes, strict=True)
        }

    @property
    def today(self) -> date:
        return self.at.date()

    @property
    def now(self) -> dict[str, Any]:
        return {"at": self.at, "by": self.kim}

    def step(self) -> None:
        """Let some time pass, and do something; a refusal is an answer too."""
        self.at += timedelta(days=self.random.choice([0, 0, 0, 1, 1, 4]), minutes=1)
        act = self.random.choices(ACTS, WEIGHTS)[0]
        try:
            act(self)
        except BillingRefused:
            self.refused[act.__name__] += 1
        else:
            self.done[act.__name__] += 1

    def key(self) -> str:
        self.serial += 1
        return f"history:{self.serial}"

    def some(self, rows: Any) -> Any:
        """Return one of the rows, the same for a seed; refused where there is none."""
        found = list(rows.order_by("pk"))
        if not found:
            raise BillingRefused("There is none.")
        return self.random.choice(found)

    def profile(self) -> BillingProfile:
        return self.random.choice(self.profiles)

    def amount(self, most: Decimal = Decimal(400)) -> Decimal:
        """Return an amount that is seldom round, from a cent on."""
        return Decimal(self.random.randint(1, max(1, cents(most)))) / 100

    def part(self, of: Decimal) -> Decimal:
        """Return a part of an amount, or all of it."""
        return of if self.random.random() < 0.4 else self.amount(of)

    def drafted(self, account: Account, documents: Collection[Document]) -> None:
        """Check drafts against the book: they bill all that was ready, and nothing twice.

        What goes back of what the draft of an invoice bills waits for that.
        """
        nets = self.ready.pop(account.pk, Counter())
        drafts = Document.objects.filter(account=account, state=DRAFT, kind=INVOICE)
        others = drafts.exclude(pk__in=[each.pk for each in documents])
        billed = set(
            Charge.objects.filter(line__document__in=others).values_list("event", flat=True)
        )
        waiting = {event: net for event, net in nets.items() if net < 0 and event in billed}
        drawn = [net for event, net in nets.items() if event not in waiting]
        sums = {
            INVOICE: sum(net for net in drawn if net > 0),
            NOTE: -sum(net for net in drawn if net < 0),
        }
        found = {document.kind: cents(document.net_amount) for document in documents}
        assert found == {kind: net for kind, net in sums.items() if net}
        self.ready[account.pk] = Counter(waiting)

    def undone(self, document: Document) -> None:
        """Put back what a draft billed."""
        for charge in Charge.objects.filter(line__document=document):
            net = cents(charge.amount - charge.waived_amount)
            self.ready[document.account_id][charge.event_id] += net

    def finalised(self, document: Document) -> None:
        """Enter a document that became final."""
        document.refresh_from_db()
        net, tax = cents(document.net_amount), cents(document.tax_amount)
        if document.kind == INVOICE:
            assert tax == tax_cents(net, self.percents[document.account_id])
        else:  # the difference of two taxes: a cent more or less for each invoice that is credited
            exact = tax_cents(net, self.percents[document.account_id])
            assert abs(tax - exact) <= document.lines.count()
            if not Charge.objects.filter(line__document=document).exists():  # by hand
                for line in document.lines.all():
                    self.credited[line.event_id] += cents(line.net_amount)
        self.owed[document.account_id] += (net + tax) * (1 if document.kind == INVOICE else -1)


def charge(h: History) -> None:
    profile, amount = h.profile(), h.amount()
    event = charge_by_hand(
        account=profile.account,
        title="Work",
        amount=amount,
        incurred_on=h.today,
        reason="Agreed",
        act_key=h.key(),
        **h.now,
    )
    h.ready[profile.account_id][event.pk] += cents(amount)


def amend(h: History) -> None:
    event = h.some(RatedEvent.objects.all())
    amount = h.random.choice([Decimal(0), h.amount()])
    charged = dict(event.charges.values_list("pk", "amount"))
    before = cents(sum(charged.values()))
    amend_by_hand(event=event, amount=amount, reason="Less", revision=event.revision, **h.now)
    # What a credit note gave back already stays charged, and is not given back again.
    after = max(cents(amount), min(before, h.credited[event.pk]))
    assert cents(sum(event.charges.values_list("amount", flat=True))) == after
    for new in event.charges.exclude(pk__in=charged):
        h.ready[event.account_id][event.pk] += cents(new.amount - new.waived_amount)


def waive(h: History) -> None:
    row = h.some(Charge.objects.filter(state=Charge.State.READY, amount__gt=0))
    asked = ask_waiver(charge=row, amount=h.part(row.amount), reason="Goodwill", **h.now)
    approve_waiver(request=asked, by=h.sam, at=h.at)
    h.ready[row.account_id][row.event_id] -= cents(asked.amount)


def draft(h: History) -> None:
    account = h.profile().account
    h.drafted(account, draft_documents(account=account, through_on=h.today, **h.now))


def drop(h: History) -> None:
    document = h.some(Document.objects.filter(state=DRAFT))
    h.undone(document)
    discard(document=document)


def draft_again(h: History) -> None:
    document = h.some(Document.objects.filter(state=DRAFT))
    before = Counter(h.ready[document.account_id])
    h.undone(document)
    try:
        made = redraft(document=document, through_on=h.today, **h.now)
        h.drafted(document.account, made)
    except BillingRefused:
        h.ready[document.account_id] = before
        raise


def issue(h: History) -> None:
    document = h.some(Document.objects.filter(state=DRAFT))
    h.finalised(finalise(document=document, issued_on=h.today, **h.now))


def run(h: History) -> None:
    run = start_run(through_on=h.today, issued_on=h.today, **h.now)
    was_done = run.state == InvoiceRun.State.DONE
    while draft_batch(run=run, at=h.at, size=2):
        pass
    if not was_done:
        for profile in h.profiles:
            documents = run.documents.filter(account=profile.account)
            if documents or h.ready[profile.account_id]:
                h.drafted(profile.account, documents)
    run.refresh_from_db()
    drafts = list(run.documents.filter(state=DRAFT))
    begin_finalising(run=run, issued_on=h.today, at=h.at)
    while finalise_batch(run=run, size=2, **h.now):
        pass
    for document in Document.objects.filter(pk__in=[each.pk for each in drafts], state=FINAL):
        h.finalised(document)


def credit(h: History) -> None:
    invoice = h.some(Document.objects.filter(state=FINAL, kind=INVOICE))
    left = all_that_is_left(invoice)
    if h.random.random() < 0.5:
        left = {key: h.part(amount) for key, amount in left.items() if amount > 0}
    note = draft_credit_note(invoice=invoice, amounts=left, reason="Agreed", **h.now)
    h.finalised(finalise(document=note, issued_on=h.today, **h.now))


def pay(h: History) -> None:
    profile = h.profile()
    invoices = Document.objects.filter(account=profile.account, state=FINAL, kind=INVOICE)
    named = h.random.choice([*invoices.values_list("reference", flat=True), "", "thank you"])
    amount = h.amount(Decimal(900))
    record_payment(
        account=profile.account,
        amount=amount,
        currency=profile.currency,
        received_on=h.today - timedelta(days=h.random.choice([0, 0, 2, 9])),
        method=h.random.choice(["BANK", "CARD"]),
        reference=named,
        source_key=h.key(),
        allocations={} if h.random.random() < 0.2 else None,
        **h.now,
    )
    h.owed[profile.account_id] -= cents(amount)


def match(h: History) -> None:
    apply_credit(account=h.profile().account, **h.now)


def refund(h: History) -> None:
    item = h.some(OpenItem.objects.filter(side="CREDIT", open_amount__gt=0))
    amount = h.part(item.open_amount)
    refund_credit(
        account=item.account,
        amount=amount,
        paid_on=h.today,
        method="BANK",
        reference="",
        source_key=h.key(),
        **h.now,
    )
    h.owed[item.account_id] += cents(amount)


def reverse(h: History) -> None:
    receipt = h.some(Payment.objects.filter(kind="RECEIPT", reversed_by=None))
    reverse_receipt(receipt=receipt, on=h.today, reason="It bounced", **h.now)
    h.owed[receipt.account_id] += cents(receipt.amount)


def move(h: History) -> None:
    item = h.some(OpenItem.objects.filter(side="CREDIT", payment__isnull=False))
    invoices = Document.objects.filter(account=item.account, state=FINAL, kind=INVOICE)
    chosen = h.random.sample(list(invoices.order_by("pk")), min(2, invoices.count()))
    wanted = {document: h.amount(item.amount / 2 + 1) for document in chosen}
    reallocate(credit=item, allocations=wanted, on=h.today, **h.now)


def dispute(h: History) -> None:
    invoice = h.some(Document.objects.filter(state=FINAL, kind=INVOICE))
    line = h.some(invoice.lines.all())
    raise_dispute(
        line=line,
        amount=h.part(abs(line.net_amount)),
        reason="Not agreed",
        source_key=h.key(),
        client=None,
        **h.now,
    )


def decide(h: History) -> None:
    row = h.some(BillingDispute.objects.filter(state__in=BillingDispute.OPEN))
    facts = {"dispute": row, "seen": row.revision, **h.now}
    way = h.random.choice(["bona fide", "withdraw", "reject", "uphold", "part"])
    if way == "bona fide":
        accept_as_bona_fide(text="We look", **facts)
    elif way == "withdraw":
        withdraw_dispute(text="", **facts)
    elif way == "reject":
        reject_dispute(answer="It was agreed", **facts)
    elif way == "uphold":
        h.finalised(uphold_dispute(answer="Right", **facts))
    else:
        h.finalised(uphold_in_part(amount=h.amount(row.amount), answer="In part", **facts))


def close(h: History) -> None:
    month = month_end.next_month()
    if month is None:
        raise BillingRefused("Nothing was posted.")
    left = month_end.left_over(through_on=month_end.last_day(month))
    close_month(month=month, confirmed={each.todo.key: each.count for each in left}, **h.now)


WAYS = {
    charge: 8,
    amend: 4,
    waive: 2,
    draft: 4,
    drop: 1,
    draft_again: 1,
    issue: 5,
    run: 2,
    credit: 2,
    pay: 8,
    match: 1,
    refund: 2,
    reverse: 2,
    move: 3,
    dispute: 4,
    decide: 4,
    close: 3,
}
ACTS, WEIGHTS = list(WAYS), list(WAYS.values())


def of_the_ledger(profile: BillingProfile) -> tuple[int, int]:
    """Return what the ledger says that an account owes, and what its open items come to: cents."""
    row = LedgerAccount.objects.filter(kind="RECEIVABLE", account=profile.account).first()
    debits = row.debits.values_list("amount", flat=True) if row else []
    credits = row.credits.values_list("amount", flat=True) if row else []
    items = OpenItem.objects.filter(account=profile.account)
    return (
        sum(map(cents, debits)) - sum(map(cents, credits)),
        sum(cents(each.open_amount) * (1 if each.side == "DEBIT" else -1) for each in items),
    )
