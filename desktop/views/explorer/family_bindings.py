"""The family tree's page and what it shows."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from desktop.state.explorer.explorer import Explorer
from desktop.state.explorer.names import short_name
from desktop.state.explorer.pedigree import Relative
from desktop.views.explorer.family_page import FamilyPage
from desktop.views.handlers import Handlers


class FamilyBindings(QObject):
    """Connects the page to the tree, once."""

    def __init__(self, page: FamilyPage, explorer: Explorer, handlers: Handlers) -> None:
        super().__init__(page)
        self._page = page
        self._explorer = explorer
        self._handlers = handlers
        family = explorer.family
        family.changed.connect(self._show)
        family.pictured.connect(page.list.set_picture)
        explorer.model_changed.connect(self._show)
        page.shown.connect(family.watch)
        page.visited.connect(self._visit)
        page.canvas_wanted.connect(self._lay)
        page.replay_wanted.connect(family.replay)
        page.remade_wanted.connect(self._visit_remade)
        self._show()

    def _show(self) -> None:
        family, generators = self._explorer.family, self._explorer.generators
        rows = [self._named(row) for row in family.rows]
        self._page.set_family(rows, family.trouble, lambda row: self._explorer.absence(row.latent))
        for row in family.rows:
            if not (image := family.thumbnail(row.id)).isNull():
                self._page.list.set_picture(row.id, image)
        self._page.set_others([(model.id, model.id) for model in generators.all if model.id != self._explorer.model])
        made = family.waiting if family.waiting is not None and not self._explorer.absence(family.waiting) else None
        waiting = (
            "" if made is None else f"{short_name(made.name, made.model.id) or 'The picture'} was made anew in {made.model.id} meanwhile."
        )
        self._page.set_replay(ready=bool(family.rows), busy=family.is_replaying, remade=family.is_remade, said=family.said, waiting=waiting)

    def _named(self, row: Relative) -> Relative:
        """As everywhere in the workspace; what its name says already is not said twice."""
        name = short_name(row.name, self._explorer.model or "")
        return replace(row, name=name, how="" if row.how.casefold() == name.casefold() else row.how)

    def _visit(self, id: str) -> None:
        if (relative := self._explorer.family.find(id)) is not None:
            self._explorer.visit(relative.latent)

    def _visit_remade(self) -> None:
        if (made := self._explorer.family.waiting) is not None:
            self._explorer.visit(made)

    def _lay(self, id: str) -> None:
        if (relative := self._explorer.family.find(id)) is not None:
            self._explorer.lay(relative.latent)
            self._handlers.show_studio()
