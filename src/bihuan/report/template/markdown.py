"""Rendered Markdown becomes a document's blocks: headings, paragraphs, tables, and the blocks that marks stand for."""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bihuan.report.document import Block, Heading, Paragraph, Run, Runs, Table, text_of
from bihuan.report.template.marks import Marks

_PARSER = MarkdownIt("zero").enable(["heading", "table", "emphasis", "newline", "list", "blockquote"])
_DEEPEST = 4


def blocks_of(text: str, marks: Marks) -> tuple[Block, ...]:
    """The blocks of a text. `#` to `####` are the four levels of headings; `>` sets a line flush (the addressee).

    A paragraph in which nothing was printed, because its sentences had nothing to say, is left out.
    """
    return tuple(_blocks(_PARSER.parse(text), marks))


def _blocks(tokens: Sequence[Token], marks: Marks) -> Iterator[Block]:
    flush, place = False, 0
    while place < len(tokens):
        token = tokens[place]
        match token.type:
            case "blockquote_open" | "blockquote_close":
                flush = token.type == "blockquote_open"
            case "heading_open":
                level = min(_DEEPEST, int(token.tag[1:]))
                yield Heading(level, _inline(tokens[place + 1], marks))
                place += 1
            case "paragraph_open":
                yield from _paragraph(tokens[place + 1], marks, flush=flush)
                place += 1
            case "table_open":
                end = next(n for n in range(place, len(tokens)) if tokens[n].type == "table_close")
                yield _table(tokens[place:end], marks)
                place = end
        place += 1


def _paragraph(token: Token, marks: Marks, *, flush: bool) -> Iterator[Block]:
    blocks = marks.blocks_of(token.content)
    if blocks is not None:
        yield from blocks
        return
    runs = _inline(token, marks)
    if text_of(runs).strip(" 　，。；、\n"):
        yield Paragraph(runs, "flush" if flush else "body")


def _inline(token: Token, marks: Marks) -> Runs:
    runs: list[Run] = []
    bold = 0
    for child in token.children or []:
        match child.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "softbreak" | "hardbreak":
                runs.append(Run("\n" if child.type == "hardbreak" else ""))
            case _:
                runs += marks.runs(child.content, bold=bold > 0)
    return tuple(run for run in runs if run.text)


def _table(tokens: Sequence[Token], marks: Marks) -> Table:
    rows: list[list[Runs]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token, marks))
    heads, *body = rows
    return Table(tuple(text_of(cell) for cell in heads), tuple(tuple(row) for row in body))
