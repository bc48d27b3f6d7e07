"""How much the words around a number name a figure: by its title and other names, and what its definition speaks of."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from bihuan.report.number_check.same_words import in_one_wording

_CHINESE = re.compile("[\u4e00-\u9fffA-Za-z]+")
_MEASURE = re.compile(
    "(?:总数|总量|总人次|人次|人数|个数|件数|起数|户数|处数|条数|份数|次数|场次|篇数|间数|家数|套数|批数|项数|名数|辆数|户次|数量|数)$"
)
_QUANTITY = re.compile("(?:面积|金额|总额)$")
_SOFT = re.compile(
    "多少|我们|[由据]此|办理|开展|实施|发放|组织|全[市县区年]|市本级|年度|情况|方面|工作|累计|总共|合计|总计|共计|共有|其中|分别|目前|今年|本年|以来|截[至止]|"
    "群众|市民|居民|依法|依规|严格|扎实|积极|稳步|持续|深入|全面|及时|认真|集中|作出|下发|举办|召开|邀请|先后|相继|一年来|[\u4e00-\u9fff]{0,4}部门|即|[一二三四五六七八九十两几]家|单位|户次|约合|折合|已经|共计|"
    "[分按从][\u4e00-\u9fff]{1,4}(?:看|统计|分|划分)|为?最[多快少慢]|"
    "^[比较从由]$|[降增升][至到]|[一二三四五六七八九]成|规范|整治|参加|覆盖|取得(?:实效|成效|进展)|单月|当月|当季|渠道|方面|到?现在|刚好|高[出于]|低于|平均水平|总[量数]|只|仅|才|含|占|[该全][县市区镇乡局街办院委]|得到|予以|给予|来自|通过|整个|其余?|件次|平均(?=[^，。]{0,8}率)|涉及(?=[一-鿿]?$)|"
    "达到|达|为|共|计|被|均|都|等|类|各|已|有|的|了|是|约|近|超过?|逾|不足|本期|同期|期间|期末|年末|较好|我[局县市]|本局|在|对|及|和|与|并|且|全部|上述|各类|各"
)
"""Words that every sentence of a report may hold, and that tell no figure from another."""
_VERBS = re.compile(
    "没有|受理|收到|接到|申请|立案|办结|答复|回复|整改|销号|清零|发现|查处|整治|完成|计划|安排|新增|登记|超期|逾期|移送|退回|驳回|撤销|启动|"
    "在建|开工|竣工|验收|报送|上报|拟|未|应|待|新签|到期|纠正|劝导|排查|教育|曝光|表彰|取消|结转|历年|上年结转|下达(?![^，。]{0,8}书)"
)
_OPEN = re.compile("未|没有|剩|正在|在整改|尚")
"""What is not yet done must be said to be so."""
_STATES = re.compile("(?:整改|销号|清零|完成)(?=问题|$)|^完成")
"""What tells a part of the things from all of them must be said of the number itself, and not only around it."""
_LONG_LABEL = 4
_KIN = (
    frozenset(("收到", "接到", "受理")),
    frozenset(("整治", "治理", "清理", "规范")),
    frozenset(("办结", "答复", "办理", "回复", "完成")),
)
"""Verbs that are said one for another, though they need not mean the same."""
_FUTURE = re.compile("力争|计划|预计|目标|拟|争取|确保|不低于|不少于|将(?!近)|下一步|任务数?|要求|拟定|明年|来年")
"""What is only hoped for or demanded is no statement of how things are."""
_HOPED = re.compile("力争|预计|争取|确保|明年|来年|目标")
_PLANS = re.compile("打算|计划|思路|明年|来年|下一步|下步")
_ENOUGH_OF_CLAUSE = 0.6
_MUCH = 0.75
_HALF_OTHER = 0.5
_MOST_OTHER = 0.25
_SOME = 0.7
_SOME_OF_CLAUSE = 0.4
_ALL = 0.999
_SHORTEST_LABEL = 3
_LEAST_OF_LABEL = 2
_TINY = 1e-9


@dataclass(frozen=True)
class Subject:
    """What a number can be about: a figure, or one value of a field of it.

    `names` are its title and what else it is called; `about` is all that its definition speaks of. `labels`
    are what the value is called of which it is a part: one of them must be said.
    """

    figure: str
    title: str
    names: tuple[str, ...]
    unit: str
    about: str = ""
    labels: tuple[str, ...] = ()
    part: object = None

    @cached_property
    def cores(self) -> tuple[str, ...]:
        """What is left of each name without words of measure."""
        found = [core(name) for name in self.names]
        # 拆除违法建筑 14 处，共 5,656 平方米: the unit says that it is the area.
        return tuple(dict.fromkeys([*found, *(_QUANTITY.sub("", one) for one in found if _QUANTITY.search(one[2:]))]))

    @cached_property
    def called(self) -> tuple[str, ...]:
        """Its labels in one wording."""
        return tuple(in_one_wording(label) for label in self.labels)

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.said)

    @cached_property
    def said(self) -> str:
        return in_one_wording("，".join((*self.names, self.about, *self.labels)))


def core(name: str) -> str:
    """投诉举报件数 → 投诉举报. A name that is nothing else stays whole."""
    bare = in_one_wording("".join(_CHINESE.findall(name)))
    short = _MEASURE.sub("", bare)
    soft = _SOFT.sub("", short)
    return next((words for words in (soft, short, bare) if len(words) >= 2), bare)


def is_hoped(sentence: str, above: str) -> bool:
    """Whether a sentence tells what is to come: by its own words, or by the heading that it stands under."""
    return bool(_HOPED.search(sentence) or _PLANS.search(above))


def says_state(words: str) -> bool:
    """Whether words say what became of things, and so tell a part of those that were spoken of."""
    return bool(_VERBS.search(words))


@dataclass(frozen=True)
class Scope:
    """The words that may name what a number counts: of its own clause, and of what stands before and above it."""

    clause: str
    context: str
    hoped: bool = False
    own: str = ""
    """What the number's own clause adds, where the clause before it is taken along."""

    @cached_property
    def characters(self) -> frozenset[str]:
        return frozenset(self.clause)

    @cached_property
    def bare(self) -> str:
        return _SOFT.sub("", "".join(_CHINESE.findall(self.clause)))

    @property
    def is_future(self) -> bool:
        return bool(_FUTURE.search(self.clause) or self.hoped)


