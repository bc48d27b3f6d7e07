"""An instance from an archive: verified first, built apart, proven, and only then put in the present one's place."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from bihuan.base import chain
from bihuan.base.errors import BihuanError, Conflict
from bihuan.base.home import home
from bihuan.base.sealing import known_keys
from bihuan.cli.archive import takeover
from bihuan.cli.archive.disk import sole_restore
from bihuan.cli.archive.instance import holds_data, living_in, require_nobody_else
from bihuan.cli.archive.loading import Told, load, schema_of
from bihuan.cli.archive.manifest import Manifest
from bihuan.cli.archive.reading import Archive, open_archive
from bihuan.cli.archive.tables import Table
from bihuan.cli.archive.takeover import Decision
from bihuan.ledger.models import Chain, Event, Ledger
from bihuan.ledger.resealing import key_uses
from bihuan.ledger.search import refill
from bihuan.ledger.search.tables import TABLE as SEARCH_TABLE
from bihuan.ledger.verification import Finding, check_projection, verify_chain
from bihuan.org.access_log import LOG, UNSIGNED, verify_log

_BLOCK = 1 << 20
_SHOWN = 10
_LOCK_TIMEOUT = "60s"


class NotProven(BihuanError):
    """The restored ledgers do not hold; `findings` says where."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        shown = "；".join(str(finding) for finding in self.findings[:_SHOWN])
        more = f"；另有 {len(findings) - _SHOWN:,} 处" if len(findings) > _SHOWN else ""
        super().__init__(
            f"备份里的台账核对不过，有 {len(findings):,} 处，没有恢复：{shown}{more}。",
            hint="如果备份时就是这样，加 --allow-findings 照样恢复",
        )


@dataclass(frozen=True)
class Restored:
    """What was restored. `unsigned` are ledgers whose chain holds, but whose signature's key is not here.

    `closed` are keys that are not here and by which fields are encrypted.
    """

    manifest: Manifest
    aside: Path
    schema: str | None
    findings: tuple[Finding, ...]
    unsigned: tuple[str, ...]
    closed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """What proving the ledgers and the access log found."""

    findings: tuple[Finding, ...]
    unsigned: tuple[str, ...]
    closed: tuple[str, ...]


def restore_backup(source: Path, *, replace: bool, allow_findings: bool, verified: Told, loaded: Told) -> Restored:
    """Put the archive's instance in the place of the present one. On any error the present one is as it was.

    Raises Conflict if there is data here that is not to be replaced, or if it is in use; Damaged, NotLoadable or
    NotProven if the archive is not good.
    """
    place = home()
    with sole_restore(place), open_archive(source) as archive:
        tables = schema_of(archive.manifest)
        held = holds_data()
        if held and not replace:
            raise Conflict(f"{place} 里已有数据，没有恢复。要用备份换掉它，加 --replace：原有内容会移到一边，不会删除")
        _require_space(place, archive.manifest.size)
        archive.verify(verified)
        require_nobody_else()
        stage = takeover.prepare(place)
        build = _Build(archive, tables, place, stage, held, allow_findings, loaded)
        try:
            restored = build.on_postgresql() if connection.vendor == "postgresql" else build.on_sqlite()
        finally:
            takeover.settle(place)
    return restored


def _refill_search() -> None:
    for ledger in Ledger.objects.filter(version__gt=0):
        refill(ledger)


@dataclass(frozen=True)
class _Build:
    """One restore under way, up to its decision."""

    archive: Archive
    tables: Sequence[Table]
    home: Path
    stage: Path
    held: bool
    allow_findings: bool
    told: Told

    def on_sqlite(self) -> Restored:
        """A database file of its own, which becomes the instance's by the decision."""
        self._files()
        with living_in(self.stage):
            load(self.archive, self.tables, self.told)
            _refill_search()
            proof = self._prove()
        # A service may have been started meanwhile.
        require_nobody_else()
        aside = takeover.new_aside(self.home)
        takeover.decide(self.home, Decision(aside))
        return Restored(self.archive.manifest, self.home / aside, None, proof.findings, proof.unsigned, proof.closed)

    def on_postgresql(self) -> Restored:
        """The old tables out and the new ones in within one transaction, whose commit is the decision."""
        self._files()
        aside = takeover.new_aside(self.home)
        schema = aside.replace("-", "_")
        with living_in(self.stage), transaction.atomic():
            _set_aside(schema, keep=self.held)
            load(self.archive, self.tables, self.told)
            _refill_search()
            proof = self._prove()
            takeover.decide(self.home, Decision(aside, _present_transaction()))
        kept = schema if self.held else None
        return Restored(self.archive.manifest, self.home / aside, kept, proof.findings, proof.unsigned, proof.closed)

    def _files(self) -> None:
        for part in self.archive.manifest.files:
            path = self.stage / part.name
            path.parent.mkdir(mode=0o750, exist_ok=True)
            with self.archive.open(part) as stream, path.open("xb") as file:
                shutil.copyfileobj(stream, file, _BLOCK)
            if part.name.startswith("keys/"):
                path.chmod(0o600)
        if not self.archive.manifest.with_keys and (self.home / "keys").is_dir():
            shutil.copytree(self.home / "keys", self.stage / "keys", dirs_exist_ok=True)

    def _prove(self) -> Proof:
        proof = _prove(self.archive.manifest)
        if proof.findings and not self.allow_findings:
            raise NotProven(proof.findings)
        return proof


def _prove(manifest: Manifest) -> Proof:
    """Recompute every chain and replay every record. Without its keys an archive cannot prove its signatures."""
    findings: list[Finding] = []
    unsigned: list[str] = []
    for ledger in Ledger.objects.order_by("code"):
        found = list(verify_chain(ledger))
        if not manifest.with_keys and _only_the_key_is_missing(ledger):
            unsigned.append(ledger.code)
            found = found[:-1]
        findings += [*found, *check_projection(ledger)]
    log = list(verify_log())
    if not manifest.with_keys and log == [UNSIGNED]:
        unsigned.append(LOG)
        log = []
    findings += [Finding(LOG, "", message) for message in log]
    return Proof(tuple(findings), tuple(unsigned), () if manifest.with_keys else _closed())


def _closed() -> tuple[str, ...]:
    present = {name for name, _, _ in known_keys()}
    return tuple(name for name in key_uses() if name not in present)


def _only_the_key_is_missing(ledger: Ledger) -> bool:
    """Whether the chain ends where its head says, but under another key: the last finding of its verification."""
    head = Chain.objects.get(ledger=ledger)
    last = Event.objects.filter(ledger=ledger).order_by("position").last()
    if last is None or (last.position, last.hash) != (head.position, head.head):
        return False
    return head.signature != chain.sign(ledger.code, head.position, head.head)


def _require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise Conflict(f"备份展开后有 {needed / 2**20:,.0f} MB，{folder} 所在的磁盘只剩 {free / 2**20:,.0f} MB")


def _set_aside(schema: str, *, keep: bool) -> None:
    """Move the tables there are into a schema of their own; drop them with it if they hold nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        cursor.execute(f'CREATE SCHEMA "{schema}"')
        for table in _present_tables():
            cursor.execute(f'ALTER TABLE "{table}" SET SCHEMA "{schema}"')
        if not keep:
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')


def _present_tables() -> Iterator[str]:
    present = set(connection.introspection.table_names())
    managed = connection.introspection.django_table_names(only_existing=True, include_views=False)
    yield from sorted({*managed, "django_migrations", SEARCH_TABLE} & present)


def _present_transaction() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return str(cursor.fetchone()[0])
