"""Releases: written, and announced to the orders that they are for, at no charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from apps.changes.models import Release, ReleaseFix
from apps.changes.queries.releases import reported_as
from apps.changes.services.drafts import ChangeRefused, as_seen, held_row, line, words
from apps.changes.services.release_telling import tell_announced
from apps.contracts.models import Service, User
from apps.contracts.services.orders import sign

State = Release.State
MOST_FIXES = 100


@dataclass(frozen=True, slots=True)
class Fixed:
    """One thing that is fixed; ``reported`` is a ticket's number or the reference of a case."""

    text: str
    reported: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseWords:
    """What is written of a release. Without services it is for every order."""

    product: str
    version: str
    released_on: date
    news: str
    link: str = ""
    services: Sequence[Service] = ()
    fixes: Sequence[Fixed] = ()


@transaction.atomic
def draft_release(*, written: ReleaseWords, by: User, at: datetime) -> Release:
    """Begin a release. Nobody hears of it until it is announced.

    Clause: S-10.

    :raises ChangeRefused: something is missing or does not fit, or that version is there already.
    """
    release = Release(drafted_at=at, drafted_by=by)
    _keep(release, written, reason="Drafted", by=by, at=at)
    return release


@transaction.atomic
def write_release(
    *, release: Release, seen: int, written: ReleaseWords, by: User, at: datetime
) -> Release:
    """Write a draft anew. ``seen`` is the edition that was read.

    Clause: S-10.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is announced, or something is missing or does not fit.
    """
    release = as_seen(release, seen=seen)
    if release.state != State.DRAFT:
        raise ChangeRefused(f"{release} is announced: what was told stays. Correct it instead.")
    release.edition += 1
    _keep(release, written, reason="Draft changed", by=by, at=at)
    return release


@transaction.atomic
def announce_release(*, release: Release, seen: int, by: User, at: datetime) -> int:
    """Tell the accounts that a release is for, and who reported what it fixes; return how many.

    It costs nobody anything. The same again, by a double click, tells nobody twice.

    Clause: S-10, V-8.3.

    :raises ChangedSince: somebody changed the draft since.
    :raises ChangeRefused: it is announced already.
    """
    held = held_row(release)
    is_same = held.edition == seen + 1 and held.announced_by_id == by.pk
    if held.state == State.ANNOUNCED and is_same:
        return held.notices.filter(amendment=None).count()
    held = as_seen(release, seen=seen)
    if held.state != State.DRAFT:
        raise ChangeRefused(f"{held} is announced already.")
    held.state, held.announced_at, held.announced_by = State.ANNOUNCED, at, by
    held.edition += 1
    sign(held, reason="Announced", by=by, at=at)
    held.save()
    return tell_announced(held, at=at)


def _keep(release: Release, written: ReleaseWords, *, reason: str, by: User, at: datetime) -> None:
    release.product = line(written.product, missing="Say what it is a version of.", most=120)
    release.version = line(written.version, missing="Say which version it is.", most=60)
    release.released_on, release.link = written.released_on, written.link
    release.news = words(written.news, missing="Say in a few words what is new.")
    fixes = _fixes(written.fixes)
    sign(release, reason=reason, by=by, at=at)
    try:
        with transaction.atomic():
            release.save()
    except IntegrityError:
        raise ChangeRefused(
            f"There is a release {release} already. Go on with that one; if it was withdrawn, write"
            f" the new one's version differently, such as “{release.version}, corrected”."
        ) from None
    release.services.set(written.services)
    release.fixes.all().delete()
    for position, fix in enumerate(fixes, start=1):
        fix.release, fix.position = release, position
    ReleaseFix.objects.bulk_create(fixes)


def _fixes(given: Sequence[Fixed]) -> list[ReleaseFix]:
    if len(given) > MOST_FIXES:
        raise ChangeRefused(f"Name at most {MOST_FIXES} things that are fixed.")
    made = []
    for each in given:
        ticket, case = reported_as(each.reported) if each.reported.strip() else (None, None)
        if each.reported.strip() and ticket is None:
            raise ChangeRefused(
                f"“{each.reported}” is no ticket, and not the reference of exactly one case."
                " Look at it again."
            )
        text = line(each.text, missing="Say of each thing that is fixed what it is.")
        made.append(ReleaseFix(text=text, ticket=ticket, case=case))
    return made
