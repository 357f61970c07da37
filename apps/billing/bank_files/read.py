"""From the bytes of a file to rows, each with its amount, day and words; or why it is refused.

A file with one row that cannot be read is read wrongly, more often than not: none of it is taken.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from unicodedata import category

from apps.billing.bank_files.choices import SEPARATORS, WINDOWS, Choices
from apps.billing.bank_files.columns import WORDS, Header, header_of
from apps.billing.models import Payment
from apps.billing.models.imports import LONGEST_WORDS
from apps.billing.rules.bank_cells import amount_in, day_in
from apps.billing.rules.money import ZERO
from apps.contracts.rules.names import unseen_in
from apps.contracts.sheets.csv_text import SAID, csv_records, decoded
from apps.contracts.sheets.sheet import MOST_BYTES, Problem, Record, Unreadable, counted

ADVICE = "Choose Windows-1252 below if that is what it is, or save it as “CSV UTF-8”."
SHOWN_FOR_UNSEEN = "\ufffd"
METHODS = {word.casefold(): key for key, label in Payment.Method.choices for word in (key, label)}


@dataclass(frozen=True, slots=True)
class BankRow:
    """A row that brings money in. ``like`` is a row above of the same bank's number; 0: none is.

    Without a number two equal rows are two payments: a bank's file has each of its rows once.
    """

    number: int
    received_on: date
    amount: Decimal
    currency: str
    method: str
    reference: str
    payer: str
    key: str
    like: int = 0


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file as it was read. Without a ``problem`` and with a clear header, it can be booked."""

    name: str
    digest: str
    header: Header
    rows: Sequence[BankRow] = ()
    outgoing: Sequence[int] = ()
    problems: Sequence[Problem] = ()


def read_bank_file(*, data: bytes, name: str, choices: Choices) -> BankFile:
    """Read a CSV file as a person chose.

    :raises Unreadable: the file as a whole cannot be taken; the message says what to do.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
    if not data.strip():
        raise Unreadable("The file is empty.")
    text = _text(data, choices)
    records = counted(csv_records(text.encode(), columns=list(WORDS)))
    first = next(records, None)
    if first is None:
        raise Unreadable("The file is empty.")
    header = header_of(first.cells, chosen=choices.columns)
    digest = hashlib.sha256(data).hexdigest()
    if header.unclear:
        return BankFile(name, digest, header)
    return _read(BankFile(name, digest, header), records, choices)


def _text(data: bytes, choices: Choices) -> str:
    """Return the file's text, with the separator said before it: in no file it is guessed twice."""
    if data.startswith(b"PK\x03\x04"):
        raise Unreadable("This is a workbook or an archive. Save the sheet as “CSV UTF-8”.")
    text = _windows(data) if choices.encoding == WINDOWS else decoded(data, advice=ADVICE)
    said = SAID.match(text)
    separator = choices.separator or (said["separator"] if said else _separator(text))
    return f"sep={separator}\n{text[said.end() :] if said else text}"


