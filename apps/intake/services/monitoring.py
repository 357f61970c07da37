"""Posts of monitoring systems: kept first, and the secrets by which they are known."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from apps.contracts.models import User
from apps.intake.models import MonitoringPost, MonitoringSecret, MonitoringSource
from apps.intake.rules.alerts import UnreadablePost, opened
from apps.outbox.bulk import insert
from apps.tickets.services import Refused

PREFIX = "flm_"  # by which scanners of published secrets know it
SHOWN = re.compile(r"flm_[A-Za-z0-9_-]{43}", re.ASCII)
MOST_SECRETS = 2  # of a source at a time: the old one, and the new one
HEAD = 64 * 1024  # bytes that are kept of what cannot be taken
KEPT = timedelta(days=14)
FORGOTTEN_AT_ONCE = 500  # posts
State = MonitoringPost.State


@transaction.atomic
def make_secret(*, source: MonitoringSource, by: User, at: datetime) -> str:
    """Make a secret for a source and return it; only its digest is kept. The one before holds on.

    Clause: V-2-monitoring.

    :raises Refused: two hold already.
    """
    held = MonitoringSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    if held.secrets.filter(ended_at=None).count() >= MOST_SECRETS:
        raise Refused("Two secrets hold already: end the one that is not used any more.")
    secret = PREFIX + secrets.token_urlsafe(32)
    MonitoringSecret.objects.create(
        source=held, digest=_digest(secret), hint=secret[-4:], made_at=at, made_by=by
    )
    return secret


@transaction.atomic
def end_secret(*, secret: MonitoringSecret, by: User, at: datetime) -> None:
    """End a secret at once; one that has ended stays as it is.

    Clause: V-2-monitoring.
    """
    MonitoringSecret.objects.filter(pk=secret.pk, ended_at=None).update(ended_at=at, ended_by=by)


def source_shown(*, key: str, secret: str) -> MonitoringSource | None:
    """Return the source that posts; None: there is none, it is off, or the secret is not its own.

    Clause: V-2-monitoring.
    """
    if not SHOWN.fullmatch(secret):
        return None
    held = {"secrets__digest": _digest(secret), "secrets__ended_at": None}
    return MonitoringSource.objects.filter(key=key, is_active=True, **held).first()


def take_post(*, source: MonitoringSource, body: bytes, at: datetime) -> tuple[MonitoringPost, int]:
    """Keep a post as it came, to be read by a worker; return how many alerts it says it has.

    What is not of the source's form is kept in its first part, for staff to see.

    Clause: V-2-monitoring.

    :raises UnreadablePost: it is no JSON, or not of that form.
    """
    try:
        alerts = len(opened(body, is_alertmanager=source.is_alertmanager)["alerts"])
    except UnreadablePost as fault:
        _keep_head(source, body, State.UNREADABLE, str(fault), at)
        raise
    return insert(MonitoringPost(source=source, received_at=at, raw=body)), alerts


def note_post_too_big(*, source: MonitoringSource, head: bytes, most: int, at: datetime) -> None:
    """Keep the first part of a post that is over the limit, for staff to see.

    Clause: V-2-monitoring.
    """
    why = f"It has more than {most:,} bytes. Raise MONITORING_MAX_BYTES, or group alerts smaller."
    _keep_head(source, head, State.TOO_BIG, why, at)


def forget_posts(*, at: datetime) -> int:
    """Remove some posts that are older than two weeks; what they said stays with the alerts.

    Clause: V-2-monitoring.
    """
    old = MonitoringPost.objects.filter(received_at__lt=at - KEPT).exclude(state=State.RECEIVED)
    some = list(old.order_by("received_at").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    if some:
        MonitoringPost.objects.filter(pk__in=some).delete()
    return len(some)


def _keep_head(
    source: MonitoringSource, body: bytes, state: str, why: str, at: datetime
) -> MonitoringPost:
    return insert(
        MonitoringPost(
            source=source,
            received_at=at,
            raw=body[:HEAD],
            is_cut=len(body) > HEAD,
            state=state,
            faults=[why],
        )
    )


def _digest(secret: str) -> str:
    """Return what is kept of a secret. It is random, so that one digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
