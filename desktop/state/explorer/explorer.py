"""Everything that the Explore workspace knows: a generator, the live picture, and the tools that move it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.document import edits
from desktop.state.explorer.atlas import Atlas
from desktop.state.explorer.bending import Bending
from desktop.state.explorer.blending import Blending
from desktop.state.explorer.bookmarks import Bookmarks
from desktop.state.explorer.charting import Charting
from desktop.state.explorer.dragging import Dragging
from desktop.state.explorer.family import Family
from desktop.state.explorer.names import short_name
from desktop.state.explorer.records import Records
from desktop.state.explorer.searching import Searching
from desktop.state.explorer.steering import Steering
from desktop.state.explorer.travelling import Travelling
from desktop.state.explorer.viewer import Viewer
from desktop.state.explorer.ways import Ways
from desktop.state.jobs import Jobs
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.photo_thumbnails import PhotoThumbnails
from desktop.state.session import Session
from desktop.state.tasks import Tasks
from desktop.state.training.generators import Generators
from engine.api.exploring import GeneratorInfo, OpenGenerator
from engine.api.latent import Latent
from engine.api.place_kinds import Steered, Varied, Waypoint
from engine.api.recipe import Photo


class Explorer(QObject):
    """The tools, and which generator they work on. `model_changed` follows the choice of another one, and what is known of it."""

    model_changed = Signal()

    def __init__(
        self,
        link: Link,
        tasks: Tasks,
        notices: Notices,
        jobs: Jobs,
        session: Session,
        generators: Generators,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._session = session
        self.generators = generators
        self.model: str | None = None
        """The id of the generator that was chosen; None where there is none yet."""
        self.info: GeneratorInfo | None = None
        """What it is, once it is loaded."""
        self.trouble = ""
        self.is_open = False
        """Whether the artist has been here: nothing is loaded before."""
        self.viewer = Viewer(link, tasks, self)
        self.steering = Steering(self.viewer, self)
        self.bookmarks = Bookmarks(link, tasks, notices, self)
        self.atlas = Atlas(self.viewer, link, tasks, self)
        self.bending = Bending(self.steering, self)
        self.ways = Ways(self.steering, link, tasks, self)
        self.blending = Blending(self.viewer, self.bookmarks, self)
        thumbnails = PhotoThumbnails(link, tasks, self)
        self.family = Family(self.viewer, link, tasks, jobs, thumbnails, self)
        self.records = Records(session, link, tasks, notices)
        self.travelling = Travelling(self.viewer, self.bookmarks, link, tasks, notices, jobs, thumbnails, self)
        self.charting = Charting(self.viewer, self.atlas, self.travelling, session, link, tasks, notices, thumbnails, self)
        self.searching = Searching(link, tasks, notices, self)
        self.dragging = Dragging(self.viewer, link, tasks, notices, self)
        self.viewer.arrived.connect(self._arrive)
        self.steering.changed.connect(self._bend_map)
        self.searching.arrived.connect(self._go_to_photo)
        self.bookmarks.changed.connect(lambda: self.atlas.mark("bookmarks", tuple(member.latent for member in self.bookmarks.all)))
        self.bookmarks.changed.connect(self.family.refresh)
        self.family.remade.connect(self._go_to_remade)
        generators.changed.connect(self._see_generators)

    def enter(self) -> None:
        """Come here: with the first generator, where none was chosen yet."""
        self.is_open = True
        self._see_generators()

    def use(self, model: str, first: Latent | None = None) -> None:
        """Explore this generator, from a picture of it or from its first seed on."""
        self.is_open = True
        self.records.check()
        if model != self.model or self.info is None:
            self.model, self.info, self.trouble = model, None, ""
            self.viewer.leave()
            self.steering.leave()
            self.bookmarks.look(None)
            self.atlas.open(None)
            self.ways.open(None)
            self.bending.open(None)
            self.searching.open(None)
            self.dragging.leave()
            self.family.leave()
            self.travelling.leave()
            self.charting.open(None)
            self.model_changed.emit()
            self._tasks.spawn_latest(self._opened(model, first), "open a generator")

    def absence(self, latent: Latent) -> str:
        """Why nobody can go to a picture: what made it is not here. Empty where one can, as far as is known."""
        model = latent.model
        if self.generators.all and self.generators.find(model.id) is None:
            return f"{model.id}, which made it, is no longer here."
        if self.info is not None and self.info.key.id == model.id and self.info.key != model:
            return f"Another version of {model.id} made it, which is not here."
        return ""

    def visit(self, latent: Latent) -> None:
        """Go back to a picture, of this generator or of another one; where that is not here, it is told, and the live picture stays."""
        if why := self.absence(latent):
            self._notices.say(f"{latent.name or 'That picture'} cannot be made. {why}")
        elif latent.model.id != self.model and self.generators.find(latent.model.id) is not None:
            self.use(latent.model.id, latent)
        else:
            self.steering.take(latent)
            self.viewer.go(latent)

    def bookmark(self) -> None:
        """Keep the live picture where it can be found again; once more takes the bookmark away."""
        place = self.viewer.place
        if place is None:
            return
        if self.bookmarks.holds(self.viewer.latent):
            assert self.viewer.latent is not None
            self.bookmarks.remove(self.viewer.latent.key)
        else:
            self.viewer.when_there(lambda latent: self.bookmarks.add(latent, place))

    def lay(self, latent: Latent) -> None:
        """Lay a picture over what is on the canvas, opaque: it is what is wanted there. It can be undone like any other change."""
        named = latent if latent.name else replace(latent, name=f"{latent.model.id} picture")
        self._session.apply(lambda document: edits.add_layer(document, named, 1.0), f"layer {named.name}", f"Added {named.name} as a layer")
        shown, place = self.viewer.latent, self.viewer.place
        self.records.remember(named, place if shown is not None and place is not None and shown.key == named.key else named)

    @property
    def canvas_photo(self) -> Photo | None:
        """The photo that is painted: the current layer's, or else the topmost."""
        layers = self._session.recipe.layers
        wanted = [self._session.current_layer, *reversed(layers)]
        return next((layer.source for layer in wanted if layer is not None and isinstance(layer.source, Photo)), None)

    def lay_photo(self) -> None:
        """Lay the photo that was looked for over what is on the canvas, where it is not there already."""
        photo = self.searching.photo
        if photo is not None and all(layer.source != photo for layer in self._session.recipe.layers):
            self._session.apply(lambda document: edits.add_layer(document, photo), f"layer {photo.name}", f"Added {photo.name} as a layer")

    async def _opened(self, model: str, first: Latent | None) -> None:
        try:
            info = await self._link.run(OpenGenerator(model))
        except RequestFailed as failed:
            self.trouble = failed.failure.sentence
            self.model_changed.emit()
            return
        self.info = info
        self.model_changed.emit()
        self.atlas.open(info.key)
        self.bookmarks.look(info.key)
        self.charting.open(info.key)
        self.ways.open(info.key, info.width)
        self.bending.open(info)
        if first is None:
            self.steering.begin(info.key)
        else:
            self.visit(first)
        self.searching.open(info.key)

    def _arrive(self) -> None:
        """What a picture came of is kept with it; where another tool led there, steering starts from it."""
        place, latent = self.viewer.place, self.viewer.latent
        assert place is not None and latent is not None
        source = self.steering.source
        if isinstance(place, Steered) and isinstance(source, Varied) and place.base == source.made:
            self.bookmarks.keep(source.made, source)  # the steps began there, and nobody stayed on it
        if isinstance(place, Waypoint):
            for stop, point in self.charting.origins(place.journey.stops):
                self.bookmarks.keep(stop, point)
        self.bookmarks.keep(latent, place)
        self.atlas.visited()
        self.charting.arrived(latent)
        if place != self.steering.place:
            self.steering.take(latent)
        self.ways.show_strips()
        self.family.refresh()

    def _bend_map(self) -> None:
        """Travelling leaves the effects on."""
        base = self.steering.base
        self.atlas.bends = () if base is None else base.bends

    def _go_to_photo(self) -> None:
        """A photo that was found is the live picture, unless the artist is elsewhere or a hand moves that: then it waits on its page."""
        searching = self.searching
        assert searching.latent is not None
        if searching.is_watched and not self.viewer.sliding and not self.dragging.is_running:
            self._notices.say(searching.sentence)
            self.visit(searching.latent)
        else:
            self._notices.say(f"{searching.sentence} Photo leads there.")

    def _go_to_remade(self, asked: Latent, made: Latent) -> None:
        """A picture that was made anew is the live one where the artist still looks at what it was made of; else it waits on its page."""
        if self.viewer.latent == asked and not self.viewer.sliding and not self.dragging.is_running:
            self.visit(made)
        else:
            self.family.wait(made)
            name = short_name(asked.name, asked.model.id) or "The picture"
            self._notices.say(f"{name} is made anew in {made.model.id}: Family leads there")

    def _see_generators(self) -> None:
        if self.is_open and self.generators.find(self.model) is None and self.generators.all:
            self.use(self.generators.all[0].id)
        else:
            self.model_changed.emit()
