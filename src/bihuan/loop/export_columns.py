"""What a matter's list shows beside its fields, as columns of an export: light, step and deadline."""

from typing import Any

from bihuan.base import clock
from bihuan.ledger.exporting import Extra, Standing
from bihuan.loop.colour import Bounds, Colour, colour_of, word
from bihuan.loop.spec import LoopSpec

HUES = {Colour.GREEN: "绿", Colour.YELLOW: "黄", Colour.RED: "红", Colour.WHITE: "白"}
"""The lights' own names: paper is often black and white."""


def matter_columns(loop: LoopSpec, bounds: Bounds) -> tuple[Extra, ...]:
    """状态 (绿 在办), 环节 and 期限 of a matter, at the instant of the bounds."""
    lights = {colour: light_in_words(loop, colour) for colour in Colour}
    states = loop.states

    def light(standing: Standing) -> str:
        return lights[colour_of(standing.due_at, standing.closed_at, bounds)]

    def due(standing: Standing) -> Any:
        return clock.local_date(standing.due_at) if standing.due_at else None

    return (
        Extra("状态", light),
        Extra("环节", lambda standing: states.get(standing.state, standing.state) or None),
        Extra("期限", due, cell_format="yyyy-mm-dd"),
    )


def light_in_words(loop: LoopSpec, colour: Colour) -> str:
    """The colour and the loop's word for it, 红 超期; the word alone where it names its colour, 红色督办."""
    told = word(loop, colour)
    return told if HUES[colour] in told else f"{HUES[colour]} {told}"
