"""What tests need from outside of Python: where it is found, and what happens when it is not there."""

import os
import shutil
from pathlib import Path
from typing import TypeVar

import pytest

Part = TypeVar("Part")

REPOSITORY = Path(__file__).resolve().parent.parent

POSTGRES_HOW = "apt-get install postgresql"
CHROMIUM_HOW = "apt-get install chromium fonts-noto-cjk"
OFFICE_HOW = "apt-get install libreoffice-writer libreoffice-calc"
SHARED_DATA_HOW = "set BIHUAN_SHARED_DATA to the folder that holds SOURCES.md"


def all_required() -> bool:
    """Whether a missing part is a failure: on a build server nothing is skipped unseen."""
    return os.environ.get("BIHUAN_REQUIRE_ALL") == "1"


def require(what: str, present: Part | None, how: str) -> Part:
    """The part itself. Where it is missing: a skip whose line says how to get it, or a failure."""
    if present:
        return present
    line = f"{what} is missing: {how}"
    if all_required():
        pytest.fail(f"{line} (BIHUAN_REQUIRE_ALL=1 forbids to skip)", pytrace=False)
    pytest.skip(line)


def postgres_binaries() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest if there are several."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*debian, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


def _version(binaries: Path) -> float:
    try:
        return float(binaries.parent.name)
    except ValueError:
        return 0


def postgres_url() -> str | None:
    """A running PostgreSQL for tests that speak to it without Django; `make test` starts one."""
    return os.environ.get("BIHUAN_TEST_POSTGRES_URL")


def require_postgres_url() -> str:
    """The same, or a skip (a failure) with a line that says how to start one."""
    how = f"{POSTGRES_HOW}, then run `make test` or `python -m tests.postgres --both`"
    return require("A running PostgreSQL", postgres_url(), how)


def chromium() -> str | None:
    """The browser's program."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def soffice() -> str | None:
    """LibreOffice's program, which opens what we export as an office would."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def require_soffice() -> str:
    """The same, or a skip (a failure)."""
    return require("LibreOffice", soffice(), OFFICE_HOW)


def shared_data() -> Path | None:
    """Real data that is no part of the repository; its SOURCES.md says where it comes from."""
    named = os.environ.get("BIHUAN_SHARED_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def require_shared_file(name: str) -> Path:
    """One file of the shared data, by its path inside of it."""
    folder = shared_data()
    path = folder / name if folder else None
    return require(f"Shared test data {name}", path if path and path.is_file() else None, SHARED_DATA_HOW)
