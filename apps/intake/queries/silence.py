"""Which maintenance silences an alert: what its account was told will not work for a while.

Only work that is confirmed or in progress does. What is merely planned may not take place, and is
announced as tentative: an outage in such a window must be seen. Nor does work silence anything that
is done or cancelled, or of which the account was told that it has no impact.

Clause: S-11, V-2-monitoring.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.changes.models import Maintenance, MaintenanceNotice
from apps.contracts.models import Service

SILENCING = (Maintenance.State.CONFIRMED, Maintenance.State.IN_PROGRESS)
MOST = 1000  # windows that are open at a time, of all accounts that are asked for


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
    """Return account id -> the windows that silence at an instant: the start does, the end not.

    One query, however many there are.

    Clause: S-11.
    """
    found: defaultdict[int, list[Window]] = defaultdict(list)
    if not accounts:
        return found
    told = MaintenanceNotice.objects.newest().filter(
        account__in=accounts,
        update__state__in=SILENCING,
        update__starts_at__lte=at,
        update__ends_at__gt=at,
    )
    felt = told.exclude(update__impact=Maintenance.Impact.NO_IMPACT)
    for notice in felt.select_related("update__maintenance").order_by("pk")[:MOST]:
        update = notice.update
        found[notice.account_id].append(
            Window(
                says=f"{update.maintenance.number} {update.title}",
                names=frozenset(name.lower() for name in notice.objects_named),
                ends_at=update.ends_at,
            )
        )
    return found
