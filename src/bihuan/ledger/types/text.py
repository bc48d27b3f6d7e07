"""Text: one line or several."""

import re
from collections.abc import Callable
from typing import Any

from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, as_text

# Control characters, lone halves of a pair, and marks that nobody sees: zero width, byte order, direction, tags.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\ud800-\udfff"
    "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("[ \u3000]*[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+[ \u3000]*")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Text(FieldType):
    """One line of text; line breaks become spaces."""

    code = "text"
    title = "文字"
    expression_kind = Kind.TEXT

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        pattern = re.compile(spec.pattern) if spec.pattern else None
        longest = spec.max_length

        def slow(raw: Any) -> str:
            text = as_text(self.tidy(_UNSEEN.sub("", as_text(raw))))
            if len(text) > longest:
                raise BadValue(f"有 {len(text)} 个字，最多 {longest} 个字")
            if pattern and text and not pattern.fullmatch(text):
                raise BadValue(f"“{text[:40]}”不合格式要求" + (f"：{spec.hint}" if spec.hint else ""))
            return text

        def read(raw: Any) -> str:
            # Almost every cell: what is printable holds no control character and no blank but the space.
            if raw.__class__ is str and raw.isprintable() and len(raw) <= longest:
                text: str = raw.strip()
                if text[:1] != "'":
                    return text
            return slow(raw)

        return slow if pattern else read

    def shower(self, spec: FieldSpec, lookup: Lookup) -> Callable[[Any], str]:  # noqa: ARG002
        return str

    @staticmethod
    def tidy(text: str) -> str:
        return _BREAKS.sub(" ", text)


class LongText(Text):
    """Several lines of text, kept as they are."""

    code = "longtext"
    title = "长文字"
    widget = "textarea"

    @staticmethod
    def tidy(text: str) -> str:
        return _LINE_ENDS.sub("\n", text).replace("\x1f", "")
