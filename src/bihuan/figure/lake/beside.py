"""What figures need that no record holds, in one small file beside the lakes: for who reads them without the database.

It holds the values that people entered from outside, without their sources and names, and the kinds of units by date.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import orjson

from bihuan.base.home import room
from bihuan.figure.clocks import Clocks
from bihuan.figure.lake.durable import replace_durably
from bihuan.figure.models import ExternalValue
from bihuan.figure.period import Period
from bihuan.org.models import UnitVersion

NAME = "beside.json"
_FORMAT = 1


class BadBeside(ValueError):
    """The file is not whole, or of another format: its county must write it anew."""


@dataclass(frozen=True)
class Beside:
    """A county's values from outside that are told of no unit, in the order of their entry; its units' kinds."""

    values: tuple[dict[str, str], ...]
    kinds: tuple[tuple[str, str, str | None], ...]

    def external(self, code: str, period: Period, clocks: Clocks) -> Fraction | None:
        """As `external.external_value`: the last entered by then for exactly this period, that was true by then."""
        known = [
            (row["effective_on"], datetime.fromisoformat(row["recorded_at"]), place)
            for place, row in enumerate(self.values)
            if (row["figure"], row["start"], row["end"]) == (code, str(period.start), str(period.end))
            and date.fromisoformat(row["effective_on"]) <= clocks.day
            and datetime.fromisoformat(row["recorded_at"]) <= clocks.known_at
        ]
        return Fraction(Decimal(self.values[max(known)[2]]["value"])) if known else None

    def units(self, kind: str, day: date) -> int:
        """How many units of a kind stood on a day."""
        on = str(day)
        return sum(own == kind and start <= on and (end is None or end > on) for own, start, end in self.kinds)


def write_beside() -> None:
    """Write the file anew, whole or not at all."""
    columns = ("figure__code", "start", "end", "value", "effective_on", "recorded_at")
    values = [
        {
            "figure": code,
            "start": str(start),
            "end": str(end),
            "value": str(value),
            "effective_on": str(on),
            "recorded_at": at.isoformat(),
        }
        for code, start, end, value, on, at in ExternalValue.objects.filter(unit=None)
        .order_by("pk")
        .values_list(*columns)
    ]
    versions = UnitVersion.objects.order_by("unit", "valid_from").values_list("kind", "valid_from", "valid_to")
    kinds = [[kind, str(start), end and str(end)] for kind, start, end in versions]
    content = {"values": values, "kinds": kinds}
    written = {"format": _FORMAT, "sha256": _digest(content), **content}
    replace_durably(room("lake") / NAME, orjson.dumps(written))


def parsed_beside(text: bytes) -> Beside:
    """The file as it is written. Raises BadBeside."""
    try:
        raw: dict[str, Any] = orjson.loads(text)
        content = {"values": raw["values"], "kinds": raw["kinds"]}
        if raw["format"] != _FORMAT or raw["sha256"] != _digest(content):
            raise BadBeside("not what was written")
        return Beside(tuple(content["values"]), tuple((kind, start, end) for kind, start, end in content["kinds"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadBeside(str(error)) from error


def _digest(content: dict[str, Any]) -> str:
    """The hash of what is written (SHA-256, FIPS 180-4)."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
