"""What the number check says at the places of a draft: for the marked Word file, and the text put right."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from bihuan.report.number_check import Place, Verdict
from bihuan.report.number_check.marking import Mark, mark_docx
from bihuan.report.proofreading import JUDGEMENTS, Checked

_COLOURS = {"right": "green", "wrong": "red", "out_of_date": "yellow"}
_OF_THE_TEXT = "yellow"


def said_of(verdict: Verdict) -> str:
    """Why a number is judged as it is, in words; "" where nothing is known of it."""
    if verdict.match is None:
        return ""
    title = f"“{verdict.match.subject.title}”"
    if verdict.judgement in ("right", "unknown") or verdict.right is None:
        return title
    return f"{title}应为 {right_value(verdict)}{'；' + verdict.why if verdict.why else ''}"


def right_value(verdict: Verdict) -> str:
    """The right value with its unit, as a text writes it."""
    return "" if verdict.right is None else f"{verdict.right:f}{verdict.unit}"


def marked_docx(path: Path, name: str, checked: Checked, at: datetime) -> bytes:
    """The draft itself with every number marked. Raises Invalid for what is no .docx."""
    return mark_docx(path, name, marks_of(checked), at)


def marks_of(checked: Checked) -> Iterator[Mark]:
    """Right numbers green without a word; wrong and old ones, and what does not hold, with a comment."""
    for number, verdict in checked.numbers:
        colour = _COLOURS.get(verdict.judgement, "")
        if colour:
            word = "" if verdict.judgement == "right" else f"{JUDGEMENTS[verdict.judgement]}：{said_of(verdict)}"
            yield Mark(number.place, colour, word)
    for finding in checked.findings:
        yield Mark(finding.place, _OF_THE_TEXT, f"{JUDGEMENTS[finding.fault]}：{finding.message}")


def corrected(checked: Checked, chosen: Sequence[Place]) -> str:
    """The text with the right values in the chosen places; every other character as it was."""
    rights = {number.place: right_value(verdict) for number, verdict in checked.numbers if verdict.right is not None}
    lines = []
    for block in checked.blocks:
        text = block.text
        for place in sorted((place for place in chosen if place.block == block.index), reverse=True):
            if place in rights:
                text = text[: place.start] + rights[place] + text[place.end :]
        lines.append(text)
    return "\n".join(lines)
