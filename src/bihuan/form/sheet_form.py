"""A form that is a workbook: its cells as a grid with the blank ones told apart, and the same file filled."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.form.cell_notes import add_notes
from bihuan.form.workbook_parts import Package, name, parsed, split
from bihuan.ledger.excel import column_letter

MOST_ROWS, MOST_COLUMNS = 200, 40
"""What of a sheet is shown to be mapped."""

SOURCES = "数据来源"


@dataclass(frozen=True)
class Place:
    """A cell of a form: where it is, what stands in it, how far it spans across and down, whether it can be filled."""

    place: str
    text: str
    across: int = 1
    down: int = 1
    is_blank: bool = False


@dataclass(frozen=True)
class Grid:
    """A sheet of a form. `cut` says that it has more than is shown."""

    title: str
    rows: tuple[tuple[Place, ...], ...]
    cut: bool


def read_grids(content: bytes) -> list[Grid]:
    """The sheets of a form; places are called 表!B5."""
    package = Package(content)
    texts = package.shared_texts()
    return [_grid(title, parsed(package.parts[part]), texts) for title, part in package.sheets.items()]


def _grid(title: str, root: Any, texts: list[str]) -> Grid:
    cells = {cell.get("r", ""): cell for cell in root.iter(name("c"))}
    corners = [merge.get("ref", "A1:A1").split(":") for merge in root.iter(name("mergeCell"))]
    merges = [(split(corner[0]), split(corner[-1])) for corner in corners]
    spans = {first: (last[0] - first[0] + 1, last[1] - first[1] + 1) for first, last in merges}
    covered = {
        (column, row)
        for first, last in merges
        for column in range(first[0], min(last[0], MOST_COLUMNS) + 1)
        for row in range(first[1], min(last[1], MOST_ROWS) + 1)
    } - set(spans)
    places = [split(place) for place in cells] or [(1, 1)]
    last_column, last_row = max(column for column, _ in places), max(row for _, row in places)

    def at(column: int, row: int) -> Place:
        cell = cells.get(f"{column_letter(column - 1)}{row}")
        return _place(title, column, row, cell, texts, spans.get((column, row), (1, 1)))

    columns, lines = range(1, min(last_column, MOST_COLUMNS) + 1), range(1, min(last_row, MOST_ROWS) + 1)
    rows = tuple(tuple(at(column, row) for column in columns if (column, row) not in covered) for row in lines)
    return Grid(title, rows, last_column > MOST_COLUMNS or last_row > MOST_ROWS)


def _place(title: str, column: int, row: int, cell: Any, texts: list[str], span: tuple[int, int]) -> Place:
    text, formula = _text(cell, texts)
    place = f"{title}!{column_letter(column - 1)}{row}"
    return Place(place, text, span[0], span[1], is_blank=not (text.strip() or formula))


def _text(cell: Any, texts: list[str]) -> tuple[str, bool]:
    if cell is None:
        return "", False
    formula, value = cell.find(name("f")), cell.findtext(name("v")) or ""
    if formula is not None:
        return f"={formula.text or ''}", True
    if cell.get("t") == "s":
        return texts[int(value)] if value.isdecimal() and int(value) < len(texts) else "", False
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(name("t"))), False
    return value, False


def write_sheets(
    content: bytes,
    values: Iterable[tuple[str, str | float | int]],
    sources: list[list[str]],
    notes: Mapping[str, str] | None = None,
    percents: Collection[str] = (),
) -> bytes:
    """The form with values in their places and a sheet that tells each one's source; all else as it was.

    `notes` are put on the cells as notes of their own, by place; of `percents`, 12 means 12 %.
    """
    package = Package(content)
    by_sheet: dict[str, dict[str, str | float | int]] = {}
    for place, value in values:
        title, _, cell = place.rpartition("!")
        by_sheet.setdefault(title, {})[cell] = value
    parts = package.sheets
    for title, cells in by_sheet.items():
        if title not in parts:
            raise Invalid(f"表里没有工作表“{title}”")
        own = {place.rpartition("!")[2] for place in percents if place.startswith(f"{title}!")}
        package.set_cells(parts[title], cells, own)
    for title, part in parts.items():
        mine = [(place, text) for place, text in (notes or {}).items() if place.startswith(f"{title}!")]
        add_notes(package, part, {place.rpartition("!")[2]: text for place, text in mine})
    package.add_sheet(_free(SOURCES, parts), sources)
    package.reckon_on_open()
    return package.written()


def _free(title: str, taken: Iterable[str]) -> str:
    names = set(taken)
    return title if title not in names else next(f"{title}{n}" for n in range(2, 1_000) if f"{title}{n}" not in names)
