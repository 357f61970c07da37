"""The one door of every endpoint: its token, its scope, its limit, and what a refusal is."""

from apps.api.door.limits import PER_TOKEN
from apps.api.door.problems import Problem, not_found, take_over
from apps.api.door.tokens import TokenRequest, account_of, needs, person_of

__all__ = [
    "PER_TOKEN",
    "Problem",
    "TokenRequest",
    "account_of",
    "needs",
    "not_found",
    "person_of",
    "take_over",
]
