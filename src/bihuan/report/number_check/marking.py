"""The checked draft as its own .docx with its numbers marked: highlighted, and a comment says what is wrong.

Every character of the text stays where it was; whatever else is in the file is carried over as it is and never
followed. Form: ECMA-376 part 1, 17.13.4 (comments) and 17.3.2.15 (highlight).
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree

from bihuan.base.errors import Invalid
from bihuan.ledger.excel.package import Package
from bihuan.report.number_check.blocks import MAIN, NAMESPACE, open_draft, said_in, spoken_in, text_of
from bihuan.report.number_check.comments import Comments
from bihuan.report.number_check.model import Place

_W = f"{{{NAMESPACE}}}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_BEHIND_HIGHLIGHT = frozenset(
    ("u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout", "specVanish")
)
"""What stands behind the highlight among a run's properties: their order is fixed (ECMA-376 part 1, A.1, CT_RPr)."""


@dataclass(frozen=True)
class Mark:
    """What is said of the characters at a place: a colour of highlighting by Word's name, and a comment."""

    place: Place
    colour: str
    comment: str = ""


def mark_docx(path: Path, name: str, marks: Iterable[Mark], at: datetime) -> bytes:
    """The file with its marks. Raises Invalid for what `read_docx` refuses."""
    package, root = open_draft(path, name)
    comments = Comments.of(package, name)
    body = root.find(f"{_W}body")
    spoken = [paragraphs for _, paragraphs, _ in said_in(body) if "\n".join(map(text_of, paragraphs)).strip()]
    by_block: dict[int, list[Mark]] = {}
    for mark in marks:
        by_block.setdefault(mark.place.block, []).append(mark)
    for index, found in by_block.items():
        if index >= len(spoken):
            raise Invalid(f"“{name}”不是体检过的那个文件，请重新体检")
        for mark in reversed(_side_by_side(found)):
            _mark(spoken[index], mark, comments, at)
    return _written(package, root, comments)


def _side_by_side(marks: Iterable[Mark]) -> list[Mark]:
    """Marks in their order, those that overlap made one with both comments."""
    found: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (one.place.start, one.place.end)):
        if found and mark.place.start < found[-1].place.end:
            old = found[-1]
            end = max(old.place.end, mark.place.end)
            comment = "；".join(dict.fromkeys(filter(None, (old.comment, mark.comment))))
            colour = old.colour if old.comment or not mark.comment else mark.colour
            found[-1] = Mark(replace(old.place, end=end), colour, comment)
        else:
            found.append(mark)
    return found


def _mark(paragraphs: Sequence[Any], mark: Mark, comments: Comments, at: datetime) -> None:
    """Highlight the characters, and put the comment around them. Marks behind this one are made already."""
    runs = [_cut_out(element, start, end) for element, start, end in _within(paragraphs, mark.place)]
    if not runs:
        return
    for run in runs:
        _highlight(run, mark.colour)
    if mark.comment:
        number = comments.add(mark.comment, at)
        begin, end, reference = (etree.Element(f"{_W}{tag}") for tag in ("commentRangeStart", "commentRangeEnd", "r"))
        etree.SubElement(reference, f"{_W}commentReference").set(f"{_W}id", number)
        begin.set(f"{_W}id", number)
        end.set(f"{_W}id", number)
        runs[0].addprevious(begin)
        runs[-1].addnext(end)
        end.addnext(reference)


def _within(paragraphs: Sequence[Any], place: Place) -> Iterator[tuple[Any, int, int]]:
    """The elements that hold characters of a place, each with which of its own characters they are."""
    here = 0
    found = []
    for paragraph in paragraphs:
        for element, text in spoken_in(paragraph):
            start, end = max(place.start - here, 0), min(place.end - here, len(text))
            if start < end and element.tag == f"{_W}t" and element.getparent().tag == f"{_W}r":
                found.append((element, start, end))
            here += len(text)
        here += 1  # the line break between the paragraphs of a cell
    yield from found


def _cut_out(element: Any, start: int, end: int) -> Any:
    """A run that holds these characters of a text element and nothing else; the rest stands in runs beside it."""
    run, text = element.getparent(), element.text or ""
    siblings = [child for child in run if child.tag != f"{_W}rPr"]
    place = siblings.index(element)
    for child in siblings[:place]:
        run.addprevious(_run_like(run, child))
    for child in reversed(siblings[place + 1 :]):
        run.addnext(_run_like(run, child))
    if end < len(text):
        run.addnext(_run_like(run, _text(text[end:])))
    if not start:
        _say(element, text[:end])
        return run
    own = _run_like(run, _text(text[start:end]))
    run.addnext(own)
    _say(element, text[:start])
    return own


def _run_like(run: Any, child: Any) -> Any:
    """A run with the same properties around another child."""
    made = etree.Element(f"{_W}r")
    properties = run.find(f"{_W}rPr")
    if properties is not None:
        made.append(deepcopy(properties))
    made.append(child)
    return made


def _text(text: str) -> Any:
    element = etree.Element(f"{_W}t")
    _say(element, text)
    return element


def _say(element: Any, text: str) -> None:
    element.text = text
    element.set(_SPACE, "preserve")


def _highlight(run: Any, colour: str) -> None:
    properties = run.find(f"{_W}rPr")
    if properties is None:
        properties = etree.Element(f"{_W}rPr")
        run.insert(0, properties)
    for old in properties.findall(f"{_W}highlight"):
        properties.remove(old)
    before = [child for child in properties if etree.QName(child).localname not in _BEHIND_HIGHLIGHT]
    mark = etree.Element(f"{_W}highlight")
    mark.set(f"{_W}val", colour)
    properties.insert(len(before), mark)


def _written(package: Package, root: Any, comments: Comments) -> bytes:
    changed = {MAIN: _serialised(root), **{part: _serialised(tree) for part, tree in comments.parts.items()}}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in package.parts:
            content = changed.pop(part, None)
            archive.writestr(part, content or package.read(part, package.limits.unpacked_bytes))
        for part, content in changed.items():
            archive.writestr(part, content)
    return out.getvalue()


def _serialised(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
