"""`bihuan export`: a ledger as a workbook or as text, as it is or as it was on a day."""

import os
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from getpass import getuser
from pathlib import Path

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.cli.database import require_database
from bihuan.cli.import_file import ledger_named
from bihuan.expression import compile_check, evaluate
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.export_mark import mark_of
from bihuan.ledger.exporting import WRITERS, Sheet
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.queries import Asked, list_records, records_on
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.unmasking import unmask_export
from bihuan.loop.colour import bounds_at
from bihuan.loop.definitions import loop_of
from bihuan.loop.export_columns import matter_columns
from bihuan.loop.rules import values_of
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import system_actor

_WRITERS = dict(WRITERS.values())


def run(arguments: Namespace) -> int:
    """Write the file; one that is there already is replaced only when the new one is whole."""
    require_database()
    path = Path(arguments.output)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise Invalid(f"导出的文件要以 {' 或 '.join(_WRITERS)} 结尾，写的是“{path.name}”")
    if not path.parent.is_dir():
        raise Invalid(f"没有目录“{path.parent}”，请先建立")
    ledger = ledger_named(arguments.ledger)
    spec, loop = spec_of(ledger), loop_of(ledger)
    states = loop.states if loop else {}
    actor = replace(system_actor(f"命令行 {_operator()}"), bare=None if arguments.unmask else frozenset())
    if arguments.unmask:
        unmask_export(actor=actor, ledger=ledger, reason=arguments.unmask)
    sight = sight_of(actor, ledger)
    title = ledger.title + (f"（截至 {arguments.as_of}）" if arguments.as_of else "")
    at = clock.end_of_day(arguments.as_of) if arguments.as_of else clock.now()
    rows = list_records(actor, ledger, spec, states, Asked(where=arguments.where, order="number"))
    lookup = with_records(
        lookup_for(spec, actor.tree), actor=actor, ledger=ledger.code, spec=spec, data=pointing(rows, spec)
    )
    sheet = Sheet(
        title,
        spec.fields,
        lookup,
        prepared_by=actor.name,
        grouped=True,
        extras=matter_columns(loop, bounds_at(loop, at)) if loop else (),
        see=None if sight.is_plain else lambda step, data: sight.see_data(step, data, lookup),
        mark=None if arguments.as_of else mark_of(ledger, [field.code for field in spec.fields]),
    )
    records: Iterable[Record] = rows
    if arguments.as_of:
        records = records_as_of(ledger, spec, states, arguments.where, arguments.as_of)
    log_access(Kind.EXPORT, f"{ledger.code} {path.name}", by=actor, reason=arguments.unmask)
    fresh = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        written = write(sheet, records, fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    print(f"已导出 {written.rows:,} 条到 {path}")
    for note in written.notes:
        print(note)
    return 0


def _operator() -> str:
    """Who types, as the machine knows them."""
    try:
        return getuser()
    except (KeyError, OSError):
        return ""


def records_as_of(ledger: Ledger, spec: LedgerSpec, states: dict[str, str], where: str, day: date) -> Iterable[Record]:
    """The ledger's records as they were at the end of a day; `where` is asked of them as they were."""
    at = clock.end_of_day(day)
    checked = compile_check(where, names_of(spec, states)) if where.strip() else None
    for record in records_on(ledger, at):
        if checked is None or evaluate(checked, values_of(record, spec), today=day, now=at) is True:
            yield record
