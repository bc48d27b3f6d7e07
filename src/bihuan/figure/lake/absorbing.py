"""Brings the lake up to its ledger's last event: what it lacks becomes a small delta, or all is built anew."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

from bihuan.base import chain
from bihuan.base.canonical import loads
from bihuan.base.home import room
from bihuan.figure.lake.columns import LakeColumn, Rows, Symbols, lake_columns, microseconds
from bihuan.figure.lake.compaction import compacted
from bihuan.figure.lake.durable import held
from bihuan.figure.lake.files import DamagedLake, require_whole, sweep, write_file
from bihuan.figure.lake.manifest import BadManifest, LakeFile, Manifest, read_manifest, write_manifest
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.lake.rectangles import OPEN, Happened, Rectangle, rectangles
from bihuan.figure.names import LedgerView, figure_names
from bihuan.ledger.models import Chain, Event, Ledger

_log = logging.getLogger(__name__)

ROWS_IN_A_FILE = 1_000_000
_RECORDS_AT_ONCE = 500
_MOST_AT_ONCE = 200_000
"""More events than this are not absorbed as a delta: building anew costs no more."""
_NEAR = 2_000
"""So many events are taken in while somebody waits for a page."""


def folder_of(ledger: Ledger) -> Path:
    """Where a ledger's lake lies. It is derived: deleting it loses nothing."""
    folder = room("lake") / ledger.code
    folder.mkdir(exist_ok=True, mode=0o750)
    return folder


def fresh_snapshot(ledger: Ledger, view: LedgerView) -> Snapshot:
    """The ledger's lake with every event that is saved by now."""
    columns = lake_columns(figure_names(view))
    folder = folder_of(ledger)
    manifest = _usable(folder, ledger, columns)
    door = Chain.objects.get(ledger=ledger)
    if manifest is None or manifest.position != door.position or _is_worn(manifest):
        manifest = absorb(ledger, columns)
    return Snapshot(folder, manifest, columns)


def rows_held(ledger: Ledger) -> int:
    """How many rows a ledger's lake holds as it lies, without asking the database; none where it cannot be read."""
    try:
        manifest = read_manifest(room("lake") / ledger.code)
    except BadManifest:
        return 0
    return manifest.rows if manifest else 0


def snapshot_if_near(ledger: Ledger, view: LedgerView) -> Snapshot | None:
    """The same, for who cannot wait: None where the lake is not there or lacks more than a moment's work."""
    return fresh_snapshot(ledger, view) if is_near(ledger, view) else None


def is_near(ledger: Ledger, view: LedgerView) -> bool:
    """Whether a ledger's lake is there and lacks few events."""
    manifest = _usable(folder_of(ledger), ledger, lake_columns(figure_names(view)))
    return manifest is not None and Chain.objects.get(ledger=ledger).position - manifest.position <= _NEAR


