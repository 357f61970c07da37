"""How a file is to be read: what a person chose. Nothing of it is guessed from the rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from apps.billing.rules.bank_cells import POINT

AUTO, WINDOWS = "", "cp1252"
SEPARATORS = {"": "As the header shows", ",": "Comma", ";": "Semicolon", "\t": "Tab"}
ENCODINGS = {AUTO: "UTF-8 or UTF-16", WINDOWS: "Windows-1252 (Western European)"}


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices for one file. ``columns`` is the place of a column -> the field that it holds."""

    day_form: str
    method: str
    currency: str = ""  # of rows that name none
    decimal: str = POINT
    encoding: str = AUTO
    separator: str = ""
    columns: Mapping[int, str] = field(default_factory=dict)

    def packed(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return {**asdict(self), "columns": {str(n): name for n, name in self.columns.items()}}

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Self:
        """Return the choices that ``packed`` was made of."""
        columns = {int(n): name for n, name in packed["columns"].items()}
        return cls(**{**packed, "columns": columns})
