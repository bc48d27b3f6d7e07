"""The code base as the house tests see it: its files, its functions, its imports."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.outside import REPOSITORY

PACKAGE = REPOSITORY / "src" / "bihuan"
TESTS = REPOSITORY / "tests"
# Made or written by others, and so not held to the house's budgets.
FOREIGN = {"migrations", "vendor", "node_modules", "__pycache__", ".venv", ".git", "var"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """One function or method, where it stands and how long it is from `def` to its last line."""

    path: Path
    node: FunctionNode

    @property
    def lines(self) -> int:
        return (self.node.end_lineno or self.node.lineno) - self.node.lineno + 1

    @property
    def is_view(self) -> bool:
        arguments = [*self.node.args.posonlyargs, *self.node.args.args]
        return self.path.is_relative_to(PACKAGE / "web") and bool(arguments) and arguments[0].arg == "request"

    def __str__(self) -> str:
        return f"{place(self.path, self.node)} {self.node.name}"


def place(path: Path, node: ast.AST | None = None) -> str:
    """A path within the repository, with the line if a node is given."""
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr | ast.excepthandler) else ""
    return f"{path.relative_to(REPOSITORY)}{line}"


@cache
def repository_files() -> tuple[Path, ...]:
    """What is or will be committed: git's list, or where there is no git, all that is neither made nor foreign."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = list(REPOSITORY.rglob("*"))
    return tuple(sorted({path for path in paths if path.is_file() and not _foreign(path)}))


def _foreign(path: Path) -> bool:
    parts = path.relative_to(REPOSITORY).parts
    return bool(FOREIGN.intersection(parts)) or any(part.endswith(("_cache", ".egg-info")) for part in parts)


def own_files(folder: Path, pattern: str) -> list[Path]:
    """Files of ours below a folder whose names match the pattern."""
    return sorted(path for path in folder.rglob(pattern) if path.is_file() and not _foreign(path))


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, nested ones too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, FunctionNode):
            yield Function(path, node)


def public_functions(path: Path) -> Iterator[Function]:
    """The functions that other modules are meant to call."""
    for node in parsed(path).body:
        if isinstance(node, FunctionNode) and not node.name.startswith("_"):
            yield Function(path, node)


def module_name(path: Path) -> str:
    """`bihuan.ledger.append` for src/bihuan/ledger/append.py; a package's own name for its __init__.py."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path) -> set[str]:
    """What a file imports, by absolute name, late imports included. `from a import b` gives both a and a.b."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return found
