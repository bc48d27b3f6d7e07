"""What an archive says of itself: who made it, and the size and SHA-256 (FIPS 180-4) of everything in it."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bihuan.base.errors import BihuanError

FORMAT: Literal[1] = 1
MANIFEST = "manifest.json"
_SHA256 = r"[0-9a-f]{64}"
_FILE = re.compile(
    rf"attachments/([0-9a-f]{{2}})/(?=\1){_SHA256}|uploads/{_SHA256}|keys/[A-Za-z0-9_][\w.-]{{0,99}}", re.ASCII
)

Sha256 = Annotated[str, Field(pattern=rf"^{_SHA256}$")]
Count = Annotated[int, Field(ge=0)]


class Damaged(BihuanError):
    """The archive is not whole, or not what this program wrote."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TablePart(_Part):
    """One table's rows: its columns with their kinds, how many rows, and the bytes of its stream.

    `last_id` is the greatest id that the database has ever given in it; new ids go on after it.
    """

    model: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
    columns: dict[str, str]
    last_id: Count | None
    rows: Count
    size: Count
    sha256: Sha256

    @property
    def entry(self) -> str:
        """The name within the archive."""
        return f"tables/{self.model.replace('.', '_')}.jsonl"


class FilePart(_Part):
    """One file of the home folder, by its path in there."""

    name: str
    size: Count
    sha256: Sha256

    @model_validator(mode="after")
    def _belongs(self) -> "FilePart":
        if not is_file_name(self.name):
            raise ValueError(f"“{self.name}”不是备份里可以有的文件")
        return self

    @property
    def entry(self) -> str:
        return self.name


class LedgerPart(_Part):
    """The head of a ledger's hash chain."""

    code: str
    position: Count
    head: Sha256
    signature: str


class Manifest(_Part):
    """The whole. `migrations` is the state of each app's tables.

    `missing` are files that the database names and that were not there, `damaged` those whose content is not what their
    name says.
    """

    kind: Literal["bihuan backup"]
    format: Literal[1]
    bihuan: str
    made_at: datetime
    database: Literal["sqlite", "postgresql"]
    with_keys: bool
    migrations: dict[str, str]
    tables: tuple[TablePart, ...]
    files: tuple[FilePart, ...]
    ledgers: tuple[LedgerPart, ...]
    missing: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def parts(self) -> tuple[TablePart | FilePart, ...]:
        """Everything in the archive but the manifest itself."""
        return (*self.tables, *self.files)

    @property
    def size(self) -> int:
        """Bytes of everything, unpacked."""
        return sum(part.size for part in self.parts)

    def rows_of(self, model: str) -> int:
        return sum(table.rows for table in self.tables if table.model == model)


def is_file_name(name: str) -> bool:
    """Whether an archive may hold a file of the home folder under this name: no path leads out of these three rooms."""
    return _FILE.fullmatch(name) is not None


class _Marks(BaseModel):
    kind: str = ""
    format: int = 0
    bihuan: str = "？"


def parse_manifest(text: bytes) -> Manifest:
    """Read a manifest. Raises Damaged in words if it is not one, or is of a format that this program does not know."""
    try:
        marks = _Marks.model_validate_json(text)
    except ValidationError as error:
        raise Damaged(f"{MANIFEST} 读不出来，这个备份已损坏") from error
    if marks.kind != "bihuan backup":
        raise Damaged(f"{MANIFEST} 不是 bihuan 备份的清单")
    if marks.format != FORMAT:
        raise Damaged(
            f"备份的格式是第 {marks.format} 版（由 bihuan {marks.bihuan} 制作），本程序只认第 {FORMAT} 版，"
            "请用制作它的版本或更新的版本恢复"
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise Damaged(f"{MANIFEST} 的 {place} 不对，这个备份已损坏或被改过") from error
