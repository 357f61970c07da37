"""What the pages of an order share."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import ManyToManyField
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.contracts.models import AgreedTarget, Order
from apps.contracts.services.orders import lock

# How both pages ask for the services.
WIDGETS = {ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}}
TERM_FIELDSETS: list[Any] = [
    ("Fee", {"fields": ["fee_amount", "fee_period"]}),
    (
        "TAM settings",
        {"fields": ["tam_minutes_per_month", "tam_calendar", "time_zone"]},
    ),
    ("Portal", {"fields": ["needs_second_factor"]}),
]


@contextmanager
def held(request: HttpRequest, order: Order | None) -> Iterator[None]:
    """Hold an order while what was posted is compared with it and saved: nobody slips in."""
    if request.method != "POST" or order is None:
        yield
        return
    with transaction.atomic():
        with suppress(ObjectDoesNotExist):  # deleted meanwhile: the page says so
            lock(order)
        yield


def targets_in(formsets: Any) -> tuple[list[AgreedTarget], list[AgreedTarget]]:
    """Return the agreed targets that were written or changed, and those that were taken away."""
    for formset in formsets:
        if formset.model is AgreedTarget:
            return formset.save(commit=False), list(formset.deleted_objects)
    return [], []
