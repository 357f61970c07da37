"""The one door of every endpoint: its token, its scope, its limit, and what a refusal is."""

from apps.api.door.bodies import StrictJson, kept_by_nobody
from apps.api.door.once import Key, once
from apps.api.door.problems import Problem, not_found, take_over
from apps.api.door.tokens import TokenRequest, account_of, knows_its_query, needs, person_of

__all__ = [
    "Key",
    "Problem",
    "StrictJson",
    "TokenRequest",
    "account_of",
    "kept_by_nobody",
    "knows_its_query",
    "needs",
    "not_found",
    "once",
    "person_of",
    "take_over",
]
