"""A document as text that is kept for ever, and back: canonical JSON, so that its hash says whether it was changed."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from bihuan.report.document import (
    Block,
    Chart,
    Document,
    Heading,
    Number,
    PageBreak,
    Paragraph,
    RedHead,
    Run,
    Runs,
    Series,
    Table,
)

_KINDS: dict[str, type[Any]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "table": Table,
    "chart": Chart,
    "page_break": PageBreak,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def kept(document: Document) -> str:
    """The document as canonical JSON."""
    content = asdict(document)
    content["blocks"] = [{"block": _NAMES[type(block)], **asdict(block)} for block in document.blocks]
    return orjson.dumps(content, default=_plain, option=orjson.OPT_SORT_KEYS).decode()


def restored(text: str) -> Document:
    """The document that was kept."""
    content = orjson.loads(text)
    head, signed_on = content["red_head"], content["signed_on"]
    return Document(
        content["title"],
        tuple(_block(block) for block in content["blocks"]),
        RedHead(**head) if head else None,
        content["signed_by"],
        date.fromisoformat(signed_on) if signed_on else None,
        content["annex"],
        tuple(filter(None, map(_number, content.get("printed", ())))),
    )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value).__name__)


def _block(content: dict[str, Any]) -> Block:
    fields = {name: value for name, value in content.items() if name != "block"}
    match content["block"]:
        case "heading" | "paragraph":
            fields["runs"] = _runs(fields["runs"])
        case "table":
            fields["heads"] = tuple(fields["heads"])
            fields["rows"] = tuple(tuple(_runs(cell) for cell in row) for row in fields["rows"])
        case "chart":
            fields["categories"] = tuple(fields["categories"])
            fields["series"] = tuple(_series(series) for series in fields["series"])
    block: Block = _KINDS[content["block"]](**fields)
    return block


def _runs(content: list[dict[str, Any]]) -> Runs:
    return tuple(Run(run["text"], _number(run["number"]), run["bold"]) for run in content)


def _number(content: dict[str, Any] | None) -> Number | None:
    if content is None:
        return None
    return Number(
        **{
            **content,
            "as_of": date.fromisoformat(content["as_of"]),
            "known_at": datetime.fromisoformat(content["known_at"]),
            "value": _decimal(content["value"]),
        }
    )


def _series(content: dict[str, Any]) -> Series:
    numbers = tuple(filter(None, map(_number, content.get("numbers", ()))))
    return Series(content["name"], tuple(_decimal(value) for value in content["values"]), numbers)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
