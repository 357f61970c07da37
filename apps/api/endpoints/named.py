"""What an address names."""

from typing import Annotated

from ninja import Path

AccountId = Annotated[int, Path(description="The account's `id`.")]
TicketId = Annotated[int, Path(description="The ticket's `id`, which is no part of its number.")]
FileId = Annotated[int, Path(description="The `id` of a file of a message.")]
