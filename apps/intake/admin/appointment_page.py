"""What the page of one appointment shows, and which of its forms."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.contracts.models import Appointment, Clause, User
from apps.contracts.wording import fee, span
from apps.intake.admin.appointment_forms import FORMS, DecisionForm
from apps.tickets.admin.entitled import checks

State = Appointment.State
MINUTE = timedelta(minutes=1)


def page_of(
    row: Appointment,
    *,
    at: datetime,
    zone: ZoneInfo,
    may_act: bool,
    refused: tuple[str, DecisionForm] | None,
) -> dict[str, Any]:
    """Return the page's context. ``zone`` is the reader's; ``refused`` a form with its refusal."""
    version = row.order.version
    clauses = {clause.ref: clause for clause in Clause.objects.filter(version=version)}
    changes = list(
        row.history.select_related("history_user").order_by("-history_date", "-history_id")
    )
    seen = max((change.history_id for change in changes), default=0)
    theirs = span(row.starts_at, row.ends_at, row.order.zone)
    yours = span(row.starts_at, row.ends_at, zone)
    titles = dict(version.calendars.values_list("key", "title")) if row.fee else {}
    stray = _stray(row, at, refused)
    return {
        "appointment": row,
        "order": row.order,
        "yours": yours,
        "theirs": theirs if theirs.rpartition(" ")[0] != yours.rpartition(" ")[0] else "",
        "reader_zone": zone.key,
        "checks": checks(row.steps, clauses),
        "fee": fee(row.fee, currency=version.currency, calendars=titles) if row.fee else [],
        "changes": [(change, span(change.starts_at, change.ends_at, zone)) for change in changes],
        "seen": seen,
        "people": _people(row) if may_act else [],
        "forms": _forms(row, at, refused) if may_act else {},
        "stray": stray,
        "typed": _typed(stray) if stray else [],
    }


def people_for_decision() -> list[User]:
    """Return who can be sent: active staff."""
    return sorted(User.objects.filter(is_staff=True, is_active=True), key=str)


def _people(row: Appointment) -> Sequence[tuple[User, bool]]:
    """Return who can be sent, and whether they are busy at that time."""
    clashes = Appointment.objects.confirmed().filter(
        starts_at__lt=row.ends_at, ends_at__gt=row.starts_at
    )
    busy = set(clashes.exclude(pk=row.pk).values_list("staff", flat=True))
    return [(person, person.pk in busy) for person in people_for_decision()]


def _offered(row: Appointment, at: datetime) -> tuple[str, ...]:
    if row.state == State.ASKED:
        return ("decline", "move", "cancel") if row.starts_at < at else tuple(FORMS)
    if row.state == State.CONFIRMED and row.starts_at > at:
        return ("move", "cancel")
    return ("cancel",) if row.state == State.CONFIRMED and row.ends_at > at else ()


def _forms(
    row: Appointment, at: datetime, refused: tuple[str, DecisionForm] | None
) -> dict[str, DecisionForm]:
    people = people_for_decision()
    initial: dict[str, dict[str, Any]] = {
        "move": {
            "starts_at": row.starts_at,
            "minutes": (row.ends_at - row.starts_at) // MINUTE,
            "staff": row.staff_id,
            "is_priority": row.is_priority,
        }
    }
    forms = {
        name: FORMS[name](people=people, name=name, **initial.get(name, {}))
        for name in _offered(row, at)
    }
    return forms | ({refused[0]: refused[1]} if refused and refused[0] in forms else {})


def _stray(
    row: Appointment, at: datetime, refused: tuple[str, DecisionForm] | None
) -> DecisionForm | None:
    """Return a refused form that has no place on the page any more, for its words."""
    return refused[1] if refused and refused[0] not in _offered(row, at) else None


def _typed(form: DecisionForm) -> list[tuple[str, str]]:
    """Return the words of a form that has no place any more, so that nobody types them again."""
    names = [name for name in ("reason", "note") if name in form.fields]
    said = ((str(form[name].label), str(form[name].value() or "").strip()) for name in names)
    return [(label, words) for label, words in said if words]
