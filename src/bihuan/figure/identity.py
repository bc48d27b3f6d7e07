"""Things known by being the same objects, where comparing what they say would cost more than what is saved by it."""

from operator import is_
from typing import Any


class Same:
    """Some objects as a key of what was worked out of them; it holds them, so that none can be mistaken for another.

    Of many objects only the ends are hashed, and none is looked into: they may long have left the processor's caches.
    `beside` is compared as it is, and not hashed.
    """

    __slots__ = ("_hash", "beside", "objects")

    def __init__(self, *objects: object, beside: tuple[Any, ...] = ()) -> None:
        self.objects, self.beside = objects, beside
        self._hash = hash((len(objects), *map(id, objects[:1] + objects[-1:])))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Same) or len(self.objects) != len(other.objects):
            return False
        return all(map(is_, self.objects, other.objects)) and self.beside == other.beside
