"""A file comes in, from its bytes to a batch: the same steps for the page and for the command line.

read the table -> (for a new ledger: make its definition) -> match the columns -> check every row -> write.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.actions import start_batch, write_import
from bihuan.ledger.definitions import install_definition, spec_of
from bihuan.ledger.excel import Field, Table, UnreadableFile, match_columns, open_workbook, read_table
from bihuan.ledger.exporting import number_head
from bihuan.ledger.importing import Back, Check, check_table
from bihuan.ledger.inference import NO_WISHES, Wishes, guess_ledger
from bihuan.ledger.lifecycle import Lifecycle
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.models import Batch, Ledger
from bihuan.ledger.references import lookup_for
from bihuan.ledger.row_reading import NUMBER
from bihuan.ledger.rules import may_import, visible_records
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.loop.definitions import install_loop, loop_of, version_of
from bihuan.loop.look_back import look_back_of
from bihuan.loop.opening import lifecycle
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor
from bihuan.org.models import Unit


@dataclass(frozen=True)
class Source:
    """A file on disk, the name its sender gave it, and which sheet is meant (the likeliest if none is named), which
    table on it, from 0, whether what is hidden is left out, and the first and last row of the head, from 1, if it is
    not to be looked for."""

    path: Path
    name: str
    sheet: str | None = None
    part: int = 0
    without_hidden: bool = False
    header: tuple[int, int] | None = None

    @property
    def sha256(self) -> str:
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


_HEAD = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LOOKED_AT = 200
_ANYONE = LedgerSpec(code="blank", title="空", fields=(FieldSpec(code="p", title="p", kind="person"),))


def head_rows(said: str) -> tuple[int, int] | None:
    """The first and last row of a head as a person names them, "3" or "3-4"; None for anything else."""
    found = _HEAD.fullmatch(said)
    return (int(found[1]), int(found[2] or found[1])) if found else None


@cache
def simple_loop() -> LoopSpec:
    """The loop of a ledger that was made from a spreadsheet."""
    text = (Path(__file__).parent / "simple.yaml").read_text(encoding="utf-8")
    return LoopSpec.model_validate(yaml.safe_load(text))


def loop_over(spec: LedgerSpec) -> LoopSpec:
    """The simple loop, asking for the ledger's own fields."""
    own = {"unit_field": spec.unit_field, "due_field": spec.due_field}
    loop = simple_loop()
    verbs = tuple(
        verb.model_copy(
            update={"asks": tuple(ask.model_copy(update={"field": own.get(ask.field, ask.field)}) for ask in verb.asks)}
        )
        for verb in loop.verbs
    )
    return loop.model_copy(update={"verbs": verbs})


def open_table(source: Source) -> Table:
    """The table of a file. Raises Invalid in words for a file that cannot be read."""
    with _in_words(source.name):
        workbook = open_workbook(source.path, name=source.name)
        return read_table(workbook, source.sheet, source.header, part=source.part, without_hidden=source.without_hidden)


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """Say of a file that cannot be read, be it at its last byte, that it is not taken in."""
    try:
        yield
    except UnreadableFile as error:
        raise Invalid(f"“{name}”读不出来：{error}") from error


def match(table: Table, spec: LedgerSpec, ledger: Ledger | None = None) -> dict[int, str]:
    """The likeliest field of each column, by title, alias and likeness.

    With the ledger, a column under the head of its numbers that holds some of them names each row's record.
    """
    inputs = [field for field in spec.fields if BY_CODE[field.kind].is_input and field.kind != "file"]
    fields = [Field(field.code, field.title, field.aliases) for field in inputs]
    matches = match_columns(table.columns, fields)
    columns = {found.column.index: found.field.code for found in matches if found.field}
    numbers = number_column(table, spec, ledger) if ledger else None
    return columns if numbers is None else {**columns, numbers: NUMBER}


def number_column(table: Table, spec: LedgerSpec, ledger: Ledger) -> int | None:
    """The column of the ledger's numbers: headed as an export heads it, and with a number of the ledger in it."""
    head = number_head(spec.fields)
    column = next((item for item in table.columns if item.title == head), None)
    if column is None:
        return None
    place = [item.index for item in table.columns].index(column.index)
    first = [str(cells[place]).strip() for _, cells in islice(table.rows(), _LOOKED_AT)]
    return column.index if ledger.records.filter(number__in=set(first)).exists() else None


@dataclass(frozen=True)
class Target:
    """Where a table goes: a ledger that is there, or one about to be made from the table itself."""

    spec: LedgerSpec
    loop: LoopSpec | None
    ledger: Ledger | None = None
    code: str = ""
    owner: Unit | None = None


def existing(ledger: Ledger) -> Target:
    """A ledger that is there, as a target."""
    return Target(spec_of(ledger), loop_of(ledger), ledger, ledger.code)


def planned(
    *, actor: Actor, code: str, title: str, table: Table, owner: Unit, wishes: Wishes = NO_WISHES
) -> tuple[Target, dict[int, str]]:
    """A ledger with a loop that the table's own head and cells would make, and the field of each column."""
    if Ledger.objects.filter(code=code).exists():
        raise Conflict(f"已有台账“{code}”，请换一个代码，或不加 --new 直接导入到它")
    pack, _, name = code.partition(".")
    if not (_NAME.fullmatch(pack) and _NAME.fullmatch(name)):
        raise Invalid(f"台账代码“{code}”要写成 包.台账，用小写字母、数字和下划线，如 audit.finding")
    spec, columns = guess_ledger(name, title, table, lookup_for(_ANYONE, actor.tree), wishes)
    return Target(spec, loop_over(spec), None, code, owner), columns


