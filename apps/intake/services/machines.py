"""What machines write: kept with the reason, and nothing moves; what came back is shown."""

from email.utils import parseaddr

from django.conf import settings

from apps.contracts import queries as contracts
from apps.intake.models import InboundMail
from apps.intake.rules.automatic import automatic_reason
from apps.intake.rules.bounces import bounce_of
from apps.intake.rules.mail import ParsedMail
from apps.intake.rules.threading import tickets_of_ids
from apps.intake.services.decide import State, decide
from apps.tickets import services as tickets
from apps.tickets.models import Ticket

LOOP = "x-loop"
MOST_NAMED = 10  # of the tickets that a bounce names


def machines_reason(parsed: ParsedMail, *, is_from_us: bool) -> str:
    """Return why a machine must have written the mail; "" for a person's.

    ``is_from_us``: its sender is a mailbox of a policy.
    """
    ours = _own_addresses(parsed, is_from_us=is_from_us)
    return automatic_reason(parsed, own_addresses=ours, own_domain=settings.MAIL_DOMAIN)


def keep_machines(mail: InboundMail, parsed: ParsedMail, why: str) -> InboundMail:
    """Keep a machine's mail. What came back of ours is shown on its ticket, and changes nothing.

    Clause: V-8.1, V-2-response.
    """
    bounce = bounce_of(parsed)
    ids = tickets_of_ids(bounce.mail_ids, own_domain=settings.MAIL_DOMAIN) if bounce else []
    named = list(dict.fromkeys(ids))[:MOST_NAMED]
    found = Ticket.objects.in_bulk(named) if named else {}
    ticket = next((found[pk] for pk in named if pk in found), None)
    if bounce is None or ticket is None:
        return decide(mail, State.AUTOMATIC, why)
    is_shown = tickets.bounced(
        ticket=ticket,
        recipient=bounce.recipient,
        status=bounce.status,
        diagnostic=bounce.diagnostic,
        at=mail.received_at,
        source_key=f"mail:{mail.pk}:bounced",
    )
    mail.ticket, mail.account_id = ticket, ticket.account_id
    shown = "shown there" if is_shown else "one of many, and not shown there"
    said = f"A mail about {ticket.number} came back: {shown}."
    return decide(mail, State.AUTOMATIC, f"{why} {said}")


def _own_addresses(parsed: ParsedMail, *, is_from_us: bool) -> set[str]:
    """The mailboxes that we write from: what comes from them is our own mail coming back.

    All of them are read only for a mail that names one it went through.
    """
    ours = {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}
    if any(name == LOOP for name, _ in parsed.headers):
        ours |= contracts.support_addresses()
    return (ours | ({parsed.sender.lower()} if is_from_us else set())) - {""}
