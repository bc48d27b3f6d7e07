"""A filled Word template read back as a document: its paragraphs and tables, with the numbers in their controls."""

from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from bihuan.report.document import Block, Chart, Heading, Number, Paragraph, Run, Runs, Table, text_of
from bihuan.report.docx.markup import R, W
from bihuan.report.docx.numbers import TAG

_W, _R = f"{{{W}}}", f"{{{R}}}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"


def read_filled(
    body: etree._Element, numbers: Sequence[Number], charts: Mapping[str, Chart], titles: frozenset[str]
) -> tuple[Block, ...]:
    """The blocks of a document's body. `charts` are by their relation, `titles` the styles in which titles are set.

    An office numbers its headings itself: they become paragraphs in bold. Pictures are left out.
    """
    return tuple(_blocks(body, numbers, charts, titles))


def _blocks(
    parent: etree._Element, numbers: Sequence[Number], charts: Mapping[str, Chart], titles: frozenset[str]
) -> Iterator[Block]:
    for node in parent:
        if node.tag == f"{_W}p":
            yield from (charts[relation] for relation in _charts(node) if relation in charts)
            runs = tuple(_runs(node, numbers))
            if text_of(runs).strip():
                yield _paragraph(node, runs, titles)
        elif node.tag == f"{_W}tbl":
            yield from _table(node, numbers)
        elif node.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _blocks(node, numbers, charts, titles)


def _charts(paragraph: etree._Element) -> list[str]:
    return [str(node.get(f"{_R}id")) for node in paragraph.iter(_CHART)]


def _paragraph(node: etree._Element, runs: Runs, titles: frozenset[str]) -> Block:
    style, side = (_property(node, name) for name in ("pStyle", "jc"))
    if style in titles:
        return Heading(0, runs)
    if style.lower().startswith(("heading", "1", "2", "3", "4")) and len(style) <= len("heading 1"):
        return Paragraph(tuple(Run(run.text, run.number, bold=True) for run in runs))
    return Paragraph(runs, "right" if side in ("right", "end") else "body")


def _property(paragraph: etree._Element, name: str) -> str:
    found = paragraph.find(f"{_W}pPr/{_W}{name}")
    return str(found.get(f"{_W}val", "")) if found is not None else ""


def _runs(node: etree._Element, numbers: Sequence[Number]) -> Iterator[Run]:
    """The runs in reading order; one in a control of ours is its number."""
    for child in node:
        if child.tag == f"{_W}r":
            text = _text(child)
            if text:
                yield Run(text, bold=_is_bold(child))
        elif child.tag == f"{_W}sdt":
            yield from _control(child, numbers)
        elif child.tag in (f"{_W}hyperlink", f"{_W}sdtContent", f"{_W}smartTag", f"{_W}ins"):
            yield from _runs(child, numbers)


def _control(node: etree._Element, numbers: Sequence[Number]) -> Iterator[Run]:
    tag = node.find(f"{_W}sdtPr/{_W}tag")
    code = str(tag.get(f"{_W}val", "")) if tag is not None else ""
    place = code.removeprefix(TAG)
    within = [run for content in node.iter(f"{_W}sdtContent") for run in _runs(content, numbers)]
    if code.startswith(TAG) and place.isdecimal() and 0 < int(place) <= len(numbers):
        yield Run(text_of(tuple(within)), numbers[int(place) - 1], any(run.bold for run in within))
    else:
        yield from within


def _text(run: etree._Element) -> str:
    said = []
    for node in run:
        if node.tag == f"{_W}t":
            said.append(node.text or "")
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            said.append("\n")
        elif node.tag == f"{_W}tab":
            said.append("　")
    return "".join(said)


def _is_bold(run: etree._Element) -> bool:
    found = run.find(f"{_W}rPr/{_W}b")
    return found is not None and found.get(f"{_W}val", "1") not in ("0", "false")


def _table(node: etree._Element, numbers: Sequence[Number]) -> Iterator[Block]:
    """A table; rows that are shorter, because cells are merged, are filled up."""
    rows = [tuple(_cell(cell, numbers) for cell in row.iter(f"{_W}tc")) for row in node if row.tag == f"{_W}tr"]
    if not rows:
        return
    wide = max(map(len, rows))
    filled = tuple(row + ((),) * (wide - len(row)) for row in rows)
    if any(run.number for cell in filled[0] for run in cell):
        yield Table(("",) * wide, filled)
    else:
        yield Table(tuple(text_of(cell) for cell in filled[0]), filled[1:])


def _cell(cell: etree._Element, numbers: Sequence[Number]) -> Runs:
    runs: list[Run] = []
    for place, paragraph in enumerate(cell.iter(f"{_W}p")):
        if place:
            runs.append(Run("\n"))
        runs += _runs(paragraph, numbers)
    return tuple(runs)
