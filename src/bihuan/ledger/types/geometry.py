"""Places: a point, a line or a polygon, kept as GeoJSON in CGCS2000 with the system that it was given in.

WGS84 is taken as CGCS2000: the two differ by less than a metre on the ground.
"""

from typing import Any

from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import FieldType, Lookup, Reader
from bihuan.ledger.types.coordinates import in_degrees, read_position
from bihuan.ledger.types.shapes import read_shape, to_wkt

_SOURCES = {"cgcs2000": "CGCS2000", "wgs84": "WGS84"}
_LONGEST_CELL = 32_767


class _Geometry(FieldType):
    """A shape that text describes. Expressions do not see it."""

    expression_kind = None
    widget = "textarea"
    shape: str

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        source = _SOURCES[spec.datum]
        return lambda raw: read_shape(raw, self.shape, source)

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        text = to_wkt(value)
        shown = self.show(value, spec, lookup)
        return text if len(text) <= _LONGEST_CELL else f"{shown}：坐标太长，一格放不下，请在记录页查看"

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return to_wkt(value)


class Point(_Geometry):
    """A position, by longitude and latitude."""

    code = "point"
    title = "位置"
    widget = "point"
    shape = "Point"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        source, read_text = _SOURCES[spec.datum], super().reader(spec, lookup)

        def read(raw: Any) -> dict[str, Any]:
            if not isinstance(raw, str) or "{" in raw or "(" in raw[1:]:
                return dict(read_text(raw))
            return {"type": "Point", "coordinates": list(read_position(raw)), "source": source}

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return ",".join(in_degrees(degrees) for degrees in value["coordinates"])

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        return self.show(value, spec, lookup)

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        return self.show(value, spec, lookup)


class Line(_Geometry):
    """A line through two or more positions."""

    code = "line"
    title = "线"
    shape = "LineString"

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return f"线（{len(value['coordinates']):,} 个点）"


class Polygon(_Geometry):
    """An area: closed rings of positions, the first the border, the others holes in it."""

    code = "polygon"
    title = "范围"
    shape = "Polygon"

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        # The last position of a ring is its first again.
        return f"面（{sum(len(ring) - 1 for ring in value['coordinates']):,} 个顶点）"
