"""The writes of forms: a blank one is kept, its blanks are mapped, it is filled for a period."""

import base64
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.form.models import Filling, Form
from bihuan.form.rules import works_for
from bihuan.form.sheet_form import Grid, read_grids, write_sheets
from bihuan.form.sources import Asking, answer
from bihuan.form.spec import EVERY, KINDS, Blank, Period
from bihuan.form.word_form import read_tables, write_tables
from bihuan.ledger.excel import LIMITS, UnreadableFile, open_workbook
from bihuan.ledger.excel.package import Package
from bihuan.org.actor import Actor

MOST_BYTES = 2 * 1024 * 1024
HEADS = ["位置", "名称", "填的内容", "来源", "记录数", "说明"]


def read_form(form: Form) -> list[Grid]:
    """The sheets or tables of a form, to be shown and mapped."""
    content = base64.b64decode(form.content)
    return read_grids(content) if form.kind == "xlsx" else read_tables(content)


@transaction.atomic
def keep_form(*, actor: Actor, owner: int, title: str, asked_by: str, every: str, name: str, content: bytes) -> Form:
    """Keep a blank form for the unit that has to fill it. Raises Invalid for a file that is none."""
    if not works_for(actor, owner):
        raise NotAllowed("您的岗位不填上级的表")
    if not (title and asked_by and every in EVERY):
        raise Invalid("请写明表的名称、哪个上级单位要的、多久一次")
    if len(content) > MOST_BYTES:
        raise Invalid(f"“{name}”超过 {MOST_BYTES // 1024**2} MB，空白的表不该这么大")
    kind = Path(name).suffix.lower().removeprefix(".")
    _require_sound(name, kind, content)
    form = Form(
        title=title[:120],
        asked_by=asked_by[:120],
        every=every,
        owner_id=owner,
        file_name=Path(name).name[:255],
        kind=kind,
        content=base64.b64encode(content).decode(),
        person_id=actor.person,
        created_at=clock.now(),
    )
    if not any(place.is_blank for grid in _read_first(form) for row in grid.rows for place in row):
        raise Invalid(
            f"“{name}”里没有空格可填"
            + ("" if kind == "xlsx" else "：Word 里的空格是表格的空单元格、下划线和括号里的空白")
        )
    form.save()
    return form


def _read_first(form: Form) -> list[Grid]:
    """The grids of a file that nobody has read before: whatever is wrong inside of it is told in words."""
    try:
        return read_form(form)
    except (ValueError, KeyError, IndexError, AttributeError, SyntaxError) as error:
        # lxml's errors of syntax are SyntaxError, those of python-docx ValueError or KeyError.
        raise Invalid(f"“{form.file_name}”读不出来：里面的内容不合 Office 文件的格式，请另存一次再上传") from error


def _require_sound(name: str, kind: str, content: bytes) -> None:
    """Raise Invalid unless the file is what it says, and harmless to open."""
    if kind not in ("xlsx", "docx"):
        raise Invalid("只收 .xlsx 和 .docx 的空白表")
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as file:
        file.write(content)
        file.flush()
        path = Path(file.name)
        try:
            if kind == "xlsx":
                open_workbook(path, name=name)
            elif "word/document.xml" not in Package(path, name, LIMITS).parts:
                raise Invalid(f"“{name}”不是 Word 文档")
        except UnreadableFile as error:
            raise Invalid(f"“{name}”读不出来：{error}") from error


@transaction.atomic
def map_blank(*, actor: Actor, form: Form, blank: Blank) -> None:
    """Say what fills a place; another source for the same place takes the former's."""
    _require_own(actor, form)
    if blank.source.kind not in KINDS:
        raise Invalid(f"没有“{blank.source.kind}”这种来源")
    form.blanks = [item for item in form.blanks if item["place"] != blank.place] + [blank.model_dump(mode="json")]
    form.save(update_fields=["blanks"])


@transaction.atomic
def clear_blank(*, actor: Actor, form: Form, place: str) -> None:
    """Fill a place by nothing."""
    _require_own(actor, form)
    form.blanks = [item for item in form.blanks if item["place"] != place]
    form.save(update_fields=["blanks"])


def _require_own(actor: Actor, form: Form) -> None:
    if not works_for(actor, form.owner_id):
        raise NotAllowed(f"只有“{actor.tree.name(form.owner_id)}”的人员可以填这张表")


@transaction.atomic
def fill_form(*, actor: Actor, form: Form, period: Period, record: str = "") -> Filling:
    """Fill a form for a period with what its filler may see now, and keep what each place was filled with."""
    _require_own(actor, form)
    blanks = tuple(Blank.model_validate(item) for item in form.blanks)
    asking = Asking(actor, form.owner_id, period, record.strip(), blanks)
    cells: list[dict[str, Any]] = []
    for blank in blanks:
        cells += [{**asdict(cell), "label": blank.label} for cell in answer(blank, asking)]
    return Filling.objects.create(
        form=form,
        first_day=period.first,
        last_day=period.last,
        label=period.label,
        cells=cells,
        person_id=actor.person,
        created_at=clock.now(),
    )


def filled_file(filling: Filling) -> bytes:
    """The sender's file with what this filling put into it, and its sources."""
    form, cells = filling.form, filling.cells
    content = base64.b64decode(form.content)
    values = [(cell["place"], cell["value"]) for cell in cells if cell["value"] is not None]
    sources = [HEADS] + [
        [cell["place"], cell["label"], _told(cell["value"]), cell["told"], _told(cell["count"]), cell["note"]]
        for cell in cells
    ]
    if form.kind == "xlsx":
        notes = {cell["place"]: _note(cell) for cell in cells if cell["value"] is not None}
        percents = {cell["place"] for cell in cells if cell.get("percent")}
        return write_sheets(content, values, sources, notes, percents)
    return write_tables(content, [(place, _told(value)) for place, value in values], sources)


def _note(cell: dict[str, Any]) -> str:
    """What a filled cell says of itself: its source, how many records, what else has to be said."""
    count = f"（{cell['count']:,} 条记录）" if cell["count"] is not None else ""
    return f"来源：{cell['told']}{count}" + (f"\n{cell['note']}" if cell["note"] else "")


def _told(value: Any) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)
