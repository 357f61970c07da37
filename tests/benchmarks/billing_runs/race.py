"""Our run against the SQL that does the same, and both against sums that Decimals make."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from time import perf_counter

from django.db import connection

from apps.billing.models import InvoiceRun
from apps.billing.services.run_finalising import begin_finalising, finalise_batch
from apps.billing.services.running import draft_batch, start_run
from tests.benchmarks.billing_runs import floor
from tests.benchmarks.billing_runs.data import THROUGH_ON, put_back
from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import execute, value

AT = datetime(2026, 3, 4, 14, tzinfo=UTC)
ROUNDS = 3  # of half a minute a side, each on rows that are put back before
ACTS = ("draft", "finalise")
CENT, PERCENT = Decimal("0.01"), Decimal("7.7")

# All that a run writes, but for keys: the same, whoever wrote it.
WRITTEN = """
SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (
    SELECT d.account_id, d.number, d.reference, d.state, d.starts_on, d.ends_on, d.net_amount,
           d.tax_amount, d.total_amount, d.due_on, d.parties, d.terms, l.position, l.event_id,
           l.title, l.net_amount AS line, l.tax_percent, c.number AS charge, c.state AS billed
    FROM billing_document d JOIN billing_line l ON l.document_id = d.id
    JOIN billing_charge c ON c.line_id = l.id
) t
"""
BOOKED = """
SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (
    SELECT d.number, a.kind AS debit, a.key AS debit_key, b.kind AS credit, b.key AS credit_key,
           t.amount, i.side, i.open_amount, i.due_on, m.topic, m.recipient
    FROM billing_document d JOIN billing_posting p ON p.document_id = d.id
    JOIN billing_transfer t ON t.posting_id = p.id
    JOIN billing_ledgeraccount a ON a.id = t.debit_id
    JOIN billing_ledgeraccount b ON b.id = t.credit_id
    JOIN billing_openitem i ON i.document_id = d.id
    JOIN outbox_message m ON m.key = 'document:' || d.id || ':issued'
) t
"""
CHARGES = "SELECT account_id, amount, waived_amount FROM billing_charge"
DOCUMENTS = "SELECT account_id, net_amount, tax_amount, total_amount FROM billing_document"

Side = tuple[Callable[[], None], Callable[[], None]]


def race(*, accounts: int, charges: int) -> list[Ratio]:
    """Invoice all, in turn, and compare what was written."""
    sides: dict[str, Side] = {
        "ours": (_draft, _finalise),
        "SQL": (lambda: floor.draft(at=AT), lambda: floor.finalise(at=AT)),
    }
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    written: set[tuple[str, str]] = set()
    expected = _expected()
    for _ in range(ROUNDS):
        for name, (draft, finalise) in sides.items():
            put_back()
            taken[name, "draft"].append(_seconds(draft))
            execute("VACUUM ANALYZE")
            taken[name, "finalise"].append(_seconds(finalise))
            written.add((_text(WRITTEN), _text(BOOKED)))
            assert _found() == expected, f"{name}: not to the cent what Decimals come to"
            if name == "ours":
                _again(accounts)
    assert len(written) == 1, "the two sides did not write the same"
    middle = {key: median(times) for key, times in taken.items()}
    return [_ratio(middle, charges)]


def _ratio(middle: dict[tuple[str, str], float], charges: int) -> Ratio:
    """Of the whole, which is what is promised; how it falls into drafts and finals is a note."""
    ours, sql = (sum(middle[name, act] for act in ACTS) for name in ("ours", "SQL"))
    halves = (f"{act} {middle['ours', act]:.1f} and {middle['SQL', act]:.1f} s" for act in ACTS)
    note = f"ours {ours:.1f} s, SQL {sql:.1f} s: {', '.join(halves)}"
    name = f"{charges:,} charges to final invoices, ours to SQL"
    return Ratio(name, ours / sql, 2, at_least=False, note=note)


def _draft() -> None:
    run = start_run(through_on=THROUGH_ON, issued_on=THROUGH_ON, at=AT, by=None)
    while draft_batch(run=run, at=AT):
        pass


def _finalise() -> None:
    run = begin_finalising(run=InvoiceRun.objects.get(), issued_on=THROUGH_ON, at=AT)
    while finalise_batch(run=run, at=AT, by=None):
        pass


def _again(accounts: int) -> None:
    """A second run of the same day and one of the next make no document."""
    _draft()
    later = start_run(
        through_on=THROUGH_ON + timedelta(days=1), issued_on=THROUGH_ON, at=AT, by=None
    )
    while draft_batch(run=later, at=AT):
        pass
    assert value("SELECT count(*) FROM billing_document") == accounts


def _expected() -> dict[int, tuple[Decimal, ...]]:
    """Return account -> net, tax and total, as Decimals come to them from the charges alone."""
    nets: dict[int, Decimal] = defaultdict(Decimal)
    put_back()
    for account, amount, waived in _rows(CHARGES):
        nets[account] += amount - waived
    told = {}
    for account, net in nets.items():
        tax = (net * PERCENT / 100).quantize(CENT, rounding=ROUND_HALF_UP)
        told[account] = (net, tax, net + tax)
    assert all(net > 0 for net, *_ in told.values()), "an account is owed something"
    return told


def _found() -> dict[int, tuple[Decimal, ...]]:
    return {account: tuple(amounts) for account, *amounts in _rows(DOCUMENTS)}


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _text(sql: str) -> str:
    [(digest,)] = _rows(sql)
    return digest


def _seconds(act: Callable[[], None]) -> float:
    started = perf_counter()
    act()
    return perf_counter() - started
