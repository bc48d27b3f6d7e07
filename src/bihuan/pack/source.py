"""YAML with line numbers: plain data beside a map from each place in it to the line where it stands."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bihuan.base.errors import Issue, Level

Place = tuple[str | int, ...]

_TOO_DEEP = 32


@dataclass(frozen=True)
class Source:
    """A parsed file: its data, and the line of every key and item in it."""

    file: str
    data: Any
    lines: dict[Place, int] = field(repr=False)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, self.lines.get((), 1))

    def within(self, key: str) -> "Source":
        """The part of the file under one of its keys, as a file of its own with the lines it stands on."""
        lines = {place[1:]: line for place, line in self.lines.items() if place[:1] == (key,)}
        return Source(self.file, self.data[key], lines)

    def issue(self, message: str, *place: str | int, hint: str = "", level: Level = Level.ERROR) -> Issue:
        return Issue(message, self.file, self.line(place), level, hint)


def read_yaml(path: Path, shown_as: str) -> tuple[Source | None, list[Issue]]:
    """Read a file safely: no tags, no aliases, no duplicate keys."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, [Issue(f"读不出来：{error}", shown_as, 1)]
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return None, [Issue(f"不是合法的 YAML：{_reason(error)}", shown_as, mark.line + 1 if mark else 1)]
    except RecursionError:
        return None, [Issue("嵌套过深", shown_as, 1)]
    reader = _Reader(shown_as)
    data = reader.build(node, ()) if node is not None else {}
    return Source(shown_as, data, reader.lines), reader.issues


def _reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).replace("\n", " ")


class _Reader:
    """Walks the node tree once, keeping lines and faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.issues: list[Issue] = []
        self._seen: set[int] = set()
        self._constructor = yaml.SafeLoader("")

    def build(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if len(place) > _TOO_DEEP:
            return self._fault("嵌套过深", line)
        if node.tag != self._own_tag(node):
            return self._fault(f"不能使用标签 {node.tag}", line)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, line)
        if id(node) in self._seen:
            return self._fault("不能使用 YAML 别名（&、*）", line)
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, index)) for index, item in enumerate(node.value)]
        return self._mapping(node, place)

    def _own_tag(self, node: yaml.Node) -> str:
        """The tag that a node has by its looks, where nobody wrote one."""
        is_plain = not getattr(node, "style", None)
        tag: str = self._constructor.resolve(type(node), node.value, (is_plain, not is_plain))  # type: ignore[no-untyped-call] # PyYAML has no types here
        return tag

    def _mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in result:
                self._fault(f"“{key}”写了两次", line)
            self.lines[(*place, key)] = line
            result[key] = self.build(value_node, (*place, key))
        return result

    def _scalar(self, node: yaml.ScalarNode, line: int) -> Any:
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            return self._fault(f"写法不对：{node.value}（{error}）", line)

    def _fault(self, message: str, line: int) -> None:
        self.issues.append(Issue(message, self.file, line))
