"""An import under way: its stored file, its table, the ledger it goes to, the columns chosen so far."""

import errno
import hashlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, connection

from bihuan.base.errors import BihuanError, Invalid, NotAllowed
from bihuan.base.home import room
from bihuan.base.progress import Progress, forget, report
from bihuan.ledger import search
from bihuan.ledger.actions import fail_batch
from bihuan.ledger.excel import LIMITS, NoHead, SheetInfo, Table, UnreadableFile, Workbook, open_workbook, read_table
from bihuan.ledger.export_mark import SHEET
from bihuan.ledger.importing import Back, Check
from bihuan.ledger.inference import Wishes
from bihuan.ledger.models import Batch, Ledger, Mapping
from bihuan.ledger.row_reading import NUMBER
from bihuan.ledger.rules import may_import, visible_ledgers
from bihuan.ledger.sight import sight_of
from bihuan.loop import intake
from bihuan.loop.intake import Target
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.web.coming_back import back_of, ledger_of_export

_AT_ONCE = 2_000
OPEN_STATES = (Batch.State.UPLOADED, Batch.State.CHECKED)
"""In these a batch has not been written yet."""
_log = logging.getLogger("bihuan.import")
worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")


def keep_upload(file: "UploadedFile[Any]") -> tuple[Path, str]:
    """Store an uploaded file under its own hash; returns where, and the hash.

    The same file a second time leaves the first where it is: somebody may be reading it.
    """
    if (file.size or 0) > LIMITS.file_bytes:
        raise Invalid(f"“{file.name}”超过 {LIMITS.file_bytes // 1024**2} MB，请分成几个文件")
    digest = hashlib.sha256()
    fresh = room("uploads") / f".{os.getpid()}-{os.urandom(8).hex()}"
    with fresh.open("xb") as out:
        for chunk in file.chunks():
            digest.update(chunk)
            out.write(chunk)
        if out.tell() != file.size:
            fresh.unlink()
            raise Invalid(f"“{file.name}”没有传完整，请重新上传")
    path = upload_path(digest.hexdigest())
    if _holds(path, digest.hexdigest()):
        fresh.unlink()
    else:
        fresh.replace(path)
    return path, digest.hexdigest()


