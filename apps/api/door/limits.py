"""How often a token may ask."""

import logging

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils import timezone
from ninja.throttling import BaseThrottle

SECONDS = 60
logger = logging.getLogger(__name__)


class PerToken(BaseThrottle):
    """So many requests of a token in each minute of the clock.

    They are counted by all processes together where there is Redis, else by each. Where Redis does
    not answer nobody is kept out.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a request, and tell whether it is still one of those that are allowed."""
        minute = int(timezone.now().timestamp()) // SECONDS
        key = f"api:{request.auth.pk}:{minute}"  # type: ignore[attr-defined]
        try:
            counted = caches["limits"]
            counted.add(key, 0, 2 * SECONDS)
            return int(counted.incr(key)) <= settings.API_REQUESTS_A_MINUTE
        except Exception as error:
            logger.warning("Requests are not counted: %s", error)
            return True

    def wait(self) -> float | None:
        """Return the seconds until the next minute."""
        return SECONDS - timezone.now().timestamp() % SECONDS + 1


PER_TOKEN = PerToken()
