"""What is asked of a figure on the command line: its unit, its period, its clocks."""

from argparse import Namespace

from bihuan.base.errors import Invalid, NotFound, did_you_mean
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.period import Period, parse_period
from bihuan.org.models import Unit


def asked_clocks(arguments: Namespace) -> Clocks:
    """The two clocks, now where they are not given."""
    return clocks(arguments.as_of, arguments.known_at)


def asked_period(arguments: Namespace, at: Clocks) -> Period:
    """The period, this year's where none is given."""
    return parse_period(arguments.period or f"{at.day:%Y}", at.day)


def asked_unit(arguments: Namespace) -> int | None:
    """The unit by its code; None for all. Raises NotFound."""
    if not arguments.unit:
        return None
    found = Unit.objects.filter(code=arguments.unit).values_list("pk", flat=True).first()
    if found is None:
        hint = did_you_mean(arguments.unit, list(Unit.objects.values_list("code", flat=True)))
        raise NotFound(f"没有单位“{arguments.unit}”", hint=hint)
    return found


def asked_part(arguments: Namespace) -> tuple[str, str | None]:
    """The field and its value that alone are asked about; a unit or a month, named as a part, is asked for as itself.

    Raises Invalid where only one of the two is named, or a unit or period is named twice.
    """
    by, part = arguments.by, arguments.part
    if bool(by) != (part is not None):
        raise Invalid("--by 和 --part 要一起写：按哪个字段、其中哪一部分，如 --by level --part 市本级")
    own = {"unit": "unit", "month": "period"}.get(by)
    if own is None:
        return by, part
    if getattr(arguments, own) and own == "unit":
        raise Invalid("--by unit --part 已经写明单位，不能再写 --unit")
    setattr(arguments, own, part)
    return "", None
