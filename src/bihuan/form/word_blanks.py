"""Blanks in the running text of a Word document: ____, underlined spaces or tabs, and spaces between brackets.

Word cuts a line of text into runs wherever it likes, so that a blank may span several of them. What is filled in stands
within one run of the blank's own letters, underlined, as wide as the blank where it is narrower: nothing moves.
"""

import copy
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

_LINE, _TAB = "\x00", "\x01"
"""An underlined space and an underlined tab, within a paragraph's text as it is searched."""
_SPACES = " \u3000\xa0\u2002\u2003"
_BLANK = re.compile(
    rf"[{_LINE}{_TAB}]*{_TAB}[{_LINE}{_TAB}]*|[_＿{_LINE}]{{2,}}|(?<=[（(\[【])[{_SPACES}]{{2,}}(?=[）)\]】])"
)
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True)
class _Piece:
    """A text or a tab within a run, and where it begins in the paragraph's text."""

    run: Any
    element: Any
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Segment:
    """A stretch of a paragraph's text; `blank` is its number in the paragraph, from 1, or 0 for what is printed."""

    text: str
    blank: int = 0


def paragraphs(document: Any) -> list[Any]:
    """All paragraphs of a document's body in order, those within tables included."""
    return list(document.element.body.iter(qn("w:p")))


def segments(paragraph: Any) -> list[Segment]:
    """What is printed and what is blank in a paragraph, in order."""
    pieces = _pieces(paragraph)
    plain, found, at = _plain(pieces), [], 0
    for number, (first, last) in enumerate(_spans(pieces), start=1):
        found += [Segment(plain[at:first])] if first > at else []
        found.append(Segment(plain[first:last], number))
        at = last
    return [*found, Segment(plain[at:])] if plain[at:] else found


def fill(paragraph: Any, values: dict[int, str]) -> None:
    """Put values into a paragraph's blanks by their numbers. Raises IndexError for a number that is none."""
    spans = _spans(_pieces(paragraph))
    for number in sorted(values, reverse=True):  # From behind, so that what stands before keeps its place.
        _put(_pieces(paragraph), *spans[number - 1], values[number])


def width(text: str) -> int:
    """How wide a text is printed, in halves of a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pieces(paragraph: Any) -> list[_Piece]:
    found, at = [], 0
    for run, element in _text_elements(paragraph):
        is_tab = element.tag == qn("w:tab")
        text = ("\t" if is_tab else element.text or "") if not _is_underlined(run) else _marked(element, is_tab)
        found.append(_Piece(run, element, text, at))
        at += len(text)
    return found


def _text_elements(paragraph: Any) -> Iterator[tuple[Any, Any]]:
    """The texts and tabs of a paragraph's runs; those of a text box within it belong to its own paragraphs."""
    for run in paragraph.iter(qn("w:r")):
        if next(run.iterancestors(qn("w:p"))) is paragraph:
            yield from ((run, item) for item in run if item.tag in (qn("w:t"), qn("w:tab")))


def _marked(element: Any, is_tab: bool) -> str:
    return _TAB if is_tab else re.sub(f"[{_SPACES}]", _LINE, element.text or "")


def _is_underlined(run: Any) -> bool:
    line = run.find(f"{qn('w:rPr')}/{qn('w:u')}")
    return line is not None and line.get(qn("w:val"), "single") not in ("none", "0", "false")


def _plain(pieces: list[_Piece]) -> str:
    """The text as it is read, of the same length as the text that is searched."""
    return "".join("\t" if item.element.tag == qn("w:tab") else item.element.text or "" for item in pieces)


def _spans(pieces: list[_Piece]) -> list[tuple[int, int]]:
    return [found.span() for found in _BLANK.finditer("".join(item.text for item in pieces))]


def _put(pieces: list[_Piece], first: int, last: int, value: str) -> None:
    """Put a value where the text from `first` to `last` is blank: in a run of its own between the run's two parts."""
    touched = [item for item in pieces if item.end > first and item.start < last and item.text]
    blank = "".join(item.text for item in touched)[first - touched[0].start :][: last - first]
    run, element = touched[0].run, touched[0].element
    fresh = _run_like(run, value if _TAB in blank else _padded(value, blank), underlined=not blank.strip("_＿" + _LINE))
    after = _run_like(run, "", underlined=False)
    text = element.text or ""
    for item in touched:
        _cut(item, first, last)
    if element.tag == qn("w:t"):
        _set(element, text[: first - touched[0].start])
        if text[last - touched[0].start :]:
            after.append(_text(text[last - touched[0].start :]))
    at = list(run).index(element) + (element.tag == qn("w:t"))
    for item in list(run)[at:]:
        after.append(item)
    run.addnext(fresh)
    if after.findall("*")[-1:] and after.findall("*")[-1].tag != qn("w:rPr"):
        fresh.addnext(after)


def _cut(item: _Piece, first: int, last: int) -> None:
    """Take the blank's letters out of a piece; a tab stays, for it keeps what follows in its place."""
    if item.element.tag == qn("w:t"):
        text = item.element.text or ""
        _set(item.element, text[: max(0, first - item.start)] + text[max(0, last - item.start) :])


def _padded(value: str, blank: str) -> str:
    """A value in the middle of spaces, as wide as the blank, or as it is where it is wider."""
    wide = sum(2 if letter in "＿\u3000" else 1 for letter in blank)
    left = max(0, wide - width(value))
    return " " * (left // 2) + value + " " * (left - left // 2)


def _run_like(run: Any, text: str, *, underlined: bool) -> Any:
    """A run of the same letters, underlined if wanted."""
    fresh = OxmlElement("w:r")
    own = run.find(qn("w:rPr"))
    if own is not None:
        fresh.append(copy.deepcopy(own))
    if underlined and not _is_underlined(fresh):
        _underline(fresh)
    if text:
        fresh.append(_text(text))
    return fresh


def _underline(run: Any) -> None:
    """Underline a run. Within its properties the line stands before those that the schema puts behind it."""
    own = run.find(qn("w:rPr"))
    if own is None:
        own = OxmlElement("w:rPr")
        run.insert(0, own)
    for before in own.findall(qn("w:u")):
        own.remove(before)
    line = OxmlElement("w:u")
    line.set(qn("w:val"), "single")
    behind = {qn(f"w:{tag}") for tag in ("effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang")}
    follower = next((item for item in own if item.tag in behind), None)
    if follower is None:
        own.append(line)
    else:
        follower.addprevious(line)


def _text(text: str) -> Any:
    element = OxmlElement("w:t")
    _set(element, text)
    return element


def _set(element: Any, text: str) -> None:
    element.text = "".join(letter for letter in text if letter in "\t\n" or letter >= " ")
    element.set(_SPACE, "preserve")
