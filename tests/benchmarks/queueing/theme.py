"""The queue's page against the theme's own list of as many columns and rows, in CPU time."""

from collections.abc import Callable
from statistics import median
from time import process_time

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import reverse
from unfold.admin import ModelAdmin

from apps.tickets.models import Ticket
from tests.benchmarks.harness import Ratio
from tests.benchmarks.queueing.pages import HOST, agent
from tests.benchmarks.server import use

ROUNDS = 15
PAGES = 4


class PlainAdmin(ModelAdmin):
    """As many columns as the queue has, each a field of the row; no filters, no search."""

    list_display = [
        *("subject", "account", "severity", "status", "assignee", "channel"),
        *("registered_at", "latest_at"),
    ]
    list_select_related = ["account", "severity", "assignee"]
    list_per_page = 50
    ordering = ["-pk"]
    show_full_result_count = False
    actions = ["mark"]

    def mark(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        """Let each row have a box to tick, as the queue's have."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return super().get_queryset(request).defer("agreed", "entitled")


def race() -> Ratio:
    """Return our page's CPU time to that of the theme's list, on a thousand tickets."""
    use("few")
    ours = _opener(admin.site._registry[Ticket].changelist_view)
    plain = _opener(PlainAdmin(Ticket, admin.site).changelist_view)
    taken: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(ROUNDS + 1):
        for name, run in {"ours": ours, "plain": plain}.items():
            started = process_time()
            run()
            taken[name].append((process_time() - started) / PAGES * 1000)
    of_ours, of_plain = (median(times[1:]) for times in taken.values())
    note = f"{of_ours:.1f} ms to {of_plain:.1f} ms of CPU"
    return Ratio("CPU, ours to the theme's own list", of_ours / of_plain, 1, False, note)


def _opener(view: Callable) -> Callable[[], None]:
    request = RequestFactory(SERVER_NAME=HOST).get(reverse("admin:tickets_ticket_changelist"))
    request.user = agent()
    request.session = {}

    def run() -> None:
        for _ in range(PAGES):
            answer = view(request)
            answer.render()
            assert answer.content.count(b"_selected_action") >= 50

    return run
