"""Holiday files: one CSV a year, made by people, read with an exact reason for every fault.

    # 国务院办公厅关于2026年部分节假日安排的通知，国办发明电〔2025〕7号
    date,kind,name
    2026-01-01,holiday,元旦
    2026-01-04,made_up,元旦

The first line names the notice; further comment lines name its revisions. A file may hold days of the
December before (a New Year holiday often begins there). Spreadsheet programs rewrite dates as 2026/1/1: that
is accepted.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from bihuan.standards.chinese_dates import parse_date
from bihuan.standards.problem import Refused
from bihuan.standards.workdays import Calendar, Kind, Mark

_KINDS: Mapping[str, Kind] = {
    "holiday": "holiday",
    "放假": "holiday",
    "made_up": "made_up",
    "上班": "made_up",
}


class HolidayFileError(Refused):
    """A fault in a holiday file, with the year of the file and the line, counted from 1."""

    def __init__(self, year: int, line: int, found: str) -> None:
        super().__init__("holiday-file", f"{year} 年节假日文件第 {line} 行：{found}")
        self.year = year
        self.line = line


def _mark(year: int, line: int, text: str) -> Mark:
    cells = [cell.strip() for cell in text.rstrip(",").split(",")]
    if len(cells) != 3 or not cells[2]:
        raise HolidayFileError(year, line, f"应为“日期,类别,名称”三项，现为“{text}”")
    try:
        day = parse_date(cells[0], whole_month="refuse")
    except Refused as refusal:
        raise HolidayFileError(year, line, str(refusal)) from refusal
    if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        raise HolidayFileError(year, line, f"{day} 不在 {year} 年（含上年 12 月）之内")
    kind = _KINDS.get(cells[1])
    if kind is None:
        raise HolidayFileError(year, line, f"类别“{cells[1]}”不认识，只能是 holiday（放假）或 made_up（上班）")
    if kind == "made_up" and day.weekday() < 5:
        raise HolidayFileError(year, line, f"{day} 不是周六或周日，不需要调休上班")
    return Mark(day, kind, cells[2])


def read_year(year: int, text: str) -> tuple[tuple[str, ...], tuple[Mark, ...]]:
    """The notices and the marked days of one file. HolidayFileError at the first fault."""
    notices: list[str] = []
    marks: dict[date, Mark] = {}
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            notices.append(line.lstrip("# ").rstrip(",").strip())
        elif number == 1:
            raise HolidayFileError(year, 1, "首行应以 # 开头，写明通知的名称和文号")
        elif line.rstrip(",") and not line.lower().startswith("date,"):
            mark = _mark(year, number, line)
            if mark.date in marks:
                raise HolidayFileError(year, number, f"{mark.date} 重复出现")
            marks[mark.date] = mark
    if not marks:
        raise HolidayFileError(year, 1, "文件里没有任何一天，空文件不算已公布")
    return tuple(notices), tuple(marks.values())


def build_calendar(texts: Mapping[int, str]) -> Calendar:
    """A calendar from the text of each year's file, `{2026: "# …"}`. The years must follow on each other."""
    years = tuple(sorted(texts))
    notices: list[tuple[int, str]] = []
    marks: dict[date, Mark] = {}
    for year in years:
        titles, days = read_year(year, texts[year])
        notices += [(year, title) for title in titles]
        marks |= {mark.date: mark for mark in days}
    covered = sorted((mark for mark in marks.values() if mark.date.year in years), key=lambda mark: mark.date)
    return Calendar(years, tuple(covered), tuple(notices))


@cache
def packaged_texts() -> Mapping[int, str]:
    """The text of the files shipped with this package, by year. To add a year: `{**packaged_texts(), 2027:
    text}`."""
    found = (item for item in files("bihuan.standards").joinpath("holidays").iterdir())
    return {
        int(item.name.removesuffix(".csv")): item.read_text(encoding="utf-8")
        for item in found
        if item.name.endswith(".csv")
    }


@cache
def packaged_calendar() -> Calendar:
    """The calendar of the files shipped with this package, read once."""
    return build_calendar(packaged_texts())
