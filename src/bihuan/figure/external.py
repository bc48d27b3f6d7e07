"""Values from outside: which one was known, of those that people entered for a cell."""

from fractions import Fraction

from bihuan.figure.clocks import Clocks
from bihuan.figure.models import ExternalValue
from bihuan.figure.period import Period


def external_row(code: str, unit: int | None, period: Period, clocks: Clocks) -> ExternalValue | None:
    """The last value entered by then for exactly this unit and period, that was true by then."""
    rows = ExternalValue.objects.filter(
        figure__code=code,
        unit=unit,
        start=period.start,
        end=period.end,
        effective_on__lte=clocks.day,
        recorded_at__lte=clocks.known_at,
    )
    return rows.order_by("-effective_on", "-recorded_at", "-pk").first()


def external_value(code: str, unit: int | None, period: Period, clocks: Clocks) -> Fraction | None:
    """Its number; None where nobody has entered one."""
    row = external_row(code, unit, period, clocks)
    return Fraction(row.value) if row else None
