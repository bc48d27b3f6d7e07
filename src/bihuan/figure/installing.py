"""A pack's figures: put in force when they are new; another definition of one that is known waits for a person."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.stamp import fresh_stamp
from bihuan.figure.definitions import new_version
from bihuan.figure.models import Figure, FigureVersion, Proposal
from bihuan.figure.spec import FigureSpec
from bihuan.org.models import Unit

_log = logging.getLogger("bihuan.figure")
PACK = "业务包"
"""Who proposes what a pack brings."""


@transaction.atomic
def install_figures(
    *,
    pack: str,
    specs: Mapping[str, FigureSpec],
    owner: Unit,
    origin: str,
    tell: Callable[[str], None] = _log.warning,
) -> None:
    """Put a pack's figures in force. One that is known already keeps its definition: another one is proposed.

    One that the county has redefined since stays as it is, and where the pack has moved on too, `tell` is told, as of
    whatever waits. One that is gone from the pack is retired.
    """
    known = {figure.code: figure for figure in Figure.objects.filter(code__startswith=f"{pack}.")}
    versions = _versions(pack)
    for code, spec in specs.items():
        figure = known.get(code) or Figure(code=code, owner=owner)
        own = versions.get(figure.pk, [])
        if not own:
            figure.owner, figure.retired = owner, False
            new_version(figure, spec, origin=origin)
            continue
        if figure.owner_id != owner.pk or figure.retired:
            figure.owner, figure.retired, figure.stamp = owner, False, fresh_stamp()
            figure.save()
        definition = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        if own[-1].origin != "screen":
            _propose(figure, own[-1], definition, tell)
        elif _last_from_pack(own) != definition:
            tell(f"指标“{figure.title}”（{code}）在本县改过口径，业务包里的新口径没有覆盖它")
    gone = [figure.pk for code, figure in known.items() if code not in specs and not figure.retired]
    Figure.objects.filter(pk__in=gone).update(retired=True)


def _propose(
    figure: Figure, current: FigureVersion, definition: Mapping[str, Any], tell: Callable[[str], None]
) -> None:
    """Let a pack's definition wait for a word, unless it is in force, waits already, or was denied."""
    waiting = Proposal.objects.filter(figure=figure, state=Proposal.State.OPEN).first()
    if waiting and waiting.origin == "pack" and waiting.definition != definition:
        waiting.state, waiting.decided_by, waiting.decided_at = Proposal.State.DENIED, PACK, clock.now()
        waiting.answer = "业务包里的口径又变了，这一个不再等批准"
        waiting.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        waiting = None
    if current.definition == definition or _is_denied(figure, definition):
        return
    if waiting is None:
        Proposal.objects.create(
            figure=figure,
            base=figure.version,
            definition=definition,
            why="业务包升级带来的新口径",
            origin="pack",
            actor_name=PACK,
            proposed_at=clock.now(),
        )
    elif waiting.origin != "pack":
        tell(f"指标“{figure.title}”（{figure.code}）有本县的修改在等批准，业务包里的新口径等它办完再提出")
        return
    tell(
        f"指标“{figure.title}”（{figure.code}）的新口径在等批准，批准以前仍用第 {figure.version} 版；"
        "改了什么、影响哪些已发出的数，见“指标库”或 bihuan proposals"
    )


def _is_denied(figure: Figure, definition: Mapping[str, Any]) -> bool:
    """Whether a person has said no to just this one; a pack that is installed again does not ask again."""
    denied = Proposal.objects.filter(figure=figure, origin="pack", state=Proposal.State.DENIED)
    last = denied.exclude(decided_by=PACK).order_by("-pk").first()
    return last is not None and last.definition == definition


def _versions(pack: str) -> dict[int, list[FigureVersion]]:
    """All versions of a pack's figures in their order."""
    found: dict[int, list[FigureVersion]] = {}
    for version in FigureVersion.objects.filter(figure__code__startswith=f"{pack}.").order_by("version"):
        found.setdefault(version.figure_id, []).append(version)
    return found


def _last_from_pack(versions: Sequence[FigureVersion]) -> Any:
    return next((version.definition for version in reversed(versions) if version.origin != "screen"), None)
