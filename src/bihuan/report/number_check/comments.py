"""The comments of a .docx: those that it has, and ours behind them; and how the file points at them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from bihuan.base.errors import Invalid
from bihuan.ledger.excel.package import Package
from bihuan.report.number_check.blocks import NAMESPACE, parsed

_W = f"{{{NAMESPACE}}}"
_PART = "word/comments.xml"
_RELATIONS = "word/_rels/document.xml.rels"
_TYPES = "[Content_Types].xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_AUTHOR = ("数字体检", "检")


@dataclass
class Comments:
    """`parts` are the parts of the file that comments change, by name; none until one is added."""

    root: Any
    relations: Any
    types: Any
    is_new: bool
    parts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, package: Package, name: str) -> "Comments":
        """The comments of a file. Raises Invalid for one without the parts that every .docx has."""
        if _TYPES not in package.parts:
            raise Invalid(f"“{name}”已损坏，缺少 {_TYPES}")
        most, is_new = package.limits.unpacked_bytes, _PART not in package.parts
        root = etree.Element(f"{_W}comments", nsmap={"w": NAMESPACE})
        relations = etree.Element(f"{{{_PACKAGE}/relationships}}Relationships")
        if not is_new:
            root = parsed(package.read(_PART, most), name)
        if _RELATIONS in package.parts:
            relations = parsed(package.read(_RELATIONS, most), name)
        return cls(root, relations, parsed(package.read(_TYPES, most), name), is_new)

    def add(self, text: str, at: datetime) -> str:
        """One more comment; gives its id."""
        taken = [int(one.get(f"{_W}id") or -1) for one in self.root.iter(f"{_W}comment")]
        number = str(max(taken, default=-1) + 1)
        said = etree.SubElement(self.root, f"{_W}comment")
        author, initials = _AUTHOR
        told = {"id": number, "author": author, "date": f"{at:%Y-%m-%dT%H:%M:%SZ}", "initials": initials}
        for key, value in told.items():
            said.set(f"{_W}{key}", value)
        run = etree.SubElement(etree.SubElement(said, f"{_W}p"), f"{_W}r")
        etree.SubElement(run, f"{_W}t").text = text
        self.parts[_PART] = self.root
        if self.is_new:
            self._relate()
        return number

    def _relate(self) -> None:
        self.is_new = False
        taken = {one.get("Id") for one in self.relations}
        number = next(f"rIdNumbers{n}" for n in range(len(taken) + 1) if f"rIdNumbers{n}" not in taken)
        relation = etree.SubElement(self.relations, f"{{{_PACKAGE}/relationships}}Relationship")
        for key, value in (("Id", number), ("Type", _RELATION), ("Target", "comments.xml")):
            relation.set(key, value)
        kind = etree.SubElement(self.types, f"{{{_PACKAGE}/content-types}}Override")
        kind.set("PartName", f"/{_PART}")
        kind.set("ContentType", _TYPE)
        self.parts |= {_RELATIONS: self.relations, _TYPES: self.types}
