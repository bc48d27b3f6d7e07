"""A Word template looked at before it is used: its marks paragraph by paragraph, and what is wrong with them where."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from bihuan.base.errors import BihuanError
from bihuan.ledger.word_guard import MOST_PART, parse_part, require_harmless
from bihuan.report.template.language import Fault, Functions, check, render
from bihuan.report.template.marks import Marks, is_marked, unmarked

MOST_BYTES = 5 * 1024 * 1024
"""The largest Word template, in bytes."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACES = (("word/document.xml", "正文"), ("word/header", "页眉"), ("word/footer", "页脚"), ("word/footnotes", "脚注"))
_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# docxtpl's own prefixes say that a mark stands for its paragraph, row, cell or run.
_PREFIX = re.compile(r"^\{([{%])-?(?:p|tr|tc|r)\s")
_NAMES_IN_LOOPS = re.compile(r"\{%-?\s*(?:for\s+(.*?)\s+in\b|set\s+(\w+))")
_PART = re.compile(
    r"""\bpart\(\s*['"]([a-z][a-z0-9_]*)['"](?:\s*,\s*(?:title\s*=\s*)?['"]([^'"]*)['"])?"""
    r"""(?:\s*,\s*(?:unit\s*=\s*)?['"]([^'"]*)['"])?"""
)
_LONGEST = 40


@dataclass(frozen=True)
class Mark:
    """A mark of a template: where it stands, how it is written, what it comes to now, or what is wrong with it."""

    place: str
    text: str
    comes_to: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Asked:
    """A part that a template leaves for somebody to write."""

    code: str
    title: str
    unit: str


def require_template(source: Path, name: str) -> None:
    """Raise Invalid, naming what was found, for a file that may not be a template at all."""
    require_harmless(source, name)


def look(source: Path, name: str, functions: Functions, marks: Marks) -> list[Mark]:
    """Every mark of a template, each tried with the functions. Faults are told at their paragraph, not raised."""
    found = list(_paragraphs(source, name))
    own = {word for _, text in found for names in _NAMES_IN_LOOPS.findall(text) for word in _words(names)}
    return [mark for place, text in found for mark in _marks(place, text, functions, marks, own)]


def parts_asked(source: Path, name: str) -> list[Asked]:
    """The parts that `part()` names, in order, each once."""
    found: dict[str, Asked] = {}
    for _, text in _paragraphs(source, name):
        for code, title, unit in _PART.findall(_plain(text)):
            found.setdefault(code, Asked(code, title, unit))
    return list(found.values())


def _plain(text: str) -> str:
    """Word writes curly quotes by itself."""
    return text.translate(str.maketrans("‘’“”", "''\"\""))


def _words(names: tuple[str, str]) -> list[str]:
    return re.findall(r"\w+", " ".join(names))


def _paragraphs(source: Path, name: str) -> Iterator[tuple[str, str]]:
    """Where each paragraph stands, and its text, for those that hold a mark or a piece of one."""
    with zipfile.ZipFile(source) as package:
        for part in sorted(package.namelist()):
            title = next((title for start, title in _PLACES if part.startswith(start) and part.endswith(".xml")), "")
            if not title or package.getinfo(part).file_size > MOST_PART:
                continue
            root = parse_part(package.read(part), name)
            for number, paragraph in enumerate(root.iter(f"{_W}p"), 1):
                text = "".join(node.text or "" for node in _own_texts(paragraph))
                if any(brace in text for brace in ("{{", "}}", "{%", "%}")):
                    yield f"{title}第 {number} 段", text


def _own_texts(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The texts of a paragraph, not of paragraphs in it, as a text box has."""
    for node in paragraph.iter(f"{_W}t"):
        if next(node.iterancestors(f"{_W}p"), None) is paragraph:
            yield node


def _marks(place: str, text: str, functions: Functions, marks: Marks, own: set[str]) -> Iterator[Mark]:
    rest = _MARK.sub("", text)
    if any(brace in rest for brace in ("{{", "}}", "{%", "%}")):
        yield Mark(place, text[:_LONGEST], fault="花括号没有成对：每个标记要写在同一段里，以 {{ 开头、}} 结尾")
    for written in _MARK.findall(text):
        yield _tried(place, written, functions, marks, own)


def _tried(place: str, written: str, functions: Functions, marks: Marks, own: set[str]) -> Mark:
    """A mark by itself. What depends on a loop or a choice is seen only in the whole, and is only read here."""
    plain = _PREFIX.sub(r"{\1 ", _plain(written))
    if not plain.startswith("{{"):
        return Mark(place, written, "（判断、循环）")
    try:
        check(plain, {**functions, **dict.fromkeys(own, str)})
        if own & set(re.findall(r"[A-Za-z_]\w*", plain)):
            return Mark(place, written, "（随循环或判断而变）")
        return Mark(place, written, _told(render(plain, functions, {}), marks))
    except Fault as error:
        return Mark(place, written, fault=error.message.replace("模板第 1 行", ""))
    except BihuanError as error:
        return Mark(place, written, fault=error.message)


def _told(text: str, marks: Marks) -> str:
    blocks = marks.blocks_of(text)
    if blocks:
        return "、".join(dict.fromkeys(_KINDS.get(type(block).__name__, "段落") for block in blocks))
    said = "".join(run.text for run in marks.runs(text)) if is_marked(text) else text
    return unmarked(said)[: 2 * _LONGEST] or "（没有可说的，略去）"


_KINDS = {"Table": "表", "Chart": "图", "Heading": "标题", "Paragraph": "段落"}
