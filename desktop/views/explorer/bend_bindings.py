"""The rack's page and what it bends."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.state.explorer.bending import Bending
from desktop.views.explorer.bend_page import BendPage


class BendBindings(QObject):
    """Connects the page to the rack, once."""

    def __init__(self, page: BendPage, bending: Bending) -> None:
        super().__init__(page)
        self._page = page
        self._bending = bending
        bending.changed.connect(self._show)
        page.added.connect(bending.add)
        page.removed.connect(bending.remove)
        page.shifted.connect(bending.shift)
        page.switched.connect(bending.switch)
        page.all_switched.connect(bending.switch_all)
        page.side_chosen.connect(bending.set_side)
        page.amount_changed.connect(bending.set_amount)
        page.channels_changed.connect(bending.set_channels)
        page.others_wanted.connect(bending.draw_others)
        page.reset_wanted.connect(bending.reset)
        page.restore_wanted.connect(bending.restore)
        page.rested.connect(bending.rest)
        self._show()

    def _show(self) -> None:
        rack = self._bending
        self._page.set_rack(rack.effects, rack.levels, is_on=rack.is_on, is_full=rack.is_full, can_restore=rack.can_restore)
