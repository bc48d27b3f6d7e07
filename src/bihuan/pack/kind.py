"""What a kind of definition is to the pack reader. The nouns bring their kinds; `bihuan.installed` lists them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bihuan.pack.source import Source


@dataclass(frozen=True)
class Definition:
    """One definition read from a pack: its full code (`pack.code`), its spec, and where it stands."""

    code: str
    pack: str
    spec: Any
    source: Source


@dataclass(frozen=True)
class PackKind:
    """A kind of definition: the folder it lives in, the model of its shape, and its rules.

    `check` is given the definitions of this kind and those of all kinds, and reports faults through each
    definition's own source, so that every fault has a file and a line.

    A file holds one definition, named as it is; where `holds_many`, it is a mapping of many, each under its code.
    """

    folder: str
    title: str
    model: type[BaseModel]
    check: Callable[[Sequence[Definition], "Definitions"], list[Any]]
    holds_many: bool = False


Definitions = dict[str, dict[str, Definition]]
"""Folder name -> full code -> definition."""
