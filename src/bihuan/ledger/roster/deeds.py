"""What an import of a roster did, one thing after another, kept with its batch so that it can be taken back."""

from collections.abc import Mapping
from typing import Any

from bihuan.org.models import Unit

Deed = Mapping[str, Any]
"""One thing that an import did: what (`did`), to whom, and what was before and after, in plain values."""


def as_it_is(unit: Unit) -> list[Any]:
    """The name, kind and parent that a unit has from its last version on; nothing for one that ends."""
    last = unit.versions.filter(valid_to__isnull=True).first()
    return [last.name, last.kind, last.parent_id] if last else []
