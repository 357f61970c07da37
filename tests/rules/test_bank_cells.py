"""Amounts and days as banks write them: what a person chose, and nothing else."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.rules.bank_cells import COMMA, DAY_FORMS, POINT, amount_in, day_in
from apps.billing.rules.money import LARGEST


@pytest.mark.clause("V-3.4.6")
@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("120", POINT, "120.00"),
        ("120.5", POINT, "120.50"),
        ("1,234.56", POINT, "1234.56"),
        ("1,234,567.89", POINT, "1234567.89"),
        ("1.234,56", COMMA, "1234.56"),
        ("1.234", COMMA, "1234.00"),
        ("0,01", COMMA, "0.01"),
        ("1 234,56", COMMA, "1234.56"),
        ("1\u202f234,56", COMMA, "1234.56"),
        ("1'234.56", POINT, "1234.56"),
        ("+5.00", POINT, "5.00"),
        (" 5.00 ", POINT, "5.00"),
        ("-5", POINT, "-5.00"),
        ("\u22125", POINT, "-5.00"),
        ("5.00-", POINT, "-5.00"),
        ("(5.00)", POINT, "-5.00"),
        ("9999999999.99", POINT, "9999999999.99"),
    ],
)
def test_an_amount_as_it_is_written(text, decimal, amount):
    assert str(amount_in(text, decimal=decimal)) == amount


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1.234,56", POINT),
        ("1,234.56", COMMA),
        ("1.234", POINT),  # three decimals, or thousands? never guessed
        ("1,234", COMMA),
        ("12,34.56", POINT),
        ("1,234 567.00", POINT),  # thousands set apart in two ways
        ("1.005", POINT),
        ("", POINT),
        ("-", POINT),
        ("--5", POINT),
        ("(-5)", POINT),
        ("1e5", POINT),
        ("1E400", POINT),
        ("NaN", POINT),
        ("Infinity", POINT),
        ("0x10", POINT),
        ("1_000", POINT),
        ("\u0661\u0662", POINT),  # digits of another alphabet
        ("\uff15", POINT),
        ("5 USD", POINT),
        ("=5+5", POINT),
        ("5\n6", POINT),
        ("10000000000.00", POINT),
        ("9" * 400, POINT),
    ],
)
def test_what_is_no_such_amount_is_refused(text, decimal):
    with pytest.raises(ValueError, match=r"is not an amount like|is larger than"):
        amount_in(text, decimal=decimal)


@given(cents=st.integers(0, int(LARGEST * 100)), decimal=st.sampled_from([POINT, COMMA]))
def test_what_is_written_out_is_read_back(cents, decimal):
    amount = Decimal(cents) / 100
    text = f"{amount:,.2f}"
    if decimal == COMMA:
        text = text.translate(str.maketrans(",.", ".,"))

    assert amount_in(text, decimal=decimal) == amount


@given(st.text())
def test_any_text_is_an_amount_in_whole_cents_or_refused(text):
    try:
        amount = amount_in(text, decimal=POINT)
    except ValueError:
        return
    assert amount == amount.quantize(Decimal("0.01"))
    assert abs(amount) <= LARGEST


@pytest.mark.parametrize("form", DAY_FORMS)
def test_every_form_of_a_day_reads_its_own_example(form):
    assert day_in(DAY_FORMS[form].label, form=form) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31/12/2026", "MDY_SLASH"),
        ("12/31/2026", "DMY_SLASH"),
        ("2026-12-31", "DMY_POINT"),
        ("31.12.26", "DMY_POINT"),
        ("2026-02-30", "ISO"),
        ("0000-01-01", "ISO"),
        ("\u0662\u0660\u0662\u0666-01-01", "ISO"),
        ("2026-12-31 10:00", "ISO"),
        ("", "ISO"),
    ],
)
def test_a_day_in_another_form_is_refused(text, form):
    with pytest.raises(ValueError, match="is not a d"):
        day_in(text, form=form)


def test_the_same_words_are_two_days_and_the_form_decides():
    assert day_in("03/04/2026", form="DMY_SLASH") == date(2026, 4, 3)
    assert day_in("03/04/2026", form="MDY_SLASH") == date(2026, 3, 4)
