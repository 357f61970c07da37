"""The formats of an export, in which no cell runs."""

import re
from typing import Any

import tablib
from import_export.formats import base_formats

from apps.contracts.sheets.harmless import harmless

# Characters that XML has no place for. No import takes them; a row may still have one.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class SheetCSV(base_formats.CSV):
    """CSV, for which spreadsheets want a mark that it is UTF-8: see ``to_encoding``."""

    def export_data(self, dataset: tablib.Dataset, **given: Any) -> Any:
        return tablib.Dataset.export(_quoted(dataset), "csv", **given)


class SheetXLSX(base_formats.XLSX):
    """XLSX, in which every cell is text."""

    def export_data(self, dataset: tablib.Dataset, **given: Any) -> Any:
        return tablib.Dataset.export(_quoted(dataset, NOT_IN_XML), "xlsx", **given)


def _quoted(dataset: tablib.Dataset, forbidden: re.Pattern[str] | None = None) -> tablib.Dataset:
    """Return a copy of which no cell is a formula.

    The library's own way takes the first “=” away: that loses it, and lets “+” and “@” pass.
    """
    quoted = tablib.Dataset(headers=dataset.headers)
    for row in dataset:
        cells = (harmless(str(cell)) for cell in row)
        quoted.append([forbidden.sub("\ufffd", each) if forbidden else each for each in cells])
    return quoted