@dataclass(frozen=True)
class Likeness:
    """How well a subject is named: `strong` names it beyond doubt, `likely` leaves little else; else it can only be
    confirmed. `weight` ranks.
    """

    strong: bool
    likely: bool
    weight: float


class Lexicon:
    """The characters of all names, each weighing more the fewer figures have it."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        cores = [frozenset(one) for subject in subjects for one in subject.cores]
        seen = Counter(character for one in cores for character in one)
        self._weights: Mapping[str, float] = {c: 1 + log(len(cores) / count) for c, count in seen.items()}
        self._rare = 1 + log(max(len(cores), 1))
        self._cores = {name: (frozenset(name), self.weigh(set(name))) for subject in subjects for name in subject.cores}

        self._names: dict[str, list[str]] = defaultdict(list)
        for name in self._cores:
            for character in set(name):
                self._names[character].append(name)
        self._labels: dict[str, list[str]] = defaultdict(list)
        for label in {label for subject in subjects for label in subject.called}:
            for character in set(label):
                self._labels[character].append(label)
        self._subjects: dict[str, list[int]] = defaultdict(list)
        for index, subject in enumerate(subjects):
            for word in set(subject.called or subject.cores):
                self._subjects[word].append(index)

    def candidates(self, scopes: Sequence[Scope]) -> list[int]:
        """Which subjects `likeness` can find at all, by their turn: enough of a name or of a label is said."""
        weights, shared = defaultdict[str, float](float), Counter[str]()
        for character in {character for scope in scopes for character in scope.characters}:
            weight = self._weights.get(character, self._rare)
            for name in self._names.get(character, ()):
                weights[name] += weight
            shared.update(self._labels.get(character, ()))
        named = [name for name, weight in weights.items() if weight >= _SOME_OF_CLAUSE * self._cores[name][1] - _TINY]
        labelled = [label for label, many in shared.items() if many >= min(_LEAST_OF_LABEL, len(set(label)))]
        return sorted({index for word in (*named, *labelled) for index in self._subjects.get(word, ())})

    def weigh(self, characters: Iterable[str]) -> float:
        return sum(self._weights.get(character, self._rare) for character in characters)

    def likeness(self, subject: Subject, scopes: Sequence[Scope]) -> Likeness | None:
        """The best that any of the subject's names does in any of the scopes; None if hardly anything is named."""
        found = [self._of(subject, name, scope) for scope in scopes for name in subject.cores]
        known = [one for one in found if one]
        return max(known, key=lambda one: (one.strong, one.likely, one.weight), default=None)

    def _of(self, subject: Subject, name: str, scope: Scope) -> Likeness | None:
        label = self._label(subject, scope)
        if subject.labels and not label:
            return None
        if _OPEN.search(name) and not _OPEN.search(scope.clause):
            return None
        wanted, whole = self._cores[name]
        if label:
            wanted = wanted | set(label)
            whole = self.weigh(wanted)
        near = wanted & scope.characters
        if not near:
            return None
        by_clause = self.weigh(near)
        if by_clause < _SOME_OF_CLAUSE * whole and not label:
            return None
        far = {c for c in wanted - near if _is_said(c, name, scope.context)}
        in_all = by_clause + self.weigh(far)
        if len(label) >= _LONG_LABEL:
            in_all = max(in_all, _MUCH * whole)
        if in_all < _SOME * whole:
            return None
        other = self.weigh(c for c in scope.bare if c not in subject.known)
        said = subject.said
        others = [verb for verb in _VERBS.findall(scope.clause) if verb not in said]
        is_state_said = bool(label) or all(state in scope.clause for state in _STATES.findall(name))
        if scope.is_future or not is_state_said or not all(_has_kin(verb, said) for verb in others):
            return Likeness(strong=False, likely=False, weight=by_clause - other + bool(label))
        much = by_clause >= _ENOUGH_OF_CLAUSE * whole or bool(label)
        strong = (
            not others
            and in_all >= _ALL * whole
            and much
            and self._says_little_else(subject, scope, other, _MOST_OTHER)
        )
        likely = in_all >= _MUCH * whole and self._says_little_else(subject, scope, other, _HALF_OTHER)
        return Likeness(strong, strong or likely, by_clause - other + bool(label))

    def _says_little_else(self, subject: Subject, scope: Scope, other: float, most: float) -> bool:
        """Whether the clause says hardly more than the name. What is added to an earlier clause must all be known."""
        if scope.own:
            return all(character in subject.known for character in scope.own)
        return other <= most * max(self.weigh(scope.bare), 1)

    def _label(self, subject: Subject, scope: Scope) -> str:
        """The part's own name as the clause says it, if only in short: 大型户外广告 for 大型户外广告设置."""
        for label in subject.called:
            if label in scope.clause:
                return label
            is_short = len(scope.bare) >= _SHORTEST_LABEL and scope.bare in label
            if is_short and not all(character in "".join(subject.cores) for character in scope.bare):
                return scope.bare
        return ""


def _has_kin(verb: str, said: str) -> bool:
    return any(kin in said for verbs in _KIN if verb in verbs for kin in verbs)


def _is_said(character: str, name: str, context: str) -> bool:
    """Whether the context has the character as part of a pair of the name: one alone is chance."""
    pairs = (name[i : i + 2] for i in range(len(name) - 1))
    return any(character in pair and pair in context for pair in pairs)
