"""The rules a public page's definition must keep; faults carry file, line and a hint."""

from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, did_you_mean
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.notice.checks import full_code
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.loop.spec import LoopSpec
from bihuan.org.roles import BY_CODE as ROLES
from bihuan.pack.kind import Definition, Definitions, PackKind


def check_petitions(petitions: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's public pages, alone and against the ledger and the loop that they name."""
    issues: list[Issue] = []
    for petition in petitions:
        issues += _roles_exist(petition)
        code = full_code(petition.pack, petition.spec.ledger)
        ledger = everything.get("ledgers", {}).get(code)
        if ledger is None:
            if code.startswith(f"{petition.pack}."):
                hint = did_you_mean(petition.spec.ledger, [k.partition(".")[2] for k in everything.get("ledgers", {})])
                issues.append(petition.source.issue(f"没有台账“{petition.spec.ledger}”", "ledger", hint=hint))
            continue
        issues += [*_fields_exist(petition, ledger.spec), *_required_are_given(petition, ledger.spec)]
        loop = everything.get("loops", {}).get(f"{petition.pack}.{ledger.spec.loop}")
        if loop is None:
            issues.append(petition.source.issue(f"台账“{ledger.spec.title}”没有闭环，不能分办", "ledger"))
        else:
            issues += _verbs_exist(petition, loop.spec)
    return issues


def _roles_exist(petition: Definition) -> Iterator[Issue]:
    for index, role in enumerate(petition.spec.desk):
        if role not in ROLES:
            yield petition.source.issue(f"没有角色“{role}”", "desk", index, hint=did_you_mean(role, list(ROLES)))


def _fields_exist(petition: Definition, ledger: LedgerSpec) -> Iterator[Issue]:
    spec: PetitionSpec = petition.spec
    named = [(code, ("fields", place)) for place, code in enumerate(spec.fields)]
    named += [(code, ("answer", place)) for place, code in enumerate(spec.answer)]
    for code, where in named:
        if code not in ledger.by_code:
            yield _unknown(petition, ledger, code, *where)
    for key in ("text_field", "place_field", "point_field", "area_field", "photo_field"):
        code = getattr(spec, key)
        if code and code not in ledger.by_code:
            yield _unknown(petition, ledger, code, key)
        elif code and code not in spec.fields and key != "photo_field":
            yield petition.source.issue(f"“{code}”要写进 fields，公众才能填", key)
    for key, wanted, word in (("point_field", "point", "位置（point）"), ("area_field", "unit", "单位（unit）")):
        code = getattr(spec, key)
        if code in ledger.by_code and ledger.by_code[code].kind != wanted:
            yield petition.source.issue(f"“{code}”不是{word}类型", key)
    for code in spec.set:
        if code not in ledger.by_code:
            yield _unknown(petition, ledger, code, "set", code)
    for place, code in enumerate(spec.fields):
        kind = ledger.by_code[code].kind if code in ledger.by_code else ""
        if kind in ("unit", "person", "record", "file", "formula") and code != spec.area_field:
            yield petition.source.issue(f"公众不能填“{kind}”类型的字段“{code}”", "fields", place)


def _unknown(petition: Definition, ledger: LedgerSpec, code: str, *where: str | int) -> Issue:
    hint = did_you_mean(code, list(ledger.by_code))
    return petition.source.issue(f"台账“{ledger.title}”没有字段“{code}”", *where, hint=hint)


def _required_are_given(petition: Definition, ledger: LedgerSpec) -> Iterator[Issue]:
    spec: PetitionSpec = petition.spec
    given = {*spec.fields, *spec.set, ledger.opened_field}
    missing = [field.title for field in ledger.fields if field.required and field.code not in given]
    if missing:
        yield petition.source.issue(f"公众提交时没有必填字段：{'、'.join(missing)}", "fields")


def _verbs_exist(petition: Definition, loop: LoopSpec) -> Iterator[Issue]:
    for key in ("dispatch", "reject"):
        code = getattr(petition.spec, key)
        if code not in loop.verb:
            yield petition.source.issue(f"没有操作“{code}”", key, hint=did_you_mean(code, list(loop.verb)))
        elif loop.steps[0].code not in loop.verb[code].from_:
            yield petition.source.issue(f"“{code}”不能从第一个环节做", key)
    reject = loop.verb.get(petition.spec.reject)
    if reject and reject.to not in loop.closed_steps:
        yield petition.source.issue(f"“{petition.spec.reject}”要到结束环节（closed: true）", "reject")


PETITIONS = PackKind("petitions", "公众诉求", PetitionSpec, check_petitions)
