"""What the last check of the ledger found, in short.

Clause: V-3.4.6, S-12, S-13.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from apps.billing.models import LedgerCheck
from apps.billing.queries.month_end import latest_check
from apps.billing.queries.verify import checks

MORE = re.compile(r"And ([0-9]+) more\.")  # findings of a check that were not kept one by one
TOTALS = "The totals of each currency agree"


@dataclass(frozen=True, slots=True)
class Checked:
    """A check, and its findings by kind: what ought to hold, and how often it did not."""

    record: LedgerCheck
    kinds: Sequence[tuple[str, int]]


def last_checked() -> Checked | None:
    """Return the last check of the ledger, in one query; None: there was none.

    Clause: V-3.4.6, S-12, S-13.
    """
    record = latest_check()
    if record is None:
        return None
    titles = {check.key: check.title for check in checks}
    counts: Counter[str] = Counter()
    for finding in record.findings:
        more = MORE.fullmatch(finding["words"])
        counts[titles.get(finding["check"], TOTALS)] += int(more[1]) if more else 1
    return Checked(record, counts.most_common())
