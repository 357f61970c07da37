"""What the rule on standings is told of accounts: what they owe, paid and dispute."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.billing.models import Allocation, BillingDispute, Exemption, OpenItem, Payment
from apps.billing.queries.governing import Governing, governing
from apps.billing.rules.delinquency import Change, Delinquency, Owed, standing_on
from apps.billing.rules.ladder import GOOD, Ladder, day_of
from apps.billing.rules.money import ZERO
from apps.billing.rules.standing_why import Grace
from apps.contracts.models import Account, Standing

Dispute = BillingDispute.State


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides how an account stands at an instant.

    ``ladder`` None: no order's policy suspends anything, and the account is in good standing.
    ``on`` is the day in the policy's zone. ``exemption`` is the one in force, ended or not.
    """

    account_id: int
    on: date
    governing: Governing | None
    owed: tuple[Owed, ...]
    changes: tuple[Change, ...]
    currency: str
    standing: Standing | None
    exemption: Exemption | None

    @property
    def ladder(self) -> Ladder | None:
        return self.governing.ladder if self.governing else None

    @property
    def state(self) -> str:
        """How the account stands on record."""
        return self.standing.state if self.standing else GOOD

    @property
    def is_held(self) -> bool:
        """A person holds it: the machine does not move it."""
        return self.standing is not None and self.standing.held_by_id is not None

    @property
    def grace(self) -> Grace | None:
        """The exemption or promise that holds today."""
        row = self.exemption
        if row is None or row.until_on < self.on:
            return None
        return Grace(row.kind == Exemption.Kind.PROMISE, row.until_on, row.reason)

    def day_of(self, at: datetime) -> date:
        """Return the day of an instant in the policy's zone."""
        return _day(self.governing, at)

    def delinquency(self) -> Delinquency | None:
        """Return what the ladder says; None: there is no ladder.

        Clause: S-12, R-4, R-5.
        """
        if self.ladder is None:
            return None
        return standing_on(ladder=self.ladder, owed=self.owed, changes=self.changes, on=self.on)


def facts_of(*, accounts: Collection[int], at: datetime) -> dict[int, Facts]:
    """Return account -> what decides its standing now. A handful of queries, however many they are.

    Clause: S-12, R-4, R-5, R-12.
    """
    governed = governing(accounts=accounts, at=at)
    standings = {row.account_id: row for row in Standing.objects.filter(account__in=accounts)}
    in_force = Exemption.objects.filter(account__in=accounts, status=Exemption.Status.IN_FORCE)
    exemptions = {row.account_id: row for row in in_force}
    ledgers = _ledgers(accounts, governed)
    nothing: tuple[tuple[Owed, ...], tuple[Change, ...], str] = ((), (), "")
    found = {}
    for account in accounts:
        of_order = governed.get(account)
        owed, changes, currency = ledgers.get(account, nothing)
        found[account] = Facts(
            account_id=account,
            on=_day(of_order, at),
            governing=of_order,
            owed=owed,
            changes=changes,
            currency=currency,
            standing=standings.get(account),
            exemption=exemptions.get(account),
        )
    return found


def facts_of_one(account: Account, *, at: datetime) -> Facts:
    """Return what decides an account's standing now.

    Clause: S-12.
    """
    return facts_of(accounts=[account.pk], at=at)[account.pk]


def _day(of_order: Governing | None, at: datetime) -> date:
    if of_order is None:
        return at.date()
    if of_order.ladder is None:
        return at.astimezone(ZoneInfo(of_order.zone)).date()
    return day_of(at, of_order.ladder)


Ledger = tuple[tuple[Owed, ...], tuple[Change, ...], str]


