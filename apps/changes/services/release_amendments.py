"""Announced releases that read otherwise, or do not come: whoever was told is told so, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from apps.changes.models import Release, ReleaseAmendment
from apps.changes.services.drafts import ChangedSince, ChangeRefused, held_row, words
from apps.changes.services.release_telling import tell_amended
from apps.contracts.models import User

Kind = ReleaseAmendment.Kind
AS_TOLD = ("kind", "why", "released_on", "news", "link")


@dataclass(frozen=True, slots=True)
class Correction:
    """How a release reads from now on, and ``why``: what of it is different, in words."""

    why: str
    released_on: date
    news: str
    link: str = ""


@transaction.atomic
def correct_release(
    *, release: Release, seen: int, written: Correction, by: User, at: datetime
) -> int:
    """Correct what was told of a release; return how many accounts are told.

    ``seen`` is how often it was told, as the page showed it. What was told stays to be read. The
    same person's double click tells nobody twice.

    Clause: S-10.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is a draft, is withdrawn, or nobody says what is different.
    """
    held = _told(release)
    row = ReleaseAmendment(
        kind=Kind.CORRECTED,
        why=words(written.why, missing="Say what is different: who was told reads it."),
        released_on=written.released_on,
        news=words(written.news, missing="Say in a few words what is new."),
        link=written.link,
    )
    return _amend(held, row, seen=seen, by=by, at=at)


@transaction.atomic
def withdraw_release(*, release: Release, seen: int, why: str, by: User, at: datetime) -> int:
    """Withdraw an announced release; return how many accounts are told.

    ``seen`` is as for a correction. What was told stays to be read, and says that it is void.

    Clause: S-10.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is a draft, is withdrawn already, or nobody says why.
    """
    held = _told(release)
    now = held.reads
    row = ReleaseAmendment(
        kind=Kind.WITHDRAWN,
        why=words(why, missing="Say why it is withdrawn: who was told reads it."),
        released_on=now.released_on,
        news=now.news,
        link=now.link,
    )
    return _amend(held, row, seen=seen, by=by, at=at)


def _told(release: Release) -> Release:
    held = held_row(release)
    if held.state != Release.State.ANNOUNCED:
        raise ChangeRefused(f"{held} is a draft: nobody heard of it. Write it anew.")
    return held


def _amend(held: Release, row: ReleaseAmendment, *, seen: int, by: User, at: datetime) -> int:
    last = held.latest
    if last is not None and (last.number, last.by_id, _as_told(last)) == (
        *(seen + 1, by.pk),
        _as_told(row),
    ):
        return last.notices.count()
    if last is not None and last.kind == Kind.WITHDRAWN:
        raise ChangeRefused(f"{last.by} withdrew {held} already.")
    if held.tellings != seen:
        who = last.by if last else "somebody"
        raise ChangedSince(f"Meanwhile {who} corrected it. Look at it as it is now.")
    row.release, row.number, row.by, row.at = held, seen + 1, by, at
    row.save()
    return tell_amended(row)


def _as_told(row: ReleaseAmendment) -> list[object]:
    return [getattr(row, name) for name in AS_TOLD]
