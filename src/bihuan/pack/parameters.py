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


def resolve(source: Source, parameters: Mapping[str, ParameterSpec]) -> tuple[Source, list[Issue], set[str]]:
    """A file's data with the values in place of the names, the names that are no parameter, and those used."""
    filler = _Filler(source, parameters)
    return replace(source, data=filler.fill(source.data, ())), filler.issues, filler.used


class _Filler:
    """Walks plain data once, keeping faults and what was used."""

    def __init__(self, source: Source, parameters: Mapping[str, ParameterSpec]) -> None:
        self.source, self.parameters = source, parameters
        self.issues: list[Issue] = []
        self.used: set[str] = set()

    def fill(self, data: Any, place: Place) -> Any:
        if isinstance(data, dict):
            return {key: self.fill(value, (*place, key)) for key, value in data.items()}
        if isinstance(data, list):
            return [self.fill(item, (*place, index)) for index, item in enumerate(data)]
        return self._text(data, place) if isinstance(data, str) else data

    def _text(self, text: str, place: Place) -> Any:
        whole = _NAME.fullmatch(text.strip())
        if whole:
            return self._value(whole, place)
        return _NAME.sub(lambda found: str(self._value(found, place)), text)

    def _value(self, found: re.Match[str], place: Place) -> Any:
        name, wants_source = found.groups()
        parameter = self.parameters.get(name)
        if parameter is None:
            hint = did_you_mean(name, list(self.parameters))
            self.issues.append(self.source.issue(f"pack.yaml 里没有参数“{name}”", *place, hint=hint))
            return found.group()
        self.used.add(name)
        return parameter.source if wants_source else parameter.value
