"""What other rooms do when a person lets go of something here: (account, at=, by=) -> None.

It is done in the transaction of that act.
"""

from collections.abc import Callable

HOLD_LIFTED: list[Callable[..., object]] = []