def absorb(ledger: Ledger, columns: tuple[LakeColumn, ...]) -> Manifest:
    """Take in the events that the lake lacks, under its lock; returns the table of contents that is then in force."""
    folder = folder_of(ledger)
    with held(folder):
        manifest = _usable(folder, ledger, columns)
        door = Chain.objects.get(ledger=ledger)
        if manifest is None or door.position - manifest.position > max(_MOST_AT_ONCE, manifest.rows // 4):
            manifest = _built(folder, ledger, columns, door)
        elif manifest.position != door.position:
            manifest = _with_delta(folder, ledger, columns, manifest, door)
        if _is_worn(manifest):
            manifest = compacted(folder, manifest, columns)
        write_manifest(folder, manifest)
        sweep(folder, manifest)
        return manifest


def build(ledger: Ledger, view: LedgerView) -> Manifest:
    """Make a ledger's lake anew from its events, whatever there was."""
    folder = folder_of(ledger)
    with held(folder):
        manifest = _built(folder, ledger, lake_columns(figure_names(view)), Chain.objects.get(ledger=ledger))
        write_manifest(folder, manifest)
        sweep(folder, manifest)
        return manifest


def _is_worn(manifest: Manifest) -> bool:
    """Whether so much stands beside the base that putting it in is worth its cost."""
    beside = sum(file.rows for file in manifest.deltas)
    return len(manifest.deltas) > 24 or beside > max(100_000, (manifest.rows - beside) // 3)


def _usable(folder: Path, ledger: Ledger, columns: tuple[LakeColumn, ...]) -> Manifest | None:
    """The lake as it lies, if it is whole, of this ledger's chain, and its columns mean what they mean today."""
    try:
        manifest = read_manifest(folder)
        if manifest is None or manifest.ledger != ledger.code or not fits(manifest, columns):
            return None
        if _hash_at(ledger, manifest.position) != manifest.head:
            return None
        require_whole(folder, manifest.files)
    except (BadManifest, DamagedLake) as error:
        _log.warning("lake of %s is made anew: %s", ledger.code, error)
        return None
    return manifest


def fits(manifest: Manifest, columns: tuple[LakeColumn, ...]) -> bool:
    """A column may be new if no event ever set its field; one whose type has changed needs the events again."""
    for column in columns:
        known = manifest.columns.get(column.code)
        if known is None and column.name.code in manifest.seen:
            return False
        if known is not None and known != column.signature:
            return False
    return True


def _hash_at(ledger: Ledger, position: int) -> str:
    if position == 0:
        return chain.GENESIS
    event = Event.objects.filter(ledger=ledger, position=position).values_list("hash", flat=True).first()
    return event or ""


_COLUMNS = ("record_id", "version", "effective_at", "recorded_at", "payload", "position")


def _by_record(events: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, list[tuple[int, Happened]]]]:
    """Each record with its events in the order of versions, each with its position in the chain."""
    for record, some in groupby(events, key=lambda event: event[0]):
        yield (
            record,
            [
                (position, Happened(version, microseconds(effective), microseconds(recorded), loads(payload)))
                for _, version, effective, recorded, payload, position in some
            ],
        )


def _fields_set(happened: Sequence[Happened]) -> set[str]:
    return {code for event in happened for code in event.payload.get("set", ())}


def _built(folder: Path, ledger: Ledger, columns: tuple[LakeColumn, ...], door: Chain) -> Manifest:
    return built_in(folder, ledger, columns, door.position)


def built_in(folder: Path, ledger: Ledger, columns: tuple[LakeColumn, ...], position: int) -> Manifest:
    """Write a ledger's lake into a folder from its events up to a position; its manifest is not put in force."""
    symbols, seen, unreadable = Symbols({}), set[str](), dict[str, int]()
    kinds = {name: Rows(columns, symbols) for name in ("current", "past", "superseded")}
    files: dict[str, list[LakeFile]] = {name: [] for name in kinds}

    def flush(name: str) -> None:
        rows = kinds[name]
        if len(rows):
            files[name].append(write_file(folder, name, rows.frame()))
        for code, count in rows.unreadable.items():
            unreadable[code] = unreadable.get(code, 0) + count
        kinds[name] = Rows(columns, symbols)

    events = Event.objects.filter(ledger=ledger, position__lte=position).order_by("record_id", "version")
    for record, happened in _by_record(events.values_list(*_COLUMNS).iterator(5_000)):
        own = [event for _, event in happened]
        seen |= _fields_set(own)
        for piece in rectangles(own):
            name = _class_of(piece)
            kinds[name].add(record, piece)
            if len(kinds[name]) >= ROWS_IN_A_FILE:
                flush(name)
    for name in list(kinds):
        flush(name)
    signatures = {column.code: column.signature for column in columns}
    return Manifest(
        ledger.code,
        position,
        _hash_at(ledger, position),
        signatures,
        symbols.words,
        tuple(sorted(seen)),
        unreadable,
        current=tuple(files["current"]),
        past=tuple(files["past"]),
        superseded=tuple(files["superseded"]),
        generation=uuid4().hex,
    )


def _class_of(piece: Rectangle) -> str:
    return "current" if piece.is_current else "past" if piece.known_to == OPEN else "superseded"


def _with_delta(
    folder: Path, ledger: Ledger, columns: tuple[LakeColumn, ...], manifest: Manifest, door: Chain
) -> Manifest:
    """The lake with the states of every record that was touched: those that go, and those that come."""
    between = Event.objects.filter(ledger=ledger, position__gt=manifest.position, position__lte=door.position)
    touched = sorted(set(between.values_list("record_id", flat=True)))
    symbols = Symbols(manifest.symbols)
    rows = Rows(columns, symbols, weighted=True)
    seen = set(manifest.seen)
    for start in range(0, len(touched), _RECORDS_AT_ONCE):
        some = touched[start : start + _RECORDS_AT_ONCE]
        events = Event.objects.filter(record__in=some, position__lte=door.position).order_by("record_id", "version")
        for record, happened in _by_record(events.values_list(*_COLUMNS).iterator(5_000)):
            before = rectangles(event for position, event in happened if position <= manifest.position)
            after = rectangles(event for _, event in happened)
            seen |= _fields_set([event for position, event in happened if position > manifest.position])
            for piece in before:
                if piece not in after:
                    rows.add(record, piece, -1)
            for piece in after:
                if piece not in before:
                    rows.add(record, piece)
    fresh = (write_file(folder, "delta", rows.frame()),) if len(rows) else ()
    unreadable = dict(manifest.unreadable)
    for code, count in rows.unreadable.items():
        unreadable[code] = unreadable.get(code, 0) + count
    return replace(
        manifest,
        position=door.position,
        head=door.head,
        columns=manifest.columns | {column.code: column.signature for column in columns},
        symbols=symbols.words,
        seen=tuple(sorted(seen)),
        unreadable=unreadable,
        deltas=manifest.deltas + fresh,
    )
