"""Recording a miss or a warning, and telling the people who must hear it: rows made from rows.

Whatever is on record already (the same event, a mail on the same fact to the same person) is left
as it is, so that nothing is ever told twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import CharField, Expression, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import MD5, Cast, Concat, JSONObject

from apps.outbox.bulk import insert_from
from apps.outbox.enqueue import nudge
from apps.outbox.models import Message
from apps.tickets.models import Deadline, Event, Ticket, Watcher
from apps.tickets.rules.history import Kind
from apps.tickets.rules.promise import DeadlineKind
from apps.tickets.services.hooked import tell_deadlines, tell_event

# Of these a watcher of ours is told; of deadlines they hear with the others.
TOLD_TO_WATCHERS = frozenset(
    {Kind.CLIENT_REPLIED, Kind.REFUSED, Kind.SEVERITY_CHANGED, Kind.REOPENED, Kind.CLOSED}
)
MAIL = ["topic", "key", "recipient", "payload", "message_id", "created_at", "due_at"]
# As it is: who calls has written it.
AS_STORED = F("steps")


def record_misses(
    pks: Sequence[int],
    *,
    managers: Sequence[str],
    at: datetime,
    steps: Combinable = AS_STORED,
    hooked: Sequence[int] = (),
) -> None:
    """Mark open deadlines missed, dated to when they were due; ``steps`` becomes the explanation.

    ``hooked`` are those among them whose accounts have endpoints.

    Clause: R-17, V-9.1.
    """
    chosen = Deadline.objects.filter(pk__in=pks).order_by()
    name = _text("deadline:", F("pk"), ":missed")
    _write_events(chosen, Kind.DEADLINE_MISSED, name, F("due_at"), at)
    _write_mails(chosen, "missed", name, managers, at)
    chosen.update(
        state=Deadline.Verdict.MISSED,
        settled_at=F("due_at"),
        next_at=None,
        used=F("target"),
        steps=steps,
    )
    tell_deadlines(hooked, "missed", at=at)


def record_warnings(
    pks: Sequence[int], *, managers: Sequence[str], at: datetime, hooked: Sequence[int] = ()
) -> None:
    """Mark open deadlines warned of; the next thing that may happen to them is a miss.

    Of a Reason for Outage the page warns, and no mail: the policy says when people are reminded.

    Clause: V-9.1, S-6.
    """
    chosen = Deadline.objects.filter(pk__in=pks).order_by()
    # A deadline is warned of anew when its warning moves.
    name = _text("deadline:", F("pk"), ":warned:", F("warn_at"))
    _write_events(chosen, Kind.DEADLINE_WARNED, name, F("warn_at"), at)
    _write_mails(chosen.exclude(kind=DeadlineKind.RFO), "warned", name, managers, at)
    chosen.update(warned_at=at, next_at=F("due_at"))
    tell_deadlines(hooked, "approaching", at=at)


def tell_watchers(event: Event) -> None:
    """Tell those of ours who watch the ticket what happened to it, but never who did it.

    And the account's endpoints, of what they are told.

    One statement, however many they are; none for what nobody is told of, nor where the locked
    ticket is known to be followed by nobody.

    Clause: V-8.2.3.
    """
    tell_event(event)
    if event.kind not in TOLD_TO_WATCHERS or not is_watched(event.ticket):
        return
    watchers = Watcher.objects.filter(ticket=event.ticket_id, **_reachable("user")).order_by()
    if event.by_id is not None:
        watchers = watchers.exclude(user=event.by_id)
    key = Concat(Value(f"event:{event.pk}:"), MD5(F("user__email")), output_field=CharField())
    rows = watchers.values_list(
        Value("ticket.watched"),
        key,
        F("user__email"),
        JSONObject(event_id=Value(event.pk)),
        _text(f"<ticket.{event.ticket_id}.event-", MD5(key), f"@{settings.MAIL_DOMAIN}>"),
        Value(event.recorded_at),
        Value(event.recorded_at),
    )
    if insert_from(Message, rows, MAIL, once="key"):
        nudge()


def is_watched(ticket: Ticket) -> bool:
    """Tell whether somebody may follow the ticket; who locks it knows for sure."""
    return getattr(ticket, "is_watched", True)


def _reachable(user: str) -> dict[str, Any]:
    """Return the conditions on somebody of ours whom a mail reaches."""
    return {f"{user}__is_active": True, f"{user}__is_staff": True, f"{user}__email__gt": ""}


def _write_events(chosen: QuerySet, kind: Kind, name: Expression, fact_at: F, at: datetime) -> None:
    rows = chosen.values_list(
        F("ticket_id"), Value(kind), fact_at, Value(at), JSONObject(deadline=F("kind")), name
    )
    columns = ["ticket", "kind", "at", "recorded_at", "facts", "source_key"]
    insert_from(Event, rows, columns, once="source_key")


def _write_mails(
    chosen: QuerySet, what: str, name: Expression, managers: Sequence[str], at: datetime
) -> None:
    """Write one mail a person and deadline: to each manager, the assignee, each watcher of ours.

    Who is more than one of these has one key, and so gets one mail.
    """
    for address in managers:
        _write_mail(chosen, what, name, Value(address), at)
    assigned = chosen.filter(
        Q(ticket__assignee__is_active=True) & ~Q(ticket__assignee__email__in=["", *managers])
    )
    _write_mail(assigned, what, name, F("ticket__assignee__email"), at)
    # Managers are not excluded here: that would exclude every ticket which one of them watches.
    watched = chosen.filter(**_reachable("ticket__watchers__user"))
    _write_mail(watched, what, name, F("ticket__watchers__user__email"), at)
    nudge()


def _write_mail(chosen: QuerySet, what: str, name: Expression, address: Any, at: datetime) -> None:
    # The digest of the address: the address itself may be longer than a key.
    key = Concat(name, Value(":"), MD5(address), output_field=CharField())
    rows = chosen.values_list(
        Value(f"deadline.{what}"),
        key,
        address,
        JSONObject(deadline_id=F("pk")),
        # Of the key, since a deadline may be warned of more than once.
        _text("<ticket.", F("ticket_id"), f".{what}-", MD5(key), f"@{settings.MAIL_DOMAIN}>"),
        Value(at),
        Value(at),
    )
    insert_from(Message, rows, MAIL, once="key")


def _text(*parts: str | Combinable) -> Concat:
    """Join words and columns into one text."""
    return Concat(
        *(Value(part) if isinstance(part, str) else Cast(part, CharField()) for part in parts),
        output_field=CharField(),
    )
