"""The lakes of large ledgers are kept near their ledgers, so that a list need not wait for one: a round."""

import subprocess
import sys

from bihuan.figure.lake.absorbing import is_near
from bihuan.figure.listing import LARGE
from bihuan.figure.names import LedgerView
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.loop.definitions import loop_of


def keep_large_lakes() -> bool:
    """Bring all lakes up to date where that of a large ledger lacks much; whether that was so.

    A process of its own does it: a million records take it half a minute, and pages are answered meanwhile.
    """
    large = Ledger.objects.filter(version__gt=0, chain__position__gte=LARGE)
    if all(is_near(ledger, LedgerView(ledger.code, spec_of(ledger), loop_of(ledger))) for ledger in large):
        return False
    subprocess.run([sys.executable, "-m", "bihuan", "lake", "update"], check=True, stdout=subprocess.DEVNULL)
    return True
