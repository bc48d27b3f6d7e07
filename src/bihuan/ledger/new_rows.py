"""The rows of a file that would make new records, kept until they are written: the first in memory, the rest on disk.

They come one by one, or many at once by column, and are given back as they came.

So a file of half a million rows is checked and written without all of it being held at once.
"""

import tempfile
import weakref
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import IO, Any, overload

import orjson

from bihuan.ledger.append import Draft
from bihuan.ledger.fresh_block import Openings
from bihuan.ledger.lifecycle import Opening
from bihuan.ledger.row_reading import Block, Row

_IN_MEMORY = 2_000

NewRow = tuple[Row, Opening]


@dataclass(frozen=True)
class NewBlock:
    """Rows that make new records, by column, and how they open."""

    block: Block
    openings: Openings

    def each(self) -> Iterator[NewRow]:
        """One by one."""
        openings = zip(self.openings.systems(), map(_moment, self.openings.effective_at), strict=True)
        return zip(self.block.rows(), (Opening(system, (), at) for system, at in openings), strict=True)


class NewRows(Sequence[NewRow]):
    """Rows that make new records, each with how it opens, in the order of the sheet."""

    def __init__(self) -> None:
        self._first: list[NewRow | NewBlock] = []
        self._in_first = 0
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
        if self._is_first((row, opening), 1):
            return
        told = (row.number, row.key, row.record, opening.system, opening.effective_at)
        rest = (opening.follows, opening.doubts, opening.before) if _has_more(opening) else ()
        # Canonical JSON holds neither a tab nor a line's end.
        self._rest.write(b"%b\t%b\n" % (orjson.dumps((*told, *rest)), row.text.encode()))

    def append_block(self, block: Block, openings: Openings) -> None:
        """Put many more behind the others."""
        self._count += len(block.numbers)
        self.opened.update(openings.opened_at)
        if self._is_first(NewBlock(block, openings), len(block.numbers)):
            return
        told = (block.numbers, block.keys, tuple(vars(openings).values()))
        texts = "\n".join(block.texts).encode()
        self._rest.write(b"%d %b\n%b\n" % (len(texts), orjson.dumps(told), texts))

    def _is_first(self, new: NewRow | NewBlock, count: int) -> bool:
        """Whether rows stay in memory; else the file for them is there."""
        if self._in_first < _IN_MEMORY:
            self._first.append(new)
            self._in_first += count
            return True
        if self._rest is None:
            self._rest = tempfile.TemporaryFile()  # noqa: SIM115 - closed on the next line, when nobody needs it
            weakref.finalize(self, self._rest.close)
        return False

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[NewRow]:
        for part in self.parts():
            if isinstance(part, NewBlock):
                yield from part.each()
            else:
                yield part

    def parts(self) -> Iterator[NewRow | NewBlock]:
        """All of them in order, as they were put in."""
        yield from self._first
        if self._rest is None:
            return
        self._rest.seek(0)
        while line := self._rest.readline():
            yield _read(line) if line.startswith(b"[") else _read_block(line, self._rest)

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


def _read_block(line: bytes, file: IO[bytes]) -> NewBlock:
    size, _, told = line.partition(b" ")
    numbers, keys, openings = orjson.loads(told)
    texts = file.read(int(size) + 1)[:-1].decode().split("\n")
    return NewBlock(Block(numbers, keys, texts, {}), Openings(*openings))


def _draft(step: dict[str, Any]) -> Draft:
    return Draft(
        **step | {"effective_at": _moment(step["effective_at"]), "follows": tuple(map(_draft, step["follows"]))}
    )


@lru_cache(maxsize=8_192)
def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
