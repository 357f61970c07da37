"""Whether two rows of a bank may be one, though two files write them in other columns."""

import pytest

from apps.billing.rules.bank_rows import SaidOfRow, may_be_one


def row(key: str = "row:1", account=None, names=(), reference: str = "", payer: str = ""):
    return SaidOfRow(key, account, names, reference, payer)


@pytest.mark.clause("V-3.4.6")
@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (row(), row(), True),
        (row("id:1"), row("id:2"), False),
        (row("id:1"), row("row:2"), True),
        (row(account=1), row(account=1, reference="x"), True),
        (row(account=1, reference="a"), row(account=1, reference="b"), True),
        (row(account=1), row(account=2), False),
        (row(account=1, names=[7]), row(account=1, names=[8]), False),
        (row(account=1, names=[7]), row(account=1, names=[7, 8]), True),
        (row(names=[7]), row(), True),
        (row(reference="wire"), row(reference="a wire of 4 march"), True),
        (row(reference="wire 1"), row(reference="wire 2"), False),
        (row(reference="wire"), row(payer="quay"), True),
        (row(payer="quay"), row(account=1, payer="mole"), False),
    ],
)
def test_two_rows_are_two_where_something_that_both_say_differs(one, other, may):
    assert [may_be_one(one, other), may_be_one(other, one)] == [may, may]
