"""What else came of a mail's sender, and under its Message-ID: read at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Exists, QuerySet, Value
from django.db.models.expressions import Combinable

from apps.contracts import queries as contracts
from apps.intake.models import InboundMail
from apps.intake.services.decide import taken_before
from apps.outbox.compiled import Compiled

CAP_WITHIN = timedelta(hours=1)
NO = Value(False)


@dataclass(frozen=True, slots=True)
class Around:
    """What a mail meets: itself again, ourselves as its sender, or too many of the sender's."""

    came_before: bool
    is_from_us: bool
    is_over_cap: bool


def look_around(mail: InboundMail) -> Around:
    """Return what a mail meets, in one query.

    All that a sender sent within the hour before counts against their cap, what is held too: a
    robot that does not stop stays held. What a person let pass is asked no more.

    Clause: V-8.1.
    """
    cap = settings.MAIL_SENDER_CAP if mail.released_at is None else 0
    values: dict[str, Any] = {"pk": mail.pk, "sender": mail.sender, "address": mail.sender.lower()}
    values |= {"mail_id": mail.mail_id} if mail.mail_id else {}
    if cap:
        values |= {"since": mail.received_at - CAP_WITHIN, "until": mail.received_at}
    [found] = _query(bool(mail.mail_id), cap).rows(**values)
    return Around(*map(bool, found))


@cache
def _query(is_named: bool, cap: int) -> Compiled:
    def build(*, pk: int, sender: str, address: str, **more: Any) -> QuerySet:
        mail = InboundMail(pk=pk, sender=sender, mail_id=more.get("mail_id", ""))
        before = Exists(taken_before(mail)) if is_named else NO
        ours = Exists(contracts.versions_writing_from(address))
        over: Combinable = NO
        if cap:
            over = Exists(_within(mail, more["since"], more["until"])[cap - 1 : cap])
        itself = InboundMail.objects.filter(pk=pk).order_by()
        return itself.values_list(before, ours, over)

    return Compiled(build)


def _within(mail: InboundMail, since: datetime, until: datetime) -> QuerySet[InboundMail]:
    """Return what else its sender sent, but what they are not to bear."""
    lately = InboundMail.objects.filter(
        sender=mail.sender, received_at__gt=since, received_at__lte=until
    )
    return lately.exclude(state__in=InboundMail.UNCOUNTED).exclude(pk=mail.pk).order_by()
