"""Charges that may be invoiced.

Clause: S-4, S-13, R-8.
"""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from apps.billing.models import Charge, RatedEvent


def ready_charges(*, through_on: date) -> QuerySet[Charge]:
    """Return what was incurred up to a day and is to be invoiced.

    What waits for a finding is left out, though it was charged once: nothing is billed before it.

    Clause: S-4.
    """
    undecided = RatedEvent.objects.filter(pk=OuterRef("event"), held_for=RatedEvent.HeldFor.FINDING)
    rows = Charge.objects.filter(state=Charge.State.READY, incurred_on__lte=through_on)
    return rows.filter(~Exists(undecided))
