"""CSV: which characters the bytes are, what separates the cells, and the cells."""

import csv
import io
import re
from collections.abc import Collection, Iterator

from apps.contracts.sheets.sheet import Record, Unreadable

SEPARATORS = [",", ";", "\t"]
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What a spreadsheet takes for its instruction, and never shows as a line.
SAID = re.compile(r'"?sep=(?P<separator>[^"\r\n])"?[,;\t]*(\r\n|\r|\n)', re.IGNORECASE)


def csv_records(data: bytes, *, columns: Collection[str]) -> Iterator[Record]:
    """Yield each line of a CSV file, its header first.

    ``columns`` are the names that a header may have: they decide between the separators, unless
    the file's first line does. Lines are counted as a spreadsheet shows them, without that one.

    :raises Unreadable: it is neither UTF-8 nor marked UTF-16, or its quotes do not match.
    """
    text = decoded(data)
    said = SAID.match(text)
    text = text[said.end() :] if said else text
    separator = said["separator"] if said else _separator(text, columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield Record(number, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise Unreadable(
            f"Line {reader.line_num} cannot be read as CSV ({error}). Check its quotes."
        ) from error


SAVE_AS = "Save it as “CSV UTF-8”, or as XLSX, and try again."


def decoded(data: bytes, *, advice: str = SAVE_AS) -> str:
    """Return the text. Other encodings are refused: guessed wrongly, they spoil names unseen.

    :raises Unreadable: it is neither UTF-8 nor marked UTF-16.
    """
    try:
        text = data.decode("utf-16" if data.startswith(UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(
            f"The file is not UTF-8: line {line} holds a byte that cannot be read. {advice}"
        ) from error
    if "\0" in text:
        raise Unreadable("The file is not text. Save it as “CSV UTF-8”, or as XLSX, and try again.")
    return text


def _separator(text: str, columns: Collection[str]) -> str:
    """Return the separator under which the header names most of the columns."""
    header = next((line for line in text.splitlines() if line.strip()), "")

    def known(separator: str) -> int:
        return sum(cell.strip(' "').lower() in columns for cell in header.split(separator))

    return max(SEPARATORS, key=known)
