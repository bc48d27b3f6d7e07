"""New records of a file by column, from checked cells to rows of the database, without an object for each.

For rows that no further event follows. What is written is byte for byte what each would have written by itself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bihuan.base.canonical import dumps
from bihuan.ledger.rows import OfAll, Rows, moment_keeper, moment_reader


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

    def record_rows(self, of_all: OfAll, ids: Sequence[int]) -> Rows:
        """The records with these ids, as the database keeps them."""
        keep, opened = moment_reader(), self.openings
        same = of_all.records() | {
            "state": opened.state or "",
            "closed_at": None,
            "loop": dumps(opened.log or {}),
            "deleted": False,
            "creator_id": of_all.person,
            "version": 1,
        }
        own: dict[str, Sequence[Any]] = {"id": ids, "number": self.numbers, "key": self.keys}
        for name, column in (("unit_id", opened.units), ("assignee_id", opened.assignees)):
            if len(set(column)) == 1:
                same[name] = column[0]
            else:
                own[name] = column
        own |= {"opened_at": list(map(keep, opened.opened_at)), "due_at": list(map(keep, opened.due_at))}
        return Rows(same, {**own, "data": self.texts})

    def contents(
        self,
        ledger: str,
        of_all: OfAll,
        stamp: str,
        positions: Sequence[int],
        ids: Sequence[int],
        payloads: Sequence[str],
    ) -> Iterator[bytes]:
        """The bytes that the hash of each first event covers, as `append.event_content` gives those of a stored one."""
        batch, kind = str(of_all.batch) if of_all.batch else None, self.kind
        person, name, unit = of_all.person, of_all.actor_name, of_all.unit
        moments = (at or stamp for at in self.openings.effective_at)
        for position, pk, at, payload in zip(positions, ids, moments, payloads, strict=True):
            yield orjson.dumps([ledger, position, pk, 1, kind, person, name, unit, batch, at, stamp, "", payload])

    def event_rows(
        self, of_all: OfAll, positions: Sequence[int], ids: Sequence[int], payloads: Sequence[str], links: Sequence[str]
    ) -> Rows:
        """The first event of each, as the database keeps it."""
        keep, now = moment_reader(), moment_keeper()(of_all.now)
        same = of_all.events() | {"version": 1, "kind": self.kind, "reason": ""}
        moments = [keep(at) if at else now for at in self.openings.effective_at]
        own = {"position": positions, "record_id": ids, "effective_at": moments, "payload": payloads, "hash": links}
        return Rows(same, own)

    def alike(self) -> Counter[tuple[Any, ...]]:
        """How many count alike, by unit, step, due instant, instant of the close-out and log."""
        opened = self.openings
        counts = Counter(zip(opened.units, opened.due_at, strict=True))
        log = dumps(opened.log or {})
        return Counter({(unit, opened.state, due, None, log): number for (unit, due), number in counts.items()})


def json_insides(texts: Sequence[str]) -> list[str]:
    """Texts as JSON writes them between the quotes.

    Most hold nothing that JSON writes otherwise. Others are written all at once and cut again: within a text no quote
    stands bare, so that a bare quote, a comma and a bare quote in a row stand only between two.
    """
    whole = "".join(texts)
    if whole.isprintable() and '"' not in whole and "\\" not in whole:
        return list(texts)
    return dumps(texts)[2:-2].split('","') if texts else []
