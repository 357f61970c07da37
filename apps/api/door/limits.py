"""How often a token may ask."""

import logging

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone
from ninja.errors import Throttled

from apps.contracts.models import ApiToken

SECONDS = 60
logger = logging.getLogger(__name__)


def count_request(token: ApiToken) -> None:
    """Count a request of a token: so many are answered in each minute of the clock.

    They are counted by all processes together where there is Redis, else by each. Where Redis does
    not answer nobody is kept out.

    :raises Throttled: there have been as many; its ``wait`` is in seconds, to the next minute.
    """
    now = timezone.now().timestamp()
    key = f"api:{token.pk}:{int(now) // SECONDS}"
    try:
        counted = caches["limits"]
        counted.add(key, 0, 2 * SECONDS)
        is_allowed = int(counted.incr(key)) <= settings.API_REQUESTS_A_MINUTE
    except Exception as error:
        logger.warning("Requests are not counted: %s", error)
        return
    if not is_allowed:
        raise Throttled(wait=int(SECONDS - now % SECONDS + 1))
