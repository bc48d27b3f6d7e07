"""Numbers in the document: each a content control, all of them once more as data that a program can read."""

from functools import lru_cache
from urllib.parse import urljoin

from bihuan.report.document import Number, Run
from bihuan.report.docx.markup import DECLARATION, attribute, run

NAMESPACE = "urn:bihuan:report:numbers:1"
TAG = "bihuan-"
"""Content controls are tagged with this and the number's id; a tag holds 64 characters, too few for the rest."""


def control(one: Run, number: int, relation: str) -> str:
    """The content control (17.5.2) around a printed number, with the link that opens its page."""
    if one.number is None:
        raise ValueError("only a number has a content control")
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val={attribute(one.number.title[:60])}/><w:tag w:val="{TAG}{number}"/>'
        f'<w:id w:val="{100_000 + number}"/></w:sdtPr><w:sdtContent>'
        f'<w:hyperlink r:id="{relation}" w:history="0">{run(one.text, bold=one.bold)}</w:hyperlink>'
        "</w:sdtContent></w:sdt>"
    )


def address(number: Number, base: str) -> str:
    """Where the number opens."""
    return f"{_origin(base)}{number.opens}"


@lru_cache(maxsize=16)
def _origin(base: str) -> str:
    """The address without its path: what opens a number begins at the root."""
    return urljoin(base, "/").removesuffix("/")


def numbers_part(numbers: tuple[tuple[int, Run], ...], base: str) -> str:
    """The part customXml/item1.xml: every printed number with all that makes it repeatable."""
    rows = "".join(_row(number, one, base) for number, one in numbers)
    return f'{DECLARATION}<numbers xmlns="{NAMESPACE}">{rows}</numbers>'


def _row(number: int, one: Run, base: str) -> str:
    what = one.number
    if what is None:
        return ""
    value = "" if what.value is None else f"{what.value:f}"
    part = f" part={attribute(what.aspect)}" if what.aspect else ""
    return (
        f'<number id="{TAG}{number}" printed={attribute(one.text)} figure={attribute(what.figure)}'
        f" unit={attribute(what.unit)} period={attribute(what.period)}{part}"
        f' as_of="{what.as_of}" known_at="{what.known_at.isoformat()}" version="{what.version}" value="{value}"'
        f' measure={attribute(what.measure)} records="{what.records}" opens={attribute(address(what, base))}/>'
    )
