"""Unpacks the zip behind .xlsx and .ods within bounds, before anything else may open it.

The reader below us trusts a file: it unpacks without a limit and allocates what the file claims. So every
part is first inflated here, in pieces, and compared with what the archive's directory says of it.
"""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from zlib_ng import zlib_ng

from bihuan.ledger.excel.kind import SAVE_AS, broken
from bihuan.ledger.excel.model import Limits, UnreadableFile
from bihuan.ledger.excel.steady import Steady

_PIECE = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_NOT_DEFLATED: type[Exception] = zlib_ng.error  # type: ignore[assignment] # typed there as an instance
_END_OF_DIRECTORY = b"PK\x05\x06"
# Below this a part cannot hurt, whatever its ratio.
_RATIO_MATTERS_FROM = 32 * 1024**2


@dataclass(frozen=True, slots=True)
class Part:
    """One file within the archive, as its directory describes it; sizes in bytes."""

    name: str
    offset: int
    packed: int
    unpacked: int
    method: int


class Package:
    """The parts of one archive. Opening it checks the directory; `pieces` checks a part while giving its
    bytes.
    """

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self.path = path
        self.name = name
        self.limits = limits
        self.steady = Steady(path, name)
        self.parts = {part.name: part for part in self._directory()}

    def _directory(self) -> list[Part]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise broken(self.name) from error
        _refuse_two_readings(self.path, infos, self.name)
        if any(info.flag_bits & 1 for info in infos):
            raise UnreadableFile(f"“{self.name}”里的内容加了密码，读不出来。", "请去掉密码后再上传。")
        if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
            raise UnreadableFile(f"“{self.name}”用了少见的压缩方式。", SAVE_AS)
        parts = [
            Part(info.filename, info.header_offset, info.compress_size, info.file_size, info.compress_type)
            for info in infos
            if not info.is_dir()
        ]
        self._refuse_bombs(parts)
        return parts

    def _refuse_bombs(self, parts: list[Part]) -> None:
        total = sum(part.unpacked for part in parts)
        if total > self.limits.unpacked_bytes:
            raise _too_big(self.name, total, self.limits.unpacked_bytes)
        for part in parts:
            swollen = part.unpacked > part.packed * self.limits.unpack_ratio
            if part.unpacked > _RATIO_MATTERS_FROM and swollen:
                raise UnreadableFile(
                    f"“{self.name}”里的“{part.name}”展开后是压缩前的 "
                    f"{part.unpacked // max(part.packed, 1)} 倍，最多 {self.limits.unpack_ratio} 倍，"
                    "像是压缩炸弹，已拒绝。",
                    SAVE_AS,
                )

    def pieces(self, part_name: str) -> Iterator[bytes]:
        """Give a part's bytes in pieces of about 1 MB.

        Raises UnreadableFile where the part is damaged or holds more than its directory said, and where the file is no
        longer the one that was opened.
        """
        with self.steady.reading():
            yield from self._pieces(self.parts[part_name])

    def _pieces(self, part: Part) -> Iterator[bytes]:
        given = 0
        try:
            with self.path.open("rb") as file:
                for piece in _inflate(file, part):
                    given += len(piece)
                    if given > part.unpacked:
                        raise broken(self.name, f"“{part.name}”比目录里写的大")
                    yield piece
        except (_NOT_DEFLATED, OSError, struct.error, EOFError) as error:
            raise broken(self.name) from error
        if given != part.unpacked:
            raise broken(self.name, f"“{part.name}”不完整")

    def read(self, part_name: str, at_most: int) -> bytes:
        """Give a small part whole; raise UnreadableFile above `at_most` bytes."""
        part = self.parts[part_name]
        if part.unpacked > at_most:
            raise _too_big(self.name, part.unpacked, at_most)
        return b"".join(self.pieces(part_name))


def _inflate(file: BinaryIO, part: Part) -> Iterator[bytes]:
    file.seek(part.offset)
    header = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if header[0] != b"PK\x03\x04":
        raise EOFError
    file.seek(header[9] + header[10], 1)
    left = part.packed
    engine = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS) if part.method == zipfile.ZIP_DEFLATED else None
    while left:
        packed = file.read(min(left, _PIECE // 4))
        if not packed:
            raise EOFError
        left -= len(packed)
        if engine is None:
            yield packed
            continue
        while packed:
            yield engine.decompress(packed, _PIECE)
            packed = engine.unconsumed_tail
    if engine is not None:
        if not engine.eof:
            raise EOFError
        yield engine.flush()


def _refuse_two_readings(path: Path, infos: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse an archive that two programs could read differently: only one reading has been checked."""
    names = {info.filename.replace("\\", "/").lstrip("/").lower() for info in infos}
    unique = infos and "" not in names and len(names) == len(infos)
    if not unique or min(info.header_offset for info in infos) != 0 or _count_ends(path) != 1:
        raise broken(name, "压缩包的目录前后不一致")


def _count_ends(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 66_000))
        return file.read().count(_END_OF_DIRECTORY)


def _too_big(name: str, found: int, allowed: int) -> UnreadableFile:
    return UnreadableFile(
        f"“{name}”展开后有 {found / 1024**2:.0f} MB，最多 {allowed / 1024**2:.0f} MB。",
        "请按年度或单位拆成几个文件，并删去图片和空白格式后再上传。",
    )
