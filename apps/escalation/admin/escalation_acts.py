"""What each button of an escalation's page does, and what the page shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contracts.models import User
from apps.contracts.queries.catalogue import catalogue
from apps.escalation import services
from apps.escalation.admin.escalation_forms import AnswerForm
from apps.escalation.models import Escalation, EscalationNotice
from apps.outbox.models import Message
from apps.tickets.admin.explained import cite, explained

Act = Callable[[Escalation, Mapping[str, str], User, datetime], str]


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of the path, when it was told, and what became of the mail."""

    person: Mapping[str, str]
    notice: EscalationNotice | None
    mail: Message | None


def page_of(escalation: Escalation, *, zone: str) -> dict[str, Any]:
    """Return what the page of an escalation shows. ``zone`` is the reader's."""
    version_id = _version_id(escalation)
    clauses = catalogue(version_id).clauses if version_id else {}
    return {
        "escalation": escalation,
        "ticket": escalation.ticket,
        "steps": explained(escalation.steps, zone=zone, clauses=clauses),
        "clauses": cite(escalation.clause, clauses),
        "rungs": _rungs(escalation),
        "next_rung": _next_rung(escalation),
        "zone": zone,
    }


def _rungs(escalation: Escalation) -> list[Rung]:
    notices = {notice.rung: notice for notice in escalation.notices.all()}
    keys = [notice.key for notice in notices.values()]
    mails = {mail.key: mail for mail in Message.objects.filter(key__in=keys)} if keys else {}
    told = [(person, notices.get(number)) for number, person in enumerate(escalation.path, start=1)]
    return [
        Rung(person, notice, mails.get(notice.key) if notice else None) for person, notice in told
    ]


def _next_rung(escalation: Escalation) -> str:
    if escalation.rung < len(escalation.path):
        return str(escalation.path[escalation.rung]["title"])
    return "" if escalation.alarmed_at else "the duty managers"


def _version_id(escalation: Escalation) -> int | None:
    if escalation.ticket is not None:
        return escalation.ticket.version_id
    return escalation.client.order.version_id if escalation.client else None


def _take(escalation: Escalation, given: Mapping[str, str], by: User, at: datetime) -> str:
    services.acknowledge(escalation=escalation, who=str(by), by=by, at=at)
    return "Nobody else is asked, and the client hears who has it."


def _answer(escalation: Escalation, given: Mapping[str, str], by: User, at: datetime) -> str:
    form = AnswerForm(given)
    if not form.is_valid():
        raise services.Refused("The answer is too long: 20,000 characters at most.")
    text = form.cleaned_data["text"].replace("\r\n", "\n")
    services.answer(escalation=escalation, text=text, by=by, at=at)
    return f"The answer is on its way to {escalation.sender}."


def _close(escalation: Escalation, given: Mapping[str, str], by: User, at: datetime) -> str:
    services.close(escalation=escalation, by=by, at=at)
    return "The escalation is closed."


def _climb(escalation: Escalation, given: Mapping[str, str], by: User, at: datetime) -> str:
    seen = given.get("seen", "")
    rung = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1  # noqa: PLR2004
    now = services.climb_now(escalation=escalation, seen=rung, by=by, at=at)
    person = now.in_charge
    if now.alarmed_at or person is None:
        return "The duty managers are told."
    return f"{person['title']} is asked."


ACTS: dict[str, Act] = {"take": _take, "answer": _answer, "close": _close, "climb": _climb}
