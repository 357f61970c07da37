"""After another SECRET_KEY: what an earlier one sealed is sealed with the present one."""

import logging
from dataclasses import dataclass

from apps.contracts.models import WebhookEndpoint
from apps.contracts.sealing import Unreadable, sealed_anew

COLUMNS = ("secret", "earlier_secret")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many endpoints there are with a secret, how many changed, and which no key fits."""

    endpoints: int = 0
    changed: int = 0
    unreadable: tuple[int, ...] = ()


def reseal_secrets() -> Resealed:
    """Seal all secrets of endpoints with the present key; what no key fits stays as it is.

    Safe beside everything else: a secret that is changed meanwhile is left to who changes it.

    Clause: none (it keeps the installation itself safe).
    """
    endpoints = changed = 0
    unreadable: list[int] = []
    rows = WebhookEndpoint.objects.there().order_by("pk").values_list("pk", *COLUMNS)
    for pk, *kept in rows:
        endpoints += 1
        before = dict(zip(COLUMNS, kept, strict=True))
        try:
            after = {name: sealed_anew(sealed) for name, sealed in before.items() if sealed}
        except Unreadable as reason:
            logger.error("Endpoint %s: %s", pk, reason)
            unreadable.append(pk)
            continue
        if any(before[name] != sealed for name, sealed in after.items()):
            changed += WebhookEndpoint.objects.filter(pk=pk, **before).update(**after)
    return Resealed(endpoints, changed, tuple(unreadable))
