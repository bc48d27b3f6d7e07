"""The lakes of a county as Spark finds them: read whole, or refused with the county's name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException

from bihuan.base.errors import Invalid
from bihuan.figure.clocks import Clocks
from bihuan.figure.lake.absorbing import fits
from bihuan.figure.lake.beside import NAME, BadBeside, Beside, parsed_beside
from bihuan.figure.lake.columns import lake_columns
from bihuan.figure.lake.files import DamagedLake
from bihuan.figure.lake.manifest import MANIFEST, BadManifest, LakeFile, parsed_manifest
from bihuan.figure.lake.reading import Part, Snapshot
from bihuan.figure.names import LedgerView, figure_names

_PATTERN = re.compile(r"([\[\]{}*?\\])")


@dataclass(frozen=True)
class County:
    """A county and where its lakes lie: a folder with one folder a ledger, as a path or as Spark reads it (hdfs://…)."""

    name: str
    address: str

    def folder(self, ledger: str) -> str:
        """The folder of one ledger's lake, as Spark finds it."""
        own = self.address.rstrip("/")
        return f"{own if '://' in own else local_address(Path(own).resolve())}/{ledger}"


@dataclass(frozen=True)
class Reading:
    """One look at a ledger's lake: on which clocks, and whether at all effective times."""

    ledger: str
    clocks: Clocks
    is_timed: bool = False

    def parts(self, snapshot: Snapshot) -> tuple[list[Part], list[Part]]:
        """The rows that hold on the clocks, and those of all effective times; the files not looked at yet."""
        as_of, known_at = self.clocks.instants
        return snapshot.chosen_at(as_of, known_at), snapshot.chosen_known(known_at) if self.is_timed else []


def local_address(folder: Path) -> str:
    """A folder of this machine as Spark finds it, which knows no percent signs (甲县) but patterns (*)."""
    return "file://" + _PATTERN.sub(r"\\\1", str(folder))


def take_snapshot(session: Any, county: County, view: LedgerView, readings: Iterable[Reading]) -> Snapshot:
    """A ledger's lake at this moment, the files that some readings need known whole. Raises DamagedLake, Invalid."""
    address = county.folder(view.code)
    snapshot = _snapshot(session, county, address, view)
    parts = [part for reading in readings for some in reading.parts(snapshot) for part in some]
    _require_whole(session, county, address, {file.name: file for part in parts for file in part.files})
    return snapshot


def read_beside(session: Any, county: County) -> Beside:
    """What no record of a county holds. Raises DamagedLake."""
    address = county.folder(NAME)
    try:
        return parsed_beside(bytes(_read_whole(session, [address], "content", county)[NAME]))
    except (DamagedLake, BadBeside) as error:
        told = f"{county.name}：没有读到数据湖旁的 {NAME}，或它不完整；请在该县运行 bihuan lake update"
        raise DamagedLake(told) from error


def _snapshot(session: Any, county: County, address: str, view: LedgerView) -> Snapshot:
    columns = lake_columns(figure_names(view))
    contents = _read_whole(session, [f"{address}/{MANIFEST}"], "content", county)
    try:
        manifest = parsed_manifest(bytes(contents[MANIFEST]))
    except BadManifest as error:
        raise DamagedLake(f"{county.name}：“{view.spec.title}”的数据湖目录读不出来，请在该县重建") from error
    if manifest.ledger != view.code or not fits(manifest, columns):
        raise Invalid(f"{county.name}：“{view.spec.title}”的数据湖与这里的台账定义不是同一个版本，请先统一业务包")
    return Snapshot(Path(), manifest, columns)


def _require_whole(session: Any, county: County, address: str, files: dict[str, LakeFile]) -> None:
    """Raise DamagedLake unless every file has the content that its county wrote. Spark's workers hash them."""
    if not files:
        return
    found = _read_whole(session, [f"{address}/{name}" for name in files], "sha2(content, 256)", county)
    for name, file in files.items():
        if found.get(name) != file.sha256:
            raise DamagedLake(f"{county.name}：数据湖文件 {name} 缺失、不完整或被改动过，请在该县重建")


def _read_whole(session: Any, paths: Sequence[str], what: str, county: County) -> dict[str, Any]:
    """Something of the content of files, by name."""
    folder = paths[0].rsplit("/", 1)[0]
    try:
        files = session.read.format("binaryFile").load(list(paths))
        return {path.rsplit("/", 1)[-1]: told for path, told in files.selectExpr("path", what).collect()}
    except AnalysisException as error:
        raise DamagedLake(f"{county.name}：在 {folder} 没有找到数据湖或其中的文件") from error
    except Py4JJavaError as error:  # what Java says has no class of its own here: no such server, no right, no driver
        why = str(error.java_exception.getMessage()).splitlines()[0]
        raise DamagedLake(f"{county.name}：Spark 读不了 {folder}，请检查地址、权限和连接（{why}）") from error
