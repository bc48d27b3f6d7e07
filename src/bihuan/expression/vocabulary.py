"""Finds the field that a word means: by code, by Chinese title, or by code in another letter case."""

from collections.abc import Mapping

from bihuan.expression.functions import FUNCTIONS
from bihuan.expression.names import Name
from bihuan.expression.problems import Problems, Span, did_you_mean, listing


class Vocabulary:
    def __init__(self, names: Mapping[str, Name], problems: Problems) -> None:
        self._names = dict(names)
        self._problems = problems
        self._by_title: dict[str, list[str]] = {}
        for code, name in self._names.items():
            if name.code != code:
                raise ValueError(f"the name {name.code!r} stands under {code!r}")
            self._by_title.setdefault(name.title, []).append(code)
        self._by_lower = {code.lower(): code for code in self._names}
        self.used: set[Name] = set()

    def knows(self, word: str) -> bool:
        return word in self._names or word in self._by_title or word.lower() in self._by_lower

    def find(self, word: str, span: Span) -> Name | None:
        """The field, or None with a problem reported."""
        titled = self._by_title.get(word, [])
        code = word if word in self._names else titled[0] if titled else self._by_lower.get(word.lower())
        if code is None:
            self._problems.add(span, f"没有叫 “{word}” 的字段", self._hint(word))
            return None
        if code != word and len(titled) > 1:
            self._problems.add(span, f"有 {len(titled)} 个字段都叫 “{word}”", f"请改写代码：{listing(titled)}")
            return None
        name = self._names[code]
        if name.refused:
            self._problems.add(span, name.refused)
            return None
        self.used.add(name)
        return name

    def _hint(self, word: str) -> str:
        if word.lower() in FUNCTIONS:
            return f"函数后面要有括号：{FUNCTIONS[word.lower()].signature}"
        near = did_you_mean(word, [*self._names, *self._by_title])
        usable = [title for title, codes in self._by_title.items() if not self._names[codes[0]].refused]
        return near or f"可用的字段：{listing(usable)}；文本要用单引号括起来"
