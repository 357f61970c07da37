"""How the client reaches a TAM, put right: a slip in an address is no hand-over."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.queries.tams import coming_handover, day_of, tam_of
from apps.contracts.services.orders import lock, sign
from apps.contracts.services.tam_notices import people_to_tell, people_told
from apps.contracts.services.tams import TamRefused
from apps.outbox.enqueue import enqueue

CONTACTS_CORRECTED = "tam.contacts_corrected"
CONTACTS = ["email", "phone", "chat"]


@transaction.atomic
def correct_contacts(
    *,
    assignment: TamAssignment,
    email: str,
    phone: str,
    chat: str,
    reason: str,
    by: User,
    at: datetime,
) -> TamAssignment:
    """Correct how the client reaches the TAM of an assignment that holds, or has not begun.

    Nothing else of it changes. The order's users are told if the TAM holds; of one who follows,
    those who were told the old contacts.

    Clause: V-6.4.

    :raises TamRefused: it was withdrawn or is over, or nobody follows by it; nobody says why;
        nothing differs; the address is none.
    """
    order = lock(assignment.order)
    row = TamAssignment.objects.select_for_update().get(pk=assignment.pk)
    row.order = order
    held = tam_of(order, on=day_of(order, at))
    holds = held is not None and held.pk == row.pk
    if not holds and coming_handover(order, at=at) != row:
        raise TamRefused("It was withdrawn or is over. Look at the order again.")
    if row.tam_id is None:
        raise TamRefused("Nobody follows, so there are no contacts to correct.")
    if not reason.strip():
        raise TamRefused("Say why: the history keeps it.")
    _take(row, {"email": email.strip(), "phone": phone.strip(), "chat": chat.strip()})
    sign(row, reason=reason, by=by, at=at)
    row.save(update_fields=CONTACTS)
    _tell(row, order, holds=holds, at=at)
    return row


def _take(row: TamAssignment, contacts: dict[str, str]) -> None:
    if all(getattr(row, name) == value for name, value in contacts.items()):
        raise TamRefused("These are the contacts already. Change what is wrong.")
    if not contacts["email"]:
        raise TamRefused("Say at which mail address the client reaches the TAM.")
    for name, value in contacts.items():
        setattr(row, name, value)
    try:
        row.clean_fields(exclude=["order", "tam", "made_by"])
    except ValidationError as invalid:
        told = [f"{name}: {' '.join(texts)}" for name, texts in invalid.message_dict.items()]
        raise TamRefused(" ".join(told)) from invalid


def _tell(row: TamAssignment, order: Order, *, holds: bool, at: datetime) -> None:
    people = people_to_tell(order) if holds else people_told(row)
    time = row.history.count()  # each correction is a fact of its own
    for user_id, address in people.items():
        enqueue(
            topic=CONTACTS_CORRECTED,
            key=f"tam:{row.pk}:contacts:{time}:{user_id}",
            recipient=address,
            payload={
                "assignment_id": row.pk,
                "user_id": user_id,
                "holds": holds,
                "contacts": [row.email, row.phone, row.chat],
            },
            at=at,
        )
