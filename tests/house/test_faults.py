"""The finders behind the budgets find what they are for, and nothing else."""

import ast
from pathlib import Path

import pytest

from tests.house import faults, tree


@pytest.mark.parametrize(
    "sizes, part, expected",
    [([], 0.5, 0), ([7], 0.9, 7), ([1, 2, 3], 0.5, 2), ([1, 2, 3, 100], 0.5, 2), (range(1, 11), 0.9, 9)],
)
def test_share(sizes: list[int], part: float, expected: int) -> None:
    assert faults.share([(size, "") for size in sizes], part) == expected


@pytest.mark.parametrize(
    "template, depth",
    [
        ("{% block a %}{% block b %}{% endblock %}{% endblock %}", 0),
        ("{% if a %}{% endif %}{% if b %}{% elif c %}{% else %}{% endif %}", 1),
        ("{% for a in b %}{% if a %}{% with c=a %}{% endwith %}{% endif %}{% empty %}{% endfor %}", 3),
    ],
)
def test_depth_of_a_template(template: str, depth: int) -> None:
    assert faults.deepest(template) == depth


@pytest.mark.parametrize(
    "fault",
    [
        "<script>go()</script>",
        "<SCRIPT defer>go()</SCRIPT>",
        "<style>p{}</style>",
        '<p style="color:red">',
        "<button\n onclick='go()'>",
        '<form hx-on:submit="go()">',
        '<form hx-on--after-swap="go()">',
        '<a href="javascript:go()">',
        "<p hx-vals='js:{a: 1}'>",
    ],
)
def test_script_and_style_in_a_page_are_found(fault: str) -> None:
    lines = [line for line, _ in faults.inline(f"<p>\n{fault}</p>")]
    assert lines
    assert min(lines) >= 2


def test_a_page_of_files_and_attributes_is_clean() -> None:
    page = (
        '<link rel="stylesheet" href="a.css"><script src="a.js" defer></script><p class="on" hx-get="/" data-style="x">'
    )
    assert faults.inline(page) == []


@pytest.mark.parametrize(
    "source, count",
    [
        ("try: f()\nexcept: pass", 1),
        ("try: f()\nexcept Exception: pass", 1),
        ("try: f()\nexcept (ValueError, BaseException) as e: pass", 1),
        ("with contextlib.suppress(Exception): f()", 1),
        ("try: f()\nexcept ValueError: pass", 0),
        ("with suppress(KeyError): f()", 0),
    ],
)
def test_broad_handlers(source: str, count: int) -> None:
    assert len(faults.broad_handlers(ast.parse(source))) == count


def test_silencing_a_check_is_no_reason() -> None:
    source = (
        "a = 1  # noqa: BLE001\nb = 2  # noqa: BLE001 - a plug-in may raise anything\n# it must not stop the others\n"
    )
    assert faults.reasons(source) == {2, 3}


def test_overridden_writes_are_found_on_models_only() -> None:
    source = "class A(models.Model):\n    def save(self): ...\nclass B(Store):\n    def save(self): ...\n"
    assert [method.lineno for method in faults.overridden_writes(ast.parse(source))] == [2]


@pytest.mark.parametrize(
    "name, docstring, empty",
    [
        ("close_matter", "Close the matter.", True),
        ("visible_records", "Returns visible records", False),
        ("due_date", "The last day on which it is still in term.", False),
        ("import_file", "导入一个文件。", False),
    ],
)
def test_docstrings_that_restate_the_name(name: str, docstring: str, empty: bool) -> None:
    assert faults.restates(name, docstring) is empty


def test_mutual_pairs() -> None:
    imports = {
        "b.ledger": {"b.ledger.types.text", "b.org.models"},
        "b.ledger.types": {"b.ledger.spec", "b.ledger.excel"},
        "b.ledger.excel": {"b.ledger.types.text"},
        "b.org": {"b.ledgers", "b.base"},
        "b.base": set(),
    }
    assert faults.mutual_pairs(imports) == [("b.ledger.excel", "b.ledger.types")]


def test_imports_are_read_with_their_absolute_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "bihuan"
    path = package / "ledger" / "append.py"
    path.parent.mkdir(parents=True)
    path.write_text("import a.b\nfrom . import models\nfrom ..base import clock\ndef f():\n    from c import d\n")
    monkeypatch.setattr(tree, "PACKAGE", package)
    expected = {"a.b", "bihuan.ledger.models", "bihuan.base.clock", "c.d"}
    assert tree.imported_modules(path) >= expected


def test_functions_are_measured_from_def_to_the_last_line(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("@cache\ndef one():\n    return 1\n\n\nclass A:\n    def two(self): ...\n")
    assert {function.node.name: function.lines for function in tree.functions(path)} == {"one": 2, "two": 1}
