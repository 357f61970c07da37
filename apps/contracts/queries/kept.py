"""What a process keeps of rows that never change, read many at a time."""

from collections.abc import Callable, Collection, Hashable, Mapping
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by key: those asked for last, up to ``most``.

    ``read`` returns those of the keys that may be kept, in queries whose number does not depend on
    how many they are; what it leaves out is asked for again the next time.
    """

    def __init__(
        self, *, most: int, read: Callable[[Collection[Key]], Mapping[Key, Value]]
    ) -> None:
        self._most = most
        self._read = read
        self._rows: dict[Key, Value] = {}
        self._lock = Lock()

    def of(self, keys: Collection[Key]) -> dict[Key, Value]:
        """Return key -> value; what may not be kept is left out."""
        wanted = set(keys)
        with self._lock:
            found = {key: self._rows[key] for key in wanted if key in self._rows}
        missing = wanted - found.keys()
        if missing:
            found |= self._read(missing)
        with self._lock:
            for key, value in found.items():
                self._rows.pop(key, None)
                self._rows[key] = value  # now the youngest
            for key in list(self._rows)[: -self._most]:
                del self._rows[key]
        return found

    def cache_clear(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._rows.clear()
