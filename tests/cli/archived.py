"""Whole instances for the tests of backup and restore: a home folder and a database of their own, on either engine."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.color import no_style
from django.db import connections
from django.db.utils import ConnectionHandler
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from bihuan import settings
from bihuan.base import clock
from bihuan.base.home import room
from bihuan.cli.archive.manifest import Manifest
from bihuan.cli.archive.restoring import Restored, restore_backup
from bihuan.cli.archive.writing import make_backup
from bihuan.cli.database import migrate
from bihuan.ledger.append import Draft, append
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.models import Batch, Ledger, Mapping, Record
from bihuan.loop.notice.models import OwnTemplate
from bihuan.org.actor import system_actor
from tests.cast import MONDAY, make_cast
from tests.outside import require_postgres_url

SQLITE = "sqlite"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.outside)
ENGINES = (SQLITE, POSTGRESQL)
ROOMS = ("attachments", "uploads", "keys")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9


@dataclass(frozen=True)
class Instance:
    """An instance by its home folder and, with PostgreSQL, its database; entered, it is the one that all code sees."""

    home: Path
    url: str | None = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        names = ("BIHUAN_HOME", "BIHUAN_DATABASE_URL")
        before = {name: os.environ.pop(name) for name in names if name in os.environ}
        os.environ["BIHUAN_HOME"] = str(self.home)
        if self.url:
            os.environ["BIHUAN_DATABASE_URL"] = self.url
        own = connections["default"]
        made = connections["default"] = ConnectionHandler({"default": settings._database()})["default"]
        try:
            yield
        finally:
            made.close()
            connections["default"] = own
            for name in names:
                os.environ.pop(name, None)
            os.environ.update(before)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table of ours, as the models give them."""
        every = apps.get_models(include_auto_created=True)
        models = [model for model in every if model.__module__.startswith("bihuan.")]
        with self.entered():
            return {
                model._meta.label: list(
                    model._default_manager.order_by("pk").values_list(
                        *sorted(field.attname for field in model._meta.concrete_fields)
                    )
                )
                for model in models
            }

    def files(self) -> dict[str, bytes]:
        """Every file that belongs to the instance beside its database."""
        paths = [path for room in ROOMS for path in (self.home / room).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.home)): path.read_bytes() for path in paths}

    def state(self) -> tuple[Any, Any]:
        return self.rows(), self.files()

    def backup(self, target: Path, *, with_keys: bool = True, allow_missing: bool = False) -> Manifest:
        with self.entered():
            return make_backup(target, with_keys=with_keys, allow_missing=allow_missing, told=lambda _: None)

    def restore(self, source: Path, *, replace: bool = False, allow_findings: bool = False) -> Restored:
        with self.entered():
            return restore_backup(
                source,
                replace=replace,
                allow_findings=allow_findings,
                verified=lambda _: None,
                loaded=lambda _: None,
            )


class Maker:
    """Makes instances. `source` and `archive` are made once for all tests, which leave them as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count()
        self._databases: list[str] = []
        self._sources: dict[str, Instance] = {}

    def path(self, suffix: str = "") -> Path:
        """A path that nothing has yet."""
        return self.folder / f"{next(self._numbers)}{suffix}"

    def empty(self, engine: str) -> Instance:
        """One that has nothing, not even tables."""
        home = self.path()
        home.mkdir()
        return Instance(home, None if engine == SQLITE else self._database("template0"))

    def source(self, engine: str = SQLITE) -> Instance:
        """One with people, records, files and odd values."""
        if engine not in self._sources:
            made = self.empty(engine)
            with made.entered(), clock.fixed(MONDAY):
                migrate()
                fill()
            self._sources[engine] = made
        return self._sources[engine]

    def archive(self, engine: str = SQLITE) -> Path:
        """A backup of the source."""
        path = self.folder / f"{engine}.zip"
        if not path.exists():
            self.source(engine).backup(path)
        return path

    def copy(self, engine: str = SQLITE) -> Instance:
        """The source once more, to be changed."""
        source, home = self.source(engine), self.path()
        shutil.copytree(source.home, home)
        return Instance(home, self._database(conninfo_to_dict(source.url)["dbname"]) if source.url else None)

    def _database(self, template: Any) -> str:
        server = require_postgres_url()
        name = f"archive_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        self._databases.append(name)
        return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))

    def drop_databases(self) -> None:
        if self._databases:
            with psycopg.connect(require_postgres_url(), autocommit=True) as connection:
                for name in self._databases:
                    connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


ODD = "末尾空格 \t引号\"'\\ 換行\n𠮷😀\u200b\u2028\x7f"


def fill() -> None:
    """Records with history, files bound and unbound, an upload waiting, moments to the microsecond, a deleted last row."""
    cast = make_cast()
    _count_on()
    actor, ledger = system_actor("测试"), cast.finding
    OwnTemplate.objects.create(
        code="audit.supervision", name="督办单.docx", content=PICTURE, put_at=MONDAY, since=MONDAY
    )
    picture = keep_file(actor=actor, ledger=ledger, upload=SimpleUploadedFile("现场.png", PICTURE))
    keep_file(actor=actor, ledger=ledger, upload=SimpleUploadedFile("说明.txt", ODD.encode()))
    drafts = [_draft(number, cast.town.pk, picture.pk) for number in range(40)]
    made = append(actor=actor, ledger=ledger, drafts=drafts)
    odd_time = MONDAY + timedelta(microseconds=1)
    with clock.fixed(odd_time):
        changes = [Draft("edit", record.pk, set={"title": ODD}, reason=ODD, effective_at=odd_time) for record in made]
        append(actor=actor, ledger=ledger, drafts=changes)
    upload(b"waiting", state=Batch.State.UPLOADED)
    Batch.objects.create(kind="import", file_name="命令行.xlsx", file_hash="0" * 64, created_at=odd_time, state="done")
    # The last id is gone, and is not to be given again.
    person = cast.people["town"]
    Mapping.objects.create(ledger=ledger, person=person, heads="a", columns={"0": "title"}).delete()


def _count_on() -> None:
    """PostgreSQL counts on from rows that were put in with their ids."""
    with connections["default"].cursor() as cursor:
        for statement in connections["default"].ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)


def upload(content: bytes, state: str) -> Path:
    """A table that was uploaded, with its batch."""
    path = room("uploads") / sha256(content).hexdigest()
    path.write_bytes(content)
    Batch.objects.create(
        kind="import",
        file_name="表.csv",
        file_hash=path.name,
        state=state,
        plan={"a": [1, 2.5, None, "x"]},
        created_at=MONDAY,
    )
    return path


def _draft(number: int, unit: int, picture: int) -> Draft:
    fields = {"title": f"第 {number} 个", "amount": 0.1 + number, "files": [picture], "count": 10**15 - number}
    return Draft(
        "create", set=fields, system={"number": f"甲-{number:03d}", "key": f"k{number}", "unit": unit, "state": "open"}
    )


def add_record(number: str) -> Record:
    """One more record in the instance that is entered."""
    ledger = Ledger.objects.get(code="audit.finding")
    draft = Draft("create", set={"title": number}, system={"number": number})
    return append(actor=system_actor("测试"), ledger=ledger, drafts=[draft])[0]
