"""Records out as they are seen: the same columns, filter and order, as a workbook, as text, or as a Word table."""

from collections.abc import Callable, Iterable
from pathlib import Path

from bihuan.ledger.exporting.columns import number_head
from bihuan.ledger.exporting.csv import write_csv
from bihuan.ledger.exporting.docx import write_docx
from bihuan.ledger.exporting.sheet import Extra, Sheet, Standing, Written
from bihuan.ledger.exporting.xlsx import write_xlsx
from bihuan.ledger.models import Record

WRITERS: dict[str, tuple[str, Callable[[Sheet, Iterable[Record], Path], Written]]] = {
    "xlsx": (".xlsx", write_xlsx),
    "csv": (".csv", write_csv),
    "docx": (".docx", write_docx),
}
"""By the word that asks for it: the suffix of the file, and what writes it."""

__all__ = ["WRITERS", "Extra", "Sheet", "Standing", "Written", "number_head", "write_csv", "write_docx", "write_xlsx"]
