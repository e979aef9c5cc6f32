"""The small controls that the panels are made of."""

from __future__ import annotations

from desktop.widgets.buttons import IconButton, LinkButton, Switch, push_button
from desktop.widgets.labels import Caption, ElidedLabel, Heading
from desktop.widgets.layouts import EmptyState, FlowLayout, Section
from desktop.widgets.value_slider import ValueSlider

__all__ = [
    "Caption",
    "ElidedLabel",
    "EmptyState",
    "FlowLayout",
    "Heading",
    "IconButton",
    "LinkButton",
    "Section",
    "Switch",
    "ValueSlider",
    "push_button",
]