def _ledgers(accounts: Collection[int], governed: dict[int, Governing]) -> dict[int, Ledger]:
    """Return account -> its documents, what changed them, and its currency.

    What was settled by its due date was never overdue, and is left out.
    """
    late = Allocation.objects.filter(debit=OuterRef("pk"), dated_on__gt=OuterRef("due_on"))
    items = OpenItem.objects.filter(account__in=accounts, side=OpenItem.Side.DEBIT).filter(
        Q(open_amount__gt=0) | Exists(late)
    )
    rows = list(
        items.order_by("account_id", "due_on", "pk").values_list(
            *("pk", "account_id", "document_id", "document__reference", "payment_id"),
            *("due_on", "amount", "open_amount", "disputed_amount", "currency"),
        )
    )
    documents = {row[2]: (row[0], row[1]) for row in rows if row[2]}
    payments = _taken_back([row[4] for row in rows if row[4]])
    disputes = _Disputes(accounts, documents, governed)
    changes = defaultdict(list, disputes.changes())
    for account, change in _settled(items):
        changes[account].append(change)
    owed: dict[int, list[Owed]] = defaultdict(list)
    currencies: dict[int, str] = {}
    for pk, account, document, name, payment, due_on, amount, left, disputed, currency in rows:
        excluded = disputes.excluded(account, document, left, disputed)
        words = name or payments.get(payment) or f"document {document}"
        owed[account].append(Owed(pk, words, due_on, amount, left, excluded))
        currencies[account] = currency
    return {
        account: (tuple(owed[account]), tuple(changes[account]), currencies[account])
        for account in owed
    }


def _taken_back(payments: Collection[int]) -> dict[int, str]:
    """Return payment -> what its client knows it as."""
    if not payments:
        return {}
    rows = Payment.objects.filter(pk__in=payments).order_by()
    return {
        pk: f"payment of {reversed_on or received_on} taken back"
        for pk, received_on, reversed_on in rows.values_list(
            "pk", "received_on", "reverses__received_on"
        )
    }


def _settled(items: QuerySet[OpenItem]) -> Iterator[tuple[int, Change]]:
    # The database finds the items again: twenty thousand keys would travel more slowly.
    rows = Allocation.objects.filter(debit__in=items.order_by().values("pk"))
    rows = rows.annotate(account=F("debit__account"))
    for account, debit, amount, dated_on in rows.order_by("dated_on", "pk").values_list(
        "account", "debit_id", "amount", "dated_on"
    ):
        yield account, Change(dated_on, debit, settled_amount=amount)


class _Disputes:
    """The disputes of documents, as each account's policy counts them.

    Where only a bona fide one counts, an open one that was found so counts from when it was raised,
    and a decided one only if it was upheld, wholly or in part.
    """

    def __init__(
        self,
        accounts: Collection[int],
        items: dict[int, tuple[int, int]],
        governed: dict[int, Governing],
    ) -> None:
        self.items, self.governed = items, governed
        columns = ("document_id", "state", "total_amount", "raised_at", "decided_at")
        rows = BillingDispute.objects.filter(account__in=accounts).order_by("pk")
        self.rows = [row for row in rows.values_list(*columns) if row[0] in items]
        self.bona_fide: dict[int, Decimal] = defaultdict(Decimal)
        for document, state, total, *_ in self.rows:
            if state == Dispute.BONA_FIDE:
                self.bona_fide[document] += total

    def excluded(
        self, account: int, document: int | None, left: Decimal, disputed: Decimal
    ) -> Decimal:
        """Return what of a document does not count now."""
        counts = self._excludes(account)
        if counts == "bona_fide":
            return min(self.bona_fide.get(document or 0, ZERO), left)
        return disputed if counts else ZERO

    def changes(self) -> dict[int, list[Change]]:
        """Return account -> when amounts came under dispute, and when they ceased to be."""
        found: dict[int, list[Change]] = defaultdict(list)
        for document, state, total, raised_at, decided_at in self.rows:
            pk, account = self.items[document]
            if not _counts(self._excludes(account), state):
                continue
            of_order = self.governed.get(account)
            found[account].append(Change(_day(of_order, raised_at), pk, excluded_amount=total))
            if decided_at is not None:
                ended = Change(_day(of_order, decided_at), pk, excluded_amount=-total)
                found[account].append(ended)
        return found

    def _excludes(self, account: int) -> str:
        of_order = self.governed.get(account)
        return of_order.ladder.excludes if of_order and of_order.ladder else ""


def _counts(excludes: str, state: str) -> bool:
    if excludes == "bona_fide":
        return state in (Dispute.BONA_FIDE, Dispute.UPHELD, Dispute.PARTLY)
    return bool(excludes)
