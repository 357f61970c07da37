"""What the API keeps of its own: answers, for as long as a request may come again."""

from apps.api.services.answers import (
    KEPT_FOR,
    InFlight,
    OtherRequest,
    begin,
    drop,
    forget_answers,
    give_up,
    keep,
)

__all__ = [
    "KEPT_FOR",
    "InFlight",
    "OtherRequest",
    "begin",
    "drop",
    "forget_answers",
    "give_up",
    "keep",
]
