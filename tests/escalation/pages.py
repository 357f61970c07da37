"""Going to the pages of incidents and of findings, as somebody of a role."""

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.contracts.models import User
from apps.escalation.models import Incident, OutageReport
from apps.tickets.models import Ticket
from tests.factories import make_staff

LIST = reverse("admin:escalation_incident_changelist")
OPEN = reverse("admin:escalation_incident_open")
ADD_FAULT = reverse("admin:escalation_faultdetermination_add")
AGENT, DUTY, FINANCE = "Support agents", "Duty managers", "Finance"


def signed_in(role: str) -> tuple[Client, User]:
    user = make_staff()
    user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return browser, user


def page_of(incident: Incident) -> str:
    return reverse("admin:escalation_incident_change", args=[incident.pk])


def act(browser: Client, incident: Incident, name: str, **given: Any) -> Any:
    return browser.post(reverse("admin:escalation_incident_act", args=[incident.pk, name]), given)


def fault_page(ticket: Ticket) -> str:
    return f"{ADD_FAULT}?ticket={ticket.pk}"


def typed(report: OutageReport, **given: Any) -> dict[str, Any]:
    """What a browser sends of the editor: one row of the timeline, one action."""
    whole = {
        "seen": report.edition,
        "kind": "FINAL",
        "started_at": "2026-03-04T14:00",
        "detected_at": "2026-03-04T14:02",
        "restored_at": "2026-03-04T18:00",
        "summary": "A core switch failed.\r\nAll were cut off.",
        "root_cause": "Its fan stood still.",
        "moments-TOTAL_FORMS": 2,
        "moments-INITIAL_FORMS": report.timeline.count(),
        "moments-0-at": "2026-03-04T14:00",
        "moments-0-text": "The switch went dark.",
        "moments-1-at": "",
        "moments-1-text": "",
        "actions-TOTAL_FORMS": 2,
        "actions-INITIAL_FORMS": report.actions.count(),
        "actions-0-kind": "PREVENTIVE",
        "actions-0-text": "Watch the fans",
        "actions-0-owner": "NOC",
        "actions-0-due_on": "2026-03-09",
        "actions-1-kind": "CORRECTIVE",
        "then": "keep",
    }
    return {**whole, **given}
