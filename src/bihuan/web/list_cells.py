"""The rows of a ledger's list as HTML: for each column one function, made once, since a page has a thousand cells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape as escape_any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from bihuan.ledger.models import Attachment
from bihuan.ledger.paging import Row
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shower
from bihuan.loop.colour import Bounds, Colour, colour_of, word
from bihuan.loop.spec import LoopSpec
from bihuan.web import showing
from bihuan.web.asking import Opened
from bihuan.web.templatetags.look import COLOUR_WORDS, icon, names_itself, shape

Cell = Callable[[Row, str], str]
"""A record and its address to the cell."""
_DOUBT = "时间或状态前后矛盾，不计入时长和按期率"
_NUMBERS = ("number", "money")
_PICTURES = 3
"""So many small copies stand in one cell."""
_NO_FILES: Mapping[int, Attachment] = {}


def escape(text: str) -> str:
    """Text as HTML. Most cells are letters and figures alone, which need no look at each mark."""
    return text if text.isalnum() else escape_any(text)


def rows_html(
    opened: Opened,
    fields: Iterable[FieldSpec],
    records: Iterable[Row],
    lookup: Lookup,
    extra: Sequence[Cell] = (),
    files: Mapping[int, Attachment] = _NO_FILES,
) -> SafeString:
    """The rows of the table's body. The number is the first, frozen column; `extra` are the last ones.

    `files` are those that the rows name.
    """
    before, _, after = reverse("record", args=[0]).rpartition("0")
    cells = [*_system_cells(opened), *(_cell_of(opened, field, lookup, files) for field in fields), *extra]
    found = []
    for seen in opened.sight.see_rows(records, lookup):
        url = f"{before}{seen.pk}{after}"
        head = f'<td class="first head"><a class="row-link" href="{url}">{escape(seen.number)}</a></td>'
        found.append(f"<tr>{head}{''.join([cell(seen, url) for cell in cells])}</tr>")
    return mark_safe("\n".join(found))  # noqa: S308 - every value was escaped where it was put in


def _system_cells(opened: Opened) -> list[Cell]:
    """What a list of matters shows before the fields: the light, the step, the deadline."""
    if opened.loop is None or opened.bounds is None:
        return []
    states = {code: escape(title) for code, title in opened.states.items()}

    def step(record: Row, _: str) -> str:
        text = states.get(record.state) or escape(record.state)
        return f'<td data-label="环节" class="k-choice{"" if text else " k-none"}">{text}</td>'

    def due(record: Row, _: str) -> str:
        text = showing.day(record.due_at)
        return f'<td data-label="期限" class="k-date{"" if text else " k-none"}">{text}</td>'

    return [_light(opened.loop, opened.bounds), step, due]


def text_cell(title: str, text_of: Callable[[Row], str]) -> Cell:
    """A column of plain text that is no field of the ledger."""
    label = f'<td data-label="{escape(title)}" class="k-text"><div class="clip" title="'

    def cell(record: Row, _: str) -> str:
        text = escape(text_of(record))
        return f'{label}{text}">{text}</div></td>'

    return cell


def _light(loop: LoopSpec, bounds: Bounds) -> Cell:
    lights = {colour: _light_html(colour, word(loop, colour)) for colour in Colour}
    doubt = f'<span class="doubt" title="{_DOUBT}">{icon("alert-triangle", _DOUBT)}</span>'

    def cell(record: Row, _: str) -> str:
        colour = colour_of(record.due_at, record.closed_at, bounds)
        hint = escape(showing.light_hint(record, colour, bounds))
        doubtful = bool(record.loop.get("doubtful"))
        mark = ("k-light doubtful", doubt) if doubtful else ("k-light", "")
        start, end = lights[colour]
        return f'<td data-label="状态" class="{mark[0]}">{start}{hint}{end}{mark[1]}</td>'

    return cell


def _light_html(colour: Colour, title: str) -> tuple[str, str]:
    """A light before and after its hint: colour, word and shape together."""
    itself = names_itself({"title": title, "code": colour.value})
    words = f"<b>{escape(title)}</b>" if itself else f"<b>{COLOUR_WORDS[colour.value]}</b> {escape(title)}"
    return f'<span class="light {colour.value}" title="', f'">{shape(colour.value)}{words}</span>'


def _cell_of(opened: Opened, field: FieldSpec, lookup: Lookup, files: Mapping[int, Attachment]) -> Cell:
    return _file_cell(opened, field, files) if field.kind == "file" else _field_cell(opened, field, lookup)


def _file_cell(opened: Opened, field: FieldSpec, files: Mapping[int, Attachment]) -> Cell:
    """The first pictures of a field, each leading to the file itself, the name of another, and how many there are."""
    code, label = field.code, f'<td data-label="{escape(showing.title_of(field, opened.spec))}" class="k-file'
    told = {
        pk: f'<a class="small-copy" href="{reverse("attachment", args=[pk])}">'
        f'<img src="{reverse("thumbnail", args=[pk])}" alt="{escape(file.name)}" loading="lazy"></a>'
        for pk, file in files.items()
        if file.look
    }

    def cell(record: Row, _: str) -> str:
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

    return cell


def _field_cell(opened: Opened, field: FieldSpec, lookup: Lookup) -> Cell:
    """A field's cell: the name leads to the record, long text is clipped, a blank says so."""
    code, text_of = field.code, shower(field, lookup)
    title, kind = escape(showing.title_of(field, opened.spec)), showing.look_of(field)
    marks = " ".join((["num"] if kind in _NUMBERS else []) + [f"k-{kind}"])
    label = f'<td data-label="{title}" class="'
    blank = f'{label}{marks} k-none"></td>'
    start = f'{label}{marks}">'

    def name(record: Row, url: str) -> str:
        text = text_of(record.data.get(code))
        if not text.isalnum():
            text = escape_any(text)
        link = f'<a class="row-title clip" href="{url}" title="{text}">{text}</a>'
        return f'{label}k-name {marks}">{link}</td>' if text else blank

    def clipped(record: Row, _: str) -> str:
        text = text_of(record.data.get(code))
        if not text.isalnum():
            text = escape_any(text)
        return f'{start}<div class="clip" title="{text}">{text}</div></td>' if text else blank

    def plain(record: Row, _: str) -> str:
        text = text_of(record.data.get(code))
        if not text.isalnum():
            text = escape_any(text)
        return f"{start}{text}</td>" if text else blank

    return name if code == opened.spec.name_field else clipped if kind == "text" else plain
