"""What a kind of notice says of itself, so that the list and the page need know no other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise as Text

from apps.outbox.models import Message
from apps.portal.queries.seats import Seat

Proof = Mapping[int, Sequence[Message]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice.

    ``name`` stands in addresses. ``needs`` is one of the portal's rights, or nothing. ``rows`` are
    the notices of these seats, with ``told_at``, in whatever order; ``account_of`` says whose one
    is. ``heading`` says what one is about, in a line. ``proof`` returns notice -> its mails, for
    all of them in one query. ``facts`` returns what the page of one shows by ``template``; its
    second argument is the reader's zone.
    """

    name: str
    label: Text
    needs: str
    template: str
    rows: Callable[[Sequence[Seat]], QuerySet[Any]]
    account_of: Callable[[Any], int]
    heading: Callable[[Any], Text | str]
    proof: Callable[[Sequence[Any]], Proof]
    facts: Callable[[Any, str], Mapping[str, Any]]


def seats_with(seats: Sequence[Seat], right: str) -> list[Seat]:
    """Return the seats at which the person has a right; of none: all."""
    return [seat for seat in seats if not right or seat.may(right)]
