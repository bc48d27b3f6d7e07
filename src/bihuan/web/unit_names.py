"""Units by a name that is theirs alone: where several have one name, the path to each; and back."""

from bihuan.org.tree import Node, Tree


def unit_label(tree: Tree, pk: int | None) -> str:
    """What a picker shows for a unit, and what `unit_of` finds it by again."""
    node = tree.by_pk.get(pk or 0)
    if node is None:
        return ""
    namesakes = tree.by_name[node.name]
    if len(namesakes) == 1:
        return node.name
    path = tree.path(node.pk)
    return path if sum(tree.path(other.pk) == path for other in namesakes) == 1 else f"{path}（{node.code}）"


def unit_of(tree: Tree, text: str) -> Node | None:
    """The one unit that a label, a name or a code means; None if it is none, or several."""
    text = text.strip()
    if text in tree.by_code:
        return tree.by_code[text]
    found = tree.by_name.get(text, ())
    if not found and text:
        last = text.rpartition("/")[2].strip().partition("（")[0]
        found = tuple(node for node in tree.by_name.get(last, ()) if unit_label(tree, node.pk) == text)
    return found[0] if len(found) == 1 else None
