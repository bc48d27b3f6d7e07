"""The rows of a file that would make new records, kept until they are written: the first in memory, the rest on disk.

So a file of half a million rows is checked and written without all of it being held at once.
"""

import tempfile
import weakref
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, overload

import orjson

from bihuan.ledger.append import Draft
from bihuan.ledger.lifecycle import Opening
from bihuan.ledger.row_reading import Row

_IN_MEMORY = 2_000

NewRow = tuple[Row, Opening]


class NewRows(Sequence[NewRow]):
    """Rows that make new records, each with how it opens, in the order of the sheet."""

    def __init__(self) -> None:
        self._first: list[NewRow] = []
        self._count = 0
        self._rest: Any = None
        self.opened: Counter[str | None] = Counter()
        """How many of the rows open at each instant: what their numbers are set aside by."""
        self.before: list[Draft] = []
        """What happens to other records before these are made."""

    def append(self, row: Row, opening: Opening) -> None:
        """Put one more behind the others."""
        self._count += 1
        self.before += opening.before
        self.opened[opening.system.get("opened_at")] += 1
        if len(self._first) < _IN_MEMORY:
            self._first.append((row, opening))
            return
        if self._rest is None:
            self._rest = tempfile.TemporaryFile()  # noqa: SIM115 - closed on the next line, when nobody needs it
            weakref.finalize(self, self._rest.close)
        told = (row.number, row.key, row.record, opening.system, opening.effective_at)
        rest = (opening.follows, opening.doubts, opening.before) if _has_more(opening) else ()
        # Canonical JSON holds neither a tab nor a line's end.
        self._rest.write(b"%b\t%b\n" % (orjson.dumps((*told, *rest)), row.text.encode()))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[NewRow]:
        yield from self._first
        if self._rest is None:
            return
        self._rest.seek(0)
        yield from map(_read, self._rest)

    @overload
    def __getitem__(self, place: int) -> NewRow: ...

    @overload
    def __getitem__(self, place: slice) -> list[NewRow]: ...

    def __getitem__(self, place: int | slice) -> NewRow | list[NewRow]:
        if isinstance(place, slice):
            return list(islice(self, *place.indices(self._count)))
        return next(islice(self, range(self._count)[place], None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment] # it grows


def _has_more(opening: Opening) -> bool:
    return bool(opening.follows or opening.doubts or opening.before)


def _read(line: bytes) -> NewRow:
    told, _, text = line.partition(b"\t")
    number, key, record, system, effective_at, *rest = orjson.loads(told)
    row = Row(number, None, key, record, text=text[:-1].decode())
    if not rest:
        return row, Opening(system, (), _moment(effective_at))
    follows, doubts, before = rest
    return row, Opening(
        system, tuple(map(_draft, follows)), _moment(effective_at), tuple(doubts), tuple(map(_draft, before))
    )


def _draft(step: dict[str, Any]) -> Draft:
    return Draft(
        **step | {"effective_at": _moment(step["effective_at"]), "follows": tuple(map(_draft, step["follows"]))}
    )


@lru_cache(maxsize=8_192)
def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
