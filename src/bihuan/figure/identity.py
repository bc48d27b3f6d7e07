"""Things known by being the same objects, where comparing what they say would cost more than what is saved by it."""

from typing import Any


class Same:
    """Some objects as a key of what was worked out of them; it holds them, so that none can be mistaken for another.

    `beside` is compared as it is, but not hashed: it may be long.
    """

    __slots__ = ("_key", "beside", "objects")

    def __init__(self, *objects: object, beside: tuple[Any, ...] = ()) -> None:
        self.objects, self.beside = objects, beside
        self._key = tuple(map(id, objects))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._key == other._key and self.beside == other.beside
