"""What the house forbids, found in a piece of source or of a template. Each finder is tested on small examples."""

import ast
import io
import math
import re
import tokenize
from itertools import combinations

from tests.house.tree import FunctionNode

Sized = tuple[int, str]


def share(sizes: list[Sized], part: float) -> int:
    """The smallest size that at least this part of all does not exceed; 0 if there are none."""
    ordered = sorted(size for size, _ in sizes)
    return ordered[math.ceil(len(ordered) * part) - 1] if ordered else 0


# A template's logic; blocks and partials are its outline and do not count.
LOGIC = re.compile(r"{%-?\s*(end)?(if|for|with|ifchanged|filter)\b")


def deepest(template: str) -> int:
    depth = most = 0
    for end, _ in LOGIC.findall(template):
        depth += -1 if end else 1
        most = max(most, depth)
    return most


INLINE = {
    "a script in the page": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style in the page": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=", re.IGNORECASE),
    "script in an address": re.compile(r"javascript:", re.IGNORECASE),
    "script in an attribute": re.compile(r"=\s*[\"']js:", re.IGNORECASE),
}


def inline(template: str) -> list[tuple[int, str]]:
    """The line and the fault of each script or style that stands in a page."""
    return [
        (template.count("\n", 0, match.start()) + 1, fault)
        for fault, pattern in INLINE.items()
        for match in pattern.finditer(template)
    ]


BROAD = {"Exception", "BaseException"}


def names_in(node: ast.expr | None) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} if node else set()


def broad_handlers(module: ast.Module) -> list[ast.excepthandler | ast.Call]:
    """Each `except:`, `except Exception` and `suppress(Exception)`."""
    found: list[ast.excepthandler | ast.Call] = []
    for node in ast.walk(module):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or BROAD & names_in(node.type)):
            found.append(node)
        elif isinstance(node, ast.Call) and "suppress" in ast.unparse(node.func):
            found.extend([node] if any(BROAD & names_in(argument) for argument in node.args) else [])
    return found


def reasons(source: str) -> set[int]:
    """Lines that carry a comment which says more than which check it silences."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    said = {
        token.start[0]: re.sub(r"noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*", "", token.string).strip("#- —")
        for token in tokens
        if token.type == tokenize.COMMENT
    }
    return {line for line, comment in said.items() if len(comment.split()) > 1 or len(comment) > 15}


WRITES = {"save", "asave", "save_base", "delete", "adelete"}


def overridden_writes(module: ast.Module) -> list[ast.stmt]:
    return [
        method
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and any("Model" in ast.unparse(base) for base in node.bases)
        for method in node.body
        if isinstance(method, FunctionNode) and method.name in WRITES
    ]


EMPTY_WORDS = {
    "a",
    "an",
    "and",
    "for",
    "from",
    "in",
    "is",
    "it",
    "its",
    "of",
    "on",
    "or",
    "the",
    "this",
    "to",
    "with",
}


def words(text: str) -> set[str]:
    """The words that carry meaning, without their endings."""
    return {
        re.sub(r"(ies|es|s|ed|ing)$", "", word)
        for word in re.findall(r"[a-z]+|[一-鿿]", text.lower())
        if word not in EMPTY_WORDS
    }


def restates(name: str, docstring: str) -> bool:
    """Whether a docstring says nothing that the name does not say."""
    return words(docstring) <= words(name.replace("_", " "))


def mutual_pairs(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Packages that import each other. A package within another is part of it."""

    def reaches(one: str, other: str) -> bool:
        return any(name == other or name.startswith(f"{other}.") for name in imports[one])

    return [
        (one, other)
        for one, other in combinations(sorted(imports), 2)
        if not other.startswith(f"{one}.") and reaches(one, other) and reaches(other, one)
    ]
