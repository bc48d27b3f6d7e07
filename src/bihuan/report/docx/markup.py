"""The small words of WordprocessingML (ECMA-376, part 1, 17) that a report is written in."""

import re
from xml.sax.saxutils import escape, quoteattr

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
KEPT = "<w:keepNext/>"
"""On the page of what follows: a heading, a caption, a table's head never stand alone at the foot of a page."""

_UNHOLDABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_TWIPS_PER_MM = 1440 / 25.4


def twips(millimetres: float) -> int:
    """Twentieths of a point."""
    return round(millimetres * _TWIPS_PER_MM)


def holdable(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _UNHOLDABLE.sub("", text)


def attribute(text: str) -> str:
    """A value in quotes. A document holds thousands; most are letters and digits alone, which need no care."""
    return f'"{text}"' if text.isalnum() else quoteattr(holdable(text))


def run(text: str, *, bold: bool = False) -> str:
    """A run of text; a line break stays one."""
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    if text.isalnum():
        return f"<w:r>{look}{_text(text)}</w:r>"
    lines = escape(holdable(text)).split("\n")
    return f"<w:r>{look}{'<w:br/>'.join(_text(line) for line in lines)}</w:r>"


def _text(line: str) -> str:
    return f'<w:t xml:space="preserve">{line}</w:t>'


def paragraph(style: str, content: str = "", more: str = "") -> str:
    """A paragraph in a style; `content` is its runs."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{content}</w:p>'


def field(code: str) -> str:
    """A field that the word processor fills in, such as PAGE."""
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
