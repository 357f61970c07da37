"""What other rooms want to be read with an account for its page: (accounts) -> accounts."""

from collections.abc import Callable

from django.db.models import QuerySet

ACCOUNT_PAGE: list[Callable[[QuerySet], QuerySet]] = []
