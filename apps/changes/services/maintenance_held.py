"""What every act on maintenance does first and last: hold the row, look at it, keep it."""

from datetime import datetime

from apps.changes.models import Maintenance
from apps.contracts.models import User
from apps.contracts.rules.names import shows, unseen_in
from apps.contracts.services.orders import sign

LONGEST_TEXT = 20_000  # characters


class MaintenanceRefused(Exception):
    """It cannot be done. The message says why, and what to do."""


class MaintenanceChanged(MaintenanceRefused):
    """Somebody else was first."""

    def __init__(self, row: Maintenance) -> None:
        state = row.get_state_display().lower()
        super().__init__(
            f"{row.changed_by} changed {row.number} meanwhile; it is {state} now. Look at it again."
        )


class NoticeTooShort(MaintenanceRefused):
    """Accounts would be told later than their policies promise, and nobody says why."""

    def __init__(self, *, accounts: int, given: int, owed: int) -> None:
        who = "An account is" if accounts == 1 else f"{accounts} accounts are"
        super().__init__(
            f"{who} owed {_days(owed)} of notice and would get {_days(given)}."
            " Move the window, or say why it cannot wait."
        )


def hold(maintenance: Maintenance) -> Maintenance:
    """Return the row as it is now, locked until the transaction ends."""
    # Without a join: one to who changed it last finds no row, once somebody else did meanwhile.
    return Maintenance.objects.select_for_update(no_key=True).get(pk=maintenance.pk)


def is_repeated(row: Maintenance, *, seen: int, state: str, by: User) -> bool:
    """Tell whether the same person did this already, by a double click."""
    return (row.edition, row.changed_by_id, row.state) == (seen + 1, by.pk, state)


def as_seen(row: Maintenance, *, seen: int) -> None:
    """Refuse to act on what was not shown.

    :raises MaintenanceChanged: it was changed since.
    """
    if row.edition != seen:
        raise MaintenanceChanged(row)


def keep(row: Maintenance, *, reason: str, by: User, at: datetime) -> None:
    """Save a changed row with its history."""
    if row.pk:
        row.edition += 1
    row.changed_by = by
    sign(row, reason=reason, by=by, at=at)
    row.save()


def words(text: str, empty: str) -> str:
    """Return what somebody wrote, ready to be kept; ``empty`` is the refusal of nothing.

    :raises MaintenanceRefused: it is empty, too long, or cannot be kept.
    """
    clean = text.replace("\r\n", "\n").strip()
    if empty and not shows(clean):
        raise MaintenanceRefused(empty)
    if len(clean) > LONGEST_TEXT:
        raise MaintenanceRefused(f"The text is longer than {LONGEST_TEXT:,} characters.")
    if unseen := unseen_in(clean, lines=True):
        raise MaintenanceRefused(f"The text holds an invisible character, {unseen}. Type it anew.")
    return clean


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"
