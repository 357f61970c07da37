"""How a column is written and read back, one class a kind. A cell that cannot be read says why.

Each is a widget of django-import-export. ``clean`` is given the whole row and, as ``known``, the
rows of the database that the sheet names.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from import_export.fields import Field
from import_export.widgets import Widget

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
LONGEST_NUMBER = 9
YES = ("yes", "true", "1", "y", "on")
NO = ("no", "false", "0", "n", "off")
MOST_NAMED = 12


class Depends(Exception):
    """The cell cannot be judged: another cell of the row, named already, is wrong."""


class Unstated(Exception):
    """The cell is empty and says nothing: what is there stays, a new row gets the usual."""


UNSTATED = object()


class Column(Field):
    """A column of a sheet. Without ``required``, it may be left out, and a cell may be empty.

    ``empty`` is the value that an empty cell stands for, as an export writes it; UNSTATED: none.
    A column that is ``only_looked_up`` finds something for another one and sets nothing itself.
    """

    def __init__(
        self,
        attribute: str,
        widget: Widget,
        *,
        column: str = "",
        required: bool = True,
        empty: Any = UNSTATED,
        only_looked_up: bool = False,
        says: str = "",
    ) -> None:
        super().__init__(attribute, column_name=column or attribute, widget=widget)
        self.required = required
        self.empty = empty
        self.only_looked_up = only_looked_up
        self.says = says

    @property
    def field_name(self) -> str:
        """The model's field that the column sets, or has a share in."""
        return str(self.attribute).partition("__")[0]

    def read(self, text: str, *, row: Any, known: Any) -> Any:
        """Return the value of a cell.

        :raises ValueError: there is no such value; the message says which there are.
        :raises Depends: another cell of the row is wrong.
        :raises Unstated: it is empty, which changes nothing.
        """
        if text:
            return self.widget.clean(text, row=row, known=known)
        if self.required:
            raise ValueError("is empty.")
        if self.empty is UNSTATED:
            raise Unstated
        return self.empty

    def put(self, instance: Model, value: Any) -> None:
        """Let a row that is not saved say what was read."""
        setattr(instance, self.field_name, value)


class ListColumn(Column):
    """Rows that a row names, kept beside it until both are saved."""

    def put(self, instance: Model, value: Any) -> None:
        setattr(instance, f"{self.field_name}_of_sheet", value)

    def get_value(self, instance: Model) -> list[Model]:
        stated: list[Model] | None = getattr(instance, f"{self.field_name}_of_sheet", None)
        if stated is not None:
            return stated
        return list(getattr(instance, self.field_name).all()) if instance.pk else []


class TextCell(Widget):
    def clean(self, value: str, row: Any = None, **given: Any) -> Any:
        return value

    def render(self, value: Any, obj: Any = None, **given: Any) -> str:
        return "" if value is None else str(value)


class DateCell(Widget):
    """A calendar date, as ISO says."""

    def clean(self, value: str, row: Any = None, **given: Any) -> date:
        try:
            if ISO_DATE.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"“{value}” is not a day of the calendar.") from error
        raise ValueError(f"“{value}” is not a date. Write it as 2026-12-31.")

    def render(self, value: date | None, obj: Any = None, **given: Any) -> str:
        return value.isoformat() if value else ""


class MoneyCell(Widget):
    """An amount with at most two decimals. A comma is refused: it means two things."""

    def clean(self, value: str, row: Any = None, **given: Any) -> Decimal:
        if not MONEY.fullmatch(value):
            raise ValueError(f"“{value}” is not an amount. Write it as 1250.00.")
        return Decimal(value).quantize(Decimal("0.01"))

    def render(self, value: Decimal | None, obj: Any = None, **given: Any) -> str:
        return "" if value is None else f"{value:.2f}"


class WholeCell(TextCell):
    """A whole number, not negative."""

    def clean(self, value: str, row: Any = None, **given: Any) -> int:
        if not (value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER):
            raise ValueError(f"“{value}” is not a whole number. Write it as 90.")
        return int(value)


class YesNoCell(Widget):
    def clean(self, value: str, row: Any = None, **given: Any) -> bool:
        word = value.lower()
        if word not in YES + NO:
            raise ValueError(f"“{value}” is neither yes nor no.")
        return word in YES

    def render(self, value: bool, obj: Any = None, **given: Any) -> str:
        return "yes" if value else "no"


class ChoiceCell(TextCell):
    """One of a field's choices, by its key or by its label."""

    def __init__(self, choices: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.keys = {word.lower(): key for key, label in choices for word in (str(label), str(key))}

    def clean(self, value: str, row: Any = None, **given: Any) -> str:
        key = self.keys.get(value.lower())
        if key is None:
            raise ValueError(f"“{value}” is none of {listed(dict.fromkeys(self.keys.values()))}.")
        return key


def listed(words: Iterable[Any]) -> str:
    """Return the words with commas; of many, the first and how many more there are."""
    every = [str(word) for word in words]
    more = f" and {len(every) - MOST_NAMED} more" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more
