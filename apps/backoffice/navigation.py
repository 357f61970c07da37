"""The sidebar of the admin."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpRequest
from django.urls import reverse

from apps.backoffice.link import EVERYBODY, Link
from apps.backoffice.money_links import MONEY
from apps.outbox.capped import capped_count, shown
from apps.outbox.models import Message

DEAD_LETTERS = Link(
    "Dead letters",
    "mark_email_unread",
    "outbox_message_changelist",
    "outbox.view_message",
    "?state__exact=DEAD",
)
GROUPS = [
    (
        "Work",
        [
            Link("Queue", "inbox", "tickets_ticket_changelist", "tickets.view_ticket"),
            Link(
                "Escalations",
                "campaign",
                "escalation_escalation_changelist",
                "escalation.view_escalation",
            ),
            Link("New request", "add_call", "intake_request_new", "tickets.change_ticket"),
            Link("Calls", "call", "intake_call_changelist", "intake.view_call"),
            Link(
                "Voice messages",
                "voicemail",
                "intake_voicemessage_changelist",
                "intake.view_voicemessage",
            ),
            Link("Alerts", "sensors", "intake_alert_changelist", "intake.view_alert"),
            Link(
                "Time",
                "more_time",
                "tickets_timeentry_changelist",
                "tickets.view_timeentry",
            ),
            Link(
                "Appointments",
                "event",
                "contracts_appointment_changelist",
                "contracts.view_appointment",
            ),
            Link(
                "Incidents",
                "power_off",
                "escalation_incident_changelist",
                "escalation.view_incident",
            ),
            Link(
                "Maintenance",
                "construction",
                "changes_maintenance_changelist",
                "changes.view_maintenance",
            ),
            Link(
                "Fault determinations",
                "balance",
                "escalation_faultdetermination_changelist",
                "escalation.view_faultdetermination",
            ),
            Link("When would this be due?", "timer", "tickets_ticket_due", "tickets.view_ticket"),
            Link(
                "Canned replies",
                "quickreply",
                "tickets_cannedreply_changelist",
                "tickets.view_cannedreply",
            ),
            Link(
                "Mail to look at",
                "report",
                "intake_inboundmail_changelist",
                "intake.view_inboundmail",
                "?look=recent",
            ),
            Link("Mails in", "mail", "intake_inboundmail_changelist", "intake.view_inboundmail"),
            Link(
                "Refused requests",
                "block",
                "intake_refusedrequest_changelist",
                "intake.view_refusedrequest",
            ),
        ],
    ),
    (
        "On call",
        [
            Link("Pages", "campaign", "escalation_page_changelist", "escalation.view_page"),
            Link(
                "Rotations",
                "autorenew",
                "escalation_rotation_changelist",
                "escalation.view_rotation",
            ),
            Link(
                "My on-call",
                "notifications_active",
                "escalation_rotation_mine",
                "escalation.view_rotation",
            ),
            Link(
                "Ladders",
                "stairs",
                "escalation_pageladder_changelist",
                "escalation.view_pageladder",
            ),
            Link(
                "Nobody has it",
                "event_busy",
                "escalation_coveragegap_changelist",
                "escalation.view_coveragegap",
            ),
        ],
    ),
    (
        "Reports",
        [
            Link("Exclusions", "rule", "tickets_report_exclusions", "tickets.view_ticket"),
            Link("Vendor cases", "handshake", "tickets_report_cases", "tickets.view_ticket"),
        ],
    ),
    *MONEY,
    (
        "Contracts",
        [
            Link(
                "Policies",
                "gavel",
                "contracts_policyversion_changelist",
                "contracts.view_policyversion",
            ),
            Link(
                "Calendars",
                "calendar_month",
                "contracts_calendarrevision_changelist",
                "contracts.view_calendarrevision",
            ),
            Link("Accounts", "apartment", "contracts_account_changelist", "contracts.view_account"),
            Link("Orders", "contract", "contracts_order_changelist", "contracts.view_order"),
            Link(
                "TAMs",
                "support_agent",
                "contracts_tamassignment_changelist",
                "contracts.view_tamassignment",
            ),
            Link("Services", "lan", "contracts_service_changelist", "contracts.view_service"),
            Link(
                "Service requests",
                "playlist_add_check",
                "contracts_servicerequest_changelist",
                "contracts.view_servicerequest",
            ),
            Link(
                "Webhooks",
                "webhook",
                "contracts_webhookendpoint_changelist",
                "contracts.view_webhookendpoint",
            ),
            Link(
                "Authorised users",
                "badge",
                "contracts_authoriseduser_changelist",
                "contracts.view_authoriseduser",
            ),
            Link("API tokens", "key", "contracts_apitoken_changelist", "contracts.view_apitoken"),
        ],
    ),
    (
        "Messages",
        [
            Link("Outbox", "outbox", "outbox_message_changelist", "outbox.view_message"),
            DEAD_LETTERS,
            Link(
                "Maintenance calendars",
                "edit_calendar",
                "changes_maintenancecalendar_changelist",
                "changes.view_maintenancecalendar",
            ),
            Link("My notices", "notifications", "escalation_noticehours_mine", EVERYBODY),
        ],
    ),
    (
        "Monitoring",
        [
            Link(
                "Sources",
                "monitor_heart",
                "intake_monitoringsource_changelist",
                "intake.view_monitoringsource",
            ),
            Link(
                "Meanings of labels",
                "label",
                "intake_monitoringmapping_changelist",
                "intake.view_monitoringmapping",
            ),
            Link(
                "Posts",
                "move_to_inbox",
                "intake_monitoringpost_changelist",
                "intake.view_monitoringpost",
            ),
        ],
    ),
    (
        "Administration",
        [
            Link("Staff", "person", "contracts_user_changelist", "contracts.view_user"),
            Link("Groups", "group", "auth_group_changelist", "auth.view_group"),
            Link(
                "Schedule",
                "schedule",
                "django_celery_beat_periodictask_changelist",
                "django_celery_beat.view_periodictask",
            ),
        ],
    ),
]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of links that this person may use, the current one marked."""
    groups = [
        (title, [link for link in links if _may_see(request, link)]) for title, links in GROUPS
    ]
    urls = {link: link.url for _, links in groups for link in links}
    current = _current(request, urls)
    home = reverse("admin:index")
    return [
        {
            "items": [
                {"title": "Home", "icon": "home", "link": home, "active": request.path == home}
            ]
        },
        *(
            {
                "title": title,
                "separator": True,
                "items": [
                    {**_entry(link, urls[link]), "active": link is current} for link in links
                ],
            }
            for title, links in groups
            if links
        ),
    ]


def _entry(link: Link, url: str) -> dict[str, Any]:
    entry = {"title": link.title, "icon": link.icon, "link": url}
    dead = capped_count(Message.objects.dead().for_us()) if link is DEAD_LETTERS else 0
    return {**entry, "badge": shown(dead), "badge_variant": "danger"} if dead else entry


def _current(request: HttpRequest, urls: Mapping[Link, str]) -> Link | None:
    """The link that leads nearest to this page: the longest address that this one begins with."""
    asked = set(request.GET.items())
    fitting = [
        (len(url), link)
        for link, url in urls.items()
        if request.path.startswith(url.partition("?")[0])
        and set(parse_qsl(urlsplit(url).query)) <= asked
    ]
    return max(fitting, key=lambda each: each[0], default=(0, None))[1]


def _may_see(request: HttpRequest, link: Link) -> bool:
    return link.permission == EVERYBODY or request.user.has_perm(link.permission)
