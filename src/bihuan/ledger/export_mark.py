"""What a workbook carries so that it can come back: of which ledger it is, from which moment, and with which records.

It stands on a sheet of its own that no menu of a spreadsheet program shows, as plain text: programs that save the
workbook again keep it. Records are told by their ids, in runs: 3-7 9.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bihuan.ledger.excel import Workbook
from bihuan.ledger.models import Chain, Event, Ledger

SHEET = "_bihuan"
_KIND = "bihuan export 1"
_LONGEST_CELL = 30_000
_LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Mark:
    """An export: the ledger's code, the last event that it may know of (place in the chain and hash), its fields.

    `records` is empty while the records are still being written.
    """

    ledger: str
    position: int
    head: str
    fields: tuple[str, ...]
    records: frozenset[int] = field(default=frozenset())

    def cells(self, records: Iterable[int]) -> list[str]:
        """The text of the sheet's rows, one cell each."""
        head = [_KIND, self.ledger, str(self.position), self.head, " ".join(self.fields)]
        return [*head, *_pieces(_runs(records))]


def mark_of(ledger: Ledger, fields: Sequence[str]) -> Mark:
    """The mark of an export that begins now. It is taken before the records are read."""
    position, head = Chain.objects.values_list("position", "head").get(ledger=ledger)
    return Mark(ledger.code, position, head, tuple(fields))


def read_mark(workbook: Workbook) -> Mark | None:
    """The mark that a workbook carries; None without one, or for one that is damaged."""
    if SHEET not in {sheet.name for sheet in workbook.sheets}:
        return None
    lines = [str(cells[0]).strip() for _, cells in workbook.grid(SHEET).read() if cells and cells[0] is not None]
    if len(lines) < 5 or lines[0] != _KIND:
        return None
    digits = lines[2].partition(".")[0]
    if not digits.isdecimal() or len(digits) > _LONGEST_NUMBER:
        return None
    try:
        records = _ids(lines[5:])
    except ValueError:
        return None
    return Mark(lines[1], int(digits), lines[3], tuple(lines[4].split()), records)


def fits(mark: Mark, ledger: Ledger) -> bool:
    """Whether a workbook is an export of this very ledger: the same code, and the same history up to that moment."""
    if mark.ledger != ledger.code:
        return False
    at = Event.objects.filter(ledger=ledger, position=mark.position, hash=mark.head)
    return at.exists() if mark.position else not mark.records


def _runs(records: Iterable[int]) -> Iterator[str]:
    first = last = 0
    for pk in sorted(set(records)):
        if last and pk == last + 1:
            last = pk
            continue
        if last:
            yield _run(first, last)
        first = last = pk
    if last:
        yield _run(first, last)


def _run(first: int, last: int) -> str:
    return f"{first}-{last}" if last > first else str(first)


def _pieces(runs: Iterable[str]) -> Iterator[str]:
    """Runs put together into texts that a cell can hold. A mark before them keeps a lone number from being one."""
    piece = "#"
    for run in runs:
        if len(piece) + len(run) >= _LONGEST_CELL:
            yield piece
            piece = "#"
        piece += f" {run}"
    if piece != "#":
        yield piece


_MOST_RECORDS = 2_000_000


def _ids(lines: Iterable[str]) -> frozenset[int]:
    """The ids of texts of runs. Raises ValueError for anything else, and for more than a file that is read can hold."""
    found: set[int] = set()
    for run in (run for line in lines for run in line.removeprefix("#").split()):
        first, _, last = run.partition("-")
        start, end = int(first), int(last or first)
        if not 0 < start <= end or end - start + len(found) >= _MOST_RECORDS:
            raise ValueError(run)
        found.update(range(start, end + 1))
    return frozenset(found)
