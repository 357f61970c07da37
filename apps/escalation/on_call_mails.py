"""How the mails on on-call read. Each is made of facts, at the moment it is sent."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.escalation.models import CoverageGap
from apps.escalation.services import coverage
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.wording import moment


@renders(coverage.GAP)
def gap(payload: dict[str, Any]) -> Email:
    """Tell a duty manager of hours that nobody has.

    Clause: S-2, S-3.

    :raises Withdrawn: somebody has them by now, or they went by.
    """
    found = CoverageGap.objects.select_related("rotation").get(pk=payload["gap_id"])
    if found.state != CoverageGap.State.OPEN:
        raise Withdrawn(f"The gap is none any more: {found.get_state_display().lower()}.")
    zone = found.rotation.time_zone
    context = {
        "gap": found,
        "starts": moment(found.starts_at, zone),
        "ends": moment(found.ends_at, zone),
        "url": url_of("admin:escalation_rotation_schedule", found.rotation_id),
    }
    return Email(
        subject=f"Nobody on call: {found.rotation} from {context['starts']}",
        text=text_of("mail/on_call_gap.txt", context),
    )


def url_of(page: str, *args: object) -> str:
    """Return the whole address of a page."""
    return f"{settings.BASE_URL}{reverse(page, args=args)}"


def text_of(template: str, context: dict[str, Any]) -> str:
    """Return a mail's text, which ends with one end of a line."""
    return render_to_string(template, context).rstrip() + "\n"