def _windows(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        raise Unreadable("The file says that it is Unicode. Choose “UTF-8 or UTF-16”.")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(
            f"The file is not Windows-1252: line {line} holds a byte that it does not have."
        ) from error
    if "\0" in text:
        raise Unreadable("The file is not text. Save it as “CSV UTF-8” and try again.")
    return text


def _separator(text: str) -> str:
    """Return what separates the header's cells: most words that we know, then most cells."""
    header = next((line for line in text.splitlines() if line.strip()), "")

    def fits(separator: str) -> tuple[int, int]:
        cells = [cell.strip(' "').casefold() for cell in header.split(separator)]
        return sum(cell in WORDS for cell in cells), len(cells)

    return max((each for each in SEPARATORS if each), key=fits)


def _read(file: BankFile, records: Iterator[Record], choices: Choices) -> BankFile:
    rows: list[BankRow] = []
    outgoing: list[int] = []
    problems: list[Problem] = []
    for record in records:
        found = _row(record, file.header, choices)
        if isinstance(found, Problem):
            problems.append(found)
        elif found is None:
            outgoing.append(record.number)
        else:
            rows.append(found)
    if not (rows or outgoing or problems):
        raise Unreadable("There are no rows below the header.")
    return replace(file, rows=_keyed(rows), outgoing=outgoing, problems=problems)


def _row(record: Record, header: Header, choices: Choices) -> BankRow | Problem | None:
    """Return what a row says; None: money went out."""
    if any(record.cells[len(header.names) :]):
        reason = "has more cells than the header has columns. Check separators and quotes."
        return Problem(record.number, "", reason)
    cells = _cells(record, header)
    reading = ""
    try:
        reading = "amount"
        amount = _amount(cells, choices)
        if amount is None or amount < 0:
            return None
        reading = "date"
        day = day_in(cells["date"], form=choices.day_form)
        reading = "currency"
        currency = _currency(cells["currency"] or choices.currency)
        reading = "method"
        method = _method(cells["method"], choices)
    except ValueError as refusal:
        return Problem(record.number, reading, str(refusal))
    return BankRow(
        number=record.number,
        received_on=day,
        amount=amount,
        currency=currency,
        method=method,
        reference=cells["reference"][:LONGEST_WORDS],
        payer=cells["payer"][:LONGEST_WORDS],
        key=cells["bank_id"],
    )


def _cells(record: Record, header: Header) -> defaultdict[str, str]:
    """Return field -> its cell; fields that the file has not are empty."""
    cells: defaultdict[str, str] = defaultdict(str)
    for name, cell in zip(header.fields, record.cells, strict=False):
        if name:
            cells[name] = _legible(cell)
    return cells


def _legible(cell: str) -> str:
    """Return a cell on one line; what no reader sees is shown as a mark."""
    line = " ".join(cell.split())
    if not unseen_in(line):
        return line
    return "".join(SHOWN_FOR_UNSEEN if category(each)[0] == "C" else each for each in line)


def _amount(cells: defaultdict[str, str], choices: Choices) -> Decimal | None:
    """Return the amount; None where another column says that money went out.

    :raises ValueError: there is no amount that can be.
    """
    if not cells["amount"] and cells["outgoing"]:
        amount_in(cells["outgoing"], decimal=choices.decimal)
        return None
    if not cells["amount"]:
        raise ValueError("is empty.")
    amount = amount_in(cells["amount"], decimal=choices.decimal)
    if amount != ZERO:
        return amount
    if cells["outgoing"] and amount_in(cells["outgoing"], decimal=choices.decimal):
        return None
    raise ValueError(f"“{cells['amount']}” is nothing. Delete the row, or mend it.")


def _currency(text: str) -> str:
    code = text.upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):  # noqa: PLR2004 (ISO 4217)
        raise ValueError(f"“{text}” is not a currency. Write it as USD.")
    return code


def _method(text: str, choices: Choices) -> str:
    if not text:
        return choices.method
    key = METHODS.get(text.casefold())
    if key is None:
        known = ", ".join(label for _, label in Payment.Method.choices)
        raise ValueError(f"“{text}” is none of {known}.")
    return key


def _keyed(rows: Sequence[BankRow]) -> Sequence[BankRow]:
    """Give each row what makes it one row of the bank, in whichever file it comes.

    That is the bank's own number; without one, all that it says, and how often it was said above.
    """
    counts: Counter[str] = Counter()
    first: dict[str, int] = {}
    keyed = []
    for row in rows:
        said = (
            [row.key]
            if row.key
            else [str(row.received_on), f"{row.amount:.2f}", row.currency, row.reference, row.payer]
        )
        kind = "id" if row.key else "row"
        digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()
        counts[digest] += 1
        above = first.setdefault(digest, row.number)
        like = above if row.key and above != row.number else 0
        keyed.append(replace(row, key=f"{kind}:{digest}:{counts[digest]}", like=like))
    return keyed
