"""Number check 数字体检: every figure in an official text, what it counts, and whether the text agrees with itself.

Pure: it knows no database and no figure engine. What the numbers should be comes in as `Candidate`s.
"""

from bihuan.report.number_check.arithmetic import check_arithmetic
from bihuan.report.number_check.blocks import Block, read_docx, read_lines, read_text
from bihuan.report.number_check.matching import Candidate, Verdict, judge
from bihuan.report.number_check.model import Fault, Finding, Number, Period, Place
from bihuan.report.number_check.numbers import find_numbers
from bihuan.report.number_check.staleness import check_dates

__all__ = [
    "Block",
    "Candidate",
    "Fault",
    "Finding",
    "Number",
    "Period",
    "Place",
    "Verdict",
    "check_arithmetic",
    "check_dates",
    "find_numbers",
    "judge",
    "read_docx",
    "read_lines",
    "read_text",
]
