"""Text: one line or several."""

import re
from typing import Any

from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, as_text

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Text(FieldType):
    """One line of text; line breaks become spaces."""

    code = "text"
    title = "文字"
    expression_kind = Kind.TEXT

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        pattern = re.compile(spec.pattern) if spec.pattern else None
        longest = spec.max_length

        def read(raw: Any) -> str:
            text = self.tidy(_CONTROL.sub("", as_text(raw)))
            if len(text) > longest:
                raise BadValue(f"有 {len(text)} 个字，最多 {longest} 个字")
            if pattern and not pattern.fullmatch(text):
                raise BadValue(f"“{text}”不合格式要求" + (f"：{spec.hint}" if spec.hint else ""))
            return text

        return read

    @staticmethod
    def tidy(text: str) -> str:
        return " ".join(text.split()) if "\n" in text or "\r" in text or "\t" in text else text


class LongText(Text):
    """Several lines of text, kept as they are."""

    code = "longtext"
    title = "长文字"
    widget = "textarea"

    @staticmethod
    def tidy(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")
