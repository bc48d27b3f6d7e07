"""Choices: one or several of the declared values, kept as codes; and yes or no."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from bihuan.base.errors import did_you_mean
from bihuan.expression import Kind
from bihuan.ledger.spec import ChoiceSpec, FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, as_text, told
from bihuan.standards.cell_text import compact

SEPARATORS = re.compile(r"[、，,;；/／|｜\n\r\t]+")
_SHOWN = 12

YES = ("是", "√", "✓", "✔", "☑", "有", "对", "true", "yes", "y", "1", "t")
NO = ("否", "×", "✗", "✘", "✕", "☒", "x", "无", "没有", "错", "不是", "false", "no", "n", "0", "f")


def finder(choices: tuple[ChoiceSpec, ...]) -> Callable[[str], str]:
    """A function that gives the code of a word: by title, code or alias as written, else however wide or tall.

    It raises BadValue with what may be chosen.
    """
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    # What is said later weighs more: a title over a code, a code over an alias.
    for words_of in (lambda c: c.aliases, lambda c: (c.code,), lambda c: (c.title,)):
        for choice in choices:
            for word in words_of(choice):
                exact[word.strip()] = choice.code
                folded[compact(word).casefold()] = choice.code
    titles = [choice.title for choice in choices]
    allowed = "、".join(titles[:_SHOWN]) + (f"等 {len(titles)} 项" if len(titles) > _SHOWN else "")

    def find(text: str) -> str:
        code = exact.get(text) or folded.get(compact(text).casefold())
        if code is None:
            raise BadValue(f"{told(text)}不在选项中，可选：{allowed}{did_you_mean(text[:40], list(exact))}")
        return code

    return find


class Choice(FieldType):
    """One of the declared values."""

    code = "choice"
    title = "选项"
    expression_kind = Kind.TEXT
    widget = "select"
    needs = ("choices",)

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        find = finder(spec.choices)
        return lambda raw: find(as_text(raw))

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return spec.choice_titles.get(value, str(value))

    def options(self, spec: FieldSpec) -> tuple[tuple[str, str], ...]:
        return tuple(spec.choice_titles.items())


class Choices(FieldType):
    """Several of the declared values, each once, in the order of the declaration."""

    code = "choices"
    title = "多选"
    expression_kind = Kind.TEXTS
    widget = "ticks"
    needs = ("choices",)

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        find = finder(spec.choices)
        order = {choice.code: place for place, choice in enumerate(spec.choices)}

        def read(raw: Any) -> list[str]:
            parts = raw if isinstance(raw, list | tuple) else SEPARATORS.split(as_text(raw))
            texts = [text for part in parts if (text := as_text(part))]
            if not texts:
                raise BadValue(f"{told(raw)}里没有写选项")
            return sorted({find(text) for text in texts}, key=order.__getitem__)

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return "、".join(spec.choice_titles.get(code, str(code)) for code in value)

    def options(self, spec: FieldSpec) -> tuple[tuple[str, str], ...]:
        return tuple(spec.choice_titles.items())

    def python(self, value: Any) -> Any:
        return tuple(value)


def _words(yes: Iterable[str], no: Iterable[str]) -> dict[str, bool]:
    return dict.fromkeys(yes, True) | dict.fromkeys(no, False)


class YesNo(FieldType):
    """Yes or no; a blank is neither."""

    code = "yesno"
    title = "是否"
    expression_kind = Kind.BOOLEAN
    widget = "radio"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        words = _words(YES, NO)

        def read(raw: Any) -> bool:
            if isinstance(raw, bool):
                return raw
            found = words.get(compact(as_text(raw)).casefold())
            if found is None:
                raise BadValue(f"{told(raw)}看不出是或否，请写“是”或“否”")
            return found

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return "是" if value else "否"

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        return self.show(value, spec, lookup)

    def options(self, spec: FieldSpec) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        return (("是", "是"), ("否", "否"))
