"""What was worked out before and may be asked for again: kept in the process up to so much room, the oldest goes."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Kept(Generic[Item]):
    """Things by key, the one asked for longest ago given up first. Several threads may ask."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._items: OrderedDict[Hashable, tuple[Item, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Item | None:
        """The thing, if it is still there."""
        with self._lock:
            found = self._items.get(key)
            if found is None:
                return None
            self._items.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, item: Item, size: int) -> None:
        """Keep a thing that takes so much room; one that is larger than all of it is not kept."""
        with self._lock:
            self._bytes += size - self._items.pop(key, (item, 0))[1]
            self._items[key] = (item, size)
            while self._bytes > self._most:
                self._bytes -= self._items.popitem(last=False)[1][1]

    def drop(self, key: Hashable) -> None:
        """Give up a thing that another has taken the place of."""
        with self._lock:
            found = self._items.pop(key, None)
            self._bytes -= found[1] if found else 0

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self._bytes = 0
