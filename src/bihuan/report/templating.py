"""An office's own Word file becomes a report: looked at, filled for a trial, filled for an issue."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from bihuan.base.errors import Invalid, did_you_mean
from bihuan.report.composing import titled
from bihuan.report.document import Document
from bihuan.report.sources import Sources
from bihuan.report.spec import PartSpec, ReportSpec
from bihuan.report.template.functions import Language
from bihuan.report.template.language import render
from bihuan.report.template.markdown import blocks_of
from bihuan.report.template.marks import Marks, unmarked
from bihuan.report.template.word import fill
from bihuan.report.template.word_looking import Mark, look, parts_asked, require_template

_HOUSE = "https://bihuan.invalid/"
"""Stands in a kept file where the house's address comes, which may change; `rebased` puts it in."""


@dataclass(frozen=True)
class Template:
    """A Word template: the file's name and content."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Word:
    """A report made from a Word template: as a document for pages, and as the file."""

    document: Document
    content: bytes


def compose_word(
    spec: ReportSpec,
    sources: Sources,
    template: Template,
    *,
    texts: Mapping[str, str] | None = None,
    number: str = "",
    signed_on: date | None = None,
) -> Word:
    """The report that a Word template comes to. Raises Fault or Invalid in words, NotFound for an unknown figure."""
    marks = Marks(around="")
    functions = _functions(spec, sources, marks, texts or {}, number, signed_on)
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "template.docx", Path(folder) / "made.docx"
        source.write_bytes(template.content)
        filled = fill(source, template.name, functions, {}, marks, made, _HOUSE, has_annex=spec.annex)
        content = made.read_bytes()
    return Word(Document(titled(spec, sources), filled.blocks, annex=False, printed=filled.numbers), content)


def looked_at(spec: ReportSpec, sources: Sources, template: Template) -> list[Mark]:
    """Every mark of a template and what it comes to, or what is wrong with it. Raises Invalid for a harmful file."""
    marks = Marks(around="")
    functions = _functions(spec, sources, marks, {}, "", None)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "template.docx"
        source.write_bytes(template.content)
        require_template(source, template.name)
        return look(source, template.name, functions, marks)


def parts_of(template: Template) -> tuple[PartSpec, ...]:
    """The parts that a template leaves to be written, for a report that is defined by it alone."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "template.docx"
        source.write_bytes(template.content)
        require_template(source, template.name)
        asked = parts_asked(source, template.name)
    return tuple(PartSpec(code=one.code, title=one.title, unit=one.unit, body="（请在这里编写）") for one in asked)


def rebased(content: bytes, base: str) -> bytes:
    """A kept file with links to the house as it is reached now."""
    with tempfile.TemporaryDirectory() as folder:
        kept, made = Path(folder) / "kept.docx", Path(folder) / "made.docx"
        kept.write_bytes(content)
        with ZipFile(kept) as package, ZipFile(made, "w", ZIP_DEFLATED) as out:
            for info in package.infolist():
                part = package.read(info)
                if info.filename.endswith(".rels") or info.filename.startswith("customXml/"):
                    part = part.replace(_HOUSE.encode(), f"{base.rstrip('/')}/".encode())
                out.writestr(info.filename, part)
        return made.read_bytes()


def _functions(
    spec: ReportSpec, sources: Sources, marks: Marks, texts: Mapping[str, str], number: str, signed_on: date | None
) -> dict[str, Callable[..., Any]]:
    """What a Word template may call beside the functions of every template."""
    bodies = {part.code: part.body for part in spec.parts} | dict(texts)

    def part(code: str, title: str = "", unit: str = "") -> str:  # noqa: ARG001 - who writes it is read from the file
        if code not in bodies:
            raise Invalid(f"材料没有部分“{code}”{did_you_mean(code, sorted(bodies))}")
        inner = Marks()
        blocks = blocks_of(render(bodies[code], Language(sources, inner).functions(), {}), inner)
        return marks.block(*blocks) if blocks else ""

    day = f"{signed_on.year}年{signed_on.month}月{signed_on.day}日" if signed_on else "（印发日期）"
    return {
        **Language(sources, marks).functions(),
        "title": lambda: unmarked(titled(spec, sources)),
        "document_number": lambda: number or "（文号）",
        "issue_day": lambda: day,
        "part": part,
    }
