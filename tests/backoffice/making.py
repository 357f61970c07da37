"""Small things that tests of the back office share."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ROLES = [
    "superuser",
    "Administrators",
    "Duty managers",
    "Support agents",
    "TAMs",
    "Finance",
    "",
]
