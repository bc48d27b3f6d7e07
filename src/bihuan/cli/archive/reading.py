"""Reading an archive, trusting nothing in it: names, sizes and hashes are held to the manifest, byte by byte."""

import errno
import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from bihuan.base.errors import NotFound
from bihuan.cli.archive.manifest import MANIFEST, Damaged, FilePart, Manifest, TablePart, parse_manifest

_BLOCK = 1 << 20
_ENCRYPTED = 0x1
_LEAST_MANIFEST = 1 << 20
_MANIFEST_PER_ENTRY = 4_096

# What zipfile raises for bytes that are no longer what was written; the last four for headers it cannot make sense of.
_FAULTS = (BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError, ValueError, OverflowError)

Part = TablePart | FilePart


@dataclass(frozen=True)
class Archive:
    """An archive whose table of contents agrees with its manifest. Its content is checked when it is read."""

    path: Path
    zip: ZipFile
    manifest: Manifest

    def verify(self, told: Callable[[int], None]) -> None:
        """Read everything and hold it to its hashes. Raises Damaged naming the first entry that does not agree."""
        done = 0
        for part in self.manifest.parts:
            with self.open(part) as stream:
                while block := stream.read(_BLOCK):
                    done += len(block)
                    told(done)

    @contextmanager
    def open(self, part: Part) -> Iterator[IO[bytes]]:
        """A part's bytes. Whoever reads to the end has had exactly what the manifest says, or Damaged."""
        with _readable(part.entry):
            source = self.zip.open(part.entry)
        with source, io.BufferedReader(_Checked(source, part), _BLOCK) as stream:
            yield stream


class _Checked(io.RawIOBase):
    """A stream that counts and hashes what passes, and does not end well unless both are right."""

    def __init__(self, source: IO[bytes], part: Part) -> None:
        super().__init__()
        self._source, self._part = source, part
        self._digest, self._size = hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _readable(self._part.entry):
            block = self._source.read(len(buffer))
        self._size += len(block)
        self._digest.update(block)
        if self._size > self._part.size:
            raise Damaged(f"“{self._part.entry}”比清单所写的 {self._part.size:,} 字节长，这个备份被改过")
        if not block and (self._size, self._digest.hexdigest()) != (self._part.size, self._part.sha256):
            raise Damaged(f"“{self._part.entry}”的内容与清单里的哈希不符，这个备份已损坏或被改过")
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def _readable(entry: str) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise Damaged(f"“{entry}”读不出来，这个备份已损坏或被截断") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # what a place before the file's first byte is answered with
            raise
        raise Damaged(f"“{entry}”读不出来，这个备份已损坏或被截断") from error


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive and hold its table of contents to its manifest. Raises NotFound, or Damaged in words."""
    if not path.is_file():
        raise NotFound(f"没有备份文件“{path}”")
    try:
        opened = ZipFile(path)
    except _FAULTS as error:
        raise Damaged(f"“{path.name}”不是完整的备份：没有复制完、被截断，或根本不是 bihuan 的备份") from error
    with opened:
        entries = _entries(opened)
        manifest = _manifest(opened, entries)
        _agree(entries, manifest)
        yield Archive(path, opened, manifest)


def _entries(opened: ZipFile) -> dict[str, ZipInfo]:
    entries: dict[str, ZipInfo] = {}
    for entry in opened.infolist():
        name = entry.orig_filename
        if name in entries:
            raise Damaged(f"“{name}”在备份里出现了两次，没有恢复")
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Damaged(f"“{name}”加了密或用了别的压缩方式，不是 bihuan 写的，没有恢复")
        entries[name] = entry
    return entries


def _manifest(opened: ZipFile, entries: dict[str, ZipInfo]) -> Manifest:
    entry = entries.pop(MANIFEST, None)
    if entry is None:
        raise Damaged(f"里面没有 {MANIFEST}，不是 bihuan 的备份")
    if entry.file_size > _LEAST_MANIFEST + _MANIFEST_PER_ENTRY * len(entries):
        raise Damaged(f"{MANIFEST} 有 {entry.file_size:,} 字节，大得不合情理，没有读")
    with _readable(MANIFEST):
        text = opened.read(entry)
    return parse_manifest(text)


def _agree(entries: dict[str, ZipInfo], manifest: Manifest) -> None:
    """Each entry is one that the manifest names, and the reverse; so no name can lead out of the home folder."""
    named: dict[str, Part] = {}
    for part in manifest.parts:
        if part.entry in named:
            raise Damaged(f"清单里两次写了“{part.entry}”")
        named[part.entry] = part
    for name, entry in entries.items():
        if name not in named:
            raise Damaged(f"“{name}”不在清单里，不该出现在备份中，没有恢复")
        if entry.file_size != named[name].size:
            raise Damaged(f"“{name}”是 {entry.file_size:,} 字节，清单写的是 {named[name].size:,} 字节，这个备份被改过")
    for name in named:
        if name not in entries:
            raise Damaged(f"清单里的“{name}”不在备份中，这个备份不完整")
