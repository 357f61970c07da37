"""Time that was worked for a client: logged, corrected, removed. TAM time is told of as it goes."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.contracts.models import Order, User
from apps.contracts.services.orders import sign
from apps.contracts.wording import span as when_words
from apps.tickets.models import Ticket, TimeEntry
from apps.tickets.models.times import LONGEST
from apps.tickets.queries import tam_month
from apps.tickets.rules.tam_months import TamMonth
from apps.tickets.services.marks import mark_work
from apps.tickets.services.record import Refused
from apps.tickets.services.tam_notices import tell_of_hours

LONGEST_TEXT = 250  # characters
MAY_CORRECT = "tickets.correct_invoiced"


class ChangedMeanwhile(Refused):
    """Somebody changed the entry since it was read."""


@transaction.atomic
def log_time(
    *,
    order: Order,
    who: User,
    kind: str,
    started_at: datetime,
    minutes: int,
    what: str,
    at: datetime,
    source_key: str,
    by: User,
    ticket: Ticket | None = None,
    contact: str = "",
) -> TimeEntry:
    """Write down time that ``who`` worked; seconds of its beginning are cut.

    TAM time counts at once against the month on the order's clock, and is told of when it reaches
    the policy's percentages. The same ``source_key`` again returns the entry that is there.

    Clause: V-6.3, V-6.4, R-11, R-18.

    :raises Refused: it lies ahead, outside the order's term or beyond a day, names what does not
        fit or a ticket that goes on as another, or overlaps other time of that person.
    """
    order = _locked(order)
    known = TimeEntry.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    if not (who.is_active and who.is_staff):
        raise Refused(f"{who} does not work here. Choose somebody who does.")
    entry = TimeEntry(order=order, who=who, recorded_at=at, source_key=source_key)
    work = {"ticket": ticket, "kind": kind, "minutes": minutes, "what": what, "contact": contact}
    _take(entry, {**work, "started_at": started_at}, at=at)
    _refuse_overlap(entry)
    before = tam_month(order, at=at)
    _keep(entry, reason="Logged", by=by, at=at)
    mark_work(order, ticket, at=at)
    _tell(order, before, at=at)
    return entry


@transaction.atomic
def amend_time(
    *,
    entry: TimeEntry,
    revision: int,
    ticket: Ticket | None,
    kind: str,
    started_at: datetime,
    minutes: int,
    what: str,
    contact: str,
    reason: str,
    by: User,
    at: datetime,
    is_moved: bool = False,
) -> TimeEntry:
    """Correct an entry; what stays the same writes nothing. ``revision`` is the one that was read.

    Mails that were sent are not recalled; those still waiting are withdrawn when they are no
    longer true. ``is_moved``: it goes with its ticket, which is no correction of anybody's.

    Clause: V-6.3, R-8, R-11, R-18.

    :raises ChangedMeanwhile: somebody was faster.
    :raises Refused: it stands on an invoice; nobody says why; or it does not fit, as when it is
        logged.
    """
    order = _locked(entry.order)
    entry = _held(entry)
    if entry.revision != revision:
        raise ChangedMeanwhile(_who_was_faster(entry))
    if not is_moved:
        _refuse_invoiced(entry, by)
    read, was_on = _values(entry), entry.ticket_id
    work = {"ticket": ticket, "kind": kind, "minutes": minutes, "what": what, "contact": contact}
    _take(entry, {**work, "started_at": started_at}, at=at)
    if _values(entry) == read:
        return entry
    _check_reason(reason)
    _refuse_overlap(entry)
    before = tam_month(order, at=at)
    entry.revision += 1
    _keep(entry, reason=reason, by=by, at=at)
    mark_work(order, was_on, ticket, at=at)
    _tell(order, before, at=at)
    return entry


@transaction.atomic
def remove_time(*, entry: TimeEntry, reason: str, by: User, at: datetime) -> None:
    """Take an entry back. Its history stays, with who, when and why.

    Clause: V-6.3.

    :raises Refused: it stands on an invoice, nobody says why, or it is gone already.
    """
    order = _locked(entry.order)
    entry = _held(entry)
    _refuse_invoiced(entry, by)
    _check_reason(reason)
    sign(entry, reason=reason.strip(), by=by, at=at)
    mark_work(order, entry.ticket_id, at=at)
    entry.delete()


def _locked(order: Order) -> Order:
    """Return the order as it is now, held: entries of an order are written one after the other."""
    rows = Order.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("plan", "version").get(pk=order.pk)


def _held(entry: TimeEntry) -> TimeEntry:
    held = TimeEntry.objects.select_for_update(of=("self",)).select_related("ticket")
    found = held.filter(pk=entry.pk).first()
    if found is None:
        raise Refused("This entry is gone: somebody removed it. Log the time anew if it counts.")
    return found


def _refuse_invoiced(entry: TimeEntry, by: User) -> None:
    """Refuse to correct what a client was billed for, except to who may."""
    if entry.invoiced_in and not by.has_perm(MAY_CORRECT):
        raise Refused(
            f"This time stands on invoice {entry.invoiced_in}. Ask finance to correct it: the"
            " difference is then charged or credited."
        )


def _take(entry: TimeEntry, work: Mapping[str, Any], *, at: datetime) -> None:
    """Put what was worked into an entry, and refuse what does not fit."""
    for name, value in work.items():
        setattr(entry, name, value)
    entry.started_at = entry.started_at.replace(second=0, microsecond=0)
    entry.what = " ".join(entry.what.split())
    refusal = _problem(entry, at=at)
    if refusal:
        raise Refused(refusal)


def _problem(entry: TimeEntry, *, at: datetime) -> str:
    """Return the first thing that does not fit; "": all does."""
    order, ticket = entry.order, entry.ticket
    into = _goes_on_as(ticket)
    kinds, contacts = TimeEntry.Kind.values, TimeEntry.Contact.values
    problems = [
        (not entry.what, "Say in a few words what was done."),
        (
            len(entry.what) > LONGEST_TEXT,
            f"Say what was done in at most {LONGEST_TEXT} characters.",
        ),
        (entry.minutes < 1, "Log at least a minute."),
        (entry.minutes > LONGEST, "An entry has at most 24 hours: log each day apart."),
        (
            ticket is not None and ticket.order_id != order.pk,
            f"{ticket.number if ticket else ''} is not a ticket of {order}. Choose one that is.",
        ),
        (into is not None, _elsewhere(ticket, into)),
        (
            entry.kind not in kinds or entry.contact not in contacts,
            "Choose the kind of time and of contact from the lists.",
        ),
        (
            order.state == Order.State.DRAFT,
            f"{order} is a draft: time is logged once it is executed.",
        ),
    ]
    found = next((words for is_so, words in problems if is_so), "")
    return found or _when_problem(entry, at=at)


def _goes_on_as(ticket: Ticket | None) -> Ticket | None:
    """Return what a ticket was merged into, as it is now; who merges holds the order, too."""
    if ticket is None:
        return None
    into = Ticket.objects.filter(duplicates=ticket.pk).first()
    while into is not None and into.merged_into is not None:
        into = into.merged_into
    return into


def _elsewhere(ticket: Ticket | None, into: Ticket | None) -> str:
    if ticket is None or into is None:
        return ""
    return f"{ticket.number} was merged and goes on as {into.number}. Log the time there."


def _when_problem(entry: TimeEntry, *, at: datetime) -> str:
    order = entry.order
    # Compared from the end: an absurd beginning must not run out of years.
    if entry.started_at > at - timedelta(minutes=entry.minutes):
        return "This time is not over yet. Log it afterwards, or correct when it began."
    # The term's days are days in the policy's zone, as everywhere.
    zone = ZoneInfo(order.version.time_zone)
    first = datetime.combine(order.starts_on, time.min, tzinfo=zone)
    if entry.started_at < first:
        return f"{order} begins on {order.starts_on}. Time before that day is not logged on it."
    last = order.ends_on
    if entry.ticket is None and last and entry.started_at.astimezone(zone).date() > last:
        return f"{order} ended on {last}. Time after that day is logged on one of its tickets."
    return ""


def _refuse_overlap(entry: TimeEntry) -> None:
    """Refuse time in which the person has other time, on any order; one may begin as another ends.

    The person is held until the transaction ends, so that of two who log for them one waits.
    """
    User.objects.select_for_update(no_key=True).get(pk=entry.who_id)
    others = TimeEntry.objects.filter(
        who=entry.who_id,
        started_at__lt=entry.ended_at,
        started_at__gt=entry.started_at - timedelta(minutes=LONGEST),
    ).exclude(pk=entry.pk)
    rows = others.select_related("order__version").order_by("started_at", "pk")
    other = next((row for row in rows if row.ended_at > entry.started_at), None)
    if other is not None:
        when = when_words(other.started_at, other.ended_at, entry.order.zone)
        raise Refused(
            f"{entry.who} has time on {other.order} then already, “{other.what}”, {when}."
            " Correct that one, or choose another time."
        )


def _values(entry: TimeEntry) -> list[Any]:
    names = ["ticket_id", "kind", "started_at", "minutes", "what", "contact"]
    return [getattr(entry, name) for name in names]


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("Say why: the history keeps it.")


def _who_was_faster(entry: TimeEntry) -> str:
    last = entry.history.select_related("history_user").latest()
    who = last.history_user or "somebody"
    return (
        f"Meanwhile {who} changed this entry: “{last.history_change_reason}”. Look at it as it is"
        " now, and correct it once more if it is still wrong."
    )


def _keep(entry: TimeEntry, *, reason: str, by: User, at: datetime) -> None:
    sign(entry, reason=reason.strip(), by=by, at=at)
    entry.save()


def _tell(order: Order, before: TamMonth, *, at: datetime) -> None:
    """Tell of this month's hours when there are more than before; a month that is over is over."""
    after = tam_month(order, at=at)
    if after.used > before.used:
        tell_of_hours(order=order, month=after, at=at)
