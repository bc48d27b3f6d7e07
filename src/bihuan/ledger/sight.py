"""THE ONE PLACE for fields: what a person sees of a ledger's fields, and may ask, search, sort by and write.

`sight_of(actor, ledger)` gives it. Pages, forms, verbs, lists, exports, search, filters, imports, interfaces and
numbers all go through it: `spec` leaves out what is never seen; `see` gives a record as the person sees it, with
hidden fields gone, personal ones masked and sealed ones opened; `names`, `searched` and `require_sortable` say what
may be asked; `require_writable` what may be written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.base.sealing import MARK, KeyMissing, key_of
from bihuan.expression import ExpressionError, JsonKey, Kind, Name
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.field_rights import RANK, FieldRights, Right, rights_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.paging import Row
from bihuan.ledger.sealed import open_value
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, Lookup, Masked
from bihuan.ledger.types.formula import compile_formula
from bihuan.ledger.unreported import UNREPORTED, flag_of, marked, told
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE as ROLES

_NOTHING = Lookup()
_POINTING = frozenset({"unit", "person", "record", "file"})
"""Kinds that are shown by what they point at; without a lookup nothing of them may be shown."""
Change = tuple[str, Any, Any]


@dataclass(frozen=True)
class Sight:
    """What an actor sees of a ledger."""

    actor: Actor
    ledger: Ledger
    whole: LedgerSpec
    rights: FieldRights
    sources: Mapping[str, frozenset[str]]

    @property
    def bare(self) -> frozenset[int] | None:
        """The records whose personal data are not masked; None is all of them."""
        return self.actor.bare

    @cached_property
    def roles(self) -> tuple[str, ...]:
        return tuple({post.role for post in self.actor.posts if ROLES[post.role].reach != "none"})

    def right(self, code: str, step: str) -> Right:
        """What the actor may do with a field at a step. A computed field is hidden or masked with any it comes from."""
        if self.actor.is_system or not self.rights.rules:
            return Right.WRITE
        sources = [self.rights.of(self.roles, source, step) for source in self.sources.get(code, ())]
        closed = [right for right in sources if RANK[right] < RANK[Right.READ]]
        return min([*closed, self.rights.of(self.roles, code, step)], key=RANK.__getitem__)

    def _rights(self, code: str) -> set[Right]:
        """The field's rights at all the steps that rules tell apart."""
        steps = set().union(*(self.rights.steps_of(name) for name in (code, *self.sources.get(code, ()))))
        return {self.right(code, step) for step in steps}

    @cached_property
    def _sometimes_hidden(self) -> frozenset[str]:
        if self.actor.is_system or not self.rights.rules:
            return frozenset()
        return frozenset(field.code for field in self.whole.fields if Right.HIDDEN in self._rights(field.code))

    def hides(self, code: str) -> bool:
        """Whether a field, or that it was not reported, is hidden from the actor at any step."""
        return code in self._sometimes_hidden or any(code == flag_of(hidden) for hidden in self._sometimes_hidden)

    @cached_property
    def _sometimes_masked(self) -> frozenset[str]:
        """The fields that the actor sees masked at some step because their role may see no more of them."""
        if self.actor.is_system or not self.rights.rules:
            return frozenset()
        return frozenset(field.code for field in self.whole.fields if Right.MASKED in self._rights(field.code))

    @cached_property
    def _never_seen(self) -> frozenset[str]:
        return frozenset(code for code in self._sometimes_hidden if self._rights(code) == {Right.HIDDEN})

    @cached_property
    def personal(self) -> frozenset[str]:
        """The fields that hold personal data, and those computed from such that do not say otherwise."""
        own = {field.code for field in self.whole.fields if BY_CODE[field.kind].is_personal(field)}
        derived = {
            code for code, sources in self.sources.items() if sources & own and not self.whole.by_code[code].personal
        }
        return frozenset(own | derived)

    @cached_property
    def spec(self) -> LedgerSpec:
        """The definition without the fields that the actor sees at no step."""
        hidden = self._never_seen
        return _without(self.whole, hidden) if hidden else self.whole

    # What may be asked.

    @cached_property
    def refused(self) -> dict[str, str]:
        """Why some fields may not be asked about, by code: the answer would tell what may not be seen."""
        masked = {} if self.bare is None else dict.fromkeys(self.personal, "“{}”是个人信息，已遮盖，不能用作条件或排序")
        masked |= dict.fromkeys(self._sometimes_masked - self.personal, "“{}”对您遮盖，不能用作条件或排序")
        sealed = {field.code: "“{}”加密保存，不能用作条件或排序" for field in self.whole.fields if field.encrypted}
        hidden = dict.fromkeys(self._sometimes_hidden, "您看不到“{}”，不能用作条件或排序")
        found = masked | sealed | hidden
        found |= {flag_of(code): found[code] for code in self.whole.may_be_unreported if code in found}
        return {code: words.format(self._title(code)) for code, words in found.items()}

    def _title(self, code: str) -> str:
        field = self.whole.by_code.get(code) or self.whole.by_code[code.removesuffix(flag_of(""))]
        return field.title

    def names(self, states: dict[str, str]) -> dict[str, Name]:
        """The names of expressions, for this person: those refused answer with a word."""
        return names_of(self.whole, states, self.refused) | self._shapes

    @cached_property
    def _shapes(self) -> dict[str, Name]:
        """Places are in no formula and no figure; a list may ask which records have one."""
        fields = (field for field in self.whole.fields if field.kind in ("point", "line", "polygon"))
        return {
            field.code: Name(
                field.code,
                field.title,
                Kind.TEXT,
                JsonKey(field.code),
                refused=self.refused.get(field.code, ""),
                holds_shape=True,
            )
            for field in fields
        }

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """The fields in whose values a word may be looked for, grouped by, or counted."""
        return tuple(field.code for field in self.whole.fields if field.code not in self.refused)

    def require_sortable(self, code: str) -> None:
        """Raises Invalid for a field whose order would tell what may not be seen."""
        if code in self.refused:
            raise Invalid(self.refused[code])

    # What is seen.

    @cached_property
    def is_plain(self) -> bool:
        """Whether every record is seen just as it is stored."""
        masks = bool(self.personal | self._sometimes_masked) and self.bare is not None
        special = any(field.encrypted or field.unreported for field in self.whole.fields)
        return not (masks or self._sometimes_hidden or special)

    def masks(self, record: int | None, step: str | None = None) -> frozenset[str]:
        """The fields that are masked in a record at a step, or in many at whatever step."""
        if self.bare is None or record in self.bare:
            return frozenset()
        if step is None or not self._sometimes_masked:
            return self._ever_masked
        known = self._masked_by_step
        if step not in known:
            closed = frozenset(code for code in self._sometimes_masked if self.right(code, step) is Right.MASKED)
            known[step] = self.personal | closed
        return known[step]

    @cached_property
    def _ever_masked(self) -> frozenset[str]:
        return self.personal | self._sometimes_masked

    @cached_property
    def _masked_by_step(self) -> dict[str, frozenset[str]]:
        return {}

    def hidden_at(self, step: str) -> frozenset[str]:
        """The fields that are hidden in records at a step."""
        if not self._sometimes_hidden:
            return self._sometimes_hidden
        known = self._hidden_by_step
        if step not in known:
            known[step] = frozenset(code for code in self._sometimes_hidden if self.right(code, step) is Right.HIDDEN)
        return known[step]

    @cached_property
    def _hidden_by_step(self) -> dict[str, frozenset[str]]:
        return {}

    def see(self, record: Record, lookup: Lookup = _NOTHING) -> Record:
        """A copy of a record as the actor sees it, for showing. Never write with it."""
        if self.is_plain:
            return record
        seen = Record.__new__(Record)
        seen.__dict__ = {**record.__dict__, "data": self.see_data(record.state, record.data, lookup, record.pk)}
        return seen

    def see_rows(self, rows: Iterable[Row], lookup: Lookup = _NOTHING) -> Iterator[Row]:
        """Rows of a list as the actor sees them."""
        if self.is_plain:
            yield from rows
            return
        for row in rows:
            yield row._replace(data=self.see_data(row.state, row.data, lookup, row.pk))

    def see_data(
        self, step: str, data: Mapping[str, Any], lookup: Lookup = _NOTHING, record: int | None = None
    ) -> dict[str, Any]:
        """Data of a record at a step as the actor sees it."""
        hidden, masked = self.hidden_at(step), self.masks(record, step)
        shown = marked(self.whole, data)
        return {
            code: self._seen(code, value, masked, lookup)
            # What is_sealed asks, without a call for each of a list's thousand values.
            if code in masked or (value.__class__ is str and value[:1] == MARK)
            else value
            for code, value in shown.items()
            if code not in hidden
        }

    def _seen(self, code: str, value: Any, masked: Collection[str], lookup: Lookup) -> Any:
        if value is UNREPORTED:
            return value
        value = open_value(self.ledger.code, code, value)
        field = self.whole.by_code.get(code)
        return mask(field, value, lookup) if field and code in masked and value is not None else value

    def see_changes(self, record: Record, changes: Iterable[Change], lookup: Lookup = _NOTHING) -> tuple[Change, ...]:
        """Changes of a record (field, before, after) as the actor sees them, by the rights at its present step."""
        hidden, masked = self.hidden_at(record.state), self.masks(record.pk, record.state)
        return tuple(
            (code, self._was(code, old, masked, lookup), self._was(code, new, masked, lookup))
            for code, old, new in told(self.whole.may_be_unreported, changes)
            if code not in hidden
        )

    def _was(self, code: str, value: Any, masked: Collection[str], lookup: Lookup) -> Any:
        """A value of the past; the key of one may have been put away."""
        try:
            return self._seen(code, value, masked, lookup)
        except KeyMissing:
            return Masked(f"（密钥 {key_of(value)} 已退役，看不到）")

    # What may be written.

    def writable(self, fields: Iterable[FieldSpec], step: str) -> tuple[FieldSpec, ...]:
        """Those of the fields that the actor may fill in at a step."""
        return tuple(field for field in fields if self.right(field.code, step) is Right.WRITE)

    def ever_writable(self, fields: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
        """Those of the fields that the actor may fill in at some step."""
        return tuple(field for field in fields if Right.WRITE in self._rights(field.code))

    def require_writable(self, codes: Iterable[str], step: str) -> None:
        """Raises NotAllowed naming the fields that the actor may not fill in at a step."""
        closed = [code for code in codes if code in self.whole.by_code and self.right(code, step) is not Right.WRITE]
        if closed:
            titles = "、".join(
                self.whole.by_code[code].title if self.right(code, step) is not Right.HIDDEN else code
                for code in closed
            )
            raise NotAllowed(f"您不能填写：{titles}")

    def given(self, record: Record, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Raw values without those of masked fields that say nothing, or what the mask says: they mean no change."""
        masked = self.masks(record.pk, record.state)
        return {code: raw for code, raw in fields.items() if code not in masked or not self._repeats(record, code, raw)}

    def _repeats(self, record: Record, code: str, raw: Any) -> bool:
        stored = open_value(self.ledger.code, code, record.data.get(code))
        if raw in ("", None, []):
            return stored is not None
        return stored is not None and str(raw).strip() == mask(self.whole.by_code[code], stored, _NOTHING)


def mask(field: FieldSpec, value: Any, lookup: Lookup) -> Masked:
    """What remains of a value of a personal field."""
    if field.kind in _POINTING and lookup is _NOTHING:
        return Masked("****")
    return Masked(BY_CODE[field.kind].mask(value, field, lookup))


def sight_of(actor: Actor, ledger: Ledger) -> Sight:
    """What the actor sees of a ledger today. The machine's own work sees all, and no field masked."""
    return Sight(actor, ledger, spec_of(ledger), rights_of(ledger), _sources_at(ledger.stamp, ledger.pk))


@lru_cache(maxsize=512)
def _sources_at(stamp: str, ledger: int) -> Mapping[str, frozenset[str]]:  # noqa: ARG001 - the stamp makes the key unique
    """The fields that each computed field comes from, through others too."""
    spec = spec_of(Ledger.objects.get(pk=ledger))
    found: dict[str, frozenset[str]] = {}
    for field in spec.fields:
        if field.kind == "computed":
            direct = _used(spec, field)
            found[field.code] = direct.union(*(found.get(code, frozenset()) for code in direct))
    return found


def _used(spec: LedgerSpec, field: FieldSpec) -> frozenset[str]:
    try:
        return frozenset(name.code for name in compile_formula(spec, field).names)
    except ExpressionError:
        # It cannot be worked out any more; then it may come from any field.
        return frozenset(other.code for other in spec.fields if other is not field)


def _without(spec: LedgerSpec, hidden: frozenset[str]) -> LedgerSpec:
    """A definition without some fields and without what names them."""
    parts = ("name_field", "unit_field", "opened_field", "due_field", "closed_field", "status_field", "assignee_field")
    values = {name: getattr(spec, name) for name in type(spec).model_fields}
    values |= {part: "" for part in parts if values[part] in hidden}
    values["fields"] = tuple(field for field in spec.fields if field.code not in hidden)
    values["columns"] = tuple(code for code in spec.columns if code not in hidden)
    values["key"] = tuple(code for code in spec.key if code not in hidden)
    return LedgerSpec.model_construct(**values)
