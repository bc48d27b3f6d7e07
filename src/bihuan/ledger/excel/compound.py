"""Reads the compound file (OLE2) behind .xls, as far as is needed to know it is sound and what it holds.

Follows [MS-CFB] 2.2 to 2.6. The reader below us follows sector chains without looking for loops; this does
look.
"""

import struct
from dataclasses import dataclass

from bihuan.ledger.excel.kind import broken

_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_DIFAT_IN_HEADER = 109
_ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")
_MINI_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """A stream or storage: its name, kind (1 storage, 2 stream, 5 root), first sector and size in bytes."""

    name: str
    kind: int
    first: int
    size: int


class Compound:
    """A compound file held in memory. Raises UnreadableFile where chains loop or leave the file."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        if len(data) < 512:
            raise broken(name, "文件头不完整")
        (self.major,) = struct.unpack_from("<H", data, 26)
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if (self.major, shift) not in ((3, 9), (4, 12)) or mini_shift != 6:
            raise broken(name, "文件头不合规范")
        self.sector_size = 1 << shift
        self.fat = self._load_fat()
        (directory,) = struct.unpack_from("<I", data, 48)
        self.entries = self._load_entries(self._chain(directory))
        (mini_fat,) = struct.unpack_from("<I", data, 60)
        self.mini_fat = self._integers(self._chain(mini_fat))
        root = next((entry for entry in self.entries if entry.kind == 5), None)
        if root is None:
            raise broken(name, "没有根目录")
        self.mini_stream = self._chain(root.first)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.sector_size
        sector = self.data[start : start + self.sector_size]
        if not sector:
            raise broken(self.name, "扇区超出文件末尾")
        return sector

    def _integers(self, data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    def _load_fat(self) -> tuple[int, ...]:
        sectors = list(struct.unpack_from(f"<{_DIFAT_IN_HEADER}I", self.data, 76))
        (next_difat,) = struct.unpack_from("<I", self.data, 68)
        seen: set[int] = set()
        while next_difat < _END - 1:
            if next_difat in seen:
                raise broken(self.name, "扇区链成了环")
            seen.add(next_difat)
            *more, next_difat = self._integers(self._sector(next_difat))
            sectors += more
        used = [number for number in sectors if number != _FREE]
        if len(set(used)) != len(used):
            raise broken(self.name, "扇区表重复")
        return self._integers(b"".join(self._sector(number) for number in used))

    def _chain(self, first: int) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        number = first
        while number not in (_END, _FREE):
            if number in seen or number >= len(self.fat):
                raise broken(self.name, "扇区链断了或成了环")
            seen.add(number)
            parts.append(self._sector(number))
            number = self.fat[number]
        return b"".join(parts)

    def _mini_chain(self, first: int) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        number = first
        while number not in (_END, _FREE):
            if number in seen or number >= len(self.mini_fat):
                raise broken(self.name, "小扇区链断了或成了环")
            seen.add(number)
            parts.append(self.mini_stream[number * 64 : number * 64 + 64])
            number = self.mini_fat[number]
        return b"".join(parts)

    def _load_entries(self, directory: bytes) -> list[Entry]:
        entries = []
        for start in range(0, len(directory) - 127, 128):
            raw, length, kind, *_, first, size = _ENTRY.unpack_from(directory, start)
            if kind not in (1, 2, 5):
                continue
            text = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            entries.append(Entry(text, kind, first, size & 0xFFFFFFFF if self.major == 3 else size))
        return entries

    def check_chains(self) -> None:
        """Follow every stream to its end; raise UnreadableFile where one loops, breaks or is too short."""
        for entry in self.entries:
            if entry.kind == 2 and len(self.stream(entry)) < entry.size:
                raise broken(self.name, f"“{entry.name}”不完整")

    def stream(self, entry: Entry) -> bytes:
        """Give a stream's bytes."""
        if entry.size == 0:
            return b""
        chain = self._mini_chain if entry.size < _MINI_LIMIT else self._chain
        return chain(entry.first)[: entry.size]

    def find(self, *names: str) -> Entry | None:
        """Give the first stream that bears one of the names, in any case."""
        wanted = {name.lower() for name in names}
        return next((e for e in self.entries if e.kind == 2 and e.name.lower() in wanted), None)

    def has(self, name: str) -> bool:
        """Tell whether an entry of any kind bears the name."""
        return any(entry.name == name for entry in self.entries)
