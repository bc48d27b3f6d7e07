"""Sets of records behind a value as files: one set as it is, several in one zip."""

import re
import tempfile
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import ExpressionError
from bihuan.ledger.exporting import WRITERS, Extra, Sheet
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.references import lookup_for
from bihuan.loop.export_columns import matter_columns
from bihuan.web.behind import Behind

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s]+')
_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
}


def as_files(form: str, title: str, sets: Sequence[tuple[str, Behind]]) -> HttpResponse:
    """The sets with their titles, as .xlsx or .csv. Raises Invalid where there is none, or a condition is faulty."""
    if not sets:
        raise Invalid("这个数不来自记录，没有可以导出的")
    suffix = ".csv" if form == "csv" else ".xlsx"
    made = [(f"{_plain(name)}{suffix}", _file(name, query, suffix)) for name, query in sets]
    if len(made) > 1:
        content = BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for place, (name, data) in enumerate(made, 1):
                archive.writestr(f"{place}-{name}", data)
        return _answer(content.getvalue(), f"{_plain(title)}的记录", ".zip")
    return _answer(made[0][1], f"{_plain(title)}的记录", suffix)


def _plain(text: str) -> str:
    return _NOT_IN_NAMES.sub("_", text)[:60]


def _answer(content: bytes, name: str, suffix: str) -> HttpResponse:
    called = content_disposition_header(as_attachment=True, filename=f"{name}{clock.today():%Y%m%d}{suffix}")
    return HttpResponse(content, content_type=_TYPES[suffix], headers={"Content-Disposition": called or "attachment"})


def _file(title: str, query: Behind, suffix: str) -> bytes:
    """One set with the fields that the person sees, and as which version each record was counted."""
    opened = query.opened
    try:
        rows = query.rows()
    except ExpressionError as error:
        raise Invalid(f"条件式有误：{error}") from error
    spec, sight = opened.spec, opened.sight
    plain = lookup_for(spec, opened.actor.tree)
    lookup = with_records(plain, actor=opened.actor, ledger=opened.ledger.code, spec=spec, data=pointing(rows, spec))
    versions = query.versions
    counted = Extra("计入时第几版", lambda standing: versions.get(standing.pk))
    matter = matter_columns(opened.loop, opened.bounds) if opened.loop and opened.bounds else ()
    sheet = Sheet(
        f"{title}的记录",
        spec.fields,
        lookup,
        prepared_by=opened.actor.name,
        reporting_unit=opened.actor.tree.name(opened.actor.home_unit),
        extras=(*matter, counted) if versions else matter,
        among=spec.fields,
        see=None if sight.is_plain else lambda step, data: sight.see_data(step, data, lookup),
    )
    write = WRITERS[suffix.removeprefix(".")][1]
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        write(sheet, rows, Path(file.name))
        return Path(file.name).read_bytes()
