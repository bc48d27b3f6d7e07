"""`bihuan units`: the unit tree as it stood on a day; and finding the unit that a person names."""

from argparse import Namespace

from bihuan.base import clock
from bihuan.base.errors import NotFound, did_you_mean
from bihuan.cli.database import migrate, require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.cli.unit_list import load_units
from bihuan.ledger.roster.table import Verdict
from bihuan.org.models import Unit, UnitKind
from bihuan.org.tree import Node, tree_on


def run(arguments: Namespace) -> int:
    """List the units of a day, or add those of a table from that day on."""
    day = arguments.on or clock.today()
    if arguments.load:
        migrate()
        counts = load_units(arguments.load, day)
        added, changed = counts[Verdict.CREATE], counts[Verdict.UPDATE]
        print(f"已加入 {added:,} 个单位，变更 {changed:,} 个，{counts[Verdict.UNCHANGED]:,} 个不变，自 {day} 起有效")
        return 0
    require_database()
    tree = tree_on(day)
    if arguments.json:
        codes = {node.pk: node.code for node in tree.nodes}
        print_json({"on": day, "units": [_as_json(node, codes) for node in tree.nodes]})
    else:
        rows = [("  " * node.depth + node.name, node.code, UnitKind(node.kind).label) for node in tree.nodes]
        print_table(("单位", "代码", "类别"), rows)
        print(f"{day} 共 {len(rows):,} 个单位")
    return 0


def _as_json(node: Node, codes: dict[int, str]) -> dict[str, object]:
    return {
        "code": node.code,
        "name": node.name,
        "kind": node.kind,
        "parent": codes.get(node.parent or 0),
        "depth": node.depth,
    }


def named(text: str) -> Unit:
    """The unit of a code or a name as of today. Raises NotFound where there is none, or more than one of the name."""
    tree = tree_on(clock.today())
    found = [tree.by_code[text]] if text in tree.by_code else list(tree.by_name.get(text, ()))
    if len(found) > 1:
        raise NotFound(f"有 {len(found)} 个单位叫“{text}”，请写代码：{'、'.join(node.code for node in found)}")
    if not found:
        raise NotFound(f"没有单位“{text}”", hint=did_you_mean(text, [*tree.by_code, *tree.by_name]))
    return Unit.objects.get(pk=found[0].pk)
