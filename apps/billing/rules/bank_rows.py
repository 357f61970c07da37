"""Whether two rows of a bank may be one, though their files write them in different columns.

Clause: V-3.4.6.
"""

from collections.abc import Collection
from dataclasses import dataclass

BY_THE_BANK = "id:"  # how the key of a row begins that the bank numbered


@dataclass(frozen=True, slots=True)
class SaidOfRow:
    """What two rows of one day, amount and currency are compared by.

    ``account`` is whose it is, if somebody knows; ``names`` are the documents that it names.
    ``reference`` and ``payer`` are folded; a column that a file has not is empty.
    """

    key: str
    account: int | None
    names: Collection[int]
    reference: str
    payer: str


def may_be_one(one: SaidOfRow, other: SaidOfRow) -> bool:
    """Tell whether two rows of one day, amount and currency may be the same one of the bank.

    They are two where the bank gave them two numbers, where they are of two accounts or name other
    documents, and, as long as it is unknown whose they are, where a column that both have says
    something else.

    Clause: V-3.4.6.
    """
    if one.key.startswith(BY_THE_BANK) and other.key.startswith(BY_THE_BANK):
        return False
    if one.names and other.names and not set(one.names) & set(other.names):
        return False
    if one.account is not None and other.account is not None:
        return one.account == other.account
    return _fit(one.reference, other.reference) and _fit(one.payer, other.payer)


def _fit(one: str, other: str) -> bool:
    return one in other or other in one
