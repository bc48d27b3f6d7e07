"""The rows of a ledger's list as HTML, column by column, since a page has a thousand cells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from bihuan.ledger.models import Attachment
from bihuan.ledger.paging import Row
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import texts
from bihuan.loop.colour import Bounds, Colour, colour_of, word
from bihuan.loop.spec import LoopSpec
from bihuan.web import showing
from bihuan.web.asking import Opened
from bihuan.web.templatetags.look import COLOUR_WORDS, icon, names_itself, shape

Column = Callable[[Sequence[Row], Sequence[str]], list[str]]
"""Records and their addresses to the cells of a column, one for each."""
_DOUBT = "时间或状态前后矛盾，不计入时长和按期率"
_NUMBERS = ("number", "money")
_PICTURES = 3
"""So many small copies stand in one cell."""
_BETWEEN = "\0"
"""No text that is kept has it; where one does, each is looked at alone."""
_NO_FILES: Mapping[int, Attachment] = {}


def escaped(texts: Sequence[str]) -> list[str]:
    """Texts as HTML, all of them in one go."""
    found = escape(_BETWEEN.join(texts)).split(_BETWEEN)
    return found if len(found) == len(texts) else [escape(text) for text in texts]


def rows_html(
    opened: Opened,
    fields: Iterable[FieldSpec],
    records: Iterable[Row],
    lookup: Lookup,
    extra: Sequence[Column] = (),
    files: Mapping[int, Attachment] = _NO_FILES,
) -> SafeString:
    """The rows of the table's body. The number is the first, frozen column; `extra` are the last ones.

    `files` are those that the rows name.
    """
    before, after = _around_id()
    rows = list(opened.sight.see_rows(records, lookup))
    urls = [f"{before}{row.pk}{after}" for row in rows]
    shown = (_column_of(opened, field, lookup, files) for field in fields)
    cells = [column(rows, urls) for column in (_numbers, *_system_columns(opened), *shown, *extra)]
    lines = [f"<tr>{''.join(line)}</tr>" for line in zip(*cells, strict=True)]
    return mark_safe("\n".join(lines))  # noqa: S308 - every value was escaped where it was put in


@cache
def _around_id() -> tuple[str, str]:
    """The address of a record before and behind its id."""
    before, _, after = reverse("record", args=[0]).rpartition("0")
    return before, after


def _numbers(rows: Sequence[Row], urls: Sequence[str]) -> list[str]:
    return [
        f'<td class="first head"><a class="row-link" href="{url}">{number}</a></td>'
        for url, number in zip(urls, escaped([row.number for row in rows]), strict=True)
    ]


def _system_columns(opened: Opened) -> list[Column]:
    """What a list of matters shows before the fields: the light, the step, the deadline."""
    if opened.loop is None or opened.bounds is None:
        return []
    states = opened.states

    def steps(rows: Sequence[Row], _: Sequence[str]) -> list[str]:
        return _plain('<td data-label="环节" class="k-choice', [states.get(row.state) or row.state for row in rows])

    def due(rows: Sequence[Row], _: Sequence[str]) -> list[str]:
        return _plain('<td data-label="期限" class="k-date', [showing.day(row.due_at) for row in rows])

    return [_lights(opened.loop, opened.bounds), steps, due]


def _plain(label: str, texts: Sequence[str]) -> list[str]:
    """Cells of plain text; a blank one says so."""
    blank = f'{label} k-none"></td>'
    return [f'{label}">{text}</td>' if text else blank for text in escaped(texts)]


def _clipped(label: str, texts: Sequence[str]) -> list[str]:
    """Cells whose text may be longer than they are wide."""
    blank = f'{label} k-none"></td>'
    return [
        f'{label}"><div class="clip" title="{text}">{text}</div></td>' if text else blank for text in escaped(texts)
    ]


def text_column(title: str, text_of: Callable[[Row], str]) -> Column:
    """A column of plain text that is no field of the ledger."""
    label = f'<td data-label="{escape(title)}" class="k-text'
    return lambda rows, _: _clipped(label, [text_of(row) for row in rows])


def _lights(loop: LoopSpec, bounds: Bounds) -> Column:
    lights = {colour: _light_html(colour, word(loop, colour)) for colour in Colour}
    doubt = f'<span class="doubt" title="{_DOUBT}">{icon("alert-triangle", _DOUBT)}</span>'
    sure, doubtful = '<td data-label="状态" class="k-light">', '<td data-label="状态" class="k-light doubtful">'

    def column(rows: Sequence[Row], _: Sequence[str]) -> list[str]:
        colours = [colour_of(row.due_at, row.closed_at, bounds) for row in rows]
        hints = [showing.light_hint(row, colour, bounds) for row, colour in zip(rows, colours, strict=True)]
        found = []
        for row, colour, hint in zip(rows, colours, escaped(hints), strict=True):
            light = hint.join(lights[colour])
            found.append(f"{doubtful}{light}{doubt}</td>" if row.loop.get("doubtful") else f"{sure}{light}</td>")
        return found

    return column


@lru_cache(maxsize=256)
def _light_html(colour: Colour, title: str) -> tuple[str, str]:
    """A light before and after its hint: colour, word and shape together."""
    itself = names_itself({"title": title, "code": colour.value})
    words = f"<b>{escape(title)}</b>" if itself else f"<b>{COLOUR_WORDS[colour.value]}</b> {escape(title)}"
    return f'<span class="light {colour.value}" title="', f'">{shape(colour.value)}{words}</span>'


def _column_of(opened: Opened, field: FieldSpec, lookup: Lookup, files: Mapping[int, Attachment]) -> Column:
    return _file_column(opened, field, files) if field.kind == "file" else _field_column(opened, field, lookup)


def _file_column(opened: Opened, field: FieldSpec, files: Mapping[int, Attachment]) -> Column:
    """The first pictures of a field, each leading to the file itself, the name of another, and how many there are."""
    code, label = field.code, f'<td data-label="{escape(showing.title_of(field, opened.spec))}" class="k-file'
    told = {
        pk: f'<a class="small-copy" href="{reverse("attachment", args=[pk])}">'
        f'<img src="{reverse("thumbnail", args=[pk])}" alt="{escape(file.name)}" loading="lazy"></a>'
        for pk, file in files.items()
        if file.look
    }

    def cell(record: Row) -> str:
        held = [pk for pk in record.data.get(code) or () if pk in files]
        if not held:
            return f'{label} k-none"></td>'
        pictures = [told[pk] for pk in held if pk in told][:_PICTURES]
        rest = [files[pk].name for pk in held if pk not in told]
        more = len(held) - len(pictures) - bool(rest)
        names = f"{rest[0]}{f' 等 {more + 1} 个' if more else ''}" if rest else f"另有 {more} 个" if more else ""
        text = escape(names)
        named = f'<span class="clip short-clip" title="{text}">{text}</span>' if text else ""
        return f'{label}">{"".join(pictures)}{named}</td>'

    return lambda rows, _: [cell(row) for row in rows]


def _field_column(opened: Opened, field: FieldSpec, lookup: Lookup) -> Column:
    """A field's cells: the name leads to the record, long text is clipped, a blank says so."""
    code = field.code
    title, kind = escape(showing.title_of(field, opened.spec)), showing.look_of(field)
    marks = f"num k-{kind}" if kind in _NUMBERS else f"k-{kind}"
    label = f'<td data-label="{title}" class="'
    make = _clipped if kind == "text" else _plain

    def told(rows: Sequence[Row]) -> list[str]:
        return texts(field, [row.data.get(code) for row in rows], lookup)

    def names(rows: Sequence[Row], urls: Sequence[str]) -> list[str]:
        start, blank = f'{label}k-name {marks}"><a class="row-title clip" href="', f'{label}{marks} k-none"></td>'
        return [
            f'{start}{url}" title="{text}">{text}</a></td>' if text else blank
            for url, text in zip(urls, escaped(told(rows)), strict=True)
        ]

    return names if code == opened.spec.name_field else lambda rows, _: make(label + marks, told(rows))
