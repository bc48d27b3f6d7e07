"""`bihuan import`: a file into a ledger, the same way as the page takes it; all rows, none, or only the good ones."""

import os
from argparse import Namespace
from pathlib import Path

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.cli.database import require_writable
from bihuan.cli.progress import Progress
from bihuan.cli.units import named
from bihuan.ledger.definitions import find_ledger, nearest_code
from bihuan.ledger.excel import BadCell, Table, write_error_sheet
from bihuan.ledger.importing import SHOWN_PROBLEMS, Check
from bihuan.ledger.models import Ledger
from bihuan.ledger.types import BY_CODE
from bihuan.loop import intake
from bihuan.loop.intake import Source, Target
from bihuan.org.actor import Actor, system_actor
from bihuan.org.models import Unit
from bihuan.org.tree import tree_on

_SHOWN_NOTES = 20


def run(arguments: Namespace) -> int:
    """Import a file; status 1 if a row failed, in which case nothing was written but what --good-rows asks for."""
    require_writable()
    if arguments.owner and not arguments.new:
        raise Invalid("--owner 只与 --new 同用：新台账的所属单位")
    path = Path(arguments.file)
    if not path.is_file():
        raise NotFound(f"没有文件“{path}”")
    errors = _errors_file(arguments.errors, path)
    actor = system_actor("命令行")
    if arguments.table < 1:
        raise Invalid("--table 从 1 数起")
    source = Source(
        path,
        path.name,
        arguments.sheet,
        arguments.table - 1,
        without_hidden=arguments.without_hidden,
        header=_header(arguments.header),
    )
    table = intake.open_table(source)
    target, columns = _target(arguments, actor, table)
    with Progress("正在核对，第几行：", table.row_count) as progress:
        found = intake.check(actor=actor, target=target, table=table, columns=columns, progress=progress)
    _tell(table, target, columns, found)
    if errors and found.failed_rows:
        _mark_errors(table, found, errors)
    good = bool(arguments.good_rows and (found.creates or found.updates))
    if not arguments.dry_run and (good or not found.failed_rows):
        intake.import_checked(actor=actor, source=source, target=target, found=found, good_rows_only=good)
    print(_outcome(found, target, dry_run=arguments.dry_run, good=good))
    return 1 if found.failed_rows else 0


def _header(said: str | None) -> tuple[int, int] | None:
    """The first and last row of the head, as the command line names them."""
    if said is None:
        return None
    rows = intake.head_rows(said)
    if rows is None:
        raise Invalid(f"--header 写成一行或首尾两行，如 3 或 3-4，不能是“{said[:40]}”")
    return rows


def _errors_file(name: str | None, source: Path) -> Path | None:
    if name is None:
        return None
    path = Path(name)
    if path.suffix.lower() != ".xlsx" or path.resolve() == source.resolve() or not path.parent.is_dir():
        raise Invalid(f"错误表“{name}”要以 .xlsx 结尾，放在已有的文件夹里，并且不能是导入的文件本身")
    return path


def _mark_errors(table: Table, found: Check, target: Path) -> None:
    """Write the error sheet, before a row is imported: whole, or not at all."""
    faults = [BadCell(fault.row, None if fault.column < 0 else fault.column, fault.message) for fault in found.problems]
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        write_error_sheet(table, faults, fresh)
        fresh.replace(target)
    except OSError as error:
        raise Invalid(f"错误表“{target}”写不出来：{error.strerror or error}；一行也没有导入") from error
    finally:
        fresh.unlink(missing_ok=True)
    print(f"有错的单元格已标红，另存为 {target}")


def ledger_named(code: str) -> Ledger:
    """The ledger of a code; the command line may know of all ledgers, and so is told the nearest."""
    try:
        return find_ledger(code)
    except NotFound as error:
        raise NotFound(error.message, hint=nearest_code(code)) from error


def _target(arguments: Namespace, actor: Actor, table: Table) -> tuple[Target, dict[int, str]]:
    if arguments.new:
        owner = named(arguments.owner) if arguments.owner else _usual_owner(arguments.ledger)
        return intake.planned(actor=actor, code=arguments.ledger, title=arguments.new, table=table, owner=owner)
    target = intake.existing(ledger_named(arguments.ledger))
    columns = intake.match(table, target.spec, target.ledger)
    if not columns:
        titles = "、".join(column.title for column in table.columns)
        raise BihuanError(f"表头没有一列与“{target.spec.title}”的字段对得上。表头是：{titles}")
    return target, columns


def _usual_owner(code: str) -> Unit:
    """Who owns a new ledger where nobody is named: the owner of the pack's other ledgers, else the county."""
    pack = code.partition(".")[0]
    other = Ledger.objects.select_related("owner").filter(code__startswith=f"{pack}.").order_by("code").first()
    if other:
        return other.owner
    roots = [node for node in tree_on(clock.today()).nodes if node.depth == 0]
    if not roots:
        raise NotFound("还没有单位，请先运行 bihuan units --load 加入单位")
    return Unit.objects.get(pk=roots[0].pk)


def _tell(table: Table, target: Target, columns: dict[int, str], found: Check) -> None:
    """What was read, and all that is wrong or odd about it."""
    print(f"“{table.sheet_name}”表头在第 {table.header_rows[0]} 行，数据 {found.rows:,} 行")
    unread = [column.title for column in table.columns if column.index not in columns and not column.is_serial]
    if unread:
        print(f"没有对应字段、没有读入的列：{'、'.join(unread)}")
    for note in table.notes:
        print(f"注意：{note}")
    for total in table.totals:
        if not total.agrees:
            print(f"注意：第 {total.number} 行合计的“{total.column}”写的是 {total.stated}，各行相加是 {total.summed}")
    _some([f"{problem.cell} {problem.title}：{problem.message}" for problem in found.problems], "错误", SHOWN_PROBLEMS)
    _some([f"第 {row} 行：{doubt}" for row, doubt in found.doubts], "存疑", SHOWN_PROBLEMS)
    if target.ledger is None:
        kinds = "、".join(
            f"{field.title}（{BY_CODE[field.kind].title}）" for field in target.spec.fields[:_SHOWN_NOTES]
        )
        more = len(target.spec.fields) - _SHOWN_NOTES
        print(f"新台账“{target.spec.title}”的字段：{kinds}" + (f"，另有 {more} 个" if more > 0 else ""))


def _some(lines: list[str], word: str, most: int) -> None:
    for line in lines[:most]:
        print(f"{word}：{line}")
    if len(lines) > most:
        print(f"{word}：另有 {len(lines) - most:,} 处，没有列出")


def _outcome(found: Check, target: Target, *, dry_run: bool, good: bool) -> str:
    counts = (
        f"新增 {len(found.creates):,}，更新 {len(found.updates):,}，"
        f"未变 {found.unchanged:,}，失败 {len(found.failed_rows):,}"
    )
    if dry_run and (good or not found.failed_rows):
        return f"{counts}。这是核对，没有写入。"
    if found.failed_rows:
        done = f"其余的已写入 {target.code}" if good else "一行也没有写入"
        return f"{counts}。有行不能导入，{done}。"
    if not (found.creates or found.updates):
        return f"{counts}。与台账里的一样，没有改动。"
    return f"{counts}。已写入 {target.code}。"
