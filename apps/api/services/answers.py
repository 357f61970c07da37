"""Requests that may come twice: begun once, answered once, and answered so again."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.api.models import KeptAnswer
from apps.contracts.models import ApiToken

KEPT_FOR = timedelta(days=7)  # how long a key names the same request
LONGEST = timedelta(minutes=2)  # that a request is worked on; then its process has died


class InFlight(Exception):
    """The same request is being worked on. The message says what to do."""

    def __init__(self) -> None:
        super().__init__("This request is being worked on. Ask again with the same key.")


class OtherRequest(Exception):
    """The key names another request already. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was sent with another request. Send a new request with a new key."
        )


def begin(*, token: ApiToken, key: str, digest: str, at: datetime) -> KeptAnswer:
    """Return the request of that key: answered already, or begun for the caller to work on.

    Of two at a time one begins; it ends with :func:`keep`, :func:`drop` or :func:`give_up`. It is
    kept at once, outside of the caller's own transaction, so that the other knows of it.

    :raises InFlight: it is being worked on.
    :raises OtherRequest: something else was sent with that key.
    """
    until = at + LONGEST
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(
                token=token, key=key, digest=digest, asked_at=at, busy_until=until
            )
    except IntegrityError:
        there = KeptAnswer.objects.get(token=token, key=key)
    if there.digest != digest:
        raise OtherRequest
    if there.status is not None:
        return there
    is_free = Q(busy_until=None) | Q(busy_until__lt=at)
    if not KeptAnswer.objects.filter(is_free, pk=there.pk, status=None).update(busy_until=until):
        raise InFlight
    return there


def keep(*, request: KeptAnswer, status: int, body: str) -> None:
    """Keep what a request was answered."""
    KeptAnswer.objects.filter(pk=request.pk).update(status=status, body=body, busy_until=None)


def drop(*, request: KeptAnswer) -> None:
    """Let the key name another request: what was sent could not be taken, and nothing was done."""
    KeptAnswer.objects.filter(pk=request.pk, status=None).delete()


def give_up(*, request: KeptAnswer) -> None:
    """Let the same request begin anew at once: this time it failed by a fault of ours."""
    KeptAnswer.objects.filter(pk=request.pk, status=None).update(busy_until=None)


def forget_answers(*, at: datetime) -> int:
    """Forget what was asked longer ago than keys are kept; return how many that were."""
    return KeptAnswer.objects.filter(asked_at__lt=at - KEPT_FOR).delete()[0]
