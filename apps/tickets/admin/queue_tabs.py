"""The views above the queue, each with how many tickets it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from apps.contracts.models import User
from apps.tickets.admin.queue_counts import Counted, counts_of, shown
from apps.tickets.admin.queue_views import NOT_CLOSED, TABS
from apps.tickets.elsewhere import registered


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as a link. ``is_chosen``: it is the one that is looked at."""

    title: str
    url: str
    count: str
    is_chosen: bool = False
    is_alarm: bool = False


def counts_for(me: User, keys: Sequence[str]) -> Mapping[str, int]:
    """Return how many tickets these views show somebody, up to the cap, in one statement."""
    counts = counts_of([TABS[key].counted(me) for key in keys])
    return dict(zip(keys, counts, strict=True))


def tabs_for(me: User, *, chosen: str) -> Sequence[Shown]:
    """Return the views that somebody may see, all counted in one statement."""
    others = [view for view in registered() if me.has_perm(view.permission)]
    counted = [tab.counted(me) for tab in TABS.values()]
    counts = counts_of([*counted, *(Counted(view.rows()) for view in others)])
    ours = [
        Shown(
            tab.title,
            f"?view={tab.key}",
            shown(count),
            is_chosen=tab.key == chosen,
            is_alarm=tab.key == "missed" and count > 0,
        )
        for tab, count in zip(TABS.values(), counts, strict=False)
    ]
    theirs = [
        Shown(view.title, reverse(f"admin:{view.page}"), shown(count))
        for view, count in zip(others, counts[len(TABS) :], strict=True)
    ]
    # What is not closed comes last: it is everything.
    last = list(TABS).index(NOT_CLOSED.key)
    return [*ours[:last], *theirs, *ours[last:]]
