"""A pack's parameters: values that differ from county to county, named once with their source, used as `param.name`.

A text that is nothing but `param.name` becomes the value itself; inside a longer text, an expression or a message, the
name is replaced by the value as it is written. `param.name.source` is where the value comes from. All of it happens
when the pack is read, so that what is put in force holds plain values and a changed parameter is a new version.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bihuan.base.errors import Issue, did_you_mean
from bihuan.pack.source import Place, Source

_NAME = re.compile(r"(?<![\w.])param\.([a-z][a-z0-9_]*)(\.source)?(?![\w])")


class ParameterSpec(BaseModel):
    """A value that a county may set otherwise: what it is, in which unit, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    value: int | float | str
    title: str = Field(min_length=1)
    unit: str = ""
    source: str = Field(min_length=1, description="依据；目录没有写明的值要说明默认值从何而来")


class Parameters:
    """A pack's parameters, filled into one file after the other."""

    def __init__(self, known: Mapping[str, ParameterSpec]) -> None:
        self._known = known
        self._used: set[str] = set()

    def into(self, source: Source) -> tuple[Source, list[Issue]]:
        """A file with the values in place of the names, and the names that are no parameter."""
        issues: list[Issue] = []
        return replace(source, data=self._fill(source.data, (), source, issues)), issues

    def unused(self) -> list[str]:
        """The parameters that no file has named so far."""
        return [name for name in self._known if name not in self._used]

    def _fill(self, data: Any, place: Place, source: Source, issues: list[Issue]) -> Any:
        if isinstance(data, dict):
            return {key: self._fill(value, (*place, key), source, issues) for key, value in data.items()}
        if isinstance(data, list):
            return [self._fill(item, (*place, index), source, issues) for index, item in enumerate(data)]
        return self._text(data, place, source, issues) if isinstance(data, str) else data

    def _text(self, text: str, place: Place, source: Source, issues: list[Issue]) -> Any:
        whole = _NAME.fullmatch(text.strip())
        if whole:
            return self._value(whole, place, source, issues)
        return _NAME.sub(lambda found: str(self._value(found, place, source, issues)), text)

    def _value(self, found: re.Match[str], place: Place, source: Source, issues: list[Issue]) -> Any:
        name, wants_source = found.groups()
        parameter = self._known.get(name)
        if parameter is None:
            hint = did_you_mean(name, list(self._known))
            issues.append(source.issue(f"pack.yaml 里没有参数“{name}”", *place, hint=hint))
            return found.group()
        self._used.add(name)
        return parameter.source if wants_source else parameter.value
