"""What a template may say: an allow-list over Jinja's syntax tree, so that it can reach nothing and always ends.

Jinja's own sandbox guards attributes; a template here has none at all. It may print, choose and loop over what the
functions give it, two loops deep. Macros, imports, inheritance, filters of Jinja's own and arithmetic on texts are no
part of the language.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from jinja2 import StrictUndefined, Template, nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bihuan.base.errors import Invalid, did_you_mean

MOST_TEXT = 2_000_000
"""The longest text, in characters, that a template may come to."""

MOST_SOURCE = 200_000
"""The longest template, in characters."""

_DEEPEST_LOOP = 2
_LONGEST_LIST = 1_000
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.If,
    nodes.For,
    nodes.Assign,
    nodes.Call,
    nodes.Keyword,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Neg,
)
_LEAVES = (nodes.TemplateData, nodes.Name, nodes.Const)
_WORDS = {
    nodes.Getattr: "用点取属性",
    nodes.Getitem: "用方括号取值",
    nodes.Filter: "过滤器（|）",
    nodes.Test: "is 判断",
    nodes.Macro: "宏",
    nodes.Import: "引入",
    nodes.FromImport: "引入",
    nodes.Include: "包含",
    nodes.Extends: "继承",
    nodes.CallBlock: "call 块",
}

_JINJAS_OWN = frozenset({"self", "loop", "super", "caller", "varargs", "kwargs"})

Functions = Mapping[str, Callable[..., Any]]


class Fault(Invalid):
    """A template that may not be used; the message names the line."""


class _Template(Template):
    """A template whose text may not grow without end."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        pieces: list[str] = []
        size, most = 0, cast("Environment", self.environment).most_text
        for piece in self.generate(*args, **kwargs):
            size += len(piece)
            if size > most:
                raise Fault(f"模板产生的文字超过 {most:,} 个字，没有生成")
            pieces.append(piece)
        return "".join(pieces)


class Environment(ImmutableSandboxedEnvironment):
    """Checks every template against the allow-list as soon as it is parsed. Only the given functions can be called."""

    template_class = _Template

    def __init__(self, functions: Functions, *, most_source: int = MOST_SOURCE, most_text: int = MOST_TEXT) -> None:
        self.most_source, self.most_text = most_source, most_text
        super().__init__(autoescape=False, keep_trailing_newline=True, undefined=StrictUndefined)
        self.globals.clear()
        self.globals.update(functions)
        self.filters.clear()
        self.tests.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > self.most_source:
            raise Fault(f"模板有 {len(source):,} 个字，最多 {self.most_source:,} 个字")
        tree = super()._parse(source, name, filename)
        _check(tree, set(self.globals), 0)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        return False


def check(text: str, functions: Functions) -> None:
    """Raise Fault, naming the line, for a template that is not in the language."""
    with faults_in_words():
        Environment(functions).parse(text)


def render(text: str, functions: Functions, values: Mapping[str, Any]) -> str:
    """The text that a template comes to. Raises Fault for one that is not in the language or grows too long."""
    with faults_in_words():
        return Environment(functions).from_string(text).render(dict(values))


@contextmanager
def faults_in_words() -> Iterator[None]:
    """Turn what Jinja says of a template into a Fault."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise Fault(f"模板第 {error.lineno} 行写法不对：{error.message}") from error
    except UndefinedError as error:
        raise Fault(f"模板里有不认识的名称：{error.message}") from error
    except SecurityError as error:
        raise Fault("模板要做的事不在允许的范围内") from error


def _check(node: nodes.Node, functions: set[str], depth: int) -> None:
    if not isinstance(node, _ALLOWED):
        word = _WORDS.get(type(node), type(node).__name__)
        raise Fault(f"模板第 {node.lineno} 行不能使用{word}")
    if isinstance(node, nodes.For):
        depth += 1
        if depth > _DEEPEST_LOOP:
            raise Fault(f"模板第 {node.lineno} 行的循环超过 {_DEEPEST_LOOP} 层")
        if node.recursive:
            raise Fault(f"模板第 {node.lineno} 行不能使用递归循环")
        if not isinstance(node.iter, nodes.Call | nodes.List | nodes.Tuple):
            raise Fault(f"模板第 {node.lineno} 行只能对函数的结果或列表循环")
    if isinstance(node, nodes.List | nodes.Tuple) and len(node.items) > _LONGEST_LIST:
        raise Fault(f"模板第 {node.lineno} 行的列表超过 {_LONGEST_LIST:,} 项")
    if isinstance(node, nodes.Call):
        _check_call(node, functions)
    if isinstance(node, nodes.Name) and (node.name in _JINJAS_OWN or node.name.startswith("_")):
        raise Fault(f"模板第 {node.lineno} 行不能使用名称“{node.name}”")
    if not isinstance(node, _LEAVES):
        for child in node.iter_child_nodes():
            _check(child, functions, depth)


def _check_call(node: nodes.Call, functions: set[str]) -> None:
    called = node.node
    if not isinstance(called, nodes.Name) or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise Fault(f"模板第 {node.lineno} 行只能直接调用函数")
    if called.name not in functions:
        hint = did_you_mean(called.name, sorted(functions))
        raise Fault(f"模板第 {node.lineno} 行没有函数“{called.name}”{hint}")
