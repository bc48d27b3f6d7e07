"""The persons that a form names, and which of them have a part in a matter."""

from bihuan.ledger.spec import FieldSpec
from bihuan.loop.effects.base import Log
from bihuan.org.models import Person

PERSON, PEOPLE = "do_person", "do_people"
_PEOPLE_HINT = "姓名，几个人用顿号隔开；同名的写登录名"


def people_in(log: Log, state: str) -> dict[str, list[int]]:
    """Who has a part in a matter at a step, for the tables by which a person's desk is found."""
    holder = log.get("holders", {}).get(state, {})
    signers = [signer["person"] for signer in log.get("round", {}).get("signers", ()) if "vote" not in signer]
    parts = {
        "holder": [holder["person"]] if holder else [],
        "delegator": [holder["for"]["person"]] if holder.get("for", {}).get("person") else [],
        "signer": signers,
        "copied": log.get("copies", []),
    }
    return {part: people for part, people in parts.items() if people}


def one_person(title: str) -> FieldSpec:
    """A form's question for one person."""
    return FieldSpec(code=PERSON, title=title, kind="person", required=True)


def several_people(title: str) -> FieldSpec:
    """A form's question for some persons."""
    return FieldSpec(
        code=PEOPLE, title=title, kind="text", required=True, hint="姓名，几个人用顿号隔开；同名的写登录名"
    )


def named(person: int) -> Log:
    """A person as a log keeps them."""
    return {"person": person, "name": Person.objects.values_list("name", flat=True).get(pk=person)}
