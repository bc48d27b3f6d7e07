"""Reads the spreadsheets that offices really send: which sheet, which head, which rows.

Values are handed over as they stand in the file; what a cell means is the business of the field types.
"""

from bihuan.ledger.excel.error_sheet import BadCell, write_error_sheet
from bihuan.ledger.excel.likeness import Field, match_columns
from bihuan.ledger.excel.model import (
    LIMITS,
    Cell,
    CellError,
    Column,
    Limits,
    NoHead,
    SkippedRow,
    TotalCheck,
    UnreadableFile,
    column_letter,
)
from bihuan.ledger.excel.table import Table, read_table
from bihuan.ledger.excel.workbook import SheetInfo, Workbook, open_workbook

__all__ = [
    "LIMITS",
    "BadCell",
    "Cell",
    "CellError",
    "Column",
    "Field",
    "Limits",
    "NoHead",
    "SheetInfo",
    "SkippedRow",
    "Table",
    "TotalCheck",
    "UnreadableFile",
    "Workbook",
    "column_letter",
    "match_columns",
    "open_workbook",
    "read_table",
    "write_error_sheet",
]
