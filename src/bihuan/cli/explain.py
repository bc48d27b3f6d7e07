"""`bihuan explain`: a figure's definition in Chinese."""

from argparse import Namespace

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json
from bihuan.figure.definitions import Catalogue
from bihuan.figure.explaining import explained


def run(arguments: Namespace) -> int:
    """Say what the figure counts, and which version says so."""
    require_database()
    catalogue = Catalogue()
    force = catalogue.in_force(arguments.code)
    sentence = explained(arguments.code, catalogue)
    if arguments.json:
        definition = force.spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        told = {"code": arguments.code, "title": force.spec.title, "version": force.version}
        print_json(told | {"explanation": sentence, "definition": definition})
    else:
        print(f"{force.spec.title}（{arguments.code}，第 {force.version} 版）：{sentence}")
    return 0
