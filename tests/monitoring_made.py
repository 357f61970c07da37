"""Monitoring for tests: a source, its secret, what labels mean, and posts as Alertmanager sends."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from apps.contracts.models import AuthorisedUser
from apps.intake.models import Alert, MonitoringMapping, MonitoringPost, MonitoringSource
from apps.intake.services import handle_alerts, make_secret, read_posts, take_post
from tests.factories import MORNING, make_client, make_order, make_preset, make_staff

PREMIUM = "voximplant-premium-2023"
MINUTE = timedelta(minutes=1)
_serial = count(1)


def make_source(**facts: Any) -> MonitoringSource:
    """Create a source that posts as Alertmanager does."""
    name = f"Prometheus {next(_serial)}"
    given = {"name": name, "key": name.lower().replace(" ", "-"), "author": make_staff()}
    return MonitoringSource.objects.create(**{**given, **facts})


def make_shown(source: MonitoringSource) -> str:
    return make_secret(source=source, by=source.author, at=MORNING)


def make_watched(*, plan: str = "gold", customer: str = "acme") -> AuthorisedUser:
    """Create a client whose plan has proactive monitoring, and whom a label names."""
    person = make_client(order=make_order(version=make_preset(slug=PREMIUM), plan=plan))
    make_meaning(customer=customer, account=person.order.account)
    return person


def make_meaning(*, source: MonitoringSource | None = None, **facts: Any) -> MonitoringMapping:
    """Say what a label means: the first of ``facts`` is the label, the others are what it means."""
    (label, value), *meaning = facts.items()
    return MonitoringMapping.objects.create(
        source=source, label=label, value=value, **dict(meaning)
    )


def alert(
    fingerprint: str = "f1",
    *,
    status: str = "firing",
    began_at: datetime = MORNING,
    over_at: datetime | None = None,
    summary: str = "",
    **labels: Any,
) -> dict[str, Any]:
    """Write an alert as Alertmanager does."""
    return {
        "status": status,
        "labels": {"alertname": "TrunkDown", "customer": "acme", **labels},
        "annotations": {"summary": summary or f"Trunk {fingerprint} is down"},
        "startsAt": began_at.isoformat().replace("+00:00", ".123456789Z"),
        "endsAt": over_at.isoformat() if over_at else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
        "fingerprint": fingerprint,
    }


def payload(*alerts: Any, group: str = '{}:{alertname="TrunkDown"}', **more: Any) -> bytes:
    """Write a post of Alertmanager's."""
    sent = {"version": "4", "groupKey": group, "receiver": "us", "truncatedAlerts": 0, **more}
    return json.dumps({**sent, "alerts": list(alerts)}).encode()


def post(
    source: MonitoringSource, *alerts: Any, at: datetime = MORNING, **more: Any
) -> MonitoringPost:
    """Keep a post, without reading it."""
    return take_post(source=source, body=payload(*alerts, **more), at=at)[0]


def told(source: MonitoringSource, *alerts: Any, at: datetime = MORNING, **more: Any) -> None:
    """Post alerts, and do all that is due of them at that instant."""
    post(source, *alerts, at=at, **more)
    read_posts()
    handle_alerts(at=at)


def only(source: MonitoringSource) -> Alert:
    return Alert.objects.get(source=source)
