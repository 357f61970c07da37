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
from apps.tickets.models import Deadline, Event
from apps.tickets.rules.history import Kind

# As it is: who calls has written it.
AS_STORED = F("steps")


def record_misses(
    pks: Sequence[int], *, managers: Sequence[str], at: datetime, steps: Combinable = AS_STORED
) -> None:
    """Mark open deadlines missed, dated to when they were due; ``steps`` becomes the explanation.

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


def record_warnings(pks: Sequence[int], *, managers: Sequence[str], at: datetime) -> None:
    """Mark open deadlines warned of; the next thing that may happen to them is a miss.

    Clause: V-9.1.
    """
    chosen = Deadline.objects.filter(pk__in=pks).order_by()
    # A deadline is warned of anew when its warning moves.
    name = _text("deadline:", F("pk"), ":warned:", F("warn_at"))
    _write_events(chosen, Kind.DEADLINE_WARNED, name, F("warn_at"), at)
    _write_mails(chosen, "warned", name, managers, at)
    chosen.update(warned_at=at, next_at=F("due_at"))


def _write_events(chosen: QuerySet, kind: Kind, name: Expression, fact_at: F, at: datetime) -> None:
    rows = chosen.values_list(
        F("ticket_id"), Value(kind), fact_at, Value(at), JSONObject(deadline=F("kind")), name
    )
    columns = ["ticket", "kind", "at", "recorded_at", "facts", "source_key"]
    insert_from(Event, rows, columns, once="source_key")


def _write_mails(
    chosen: QuerySet, what: str, name: Expression, managers: Sequence[str], at: datetime
) -> None:
    """Write one mail a person and deadline: to each manager, and to the assignee."""
    for address in managers:
        _write_mail(chosen, what, name, Value(address), at)
    assigned = chosen.filter(
        Q(ticket__assignee__is_active=True) & ~Q(ticket__assignee__email__in=["", *managers])
    )
    _write_mail(assigned, what, name, F("ticket__assignee__email"), at)
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
    columns = ["topic", "key", "recipient", "payload", "message_id", "created_at", "due_at"]
    insert_from(Message, rows, columns, once="key")


def _text(*parts: str | Combinable) -> Concat:
    """Join words and columns into one text."""
    return Concat(
        *(Value(part) if isinstance(part, str) else Cast(part, CharField()) for part in parts),
        output_field=CharField(),
    )
