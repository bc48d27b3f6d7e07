"""The one expression language: check once, then evaluate, render for an engine, or explain in Chinese."""

from bihuan.expression.canonical import normalise
from bihuan.expression.check import compile_check
from bihuan.expression.evaluate import evaluate
from bihuan.expression.explain import explain
from bihuan.expression.names import Choice, Column, JsonKey, Kind, Name
from bihuan.expression.postgresql import read_postgresql, to_postgresql
from bihuan.expression.problems import ExpressionError, Problem
from bihuan.expression.sql import Sql
from bihuan.expression.sqlite import SQLITE_FUNCTIONS, read_sqlite, to_sqlite
from bihuan.expression.tree import Checked

__all__ = [
    "SQLITE_FUNCTIONS",
    "Checked",
    "Choice",
    "Column",
    "ExpressionError",
    "JsonKey",
    "Kind",
    "Name",
    "Problem",
    "Sql",
    "compile_check",
    "evaluate",
    "explain",
    "normalise",
    "read_postgresql",
    "read_sqlite",
    "to_postgresql",
    "to_sqlite",
]
