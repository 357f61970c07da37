"""Work handed to others: third parties and the platform's vendor. Our clocks run on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts.models import User
from apps.contracts.services.orders import sign
from apps.tickets.models import Message, Ticket, VendorCase
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.record import Refused, done_before, record, settle
from apps.tickets.services.saying import Upload, send


@transaction.atomic
def hand_out(
    *,
    ticket: Ticket,
    party: str,
    name: str,
    reference: str,
    service_affecting: bool,
    workaround: str,
    by: User,
    at: datetime,
    act_key: str,
) -> VendorCase:
    """Hand work to a third party or to the platform's vendor; the ticket carries their case.

    The provider's clocks run on. Where a vendor has to change code and service does not suffer,
    the policy may lift the fixed time to resolve.

    Clause: V-3.6, S-9.

    :raises Refused: the ticket is closed, or nobody says who helps.
    """
    ticket = hold(ticket=ticket, at=at)
    known = VendorCase.objects.filter(source_key=f"case:{act_key}").first()
    if known is not None:
        return known
    if ticket.status == Status.CLOSED:
        raise Refused(
            f"{ticket.number} is closed. Reopen it before you hand work out.", clause="V-3.6, S-9"
        )
    if party not in VendorCase.Party.values:
        raise Refused("Say whether it is a third party or the platform's vendor.")
    if not name.strip():
        raise Refused("Say who helps.")
    case = VendorCase(
        ticket=ticket,
        party=party,
        name=" ".join(name.split())[:120],
        reference=" ".join(reference.split())[:120],
        service_affecting=service_affecting,
        workaround=workaround.strip(),
        opened_at=at,
        opened_by=by,
        source_key=f"case:{act_key}",
    )
    sign(case, reason="Handed out", by=by, at=at)
    case.save()
    record(ticket=ticket, kind=Kind.HANDED_OUT, at=at, by=by, facts=facts_of(case))
    settle(ticket=ticket)
    return case


def facts_of(case: VendorCase) -> dict[str, Any]:
    """Return what the log of a ticket tells of a case that begins.

    Clause: V-3.6, S-9.
    """
    return {
        "case": case.pk,
        "party": case.party,
        "name": case.name,
        "reference": case.reference,
        "service_affecting": case.service_affecting,
    }


@transaction.atomic
def amend_case(
    *,
    case: VendorCase,
    reference: str,
    workaround: str,
    by: User,
    at: datetime,
    service_affecting: bool | None = None,
) -> None:
    """Correct a case's number, its workaround or whether service suffers; None: as it is.

    The history keeps what was there. Where service suffers after all, or does not, the clocks are
    worked out anew, from registration on.

    Clause: S-9, R-14.
    """
    ticket = hold(ticket=case.ticket, at=at)
    case = VendorCase.objects.select_for_update(no_key=True).get(pk=case.pk)
    before = case.reference, case.workaround, case.service_affecting
    case.reference, case.workaround = " ".join(reference.split())[:120], workaround.strip()
    if service_affecting is not None:
        case.service_affecting = service_affecting
    if before == (case.reference, case.workaround, case.service_affecting):
        return
    sign(case, reason="Amended", by=by, at=at)
    case.save()
    if case.service_affecting != before[-1]:
        facts = facts_of(case) | {"corrected": True}
        record(ticket=ticket, kind=Kind.HANDED_OUT, at=at, by=by, facts=facts)
        settle(ticket=ticket)


@transaction.atomic
def hand_back(*, case: VendorCase, outcome: str, by: User, at: datetime) -> None:
    """Close a case with others, with what came of it. Closed again: nothing.

    Clause: V-3.6, S-9.

    :raises Refused: nobody says what came of it.
    """
    ticket = hold(ticket=case.ticket, at=at)
    case = VendorCase.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.closed_at is not None:
        return
    if not outcome.strip():
        raise Refused("Say what came of it: the report shows it.")
    case.closed_at, case.outcome = max(at, case.opened_at), outcome.strip()
    sign(case, reason="Handed back", by=by, at=at)
    case.save()
    facts = {"case": case.pk, "name": case.name, "outcome": case.outcome}
    record(ticket=ticket, kind=Kind.HANDED_BACK, at=at, by=by, facts=facts)
    settle(ticket=ticket)


@transaction.atomic
def give_workaround(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    act_key: str,
    uploads: Sequence[Upload] = (),
) -> Message | None:
    """Tell the client a way around: a response too, and no solution. The clocks run on.

    Clause: V-3.3, S-8, S-9.

    :raises Refused: there is nothing to tell, or the ticket is closed.
    """
    ticket = hold(ticket=ticket, at=at)
    if done_before(Kind.WORKAROUND_GIVEN, act_key):
        return None
    if ticket.status == Status.CLOSED:
        raise Refused(
            f"{ticket.number} is closed. Reopen it before you write to the client.",
            clause="V-3.3, S-9",
        )
    message = send(ticket=ticket, text=text, by=by, at=at, uploads=uploads)
    facts = {"message": message.pk}
    key = f"{Kind.WORKAROUND_GIVEN}:{act_key}"
    record(ticket=ticket, kind=Kind.RESPONDED, at=at, by=by, facts=facts)
    record(ticket=ticket, kind=Kind.WORKAROUND_GIVEN, at=at, by=by, facts=facts, source_key=key)
    settle(ticket=ticket)
    return message
