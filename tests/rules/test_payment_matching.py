"""What a payment settles, where nobody says it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.rules.matching import Owed, settled_by

DUE = date(2026, 3, 4)


def owed(key: int, amount: str, *, due: int = 0, disputed: str = "0", named: bool = False) -> Owed:
    return Owed(
        key=key,
        due_on=DUE + timedelta(days=due),
        dated_on=DUE,
        open_amount=Decimal(amount),
        disputed_amount=Decimal(disputed),
        is_named=named,
    )


def settled(amount: str, *rows: Owed) -> dict[int, str]:
    return {key: str(part) for key, part in settled_by(Decimal(amount), owed=rows).items()}


@pytest.mark.clause("S-12")
def test_the_oldest_due_goes_first_and_the_rest_is_credit():
    rows = [owed(1, "50.00", due=2), owed(2, "30.00", due=1), owed(3, "20.00", due=3)]

    assert settled("60.00", *rows) == {2: "30.00", 1: "30.00"}
    assert settled("500.00", *rows) == {2: "30.00", 1: "50.00", 3: "20.00"}


def test_of_two_due_on_one_day_the_one_that_was_there_first():
    assert settled("5.00", owed(2, "5.00"), owed(1, "5.00")) == {1: "5.00"}


@pytest.mark.clause("V-3.4.6")
def test_what_is_named_goes_first_and_what_is_left_over_to_the_oldest():
    rows = [owed(1, "50.00"), owed(2, "30.00", due=9, named=True)]

    assert settled("40.00", *rows) == {2: "30.00", 1: "10.00"}


@pytest.mark.clause("R-5")
def test_what_is_disputed_is_settled_last():
    rows = [owed(1, "50.00", disputed="20.00"), owed(2, "30.00", due=1)]

    assert settled("70.00", *rows) == {1: "40.00", 2: "30.00"}
    assert settled("60.00", *rows) == {1: "30.00", 2: "30.00"}


@pytest.mark.clause("R-5")
def test_who_names_a_disputed_invoice_pays_it_all():
    rows = [owed(1, "50.00", disputed="20.00", named=True), owed(2, "30.00", due=-1)]

    assert settled("60.00", *rows) == {1: "50.00", 2: "10.00"}


CENTS = st.integers(1, 10_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def many(draw) -> list[Owed]:
    rows = []
    for key in range(draw(st.integers(0, 8))):
        amount = draw(CENTS)
        share = draw(st.integers(0, 100))
        rows.append(
            Owed(
                key=key,
                due_on=DUE + timedelta(days=draw(st.integers(-5, 5))),
                dated_on=DUE,
                open_amount=amount,
                disputed_amount=(amount * share / 100).quantize(Decimal("0.01")),
                is_named=draw(st.booleans()),
            )
        )
    return rows


@pytest.mark.clause("S-12")
@given(amount=CENTS, rows=many())
def test_neither_side_is_settled_by_more_than_it_has_and_nothing_idles(amount, rows):
    parts = settled_by(amount, owed=rows)
    total = sum((row.open_amount for row in rows), Decimal(0))

    assert sum(parts.values(), Decimal(0)) == min(amount, total)
    assert all(0 < parts[row.key] <= row.open_amount for row in rows if row.key in parts)


@pytest.mark.clause("R-5")
@given(amount=CENTS, rows=many())
def test_nothing_younger_or_disputed_is_settled_while_something_older_is_open(amount, rows):
    parts = settled_by(amount, owed=rows)
    others = sorted(
        (row for row in rows if not row.is_named), key=lambda row: (row.due_on, row.key)
    )
    open_after = [
        row.undisputed_amount - min(parts.get(row.key, Decimal(0)), row.undisputed_amount)
        for row in others
    ]

    for place, row in enumerate(others):
        if any(open_after[:place]) and row.undisputed_amount:
            assert row.key not in parts
        if any(open_after):
            assert parts.get(row.key, Decimal(0)) <= row.undisputed_amount
