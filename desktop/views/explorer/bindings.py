"""What the explorer knows is shown, and what the artist's hand does in the workspace reaches it: nothing else happens here."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from desktop.state.explorer.atlas import Marks
from desktop.state.explorer.names import short_name
from desktop.state.studio import Studio
from desktop.state.training.generators import in_few_words
from desktop.views.explorer.bend_bindings import BendBindings
from desktop.views.explorer.family_bindings import FamilyBindings
from desktop.views.explorer.map_marks import Curve, Pin
from desktop.views.explorer.picture_panel import Controls
from desktop.views.explorer.search_bindings import DragBindings, PhotoBindings
from desktop.views.explorer.space import ExplorerSpace
from desktop.views.handlers import Handlers
from engine.api.place_kinds import Group

PIN_KINDS: tuple[Marks, ...] = ("canvas", "photos", "bookmarks")
"""From the lowest to the uppermost."""


class ExplorerBindings(QObject):
    """Connects the workspace to the explorer, once."""

    def __init__(self, space: ExplorerSpace, studio: Studio, handlers: Handlers) -> None:
        super().__init__(space)
        self._space = space
        self._explorer = studio.explorer
        self._handlers = handlers
        self._bind_picture()
        self._bind_bookmarks()
        self._bind_map()
        self._bind_directions()
        BendBindings(space.bend, self._explorer.bending)
        self._bind_blend()
        self._bind_journey()
        PhotoBindings(space, studio, handlers)
        DragBindings(space, studio)
        FamilyBindings(space.family, self._explorer, handlers)
        self._show_model()
        self._show_controls()
        self._show_bookmarks()

    # The picture

    def _bind_picture(self) -> None:
        explorer, panel, steering = self._explorer, self._space.panel, self._explorer.steering
        explorer.model_changed.connect(self._show_model)
        steering.changed.connect(self._show_controls)
        explorer.viewer.framed.connect(self._show_picture)
        explorer.viewer.arrived.connect(self._show_bookmarked)
        explorer.viewer.moved.connect(self._show_bookmarked)
        explorer.viewer.troubled.connect(self._show_trouble)
        self._space.training_wanted.connect(self._handlers.show_training)
        panel.model_chosen.connect(explorer.use)
        panel.seed_changed.connect(steering.set_seed)
        panel.another_wanted.connect(steering.another)
        panel.variety_changed.connect(steering.set_variety)
        panel.grain_changed.connect(steering.set_grain)
        panel.other_grain_wanted.connect(steering.another_grain)
        panel.rested.connect(steering.rest)
        panel.bookmark_wanted.connect(self._handlers.bookmark)
        panel.canvas_wanted.connect(self._handlers.send_to_canvas)

    def _show_model(self) -> None:
        explorer, generators = self._explorer, self._explorer.generators
        self._space.set_has_generators(bool(generators.all))
        self._space.panel.set_models([(model.id, model.id) for model in generators.all], explorer.model)
        model = generators.find(explorer.model)
        whose = "" if model is None else "yours" if generators.is_own(model) else "comes with Sfumato"
        self._space.panel.set_about("" if model is None else f"{in_few_words(model)} · {whose}")
        self._space.journey.set_own_side(None if explorer.info is None else explorer.info.size)
        self._show_picture(explorer.viewer.image)

    def _show_controls(self) -> None:
        base = self._explorer.steering.base
        if base is None:
            self._space.panel.set_controls(Controls(None, self._space.panel.variety.value, True, ready=False))
        else:
            self._space.panel.set_controls(Controls(self._explorer.steering.seed, base.truncation, base.noise is not None))
        self._show_amounts()

    def _show_picture(self, image: QImage) -> None:
        self._space.stage.show_image(image, self._explorer.trouble or "Opening the generator…")

    def _show_trouble(self, sentence: str) -> None:
        self._space.stage.show_image(QImage(), sentence)

    def _show_bookmarked(self) -> None:
        self._space.panel.set_bookmarked(self._explorer.bookmarks.holds(self._explorer.viewer.latent))

    # The bookmarks

    def _bind_bookmarks(self) -> None:
        bookmarks, strip = self._explorer.bookmarks, self._space.bookmarks
        bookmarks.changed.connect(self._show_bookmarks)
        bookmarks.pictured.connect(self._show_bookmark)
        strip.visited.connect(self._visit)
        strip.removed.connect(bookmarks.remove)
        strip.renamed.connect(bookmarks.rename)
        strip.canvas_wanted.connect(self._lay)

    def _show_bookmarks(self) -> None:
        bookmarks, strip = self._explorer.bookmarks, self._space.bookmarks
        lost = [(member.id, self._name(member.name), self._explorer.absence(member.latent)) for member in bookmarks.lost]
        strip.set_bookmarks([(member.id, self._name(member.name)) for member in bookmarks.all], lost)
        for member in bookmarks.all:
            if not (image := bookmarks.thumbnail(member.id)).isNull():
                strip.set_picture(member.id, image)
        self._show_bookmarked()
        self._show_choices()

    def _show_bookmark(self, id: str, image: QImage) -> None:
        self._space.bookmarks.set_picture(id, image)
        self._show_choices()

    def _show_choices(self) -> None:
        """Wherever bookmarks can be chosen."""
        bookmarks = self._explorer.bookmarks
        choices = [(member.id, self._name(member.name), bookmarks.thumbnail(member.id)) for member in bookmarks.all]
        self._space.blend.set_choices(choices)
        self._space.journey.set_choices(choices)
        self._show_blend()
        self._show_journey()
        self._show_map()

    def _name(self, name: str) -> str:
        return short_name(name, self._explorer.model or "") or "A picture"

    def _visit(self, id: str) -> None:
        if (member := self._explorer.bookmarks.find(id)) is not None:
            self._explorer.visit(member.latent)

    def _lay(self, id: str) -> None:
        if (member := self._explorer.bookmarks.find(id)) is not None:
            self._explorer.lay(member.latent)
            self._handlers.show_studio()

    # The map

    def _bind_map(self) -> None:
        atlas, page = self._explorer.atlas, self._space.map
        canvas = page.canvas
        atlas.changed.connect(self._show_map)
        canvas.travelled.connect(atlas.travel)
        canvas.chosen.connect(atlas.go)
        canvas.zoomed.connect(atlas.zoom)
        canvas.rested.connect(atlas.rest)
        canvas.resized.connect(atlas.set_size)
        page.layout_chosen.connect(atlas.set_layout)
        page.shades_changed.connect(atlas.set_shades)
        charting, travelling = self._explorer.charting, self._explorer.travelling
        charting.pictured.connect(self._show_map)
        charting.changed.connect(lambda: page.set_drawing(charting.is_drawing))
        canvas.drawn.connect(charting.draw)
        canvas.place_added.connect(charting.add_here)
        canvas.pin_chosen.connect(self._visit_pin)
        page.drawing_changed.connect(charting.set_drawing)
        page.play_toggled.connect(travelling.play)
        page.journey_wanted.connect(lambda: self._space.show_tool("Journey"))
        page.find_wanted.connect(lambda: self._explorer.viewer.when_there(atlas.find))
        canvas.shown.connect(atlas.watch)
        atlas.set_size(canvas.width(), canvas.height())

    def _show_map(self) -> None:
        atlas, travelling = self._explorer.atlas, self._explorer.travelling
        thumbnails = [(*atlas.view.rect(key), tile.image, tile.novelty if atlas.shades else 1.0) for key, tile in atlas.thumbnails()]
        stops = [atlas.view.at(point.x, point.y) for _, point in atlas.places("route")]
        words = "Laying out the map…" if atlas.is_bare else ""
        if atlas.stage is not None:
            words = f"The map is being made, once for each generator: {atlas.stage.fraction:.0%}"
        self._space.map.canvas.show_map(thumbnails, self._pins(), Curve(tuple(stops), travelling.loop), words)

    def _pins(self) -> list[Pin]:
        """Bookmarks lie over photos, and these over what is on the canvas; each picture has one pin."""
        atlas, explorer = self._explorer.atlas, self._explorer
        pins: dict[str, Pin] = {}
        for kind in PIN_KINDS:
            for latent, point in atlas.places(kind):
                member = explorer.bookmarks.find(latent.key)
                name = self._name(member.name if member is not None else latent.name)
                image = explorer.bookmarks.thumbnail(latent.key) if member is not None else explorer.charting.thumbnail(latent)
                pins.pop(latent.key, None)
                pins[latent.key] = Pin(latent.key, kind, name, *atlas.view.at(point.x, point.y), image)
        return list(pins.values())

    def _visit_pin(self, id: str) -> None:
        atlas = self._explorer.atlas
        found = (latent for kind in PIN_KINDS for latent, _ in atlas.places(kind) if latent.key == id)
        if (latent := next(found, None)) is not None:
            self._explorer.visit(latent)

    # The directions

    def _bind_directions(self) -> None:
        ways, steering, page = self._explorer.ways, self._explorer.steering, self._space.steer
        ways.changed.connect(self._show_directions)
        ways.pictured.connect(page.set_strip)
        page.shown.connect(ways.watch)
        page.kind_chosen.connect(ways.set_kind)
        page.more_wanted.connect(ways.more)
        page.renamed.connect(lambda place, name: ways.rename(ways.all[place], name))
        page.pushed.connect(lambda place, amount: steering.push(ways.all[place], amount))
        page.groups_changed.connect(self._set_groups)
        page.locked_changed.connect(steering.set_locked)
        page.rested.connect(steering.rest)
        page.back_wanted.connect(steering.straighten)

    def _show_directions(self) -> None:
        ways = self._explorer.ways
        self._space.steer.set_directions([ways.name(way) for way in ways.all], more=ways.has_more)
        self._show_amounts()

    def _show_amounts(self) -> None:
        ways, steering, page = self._explorer.ways, self._explorer.steering, self._space.steer
        page.set_steered(steering.is_steered, steering.locked)
        for place, way in enumerate(ways.all[: len(page.rows)]):
            push = steering.push_of(way)
            page.set_direction(place, ways.name(way), push.amount, push.groups)

    def _set_groups(self, place: int, groups: tuple[Group, ...]) -> None:
        self._explorer.steering.set_groups(self._explorer.ways.all[place], groups)
        self._explorer.ways.show_strips()

    # Blends and journeys

    def _bind_blend(self) -> None:
        blending, page = self._explorer.blending, self._space.blend
        blending.changed.connect(self._show_blend)
        page.mode_chosen.connect(blending.set_mode)
        page.parent_chosen.connect(blending.set_parent)
        page.pad.moved.connect(blending.move)
        page.pad.rested.connect(blending.rest)

    def _show_blend(self) -> None:
        blending, bookmarks = self._explorer.blending, self._explorer.bookmarks
        pictures = {id: bookmarks.thumbnail(id) for id in blending.parents if id is not None}
        self._space.blend.set_blend(blending.mode, blending.spots, blending.parents, pictures, live=blending.is_live)

    def _bind_journey(self) -> None:
        travelling, page = self._explorer.travelling, self._space.journey
        travelling.changed.connect(self._show_journey)
        travelling.changed.connect(self._show_map)
        travelling.pictured.connect(self._show_journey)
        travelling.moved.connect(lambda: page.set_where(travelling.at))
        page.added.connect(lambda ids: travelling.add(*ids))
        page.removed.connect(travelling.remove)
        page.restore_wanted.connect(travelling.restore)
        page.shifted.connect(travelling.shift)
        page.loop_changed.connect(travelling.set_loop)
        page.easing_chosen.connect(travelling.set_easing)
        page.scrubbed.connect(travelling.scrub)
        page.rested.connect(travelling.rest)
        page.play_toggled.connect(travelling.play)
        page.seconds_changed.connect(travelling.set_seconds)
        page.side_chosen.connect(travelling.set_side)
        page.film_wanted.connect(self._handlers.export_film)

    def _show_journey(self) -> None:
        travelling = self._explorer.travelling
        stops = [stop for id in travelling.stops if (stop := travelling.find(id)) is not None]
        self._space.map.set_journey(ready=travelling.journey is not None, playing=travelling.is_playing)
        self._space.journey.set_journey(
            [(self._name(stop.name), travelling.thumbnail(stop.id)) for stop in stops],
            ready=travelling.journey is not None,
            loop=travelling.loop,
            playing=travelling.is_playing,
            frames=travelling.frames,
            can_restore=travelling.can_restore,
        )
