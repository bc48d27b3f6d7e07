"""The rules a notice's definition must keep; faults carry file, line and a hint."""

from collections.abc import Iterator, Sequence

from bihuan.base.errors import Invalid, Issue, did_you_mean
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.notice.phrasing import compiled, names_asked
from bihuan.loop.notice.spec import NoticeSpec
from bihuan.loop.notice.values import NAMES
from bihuan.loop.spec import LoopSpec
from bihuan.org.roles import BY_CODE as ROLES
from bihuan.pack.kind import Definition, Definitions, PackKind


def check_notices(notices: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's notices, alone and against the ledgers and loops that they name."""
    issues: list[Issue] = []
    for notice in notices:
        issues += [issue for rule in _RULES for issue in rule(notice)]
        issues += _causes_exist(notice, everything)
        issues += _words_can_be_filled(notice, everything)
    return issues


def _one_cause_each(notice: Definition) -> Iterator[Issue]:
    spec: NoticeSpec = notice.spec
    for index, when in enumerate(spec.when):
        if len(when.causes) != 1:
            yield notice.source.issue("colour、level、verb 要写一个，也只能写一个", "when", index)
    if not spec.when and not spec.by_hand:
        yield notice.source.issue("没有写 when，也没有写 by_hand：永远不会发出", "code")
    if spec.by_hand and not spec.named_ledgers:
        yield notice.source.issue("没有写 ledgers：不知道能在哪本台账的事项上手工发出", "by_hand")


def _roles_exist(notice: Definition) -> Iterator[Issue]:
    for place in ("to", "copy_to", "by_hand"):
        for index, address in enumerate(getattr(notice.spec, place)):
            for role in address.role:
                if role not in ROLES:
                    hint = did_you_mean(role, list(ROLES))
                    yield notice.source.issue(f"没有角色“{role}”", place, index, "role", hint=hint)


def _receipt_has_somebody(notice: Definition) -> Iterator[Issue]:
    spec: NoticeSpec = notice.spec
    if spec.receive and all(address.unit != spec.to_unit for address in spec.to):
        yield notice.source.issue("要签收的文书，to 里要有主送单位（to_unit）的人", "receive")


_RULES = (_one_cause_each, _roles_exist, _receipt_has_somebody)


def full_code(pack: str, code: str) -> str:
    """A definition's code with its pack before it."""
    return code if "." in code else f"{pack}.{code}"


def _causes_exist(notice: Definition, everything: Definitions) -> Iterator[Issue]:
    """Colours, levels and verbs are those of the ledger's loop. Other packs' ledgers are not looked at."""
    for index, when in enumerate(notice.spec.when):
        code = full_code(notice.pack, when.ledger)
        if not code.startswith(f"{notice.pack}."):
            continue
        ledger = everything.get("ledgers", {}).get(code)
        if ledger is None:
            hint = did_you_mean(when.ledger, [known.partition(".")[2] for known in everything.get("ledgers", {})])
            yield notice.source.issue(f"没有台账“{when.ledger}”", "when", index, "ledger", hint=hint)
            continue
        loop = everything.get("loops", {}).get(f"{notice.pack}.{ledger.spec.loop}")
        if loop is None:
            yield notice.source.issue(f"台账“{ledger.spec.title}”没有闭环，不会变色，也没有操作", "when", index)
            continue
        yield from _in_loop(notice, index, when.level, when.verb, loop.spec)


def _in_loop(notice: Definition, index: int, level: str, verb: str, loop: LoopSpec) -> Iterator[Issue]:
    levels = [item.code for item in loop.levels]
    if level and level not in levels:
        yield notice.source.issue(f"没有调度级别“{level}”", "when", index, "level", hint=did_you_mean(level, levels))
    if verb and verb not in loop.verb:
        yield notice.source.issue(f"没有操作“{verb}”", "when", index, "verb", hint=did_you_mean(verb, list(loop.verb)))


def _words_can_be_filled(notice: Definition, everything: Definitions) -> Iterator[Issue]:
    """Subject and paragraphs are templates of the narrow language and ask only for what they are handed."""
    spec: NoticeSpec = notice.spec
    fields = _fields_everywhere(notice, everything)
    texts = [
        ("subject", None, spec.subject),
        *(("paragraphs", place, text) for place, text in enumerate(spec.paragraphs)),
    ]
    for key, place, text in texts:
        where = (key,) if place is None else (key, place)
        try:
            compiled(text)
        except Invalid as error:
            yield notice.source.issue(error.message, *where)
            continue
        yield from _names_known(notice, where, names_asked(text), fields)


def _names_known(
    notice: Definition, where: tuple[str | int, ...], asked: set[str], fields: set[str] | None
) -> Iterator[Issue]:
    known = [*NAMES, *(f"fields.{code}" for code in fields or ())]
    for name in sorted(asked):
        if name in NAMES or (name.startswith("fields.") and fields is None) or name in known:
            continue
        yield notice.source.issue(f"文书里没有“{name}”这个值", *where, hint=did_you_mean(name, known))


def _fields_everywhere(notice: Definition, everything: Definitions) -> set[str] | None:
    """The fields that every ledger of the notice has; None where one of them is another pack's."""
    found: list[set[str]] = []
    for code in notice.spec.named_ledgers:
        ledger = everything.get("ledgers", {}).get(full_code(notice.pack, code))
        if ledger is None:
            return None
        spec: LedgerSpec = ledger.spec
        found.append(set(spec.by_code))
    return set.intersection(*found) if found else set()


NOTICES = PackKind("notices", "文书", NoticeSpec, check_notices)
