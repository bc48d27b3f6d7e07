"""The lake's table of contents for one ledger: which files hold it, up to which event, and how to know them whole.

It is one small file, swapped in one step. Files that it does not name do not exist for anybody.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from bihuan.figure.lake.durable import replace_durably

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class LakeFile:
    """A file of rows: its size and hash (SHA-256, FIPS 180-4), and bounds that tell which questions need it.

    `effective_from` and `known_from` are the latest of its rows; `effective_ended` and `known_ended` the latest end
    that is not open, or the beginning of time where all are. `largest` is each column's greatest absolute value.
    """

    name: str
    rows: int
    size: int
    sha256: str
    effective_from: int
    effective_ended: int
    known_from: int
    known_ended: int
    largest: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What the lake holds of a ledger: all events up to `position`, whose hash is `head`.

    `current` are rows that hold for ever on, `past` those that another effective time has ended, `superseded` those
    that we know better now. `deltas` are changes since, oldest first, each row coming or going.
    """

    ledger: str
    position: int
    head: str
    columns: dict[str, str]
    symbols: dict[str, list[str]]
    seen: tuple[str, ...] = ()
    unreadable: dict[str, int] = field(default_factory=dict)
    current: tuple[LakeFile, ...] = ()
    past: tuple[LakeFile, ...] = ()
    superseded: tuple[LakeFile, ...] = ()
    deltas: tuple[LakeFile, ...] = ()
    generation: str = ""
    format: int = FORMAT

    @property
    def files(self) -> tuple[LakeFile, ...]:
        return self.current + self.past + self.superseded + self.deltas

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    def largest(self, column: str) -> int:
        """The greatest absolute value that a column holds anywhere."""
        return max([file.largest.get(column, 0) for file in self.files], default=0)


class BadManifest(ValueError):
    """The table of contents cannot be read: the lake of this ledger must be made anew."""


def read_manifest(folder: Path) -> Manifest | None:
    """The present table of contents; None where there is none yet. Raises BadManifest."""
    try:
        text = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return None
    return parsed_manifest(text)


def parsed_manifest(text: bytes) -> Manifest:
    """A table of contents as it is written. Raises BadManifest."""
    try:
        raw: dict[str, Any] = orjson.loads(text)
        if raw["format"] != FORMAT:
            raise BadManifest(f"format {raw['format']}")
        for part in ("current", "past", "superseded", "deltas"):
            raw[part] = tuple(LakeFile(**file) for file in raw[part])
        return Manifest(**{**raw, "seen": tuple(raw["seen"])})
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise BadManifest(str(error)) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a new table of contents in the place of the old one, whole or not at all."""
    replace_durably(folder / MANIFEST, orjson.dumps(asdict(manifest)))
