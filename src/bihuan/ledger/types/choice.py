"""Choice: one of the declared values, kept as its code."""

from typing import Any

from bihuan.base.errors import did_you_mean
from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, as_text

_SHOWN = 12


class Choice(FieldType):
    code = "choice"
    title = "选项"
    expression_kind = Kind.TEXT
    widget = "select"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        words: dict[str, str] = {}
        for choice in spec.choices:
            for word in (*choice.aliases, choice.title, choice.code):
                words[word.strip().casefold()] = choice.code
        titles = [choice.title for choice in spec.choices]

        def read(raw: Any) -> str:
            text = as_text(raw)
            code = words.get(text.casefold())
            if code is None:
                allowed = "、".join(titles[:_SHOWN]) + (f"等 {len(titles)} 项" if len(titles) > _SHOWN else "")
                raise BadValue(f"“{text}”不在选项中，可选：{allowed}{did_you_mean(text, titles)}")
            return code

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return spec.choice_titles.get(value, str(value))
