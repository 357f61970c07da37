"""What every act on money may answer: no, and why."""


class BillingRefused(Exception):
    """The act is refused and nothing was booked. The message says what to do; ``clause`` cites."""

    def __init__(self, message: str, *, clause: str = "") -> None:
        super().__init__(message)
        self.clause = clause
