"""Who hears of a dispute: the client at each step, finance when one is raised."""

from datetime import datetime
from hashlib import sha256

from apps.billing.models import BillingDispute, BillingProfile
from apps.billing.queries.finance_people import finance_people
from apps.contracts.models import OptOut
from apps.contracts.queries.people import wants
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

State = BillingDispute.State
RAISED, BONA_FIDE, DECIDED = "amount.disputed", "amount.bona_fide", "amount.decided"
TO_DECIDE = "amount.to_decide"
TOPICS = {State.RAISED: RAISED, State.BONA_FIDE: BONA_FIDE}


def tell_client(dispute: BillingDispute, *, at: datetime) -> None:
    """Write to who raised it, and to where the account's invoices go, what became of it.

    Who raised it may not want to hear that it is taken down; what becomes of it they are told.

    Clause: S-12, R-5, V-3.7.
    """
    profile = BillingProfile.objects.filter(account=dispute.account_id).first()
    people = [profile.email if profile else ""]
    person, is_new = dispute.raised_by, dispute.state == State.RAISED
    if person is not None and (not is_new or wants(person, OptOut.Kind.RECEIPTS)):
        people.insert(0, person.email)
    for address in dict.fromkeys(filter(is_plain_address, people)):
        _tell(TOPICS.get(State(dispute.state), DECIDED), dispute, address, at=at)


def tell_finance(dispute: BillingDispute, *, at: datetime) -> None:
    """Tell finance that a dispute waits for a decision.

    Clause: S-12.
    """
    for address in finance_people():
        _tell(TO_DECIDE, dispute, address, at=at)


def _tell(topic: str, dispute: BillingDispute, address: str, *, at: datetime) -> None:
    # The address itself may be longer than a key.
    who = sha256(address.lower().encode()).hexdigest()[:32]
    enqueue(
        topic=topic,
        key=f"billing-dispute:{dispute.pk}:{topic}:{who}",
        recipient=address,
        payload={"dispute_id": dispute.pk},
        at=at,
    )
