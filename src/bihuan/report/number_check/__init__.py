"""Number check 数字体检: every figure in an official text, what it counts, and whether the text agrees with itself.

Pure: it knows no database and no figure engine. What numbers can be about comes in as `Subject`s, their values as a
function.
"""

from bihuan.report.number_check.arithmetic import check_arithmetic
from bihuan.report.number_check.blocks import Block, read_docx, read_lines, read_text
from bihuan.report.number_check.judging import Cell, Told, Values, Verdict, cells_of, earlier_cells, judge
from bihuan.report.number_check.matching import Match, Matcher
from bihuan.report.number_check.model import Fault, Finding, Number, Period, Place, Words
from bihuan.report.number_check.naming import Subject
from bihuan.report.number_check.numbers import find_numbers
from bihuan.report.number_check.staleness import check_dates
from bihuan.report.number_check.table_sums import check_table_sums

__all__ = [
    "Block",
    "Cell",
    "Fault",
    "Finding",
    "Match",
    "Matcher",
    "Number",
    "Period",
    "Place",
    "Subject",
    "Told",
    "Values",
    "Verdict",
    "Words",
    "cells_of",
    "check_arithmetic",
    "check_dates",
    "check_table_sums",
    "earlier_cells",
    "find_numbers",
    "judge",
    "read_docx",
    "read_lines",
    "read_text",
]
