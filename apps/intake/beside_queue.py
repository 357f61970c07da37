"""What the queue's views lead to in this room: requests that were not owed."""

from apps.intake.models import RefusedRequest
from apps.tickets.elsewhere import Elsewhere, register

register(
    Elsewhere(
        title="Not entitled",
        page="intake_refusedrequest_changelist",
        permission="intake.view_refusedrequest",
        rows=RefusedRequest.objects.all,
    )
)
