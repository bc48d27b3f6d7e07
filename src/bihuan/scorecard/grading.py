"""Grades: by score, by the thresholds of the day, held down by open matters and by vetoes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bihuan.scorecard.scoring import plain
from bihuan.scorecard.spec import GradesSpec, LevelSpec, ScorecardSpec


@dataclass(frozen=True)
class Grade:
    """A grade given. `by_score` is what the score alone would give; `held_by` says what holds it down."""

    code: str
    title: str
    by_score: str
    held_by: tuple[str, ...] = ()


def grade_of(
    card: ScorecardSpec, total: Decimal | None, values: Mapping[str, Decimal | None], on: date
) -> Grade | None:
    """The grade of a score on a day: by its thresholds, then at most what each cap and veto in force allows."""
    grades = card.grades_on(on)
    if grades is None or total is None:
        return None
    codes = [level.code for level in grades.levels]
    by_score = level_of(grades, total)
    worst, held = codes.index(by_score.code), list[str]()
    for title, figure, code in _holds(card, grades):
        count = values.get(figure)
        if count is not None and count > 0:
            place = codes.index(code)
            if place >= worst:
                worst = place
                held.append(f"{title}（{plain(count)} 件）")
    level = grades.levels[worst]
    return Grade(level.code, level.title or level.code, by_score.code, tuple(held))


def level_of(grades: GradesSpec, total: Decimal) -> LevelSpec:
    """The best level whose start the score reaches; the last one catches all."""
    return next((level for level in grades.levels if total >= level.from_), grades.levels[-1])


def _holds(card: ScorecardSpec, grades: GradesSpec) -> list[tuple[str, str, str]]:
    """Title, figure and greatest grade of every cap and veto; a zeroing veto holds at the last grade."""
    last = grades.levels[-1].code
    known = {level.code for level in grades.levels}
    holds = [(cap.title, cap.figure, cap.grade) for cap in card.caps]
    holds += [(veto.title, veto.figure, veto.grade if veto.effect == "grade" else last) for veto in card.vetoes]
    return [(title, figure, code if code in known else last) for title, figure, code in holds]
