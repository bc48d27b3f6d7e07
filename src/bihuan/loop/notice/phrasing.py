"""The narrow language in which notices are phrased: names, conditions, one loop, a few filters. Nothing is called.

It is Jinja's notation, held to a list of allowed parts when a template is read, and run in Jinja's sandbox besides. A
template sees what it is handed and no attribute of any object. As loops do not nest and lists are short, its time and
size are bounded by its own length.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bihuan.base.errors import Invalid

FILTERS = ("default", "join", "length", "lower", "replace", "upper", "e", "escape", "first", "last")
LONGEST_RESULT = 20_000
LONGEST_VALUE = 5_000
LONGEST_LIST = 500

_JINJAS_OWN = {"self", "loop", "super", "caller", "varargs", "kwargs"}
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.CondExpr,
    nodes.Keyword,
)


class NarrowEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which refuses every part of a template that is not on the list."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, cache_size=0, keep_trailing_newline=True)
        self.globals = {}
        self.filters = {name: self.filters[name] for name in FILTERS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _require_narrow(tree)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An item of a mapping that was handed over. Nothing else has anything to be got."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.getattr(obj, str(argument))


def _require_narrow(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise TemplateSyntaxError(f"模板里不能用“{type(node).__name__}”这种写法", node.lineno)
        if isinstance(node, nodes.Name) and node.name in _JINJAS_OWN:
            raise TemplateSyntaxError(f"模板里没有“{node.name}”这个值", node.lineno)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise TemplateSyntaxError(f"模板里不能用过滤器“{node.name}”，可用：{'、'.join(FILTERS)}", node.lineno)
        if isinstance(node, nodes.For) and (node.recursive or node.find(nodes.For)):
            raise TemplateSyntaxError("模板里的循环不能再套循环", node.lineno)


@lru_cache(maxsize=512)
def compiled(text: str) -> Template:
    """A text as a template. Raises Invalid, with the line, where it is not one or holds what is not allowed."""
    try:
        return NarrowEnvironment().from_string(text)
    except TemplateError as error:
        raise Invalid(_told(text, error)) from error


def phrased(text: str, values: Mapping[str, Any]) -> str:
    """The text with its values. Raises Invalid where it asks for what was not handed over, or grows too long."""
    try:
        result = compiled(text).render(handed(values))
    except (TemplateError, TypeError) as error:
        raise Invalid(_told(text, error)) from error
    if len(result) > LONGEST_RESULT:
        raise Invalid(f"文书一段有 {len(result)} 个字，最多 {LONGEST_RESULT} 个字")
    return result


def handed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a template may be handed them: texts, numbers, and mappings and lists of these, within bounds."""
    return {str(name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value[:LONGEST_LIST]]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:LONGEST_VALUE]


def names_asked(text: str) -> set[str]:
    """Every name that a text asks for; those of a mapping with their dot, such as `fields.amount`."""
    tree = NarrowEnvironment().parse(text)
    dotted = {
        f"{node.node.name}.{node.attr}" for node in tree.find_all(nodes.Getattr) if isinstance(node.node, nodes.Name)
    }
    local = {node.target.name for node in tree.find_all(nodes.For) if isinstance(node.target, nodes.Name)}
    inside = {name.partition(".")[0] for name in dotted}
    plain = {node.name for node in tree.find_all(nodes.Name)} - local - inside
    return plain | {name for name in dotted if name.partition(".")[0] not in local}


def _told(text: str, error: Exception) -> str:
    line = getattr(error, "lineno", None)
    place = f"第 {line} 行" if line and text.count("\n") else ""
    shown = text.strip().splitlines()[0][:40] if text.strip() else ""
    return f"文书模板“{shown}”{place}有问题：{error}"
