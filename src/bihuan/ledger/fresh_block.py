"""New records of a file by column, from checked cells to rows of the database, without an object for each.

For rows that no further event follows. What is written is byte for byte what each would have written by itself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from bihuan.base.canonical import dumps
from bihuan.ledger.rows import OfAll, moment_keeper, moment_reader


@dataclass(frozen=True)
class Openings:
    """How many rows open, by column: instants as events hold them.

    All begin in one step with one log; both are None in a ledger without a loop.
    """

    units: Sequence[int | None]
    assignees: Sequence[int | None]
    effective_at: Sequence[str | None]
    opened_at: Sequence[str]
    due_at: Sequence[str | None]
    state: str | None
    log: dict[str, Any] | None

    def systems(self) -> Iterator[dict[str, Any]]:
        """The columns beside the fields, as one row's first event holds them."""
        columns = (self.units, self.assignees, self.opened_at, self.due_at)
        for unit, assignee, opened, due in zip(*columns, strict=True):
            named: dict[str, Any] = {"unit": unit, "assignee": assignee, "opened_at": opened, "due_at": due}
            named |= {"state": self.state, "loop": self.log}
            yield {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True)
class FreshBlock:
    """New records by column: numbers, keys, fields as canonical JSON, and the row of the sheet that each comes from."""

    numbers: Sequence[str]
    keys: Sequence[str]
    texts: Sequence[str]
    places: Sequence[int]
    openings: Openings
    kind: str = "imported"

    def payloads(self, version: int, creator: int | None) -> list[str]:
        """What the first event of each says, as canonical JSON."""
        opened = self.openings
        log = "" if opened.log is None else f'"loop":{dumps(opened.log)},'
        state = "" if opened.state is None else f',"state":{dumps(opened.state)}'
        made_by = f'"creator":{creator},' if creator else ""
        due = {at: f'"due_at":"{at}",' if at else "" for at in set(opened.due_at)}
        units = {unit: "" if unit is None else f',"unit":{unit}' for unit in set(opened.units)}
        assignees = {one: "" if one is None else f'"assignee":{one},' for one in set(opened.assignees)}
        columns = zip(
            self.places,
            self.texts,
            map(assignees.__getitem__, opened.assignees),
            map(due.__getitem__, opened.due_at),
            json_insides(self.keys),
            json_insides(self.numbers),
            opened.opened_at,
            map(units.__getitem__, opened.units),
            strict=True,
        )
        return [
            f'{{"detail":{{"row":{place}}},"set":{text},"system":{{{assignee}{made_by}{due_at}"key":"{key}",{log}'
            f'"number":"{number}","opened_at":"{opened_at}"{state}{unit}}},"v":{version}}}'
            for place, text, assignee, due_at, key, number, opened_at, unit in columns
        ]

    def record_rows(self, of_all: OfAll, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """The records with these ids, as the database keeps them: in the order of `rows.record_rows`."""
        keep, stamp, opened = moment_reader(), moment_keeper()(of_all.now), self.openings
        return list(
            zip(
                ids,
                repeat(of_all.ledger),
                self.numbers,
                self.keys,
                opened.units,
                repeat(opened.state or ""),
                map(keep, opened.opened_at),
                map(keep, opened.due_at),
                repeat(None),
                repeat(dumps(opened.log or {})),
                repeat(False),
                repeat(of_all.person),
                opened.assignees,
                self.texts,
                repeat(1),
                repeat(stamp),
                repeat(stamp),
                strict=False,
            )
        )

    def alike(self) -> Counter[tuple[Any, ...]]:
        """How many count alike, by unit, step, due instant, instant of the close-out and log."""
        opened = self.openings
        counts = Counter(zip(opened.units, opened.due_at, strict=True))
        log = dumps(opened.log or {})
        return Counter({(unit, opened.state, due, None, log): number for (unit, due), number in counts.items()})


def json_insides(texts: Sequence[str]) -> list[str]:
    """Texts as JSON writes them between the quotes.

    All are written at once and cut again: within a text no quote stands bare, so that a bare quote, a comma and a bare
    quote in a row stand only between two.
    """
    return dumps(texts)[2:-2].split('","') if texts else []
