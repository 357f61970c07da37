"""Which column of a file is what, by the words of its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.contracts.sheets.sheet import Unreadable

LEFT_OUT = ""
# Field -> how people read it, and the words of headers that mean it.
FIELDS: Mapping[str, tuple[str, Sequence[str]]] = {
    "amount": (
        "Amount",
        ["amount", "paid in", "credit", "credit amount", "money in", "amount received", "gross"],
    ),
    "outgoing": (
        "Amount that went out",
        ["paid out", "debit", "debit amount", "money out", "withdrawal"],
    ),
    "date": (
        "Date",
        [
            "date",
            "booking date",
            "value date",
            "posting date",
            "posted on",
            "received on",
            "transaction date",
            "payment date",
        ],
    ),
    "reference": (
        "Reference",
        [
            "reference",
            "payment reference",
            "description",
            "details",
            "narrative",
            "memo",
            "purpose",
            "remittance information",
            "text",
        ],
    ),
    "payer": (
        "Account or payer",
        ["account", "client", "customer", "payer", "paid by", "counterparty", "name", "sender"],
    ),
    "currency": ("Currency", ["currency", "ccy"]),
    "method": ("Method", ["method", "payment method"]),
    "bank_id": (
        "Transaction number",
        ["transaction id", "transaction number", "entry reference", "bank reference", "id"],
    ),
}
NEEDED = ("amount", "date")
WORDS = {word: name for name, (_, words) in FIELDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file: their names as written, which field each holds, what is unclear.

    ``unclear`` says in words what a person has to choose; empty: the file can be read.
    """

    names: Sequence[str]
    fields: Sequence[str]
    unclear: Sequence[str] = ()

    def place_of(self, name: str) -> int | None:
        """Return the place of the column that holds a field; None: there is none."""
        return self.fields.index(name) if name in self.fields else None


def header_of(cells: Sequence[str], *, chosen: Mapping[int, str]) -> Header:
    """Return the columns of a file by their names, in any order; what is chosen goes before.

    :raises Unreadable: a column with cells has no name, or two have the same one.
    """
    names = list(cells)
    while names and not names[-1]:
        names.pop()
    folded = [" ".join(name.casefold().replace("_", " ").split()) for name in names]
    _check(folded)
    fields = [
        chosen.get(place, LEFT_OUT if chosen else WORDS.get(word, LEFT_OUT))
        for place, word in enumerate(folded)
    ]
    return Header(names, fields, list(_unclear(names, fields)))


def _check(folded: Sequence[str]) -> None:
    for name in folded:
        if not name:
            raise Unreadable("A column of the header has no name. Name it, or delete it.")
        if folded.count(name) > 1:
            raise Unreadable(f"The column “{name}” is there twice. Rename one of them.")


def _unclear(names: Sequence[str], fields: Sequence[str]) -> Sequence[str]:
    found = []
    for field, (label, _) in FIELDS.items():
        places = [name for name, held in zip(names, fields, strict=True) if held == field]
        if len(places) > 1:
            found.append(f"{label}: choose one of {', '.join(places)}.")
        elif not places and field in NEEDED:
            found.append(f"{label}: no column is called so. Choose which one it is.")
    return found
