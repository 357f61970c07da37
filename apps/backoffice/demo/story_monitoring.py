"""The demo's monitoring: a source, what its labels mean, and alerts of each kind."""

import json
from datetime import datetime, timedelta
from typing import Any

from apps.backoffice.demo.acts import DemoFault, Stage
from apps.contracts.models import Order, Service
from apps.intake.models import MonitoringMapping, MonitoringSeverity, MonitoringSource
from apps.intake.services import handle_alerts, read_posts, take_post
from apps.tickets.models import Ticket

MINUTE = timedelta(minutes=1)
SEVERITIES = {"critical": ("II", "2"), "warning": ("III", "3")}


def watch_platform(stage: Stage, at: datetime) -> None:
    """Let a monitoring system tell of trunks that are down, and of one that came back."""
    source = MonitoringSource.objects.create(
        name="Prometheus, New York", key="prometheus-ny", author=stage.people["duty"]
    )
    for value, keys in SEVERITIES.items():
        for key in keys:
            MonitoringSeverity.objects.create(source=source, value=value, severity_key=key)
    accounts = [order.account for order in _orders()]
    for account in accounts:
        customer = account.name.lower().replace(" ", "-")
        MonitoringMapping.objects.create(label="customer", value=customer, account=account)
    voice = Service.objects.get(key="voice")
    MonitoringMapping.objects.create(label="job", value="sip-probe", service=voice)
    watched, *others = (account.name.lower().replace(" ", "-") for account in accounts)
    _told(source, at - 50 * MINUTE, ("a1", watched, "Registrations fall on edge 2", {}))
    _told(source, at - 40 * MINUTE, ("a2", watched, "Calls fail on edge 2", {}))
    over = {"status": "resolved", "endsAt": (at - 15 * MINUTE).isoformat()}
    _told(source, at - 14 * MINUTE, ("a1", watched, "Registrations fall on edge 2", over))
    for number, name in enumerate([*others[:1], "blue-heron"]):
        _told(source, at - 20 * MINUTE, (f"b{number}", name, "Packets are lost on edge 4", {}))
    if not Ticket.objects.filter(channel=Ticket.Channel.MONITORING).exists():
        raise DemoFault("An alert of a client who is watched opened no ticket.")


def _orders() -> list[Order]:
    """Return an order that is watched, and one that is not."""
    orders = Order.objects.executed().select_related("account", "plan").order_by("pk")
    in_use = [order for order in orders if order.authorised_users.filter(may_open=True).exists()]
    watched = [each for each in in_use if each.plan.features.get("proactive_monitoring")]
    plain = [each for each in in_use if not each.plan.features.get("proactive_monitoring")]
    if not (watched and plain):
        raise DemoFault("No client is watched, or every one is.")
    return [watched[0], plain[0]]


def _told(source: MonitoringSource, at: datetime, told: tuple[str, str, str, Any]) -> None:
    key, customer, summary, more = told
    alert = {
        "status": "firing",
        "labels": {
            "alertname": summary.split()[0],
            "customer": customer,
            "job": "sip-probe",
            "severity": "warning",
        },
        "annotations": {"summary": summary},
        "startsAt": (at - MINUTE).isoformat(),
        "fingerprint": f"demo{key}",
        **more,
    }
    if more:
        alert["startsAt"] = (at - 37 * MINUTE).isoformat()
    body = json.dumps({"version": "4", "groupKey": customer, "alerts": [alert]}).encode()
    take_post(source=source, body=body, at=at)
    read_posts()
    handle_alerts(at=at)
