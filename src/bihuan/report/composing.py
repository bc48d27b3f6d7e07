"""A report's definition and sources become a document."""

from collections.abc import Mapping
from datetime import date

from bihuan.report.document import Block, Document, Heading, RedHead, Run, text_of
from bihuan.report.sources import Sources
from bihuan.report.spec import ReportSpec
from bihuan.report.template.functions import Language
from bihuan.report.template.language import render
from bihuan.report.template.markdown import blocks_of
from bihuan.report.template.marks import Marks


def compose(
    spec: ReportSpec,
    sources: Sources,
    *,
    texts: Mapping[str, str] | None = None,
    number: str = "",
    signed_on: date | None = None,
) -> Document:
    """The document that a report comes to. `texts` are parts that were rewritten by hand, by the part's code.

    Raises Fault for a template that is not in the language, NotFound for a figure that is not there.
    """
    blocks: list[Block] = []
    for part in spec.parts:
        marks = Marks()
        text = render((texts or {}).get(part.code, part.body), Language(sources, marks).functions(), {})
        if part.title:
            blocks.append(Heading(1, (Run(part.title),)))
        blocks += blocks_of(text, marks)
    head = RedHead(spec.red_head.mark, number) if spec.red_head else None
    return Document(
        titled(spec, sources), tuple(blocks), head, spec.signed_by, signed_on if spec.signed_by else None, spec.annex
    )


def titled(spec: ReportSpec, sources: Sources) -> str:
    """The report's title with its period in it."""
    marks = Marks()
    return text_of(marks.runs(render(spec.title, Language(sources, marks).functions(), {})))
