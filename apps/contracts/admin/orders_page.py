"""What the pages of an order share."""

from typing import Any

from django.db.models import ManyToManyField
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.contracts.models import AgreedTarget

# How both pages ask for the services.
WIDGETS = {ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}}
TERM_FIELDSETS: list[Any] = [
    ("Fee", {"fields": ["fee_amount", "fee_period"]}),
    (
        "Technical account manager",
        {"fields": ["tam_minutes_per_month", "tam_calendar", "time_zone"]},
    ),
]


def targets_in(formsets: Any) -> tuple[list[AgreedTarget], list[AgreedTarget]]:
    """Return the agreed targets that were written or changed, and those that were taken away."""
    for formset in formsets:
        if formset.model is AgreedTarget:
            return formset.save(commit=False), list(formset.deleted_objects)
    return [], []
