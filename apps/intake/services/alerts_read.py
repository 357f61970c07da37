"""Reading kept posts: each alert becomes, or brings up to date, one row.

However many alerts a post has, reading it takes the same few queries. Posts of a source are read
one after the other, in the order in which they came, under a lock on the source.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import InterfaceError, OperationalError, transaction

from apps.intake.models import Alert, MonitoringPost, MonitoringSource
from apps.intake.rules.alerts import Reading, UnreadablePost, read_post
from apps.intake.rules.charsets import storable
from apps.intake.rules.episodes import Known, fold
from apps.outbox.bulk_json import among, upsert

logger = logging.getLogger(__name__)

BATCH = 500  # posts that one run reads; the next run takes the rest
AT_ONCE = "It was over before anybody could act on it, so nothing was opened."
State = MonitoringPost.State
Handling = Alert.Handling


def read_posts() -> int:
    """Read what was kept and never read, oldest first; return how many posts that were.

    A fault of ours is written on the post, never lost; a database in trouble leaves it as it is.

    Clause: V-2-monitoring.
    """
    posts = MonitoringPost.objects.unread().order_by("pk").values_list("pk", "source_id")
    done = 0
    for pk, source in posts[:BATCH]:
        try:
            with transaction.atomic():
                done += _read(pk, source)
        except (OperationalError, InterfaceError) as trouble:
            logger.error("Post %s waits, the database is in trouble: %s", pk, trouble)
            break
        except Exception as fault:
            logger.exception("Post %s could not be read", pk)
            why = storable(f"{type(fault).__name__}: {fault}")[:2000]
            failed = MonitoringPost.objects.unread().filter(pk=pk)
            failed.update(state=State.FAILED, faults=[why])
    return done


def read_again(*, posts: Sequence[MonitoringPost]) -> int:
    """Have posts read anew that came to grief through a fault of ours; return how many.

    Clause: V-2-monitoring.
    """
    failed = MonitoringPost.objects.filter(pk__in=[post.pk for post in posts], state=State.FAILED)
    return failed.update(state=State.RECEIVED, faults=[])


def _read(pk: int, source_id: int) -> int:
    source = MonitoringSource.objects.select_for_update(no_key=True).get(pk=source_id)
    post = MonitoringPost.objects.unread().filter(pk=pk).first()
    if post is None:
        return 0  # another worker was faster
    try:
        read = read_post(
            bytes(post.raw), is_alertmanager=source.is_alertmanager, at=post.received_at
        )
    except UnreadablePost as fault:
        # Its source was told to be of another form since.
        post.state, post.faults = State.UNREADABLE, [str(fault)]
    else:
        post.state, post.alerts = State.READ, len(read.readings)
        post.faults = [*read.faults, *_left_out(read.left_out)]
        _take_in(source, post, read.readings)
    post.save(update_fields=["state", "alerts", "faults"])
    return 1


def _left_out(count: int) -> Iterable[str]:
    if count:
        yield f"The sender left {count:,} alerts out: raise its max_alerts."


def _take_in(source: MonitoringSource, post: MonitoringPost, readings: Sequence[Reading]) -> None:
    by_key: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_key[reading.fingerprint].append(reading)
    rows = Alert.objects.filter(source=source, fingerprint__in=among(by_key)) if by_key else ()
    there = {row.fingerprint: row for row in rows}
    upsert(
        [_folded(there.get(key), source, post, each) for key, each in by_key.items()],
        unique=["source", "fingerprint"],
        keep=["first_at"],
    )


def _folded(
    row: Alert | None, source: MonitoringSource, post: MonitoringPost, readings: list[Reading]
) -> Alert:
    """Return the row as it is after all that one post says of it, in its order."""
    known = _known(row) if row else None
    for reading in readings:
        known = fold(known, reading, at=post.received_at)
    last = readings[-1]
    row = row or Alert(source=source, fingerprint=last.fingerprint, handling=Handling.OVER)
    _describe(row, last, post)
    if known is not None:
        _date(row, known)
    return row


def _known(row: Alert) -> Known:
    return Known(
        began_at=row.began_at,
        over_at=row.over_at,
        episode=row.episode,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
    )


def _describe(row: Alert, reading: Reading, post: MonitoringPost) -> None:
    row.title, row.labels, row.notes = reading.title, dict(reading.labels), dict(reading.notes)
    row.group, row.is_cut, row.post = reading.group, reading.is_cut, post


def _date(row: Alert, known: Known) -> None:
    row.began_at, row.over_at = known.began_at, known.over_at
    row.episode, row.count = known.episode, known.count
    row.first_at, row.last_at = known.first_at, known.last_at
    is_firing = known.over_at is None
    row.state = Alert.State.FIRING if is_firing else Alert.State.RESOLVED
    if known.is_new_episode:
        row.handling = Handling.PENDING if is_firing else Handling.OVER
        row.is_due = is_firing
        row.ticket = row.bundle = row.account = row.service = row.look_again_at = None
        row.object_name = row.window = row.clause = ""
    elif known.is_just_over:
        # Its ticket hears of it. What nobody acted on yet is over by itself.
        row.is_due = row.handling == Handling.TICKET
        row.handling = Handling.OVER if row.handling == Handling.PENDING else row.handling
    if row.handling == Handling.OVER:
        row.why = AT_ONCE
    elif known.is_new_episode:
        row.why = ""
