"""Whose queue a request goes to: the TAM's own desk, or the support centre's."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.contracts import queries as contracts
from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.queries.tam_terms import tam_rule
from apps.tickets.models import Event, Message, Ticket
from apps.tickets.queries import tam_month
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.converse import say
from apps.tickets.services.record import Refused, amend, lock, record, settle
from apps.tickets.services.tam_notices import tell_of_hand_over, tell_of_redirection
from apps.tickets.wording import span

CENTRE, TAM = Ticket.Desk.CENTRE, Ticket.Desk.TAM


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes. ``why``: what keeps it from the TAM that it was meant for."""

    desk: str
    tam: TamAssignment | None = None
    why: str = ""
    clause: str = ""
    is_redirected: bool = False

    @property
    def assignee(self) -> User | None:
        """On whose desk it lies from the start."""
        return self.tam.tam if self.tam and self.desk == TAM else None

    @property
    def facts(self) -> dict[str, str]:
        """What the event of the registration says of it."""
        if not self.why:
            return {}
        return {"desk": self.desk, "desk_why": self.why, "desk_clause": self.clause}


def route(*, order: Order, to_tam: bool, at: datetime) -> Route:
    """Return whose queue a new request of an order goes to.

    The limit is the one that the order has at this moment: an upgrade counts at once.

    Clause: V-6.1, V-6.3, V-6.5, R-18.
    """
    if not to_tam:
        return Route(CENTRE)
    rule = tam_rule(order)
    clause = rule.clause if rule else ""
    tam = contracts.tam_now(order, at=at)
    if tam is None or tam.tam is None:
        return Route(CENTRE, why="Nobody is the TAM of this order.", clause=clause)
    if not tam.tam.is_active:
        return Route(CENTRE, why=f"{tam.tam}, the TAM, does not work here.", clause=clause)
    month = tam_month(order, at=at)
    if month.is_used_up:
        why = f"The TAM's {span(month.limit)} of {month.label} are used up."
        return Route(CENTRE, tam, why, clause, is_redirected=True)
    return Route(TAM, tam)


def follow(*, ticket: Ticket, route: Route, at: datetime) -> None:
    """Record on whose desk a ticket that was just registered lies, or tell who must know.

    Clause: V-6.3, V-6.5.
    """
    if route.assignee is not None:
        facts = {"to": str(route.assignee), "desk": route.desk}
        record(ticket=ticket, kind=Kind.ASSIGNED, at=at, facts=facts)
    elif route.is_redirected and route.tam is not None:
        tell_of_redirection(ticket=ticket, tam=route.tam, at=at)


@transaction.atomic
def hand_to_centre(*, ticket: Ticket, by: User, at: datetime, act_key: str, text: str = "") -> None:
    """Submit a TAM's ticket to the support centre: in its queue, and on nobody's desk.

    ``text`` is what the centre should know; only staff see it. The requester is told who has it
    now. The clocks run on. The same ``act_key`` again changes nothing.

    Clause: V-6.5.

    :raises Refused: it lies with the support centre already, or is closed.
    """
    ticket = lock(ticket)
    key = f"{Kind.ASSIGNED}:{act_key}"
    if Event.objects.filter(source_key=key).exists():
        return
    if ticket.desk == CENTRE:
        raise Refused(f"{ticket.number} lies with the support centre already.", clause="V-6.5")
    if ticket.status == Status.CLOSED:
        raise Refused(
            f"{ticket.number} is closed. Reopen it before you hand it on.", clause="V-6.5"
        )
    ticket.desk, ticket.assignee = CENTRE, None
    amend(ticket=ticket, reason="Handed to the support centre", by=by, at=at)
    ticket.save(update_fields=["desk", "assignee"])
    facts: dict[str, object] = {"to": "", "desk": CENTRE.value}
    if text.strip():
        note = say(ticket=ticket, text=text, author=by, direction=Message.Direction.NOTE, at=at)
        facts["message"] = note.pk
    event = record(ticket=ticket, kind=Kind.ASSIGNED, at=at, by=by, facts=facts, source_key=key)
    tell_of_hand_over(ticket=ticket, event=event, at=at)
    settle(ticket=ticket)
