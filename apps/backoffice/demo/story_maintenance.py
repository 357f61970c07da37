"""The demo's maintenance: one is confirmed, one waits to be announced, one is done."""

from datetime import datetime, timedelta

from apps.backoffice.demo.acts import Stage
from apps.changes import services
from apps.changes.models import Maintenance
from apps.changes.rules.maintenance import Act
from apps.contracts.models import Account, Service

Impact = Maintenance.Impact
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OWNER, OBJECTS = "Harbourline Logistics", ("NYC-TRUNK-07", "NYC-TRUNK-08")


def announce_maintenance(stage: Stage, at: datetime) -> None:
    """Let the duty manager plan three, announce two of them, and carry out one."""
    night = at.replace(hour=5, minute=0, second=0, microsecond=0)
    done = _plan(
        stage,
        "Software of the session border controllers",
        "Each controller is restarted in turn. Calls go by the other one meanwhile.",
        impact=Impact.REDUCED_REDUNDANCY,
        starts_at=night - 9 * DAY,
        planned_at=at - 16 * DAY,
    )
    _do(stage, done, Act.CONFIRM, at=at - 16 * DAY + HOUR)
    _do(stage, done, Act.START, at=done.starts_at)
    _do(stage, done, Act.FINISH, at=done.ends_at - HOUR)
    coming = _plan(
        stage,
        "New fibre to the exchange in Newark",
        "The trunks move to the new fibre. Calls in progress are cut once, for some seconds.",
        impact=Impact.OUTAGE,
        starts_at=night + 6 * DAY,
        planned_at=at - 2 * DAY,
        objects=True,
    )
    _do(stage, coming, Act.ANNOUNCE, at=at - 2 * DAY + HOUR)
    _do(stage, coming, Act.CONFIRM, at=at - 5 * HOUR)
    _plan(
        stage,
        "Larger disks for voicemail",
        "Messages can be left, and are read again when the window is over.",
        impact=Impact.DEGRADED,
        starts_at=night + 13 * DAY,
        planned_at=at - 3 * HOUR,
    )


def _plan(
    stage: Stage,
    title: str,
    description: str,
    *,
    impact: str,
    starts_at: datetime,
    planned_at: datetime,
    objects: bool = False,
) -> Maintenance:
    owner = Account.objects.filter(name=OWNER).first()
    return services.plan_maintenance(
        work=services.Work(
            title=title,
            description=description,
            impact=impact,
            starts_at=starts_at,
            ends_at=starts_at + 3 * HOUR,
            services=list(Service.objects.order_by("pk")[:1]),
            objects=[(owner, name) for name in OBJECTS] if objects and owner else [],
        ),
        by=stage.people["duty"],
        source_key=stage.key(),
        at=planned_at,
    )


def _do(stage: Stage, row: Maintenance, act: Act, *, at: datetime) -> None:
    row.refresh_from_db()
    services.act_on_maintenance(
        maintenance=row, act=act, seen=row.edition, by=stage.people["duty"], at=at
    )
