"""Making an archive: a snapshot of the database and the files it names, into FILE.part, verified, then named FILE."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.base import clock
from bihuan.base.errors import Conflict, NotFound
from bihuan.base.home import home, room
from bihuan.cli.archive import snapshot
from bihuan.cli.archive.disk import sync_folder
from bihuan.cli.archive.manifest import FORMAT, MANIFEST, FilePart, Manifest, TablePart, is_file_name
from bihuan.cli.archive.reading import open_archive
from bihuan.cli.archive.tables import Table, last_migrations, tables_of

_BLOCK = 1 << 20
_FAST = 1
"""The level of compression: on the rows of a ledger the highest level gives a third less for ten times the work."""
_SHOWN = 20

Told = Callable[[int], None]
"""Told how many bytes are done."""


class FilesMissing(NotFound):
    """Files that the database names are not on the disk, or are not what they were; `names` lists them all."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        more = f"；另有 {len(names) - _SHOWN:,} 个" if len(names) > _SHOWN else ""
        shown = "；".join(self.names[:_SHOWN])
        super().__init__(
            f"有 {len(names):,} 个文件对不上，没有备份：{shown}{more}。",
            hint="请先找回这些文件；确实找不回来的，加 --allow-missing 照样备份",
        )


@dataclass(frozen=True)
class _Wanted:
    """The files to take along: name in the archive, and how to call it; those not there; originals that never were."""

    files: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def make_backup(target: Path, *, with_keys: bool, allow_missing: bool, told: Told) -> Manifest:
    """Write a verified archive of the whole instance. Others may go on working meanwhile.

    Raises Conflict if there is such a file already, FilesMissing unless they may be. Nothing is left behind on failure.
    """
    if target.exists():
        raise Conflict(f"已有文件“{target}”。请换一个文件名，备份不会覆盖已有的文件")
    if not target.parent.is_dir():
        raise NotFound(f"没有目录“{target.parent}”，请先建立")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with _private(part) as file, snapshot.snapshot() as reader:
            manifest = _Writer(file, reader, told).write(with_keys=with_keys, allow_missing=allow_missing)
        with open_archive(part) as archive:
            archive.verify(told)
        part.rename(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return manifest


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner reads, because it holds the keys; on disk when it is left."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


class _Writer:
    """Writes one archive, entry after entry; the manifest comes last, when everything is known."""

    def __init__(self, file: IO[bytes], reader: BaseDatabaseWrapper, told: Told) -> None:
        self.file, self.reader, self.told = file, reader, told
        self.done = 0

    def write(self, *, with_keys: bool, allow_missing: bool) -> Manifest:
        wanted = _wanted(self.reader)
        if wanted.missing and not allow_missing:
            raise FilesMissing(wanted.missing)
        with ZipFile(self.file, "w", ZIP_DEFLATED, compresslevel=_FAST) as archive:
            tables = [self._table(archive, table) for table in tables_of(apps)]
            files, damaged = self._files(archive, wanted, with_keys=with_keys)
            if damaged and not allow_missing:
                raise FilesMissing(damaged)
            manifest = Manifest(
                kind="bihuan backup",
                format=FORMAT,
                bihuan=version("bihuan"),
                made_at=clock.now(),
                database="postgresql" if connection.vendor == "postgresql" else "sqlite",
                with_keys=with_keys,
                migrations=last_migrations(),
                tables=tuple(tables),
                files=tuple(files),
                ledgers=snapshot.chain_heads(self.reader),
                missing=wanted.missing,
                damaged=tuple(damaged),
            )
            archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
        return manifest

    def _table(self, archive: ZipFile, table: Table) -> TablePart:
        digest, rows, size = hashlib.sha256(), 0, 0
        part = TablePart(
            model=table.model,
            columns=table.columns,
            last_id=snapshot.last_id(self.reader, table),
            rows=0,
            size=0,
            sha256=digest.hexdigest(),
        )
        with archive.open(part.entry, "w", force_zip64=True) as out:
            for some in snapshot.lines(self.reader, table):
                text = b"".join(some)
                digest.update(text)
                out.write(text)
                rows, size = rows + len(some), size + len(text)
                self._tell(len(text))
        return part.model_copy(update={"rows": rows, "size": size, "sha256": digest.hexdigest()})

    def _files(self, archive: ZipFile, wanted: _Wanted, *, with_keys: bool) -> tuple[list[FilePart], list[str]]:
        """Copies the files; returns what was copied, and those whose content is not what their name says."""
        copied, damaged = [], []
        for name, title in wanted.files:
            part = self._copy(archive, name)
            copied.append(part)
            if part.sha256 != Path(name).name:
                damaged.append(f"{title}（{name}）的内容已损坏")
        if with_keys:
            keys = sorted(path.name for path in room("keys").iterdir() if path.is_file())
            copied += [self._copy(archive, f"keys/{key}") for key in keys if is_file_name(f"keys/{key}")]
        return copied, damaged

    def _copy(self, archive: ZipFile, name: str) -> FilePart:
        digest, size = hashlib.sha256(), 0
        # Pictures, workbooks and PDF are compressed already: an entry of one's own making is stored as it is.
        with (home() / name).open("rb") as source, archive.open(ZipInfo(name), "w", force_zip64=True) as out:
            while block := source.read(_BLOCK):
                digest.update(block)
                out.write(block)
                size += len(block)
                self._tell(len(block))
        return FilePart(name=name, size=size, sha256=digest.hexdigest())

    def _tell(self, size: int) -> None:
        self.done += size
        self.told(self.done)


def _wanted(reader: BaseDatabaseWrapper) -> _Wanted:
    files: list[tuple[str, str]] = []
    missing: list[str] = []
    for kept in snapshot.attachments(reader):
        _sort(f"attachments/{kept.sha256[:2]}/{kept.sha256}", f"附件“{kept.title}”", files, missing)
    for kept, waits in snapshot.uploads(reader):
        name = f"uploads/{kept.sha256}"
        if waits or (is_file_name(name) and (home() / name).is_file()):
            _sort(name, f"待导入的表格“{kept.title}”", files, missing)
    return _Wanted(tuple(files), tuple(missing))


def _sort(name: str, title: str, files: list[tuple[str, str]], missing: list[str]) -> None:
    if is_file_name(name) and (home() / name).is_file():
        files.append((name, title))
    else:
        missing.append(f"{title}（{name}）不在磁盘上")
