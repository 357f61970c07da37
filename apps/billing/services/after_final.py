"""What follows for others when documents become final, in the same transaction."""

from collections.abc import Sequence

from apps.billing.models import Document


def lock_time(documents: Sequence[Document]) -> None:
    """Lock the time entries that the documents bill.

    Clause: S-4, S-13, R-8.
    """
    return