def _holds(path: Path, digest: str) -> bool:
    """Whether the file is there, and still what its name says."""
    if not path.is_file():
        return False
    with path.open("rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest() == digest


def upload_path(digest: str) -> Path:
    return room("uploads") / digest


@dataclass
class Import:
    """Everything the pages of one import need."""

    actor: Actor
    batch: Batch
    sheets: tuple[SheetInfo, ...]
    table: Table
    target: Target
    columns: dict[int, str]
    remembered: str = ""
    back: Back | None = None

    def note(self, index: int) -> str:
        """What a column will be in every record's life, beside being a field."""
        spec, code = self.target.spec, self.columns.get(index, "")
        parts = (
            (spec.name_field, "作为标题"),
            (spec.unit_field, "作为责任单位"),
            (spec.opened_field, "作为发现时间"),
            (spec.due_field, "作为期限"),
            (spec.closed_field, "作为办结时间"),
            (spec.status_field, f"作为状态，“{'、'.join(spec.closed_values)}”算已办结"),
        )
        said = [word for part, word in parts if code and part == code]
        if code == NUMBER:
            return "按它找到原来的记录；空着的是新记录"
        return "，".join([*said, *(["用来认出同一条记录"] if code in spec.key else [])])

    @cached_property
    def fillable(self) -> frozenset[str]:
        """The fields that the person may fill in on a new record."""
        spec, ledger, loop = self.target.spec, self.batch.ledger, self.target.loop
        step = loop.steps[0].code if loop else ""
        fields = sight_of(self.actor, ledger).writable(spec.fields, step) if ledger else spec.fields
        return frozenset({NUMBER, *(field.code for field in fields)})

    def problems(self) -> list[str]:
        """Why the columns as chosen cannot be imported."""
        try:
            intake.columns_make_sense(self.target.spec, self.columns)
        except Invalid as error:
            return [str(error)]
        return [] if self.columns else ["没有选任何一列"]

    def check(self) -> Check:
        return self._check

    @cached_property
    def _check(self) -> Check:
        def progress(rows: int) -> None:
            report(self.batch.pk, Progress("正在核对每一行", rows, self.table.rows_at_most))

        return intake.check(
            actor=self.actor,
            target=self.target,
            table=self.table,
            columns=self.columns,
            back=self.back,
            progress=progress,
        )


def refuse(batch: Batch, message: str) -> None:
    """Say of a batch that its file cannot be read; a file that no other batch holds is not kept."""
    fail_batch(batch=batch, message=message)
    if not Batch.objects.filter(file_hash=batch.file_hash).exclude(pk=batch.pk).exists():
        upload_path(batch.file_hash).unlink(missing_ok=True)


def place(actor: Actor, batch: Batch) -> None:
    """Give a batch without a ledger the one that its workbook was exported from. Raises Invalid like `open_import`."""
    if batch.ledger is None:
        ledgers = [ledger for ledger in visible_ledgers(actor) if may_import(actor, ledger)]
        batch.ledger = ledger_of_export(workbook_of(batch), ledgers)
        batch.save(update_fields=["ledger"])


class HeadWanted(Invalid):
    """The head of a file's table has to be pointed out."""


def workbook_of(batch: Batch) -> Workbook:
    """The stored file of a batch, opened. Raises Invalid in words if it is gone or cannot be read."""
    path = upload_path(batch.file_hash)
    if not path.is_file():
        raise Invalid(f"“{batch.file_name}”已不在服务器上，请重新上传")
    try:
        return _opened(path, batch.file_name, path.stat().st_ino)
    except UnreadableFile as error:
        raise Invalid(f"“{batch.file_name}”读不出来：{error}") from error


def table_of(batch: Batch, workbook: Workbook) -> Table:
    """The table that was chosen for a batch, or the likeliest. Raises Invalid, and HeadWanted, as `open_import`."""
    plan = batch.plan
    head = plan.get("head")
    try:
        return read_table(
            workbook,
            plan.get("sheet"),
            (head[0], head[1]) if head else None,
            part=plan.get("part", 0),
            without_hidden=plan.get("without_hidden", False),
        )
    except UnreadableFile as error:
        if head or isinstance(error, NoHead):
            raise HeadWanted(str(error)) from error
        raise Invalid(f"“{batch.file_name}”读不出来：{error}") from error


def open_import(actor: Actor, batch: Batch) -> Import:
    """Open a batch's file with what was chosen for it so far.

    Raises Invalid in words if it cannot be read, and HeadWanted where it is only not clear where its head stands.
    """
    workbook = workbook_of(batch)
    table = table_of(batch, workbook)
    if batch.ledger is None:
        target, columns = _planned(actor, batch, table)
        return Import(actor, batch, workbook.sheets, table, target, columns)
    if not may_import(actor, batch.ledger):
        raise NotAllowed(f"您不能向“{batch.ledger.title}”导入")
    sheets = tuple(sheet for sheet in workbook.sheets if sheet.name != SHEET)
    target = intake.existing(batch.ledger)
    found = Import(actor, batch, sheets, table, target, {}, back=back_of(batch, workbook))
    _choose(found)
    theirs = found.fillable
    found.columns = {index: code for index, code in found.columns.items() if code in theirs}
    return found


@lru_cache(maxsize=2)
def _opened(path: Path, name: str, inode: int) -> Workbook:  # noqa: ARG001 - one put in place anew is opened anew
    """A stored file, looked through and opened; the last ones are kept, for the next step of the same import.

    A stored file never changes: it lies under the hash of what it holds.
    """
    return open_workbook(path, name=name)


def _planned(actor: Actor, batch: Batch, table: Table) -> tuple[Target, dict[int, str]]:
    chosen: dict[str, str] = batch.plan.get("columns", {})
    key = batch.plan.get("key")
    wishes = Wishes(
        leave_out=frozenset(int(index) for index, code in chosen.items() if not code),
        kinds={int(index): kind for index, kind in batch.plan.get("kinds", {}).items() if kind},
        key=None if key is None else int(key) if str(key).isdigit() else -1,
    )
    title = batch.plan.get("title") or (table.title_lines[0] if table.title_lines else Path(batch.file_name).stem)
    owner = Unit.objects.get(pk=owner_of(actor))
    code = batch.plan.get("code") or free_code()
    return intake.planned(actor=actor, code=code, title=title[:60], table=table, owner=owner, wishes=wishes)


def owner_of(actor: Actor) -> int:
    """The nearest bureau, town or county over the person's own unit: a section's ledger belongs to its bureau."""
    for node in actor.tree.above(actor.home_unit):
        if node.kind not in ("section", "grid", "site"):
            return node.pk
    raise NotAllowed("您还没有岗位，不能建立台账")


def free_code() -> str:
    """A code for a ledger of the county's own that none has."""
    number = Ledger.objects.filter(code__startswith="own.").count() + 1
    while Ledger.objects.filter(code=f"own.l{number:04d}").exists():
        number += 1
    return f"own.l{number:04d}"


def _choose(found: Import) -> None:
    """The columns as chosen on the page, else as remembered from this sender, else as matched."""
    chosen: dict[str, str] = found.batch.plan.get("columns", {})
    if chosen:
        found.columns = {int(index): code for index, code in chosen.items() if code}
        return
    saved = Mapping.objects.filter(
        ledger=found.batch.ledger, person_id=found.actor.person or 0, heads=heads_hash(found.table)
    ).first()
    if saved:
        known = {*found.target.spec.by_code, NUMBER}
        found.columns = {int(index): code for index, code in saved.columns.items() if code in known}
        found.remembered = "沿用您上次导入同样表头时的对应，请核对。"
        return
    found.columns = intake.match(found.table, found.target.spec, found.batch.ledger)


def heads_hash(table: Table) -> str:
    """What a table's heads are recognised by."""
    return hashlib.sha256("\n".join(column.title for column in table.columns).encode()).hexdigest()


def run_import(found: Import, *, good_rows_only: bool) -> None:
    """Write the import: a small one at once, a large one in the background with its progress told."""
    batch, rows = found.batch, found.table.row_count
    taken = Batch.objects.filter(pk=batch.pk, state__in=OPEN_STATES)
    if not taken.update(state=Batch.State.RUNNING):
        return
    batch.state = Batch.State.RUNNING
    if rows <= _AT_ONCE:
        _write(found, good_rows_only)
    else:
        report(batch.pk, Progress("排队等待", 0, rows))
        worker.submit(_write_apart, found, good_rows_only)


def _write_apart(found: Import, good_rows_only: bool) -> None:
    try:
        _write(found, good_rows_only)
    finally:
        connection.close()


def _write(found: Import, good_rows_only: bool) -> None:
    batch = found.batch
    try:
        check = found.check()
        report(batch.pk, Progress("正在写入", len(check.creates), max(len(check.creates), 1)))
        intake.write(actor=found.actor, target=found.target, found=check, batch=batch, good_rows_only=good_rows_only)
        _after(found)
    except BihuanError as error:
        fail_batch(batch=batch, message=str(error))
    except (DatabaseError, OSError) as error:
        _log.exception("import %s failed", batch.pk)
        fail_batch(batch=batch, message=f"{told_of_trouble(error)}，一行也没有写入，请联系系统管理员")
    except Exception:  # noqa: BLE001 - a worker thread must say that it failed, whatever the reason
        _log.exception("import %s failed", batch.pk)
        fail_batch(batch=batch, message="程序出了意外，一行也没有写入；已记录，请联系管理员")
    finally:
        forget(batch.pk)


def _after(found: Import) -> None:
    """What follows on a written import. It is written whatever goes wrong here, and what is missed is made up later."""
    try:
        remember(found)
        if found.batch.ledger:
            search.absorb(found.batch.ledger)
    except DatabaseError:
        _log.exception("import %s is written; what follows on it is not", found.batch.pk)


def told_of_trouble(error: Exception) -> str:
    """What a fault of the database or the disk is called in a message."""
    is_full = "disk is full" in str(error) or getattr(error, "errno", None) in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    return "磁盘已满" if is_full else "数据库或磁盘出了故障，已记录"


def remember(found: Import) -> None:
    """Keep the columns as this sender's, for the next file with the same heads."""
    if found.actor.person is None or found.batch.ledger is None:
        return
    Mapping.objects.update_or_create(
        ledger=found.batch.ledger,
        person_id=found.actor.person,
        heads=heads_hash(found.table),
        defaults={"columns": {str(index): code for index, code in found.columns.items()}},
    )
