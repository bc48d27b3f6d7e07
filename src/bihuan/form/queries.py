"""Who asks what of whom: how many forms and blanks, how often the same is asked, how much filled itself."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.form.actions import read_form
from bihuan.form.models import Filling, Form

MINUTES_A_CELL = 2
"""What filling a cell by hand is reckoned with: looking the number up, copying it, checking it. It is an assumption."""
_PER_YEAR = {"month": 12, "quarter": 4, "half": 2, "year": 1, "once": 1}
_MARKS = re.compile(r"[\s\W_]+")


@dataclass(frozen=True)
class Burden:
    """What one superior asks of one unit. `repeats` are the names that its and others' forms ask more than once."""

    asked_by: str
    owner: int
    forms: int
    blanks: int
    mapped: int
    a_year: int
    repeats: tuple[tuple[str, int], ...]
    filled: int
    by_itself: int
    by_hand: int
    """Cells a year that no source fills."""

    @property
    def hours(self) -> float:
        """Hours a year at `MINUTES_A_CELL`, if all were filled by hand."""
        return self.a_year * MINUTES_A_CELL / 60

    @property
    def hours_left(self) -> float:
        """Hours a year that remain by hand."""
        return self.by_hand * MINUTES_A_CELL / 60


def asked_name(text: str) -> str:
    """What a form calls a thing, without marks and blanks: so are the same things found to be the same."""
    return _MARKS.sub("", text)


def burdens(forms: Iterable[Form]) -> list[Burden]:
    """The burden of each superior on each unit, the heaviest first."""
    known = list(forms)
    labels = {form.pk: [asked_name(str(item["label"])) for item in form.blanks if item["label"]] for form in known}
    asked: Counter[tuple[int, str]] = Counter()
    for form in known:
        asked.update({(form.owner_id, label) for label in labels[form.pk] if label})
    groups: dict[tuple[str, int], list[Form]] = {}
    for form in known:
        groups.setdefault((form.asked_by, form.owner_id), []).append(form)
    found = [_burden(by, owner, some, labels, asked) for (by, owner), some in groups.items()]
    return sorted(found, key=lambda burden: -burden.a_year)


def _burden(
    by: str, owner: int, forms: list[Form], labels: dict[int, list[str]], asked: Counter[tuple[int, str]]
) -> Burden:
    counts = {form.pk: _blank_count(form) for form in forms}
    mine = {label for form in forms for label in labels[form.pk] if label}
    repeats = sorted(
        ((label, asked[owner, label]) for label in mine if asked[owner, label] > 1), key=lambda one: -one[1]
    )
    cells = [cell for filling in Filling.objects.filter(form__in=forms) for cell in filling.cells]
    return Burden(
        asked_by=by,
        owner=owner,
        forms=len(forms),
        blanks=sum(counts.values()),
        mapped=sum(min(_mapped(form), counts[form.pk]) for form in forms),
        a_year=sum(counts[form.pk] * _PER_YEAR[form.every] for form in forms),
        repeats=tuple(repeats),
        filled=len(cells),
        by_itself=sum(1 for cell in cells if cell["value"] is not None),
        by_hand=sum(max(0, counts[form.pk] - _mapped(form)) * _PER_YEAR[form.every] for form in forms),
    )


def _mapped(form: Form) -> int:
    """How many blanks have a source; a table fills as many as it has room for."""
    rooms = (item["source"] for item in form.blanks)
    return sum(
        source["rows"] * sum(1 for code in source["columns"] if code) if source["kind"] == "table" else 1
        for source in rooms
    )


def _blank_count(form: Form) -> int:
    """Every blank cell within a form, those that only set it out among them."""
    return sum(1 for grid in read_form(form) for row in grid.rows for place in row if place.is_blank)
