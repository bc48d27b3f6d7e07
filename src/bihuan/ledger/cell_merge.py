"""The three-way merge of one record: what it was when it was exported, what the file says now, what it is here now.

Pure: values in, values out. A blank is None on every side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["theirs", "ours"]


@dataclass(frozen=True)
class Clash:
    """A field that was changed on both sides, each to another value."""

    base: Any
    theirs: Any
    ours: Any


@dataclass(frozen=True)
class Merged:
    """What a row of a file does to a record.

    `changes` are to be written; `clashes` a person has to settle; `kept` were changed here only, and stay.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    clashes: dict[str, Clash] = field(default_factory=dict)
    kept: tuple[str, ...] = ()


def merge_cells(
    base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any], chosen: Mapping[str, Side]
) -> Merged:
    """Merge field by field. A field that `base` does not name has no known past: then what the file says is a change.

    `chosen` settles clashes by field. Fields that `theirs` does not name are not in the file, and are left alone.
    """
    changes: dict[str, Any] = {}
    clashes: dict[str, Clash] = {}
    kept: list[str] = []
    for code, value in theirs.items():
        here = ours.get(code)
        if value == here:
            continue
        if code in base and value == base[code]:
            kept.append(code)
        elif code in base and here != base[code] and code not in chosen:
            clashes[code] = Clash(base[code], value, here)
        elif chosen.get(code) == "ours":
            kept.append(code)
        else:
            changes[code] = value
    return Merged(changes, clashes, tuple(kept))
