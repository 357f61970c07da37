"""The formats of an export, in which no cell runs."""

import io
import re
from typing import Any

import tablib
from import_export.formats import base_formats
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from apps.contracts.sheets.harmless import harmless

# Characters that XML has no place for. No import takes them; a row may still have one.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
WIDEST = 60  # characters


class SheetCSV(base_formats.CSV):
    """CSV, for which spreadsheets want a mark that it is UTF-8: see ``to_encoding``."""

    def export_data(self, dataset: tablib.Dataset, **given: Any) -> Any:
        return tablib.Dataset.export(_quoted(dataset), "csv", **given)


class SheetXLSX(base_formats.XLSX):
    """XLSX, in which every cell is text, also one that reads like an error, such as “#N/A”."""

    def export_data(self, dataset: tablib.Dataset, **given: Any) -> Any:
        quoted = _quoted(dataset, NOT_IN_XML)
        book = Workbook()
        page = book.worksheets[0]
        for line, row in enumerate([quoted.headers or [], *quoted], start=1):
            for place, text in enumerate(row, start=1):
                cell = page.cell(line, place, text)
                cell.data_type = "s"
                if line == 1:
                    cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for place, texts in enumerate(zip(quoted.headers or [], *quoted, strict=True), start=1):
            width = min(max(map(len, texts)) + 2, WIDEST)
            page.column_dimensions[get_column_letter(place)].width = width
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()


def _quoted(dataset: tablib.Dataset, forbidden: re.Pattern[str] | None = None) -> tablib.Dataset:
    """Return a copy of which no cell is a formula.

    The library's own way takes the first “=” away: that loses it, and lets “+” and “@” pass.
    """
    quoted = tablib.Dataset(headers=dataset.headers)
    for row in dataset:
        cells = (harmless(str(cell)) for cell in row)
        quoted.append([forbidden.sub("\ufffd", each) if forbidden else each for each in cells])
    return quoted
