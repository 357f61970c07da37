"""Who of ours hears that a report waits for them."""

from datetime import datetime
from hashlib import sha256

from apps.contracts.models import User
from apps.escalation.models import OutageReport
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.queries import duty_managers


def tell_reviewers(report: OutageReport, *, at: datetime) -> None:
    """Tell the duty managers who wrote nothing in it that a report waits for a review.

    Where all of them wrote in it, all of them hear that somebody else has to look.

    Clause: S-6.
    """
    writers = set(report.writers.values_list("email", flat=True))
    managers = duty_managers()
    others = [address for address in managers if address not in writers]
    for address in others or managers:
        _tell("report.submitted", report, address, at=at)


def tell_author(report: OutageReport, *, at: datetime) -> None:
    """Tell who wrote a report that the review asks for changes: the author, and who submitted it.

    Clause: S-6.
    """
    people: dict[str, User | None] = {
        person.email: person
        for person in (report.incident.author, report.submitted_by)
        if person is not None and person.is_active
    }
    for address in people:
        _tell("report.returned", report, address, at=at)


def digest_of(address: str) -> str:
    """Return what names a person in a key: the address itself may be longer than a key."""
    return sha256(address.lower().encode()).hexdigest()[:32]


def _tell(topic: str, report: OutageReport, address: str, *, at: datetime) -> None:
    if not is_plain_address(address):
        return
    what = topic.rpartition(".")[2]
    # Of a ticket of the first priority a notice does not wait for somebody's hours.
    worst = report.incident.members.order_by("ticket__severity__rank", "pk")
    ticket = worst.values_list("ticket", flat=True).first()
    enqueue(
        topic=topic,
        # Of the edition, since a report may be submitted more than once.
        key=f"report:{report.pk}:{what}:{report.edition}:{digest_of(address)}",
        recipient=address,
        payload={"report_id": report.pk, "edition": report.edition, "ticket_id": ticket},
        at=at,
    )