def check(
    *,
    actor: Actor,
    target: Target,
    table: Table,
    columns: dict[int, str],
    back: Back | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Check:
    """What importing would do, cell by cell; nothing is written. `back` says what an exported file brings back.

    Raises NotAllowed for a column of a field that the actor may not fill in, and Invalid for a file that turns out
    damaged, or is changed by somebody, while it is read.
    """
    columns_make_sense(target.spec, columns)
    sight = sight_of(actor, target.ledger) if target.ledger else None
    if sight:
        sight.require_writable(columns.values(), target.loop.steps[0].code if target.loop else "")
    with _in_words(table.file_name):
        spec, raw = target.spec, record_cells(target.spec, table, columns)
        stored = pointing(target.ledger.records.filter(deleted=False), spec) if target.ledger else []
        plain = lookup_for(spec, actor.tree)
        lookup = with_records(plain, actor=actor, ledger=target.code, spec=spec, data=stored, raw=raw)
        return check_table(
            ledger=target.ledger,
            spec=target.spec,
            table=table,
            columns=columns,
            lookup=lookup,
            lifecycle=_lifecycle(target),
            visible=visible_records(actor, target.ledger) if target.ledger else None,
            sight=sight,
            back=back,
            progress=progress,
        )


def record_cells(spec: LedgerSpec, table: Table, columns: dict[int, str]) -> list[dict[str, Any]]:
    """What the cells of record fields hold, each text once: these are looked up before the rows are read."""
    places = {column.index: place for place, column in enumerate(table.columns)}
    plan = [(places[i], code) for i, code in columns.items() if code != NUMBER and spec.by_code[code].kind == "record"]
    found = (
        {(code, str(cells[place])): cells[place] for _, cells in table.rows() for place, code in plan} if plan else {}
    )
    return [{code: cell} for (code, _), cell in found.items()]


def _lifecycle(target: Target) -> Lifecycle:
    version = version_of(target.ledger) if target.ledger else 1
    return lifecycle(target.spec, target.loop, version, look_back_of(target.ledger, target.loop))


def columns_make_sense(spec: LedgerSpec, columns: dict[int, str]) -> None:
    """Raise Invalid where two columns claim one field, or the key is not among them."""
    chosen = list(columns.values())
    unknown = [code for code in chosen if code not in spec.by_code and code != NUMBER]
    if unknown:
        raise Invalid(f"没有字段“{unknown[0]}”")
    twice = sorted({_title(spec, code) for code in chosen if chosen.count(code) > 1})
    if twice:
        raise Invalid(f"有两列对应到同一个字段：{'、'.join(twice)}")
    absent = [spec.by_code[code].title for code in spec.key if code not in chosen]
    if absent and NUMBER not in chosen:
        raise Invalid(f"表中缺少用来识别记录的列：{'、'.join(absent)}")


def _title(spec: LedgerSpec, code: str) -> str:
    return "编号" if code == NUMBER else spec.by_code[code].title


@transaction.atomic
def write(*, actor: Actor, target: Target, found: Check, batch: Batch, good_rows_only: bool = False) -> Ledger:
    """Write a checked import as its batch, making the ledger first where it is a planned one: all or nothing."""
    ledger = target.ledger
    if ledger is None:
        if target.owner is None:
            raise Invalid("新台账要有所属单位")
        if Ledger.objects.filter(code=target.code).exists():
            raise Conflict(f"预览之后有人建立了台账“{target.code}”，请换一个代码重新导入")
        ledger = install_definition(code=target.code, spec=target.spec, owner=target.owner, origin="file")
        if target.loop:
            install_loop(ledger=ledger, spec=target.loop)
    if not may_import(actor, ledger):
        raise NotAllowed(f"您不能向“{ledger.title}”导入")
    batch.ledger = ledger
    batch.save(update_fields=["ledger"])
    write_import(
        actor=actor,
        ledger=ledger,
        spec=target.spec,
        check=found,
        batch=batch,
        good_rows_only=good_rows_only,
    )
    return ledger


def import_file(
    *, actor: Actor, source: Source, target: Target, table: Table, columns: dict[int, str]
) -> tuple[Check, Batch | None]:
    """Check and write at once, for the command line: all rows, or none if any row is bad."""
    found = check(actor=actor, target=target, table=table, columns=columns)
    return found, None if found.failed_rows else import_checked(actor=actor, source=source, target=target, found=found)


@transaction.atomic
def import_checked(
    *, actor: Actor, source: Source, target: Target, found: Check, good_rows_only: bool = False
) -> Batch:
    """Write what a check found as a batch of its own, or nothing at all."""
    batch = start_batch(
        actor=actor, ledger=target.ledger, kind="import", file_name=source.name, file_hash=source.sha256, plan={}
    )
    write(actor=actor, target=target, found=found, batch=batch, good_rows_only=good_rows_only)
    return batch
