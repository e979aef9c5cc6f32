"""What the state knows is shown, and what the artist's hand does to the panels reaches the state: nothing else happens here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage

from desktop.document.document import View
from desktop.state.explorer.names import short_name
from desktop.state.library import style_key
from desktop.state.printer_colours import profile_title
from desktop.state.studio import Studio
from desktop.views.gallery import Card
from desktop.views.handlers import Handlers
from desktop.views.jobs_bar import JobRow
from desktop.views.menus import fill_recent
from desktop.views.window import Window
from engine.api.events import Frame
from engine.api.family import Member
from engine.api.recipe import Photo, Recipe, Style
from engine.api.requests import EngineInfo
from engine.api.training import RunDescription

if TYPE_CHECKING:
    from desktop.document.recovery import Offer

PRINTER_WIDTH = 150
"""Logical pixels for a printer's name in the foot of the window; the tooltip has all of it."""

FILE = "file:"
"""What the canvas puts before the path of a dropped picture, among the keys of dropped styles."""

DEVICES = {"cpu": "On the processor", "cuda": "On the graphics card", "mps": "On the graphics card"}
"""Where the engine works, in the artist's words; the tooltip has the exact ones."""


class Bindings(QObject):
    """Connects a window to a studio, once. They live as long as the window."""

    def __init__(self, window: Window, studio: Studio, handlers: Handlers) -> None:
        super().__init__(window)
        self._window = window
        self._studio = studio
        self._handlers = handlers
        self._busy = False
        self._shape = (0, 0)
        self._runs_offered = False
        self._bind_session()
        self._bind_canvas()
        self._bind_proof()
        self._bind_gallery()
        self._bind_inspector()
        self._bind_layers()
        self._bind_results()
        self._bind_notices()
        self._bind_training()
        self._bind_bookmark()
        self._show_cards()
        self._show_document()
        self._show_history()
        self._show_recent()

    # The document

    def _bind_session(self) -> None:
        session = self._studio.session
        session.recipe_changed.connect(self._show_recipe)
        session.layer_changed.connect(self._show_layer)
        session.title_changed.connect(self._show_document)
        session.history_changed.connect(self._show_history)
        session.view_restored.connect(self._show_view)
        self._studio.settings.changed.connect(self._show_recent)

    def _show_recipe(self) -> None:
        recipe = self._studio.session.recipe
        if recipe.native_size != self._shape:
            self._shape = recipe.native_size
            self._studio.proofing.forget()
        self._window.canvas.set_picture_size(*recipe.native_size)
        self._show_document()
        self._show_layer()
        self._mark_result()

    def _show_layer(self) -> None:
        session, library = self._studio.session, self._studio.library
        layer = session.current_layer
        styles: tuple[Style, ...] = tuple(use.style for use in layer.styles) if layer is not None else ()
        titles = {style_key(style): library.title(style) for style in styles}
        self._window.inspector.set_layer(layer, titles)
        self._window.gallery.set_active(list(titles))
        self._window.layers.set_layers(session.recipe.layers, session.current_index)

    def _show_document(self) -> None:
        session = self._studio.session
        has_picture = bool(session.recipe.layers)
        self._window.set_document(session.name, dirty=session.dirty, has_picture=has_picture)
        self._show_facts()

    def _show_history(self) -> None:
        history = self._studio.session.history
        self._window.set_undo(history.undo_label, history.redo_label)

    def _show_view(self) -> None:
        view = self._studio.session.document.view
        self._window.canvas.set_view(view.zoom, None if view.center is None else QPointF(*view.center))

    def _show_recent(self) -> None:
        fill_recent(self._window.recent_menu, self._studio.settings.settings.recent, self._handlers.open_path)

    # The canvas

    def _bind_canvas(self) -> None:
        canvas, studio = self._window.canvas, self._studio
        studio.previewer.framed.connect(self._show_frame)
        studio.previewer.original_framed.connect(lambda frame: canvas.set_original(frame.pixels))
        studio.intake.proxy_ready.connect(self._show_proxy)
        studio.intake.withdrawn.connect(self._withdraw_proxy)
        studio.intake.recipe_found.connect(self._offer_recipe)
        canvas.view_changed.connect(self._look)
        canvas.photo_dropped.connect(lambda paths: self._drop(Path(paths[0])))
        canvas.image_dropped.connect(lambda image: studio.intake.open_image(image, "Dropped picture"))
        canvas.style_dropped.connect(lambda keys: self._drop_styles(keys, mix=False))
        canvas.style_mix_dropped.connect(lambda keys: self._drop_styles(keys, mix=True))
        canvas.layer_dropped.connect(self._drop_layers)
        canvas.drag_out_requested.connect(self._handlers.drag_out)
        canvas.open_requested.connect(self._handlers.open_photo)
        canvas.house_requested.connect(self._handlers.open_house)
        canvas.compare_changed.connect(lambda mode: self._window.actions_by_id["compare-split"].setChecked(mode == "split"))

    def _show_frame(self, frame: Frame) -> None:
        self._window.canvas.set_frame(frame.pixels, frame.scale)

    def _bind_proof(self) -> None:
        proofing = self._studio.proofing
        self._studio.previewer.framed.connect(proofing.see)
        proofing.proofed.connect(lambda frame: self._window.canvas.set_proof(None if frame is None else frame.pixels))

        def show() -> None:
            self._window.set_proof(proofing.on, proofing.proof.gamut)
            self._show_facts()

        proofing.changed.connect(show)
        proofing.proofed.connect(lambda frame: self._window.banners.settle() if frame is not None else None)
        show()

    def _show_proxy(self, image: QImage) -> None:
        if not self._studio.session.recipe.layers:
            self._window.canvas.set_proxy(image)

    def _withdraw_proxy(self) -> None:
        if not self._studio.session.recipe.layers:
            self._window.canvas.clear()

    def _look(self, zoom: float, centre: QPointF) -> None:
        session, canvas = self._studio.session, self._window.canvas
        if session.recipe.layers:
            session.look(View() if canvas.is_fitted else View(zoom, (centre.x(), centre.y())))
            self._studio.previewer.need(zoom * max(session.recipe.native_size))
        self._show_facts()

    def _show_facts(self) -> None:
        width, height = self._studio.session.recipe.native_size
        proofing, facts = self._studio.proofing, self._window.picture_facts
        printer = profile_title(proofing.proof.profile) if proofing.on else ""
        shown = facts.fontMetrics().elidedText(printer, Qt.TextElideMode.ElideMiddle, PRINTER_WIDTH)
        proof = f"   Soft proof: {shown}" if printer else ""
        facts.setToolTip(printer)
        self._window.picture_facts.setText(f"{width:,} × {height:,} px   {self._window.canvas.zoom:.0%}{proof}" if width else "")

    def _drop(self, path: Path) -> None:
        """A folder is something to learn from, a file something to paint."""
        if path.is_dir():
            self._handlers.train_on(path)
        else:
            self._handlers.open_path(path)

    def _drop_styles(self, keys: list[str], *, mix: bool) -> None:
        """Pictures become styles first; of several, the first replaces what was there and the others are mixed in."""
        files = [Path(key.removeprefix(FILE)) for key in keys if key.startswith(FILE)]
        known = [key for key in keys if not key.startswith(FILE)]
        for place, key in enumerate(known):
            (self._studio.painting.mix_style if mix or place else self._studio.painting.use_style)(key)
        self._studio.add_styles(files, mix=mix or bool(known))

    def _drop_layers(self, paths: list[Path]) -> None:
        for path in paths:
            self._studio.intake.add_layer(Path(path))

    # The gallery

    def _bind_gallery(self) -> None:
        gallery, library, painting = self._window.gallery, self._studio.library, self._studio.painting
        library.changed.connect(self._show_cards)
        library.favourites_changed.connect(lambda: gallery.set_favourites(set(library.favourites)))
        library.added.connect(gallery.reveal)
        library.thumbnail_changed.connect(self._set_style_thumbnail)
        gallery.thumbnail_wanted.connect(self._show_style_thumbnail)
        gallery.activated.connect(painting.use_style)
        gallery.mix_requested.connect(painting.mix_style)
        gallery.favourite_toggled.connect(library.toggle_favourite)
        gallery.remove_requested.connect(self._remove_style)
        gallery.add_requested.connect(self._handlers.add_style)
        gallery.files_dropped.connect(self._studio.intake.add_styles)

    def _show_cards(self) -> None:
        library = self._studio.library
        cards = [Card(entry.key, entry.title, entry.subtitle, entry.mine, entry.tags) for entry in library.entries]
        self._window.gallery.set_cards(cards)
        self._window.gallery.set_favourites(set(library.favourites))

    def _remove_style(self, key: str) -> None:
        library = self._studio.library
        removed = library.remove_own(key)
        if removed is not None:
            self._window.banners.offer(f"The style “{removed.own.name}” is removed.", ("Undo", lambda: library.restore_own(removed)))

    def _show_style_thumbnail(self, key: str) -> None:
        image = self._studio.library.thumbnail(key)
        if image is not None:
            self._set_style_thumbnail(key, image)

    def _set_style_thumbnail(self, key: str, image: QImage) -> None:
        self._window.gallery.set_thumbnail(key, image)
        self._window.inspector.set_style_thumbnail(key, image)

    # Settings and layers

    def _bind_inspector(self) -> None:
        inspector, painting = self._window.inspector, self._studio.painting
        inspector.strength_changed.connect(painting.set_strength)
        inspector.scale_changed.connect(painting.set_style_scale)
        inspector.keep_colors_changed.connect(painting.set_keep_colors)
        inspector.share_changed.connect(painting.set_share)
        inspector.style_removed.connect(painting.remove_style)
        inspector.reset_requested.connect(painting.reset)
        inspector.gesture_ended.connect(self._studio.session.end_gesture)
        inspector.thumbnail_wanted.connect(self._show_style_thumbnail)

    def _bind_layers(self) -> None:
        layers, painting, session = self._window.layers, self._studio.painting, self._studio.session
        layers.current_changed.connect(session.select_layer)
        layers.visibility_toggled.connect(painting.toggle_visible)
        layers.opacity_changed.connect(painting.set_opacity)
        layers.blend_changed.connect(painting.set_blend)
        layers.moved.connect(painting.move_layer)
        layers.removed.connect(painting.remove_layer)
        layers.add_requested.connect(self._handlers.add_layer)
        layers.gesture_ended.connect(session.end_gesture)
        self._studio.thumbnails.made.connect(layers.set_thumbnail)

    # Results and jobs

    def _bind_results(self) -> None:
        results = self._window.results
        self._studio.results.changed.connect(self._show_results)
        results.restore_requested.connect(self._studio.restore)
        results.export_requested.connect(self._handlers.export_result)
        results.copy_requested.connect(self._handlers.copy_result)
        results.drag_out_requested.connect(self._handlers.drag_result)
        self._studio.jobs.changed.connect(self._show_jobs)
        self._window.jobs_bar.cancel_requested.connect(self._studio.jobs.cancel)

    def _show_results(self) -> None:
        strip, kept = self._window.results, self._studio.results.all
        keys = {result.key for result in kept}
        for gone in [id for id in strip.ids if id not in keys]:
            strip.remove_result(gone)
        shown = set(strip.ids)
        for result in kept:
            if result.key not in shown:
                strip.add_result(result.key, result.thumbnail, result.caption.title, result.caption.details)
        self._mark_result()

    def _mark_result(self) -> None:
        """Only a picture of exactly this recipe is the one on the canvas."""
        result = self._studio.results.of(self._studio.session.recipe)
        self._window.results.mark_shown(None if result is None else result.key)

    def _show_jobs(self) -> None:
        rows = [JobRow(job.id, job.title, job.stage, job.fraction, job.seconds_left) for job in self._studio.jobs.running]
        self._window.jobs_bar.set_jobs(rows)

    # The training, as it is seen from everywhere

    def _bind_training(self) -> None:
        workshop = self._studio.workshop
        workshop.run.changed.connect(self._show_training)
        workshop.run.judged.connect(self._show_training)
        workshop.runs.changed.connect(self._offer_paused_runs)
        self._window.training_pill.clicked.connect(self._handlers.show_run)

    # The live picture's bookmark

    def _bind_bookmark(self) -> None:
        explorer = self._studio.explorer
        for news in (explorer.bookmarks.changed, explorer.viewer.arrived, explorer.viewer.moved):
            news.connect(lambda: self._window.set_bookmarked(explorer.bookmarks.holds(explorer.viewer.latent)))
        explorer.bookmarks.removed.connect(self._offer_bookmark)

    def _offer_bookmark(self, member: Member) -> None:
        """Nobody need look for the picture of a bookmark that was taken from another one than the live picture."""
        explorer = self._studio.explorer
        if explorer.viewer.latent is None or member.id != explorer.viewer.latent.key:
            sentence = f"The bookmark “{short_name(member.name, member.latent.model.id) or 'A picture'}” is removed."
            self._window.banners.offer(sentence, ("Undo", lambda: explorer.bookmarks.restore(member.id)))

    def _show_training(self) -> None:
        run = self._studio.workshop.run
        words = {
            "preparing": "getting ready",
            "pausing": "pausing",
            "finishing": "making the model",
        }
        verdict = run.course.verdict
        state = None if verdict is None else verdict.state
        self._window.training_pill.set_training(
            run.name if run.at_work else "", words.get(run.phase, f"{run.course.seen:,} pictures"), state
        )

    def _offer_paused_runs(self) -> None:
        """Once in a sitting, the trainings that wait since an earlier one are offered."""
        if self._runs_offered:
            return
        self._runs_offered = True
        paused = self._studio.workshop.runs.paused
        if len(paused) == 1:
            run = paused[0]
            sentence = f"The training {run.name} is paused, after {run.seen:,} pictures."
            self._window.banners.offer(sentence, ("Go on", lambda: self._go_on(run)), ("Look", lambda: self._look_at_run(run)))
        elif paused:
            names = ", ".join(run.name for run in paused[:3])
            self._window.banners.offer(f"{len(paused)} trainings are paused: {names}.", ("Show them", self._handlers.show_training))

    def _go_on(self, run: RunDescription) -> None:
        self._handlers.show_training()
        self._studio.workshop.open_run(run, go_on=True)

    def _look_at_run(self, run: RunDescription) -> None:
        self._handlers.show_training()
        self._studio.workshop.open_run(run)

    # What is said

    def _bind_notices(self) -> None:
        self._studio.notices.said.connect(self._window.say)
        self._studio.notices.about.connect(self._window.show_file)
        self._studio.notices.said.connect(self._window.banners.settle)
        self._studio.notices.troubled.connect(self._window.banners.trouble)
        self._studio.warmed_up.connect(self._engine_is_ready)
        self._studio.stayed_cold.connect(self._engine_is_missing)
        self._studio.previewer.busy_changed.connect(self._show_busy)
        self._window.canvas.set_notice("The engine is warming up…")
        self._window.engine_facts.setText("Warming up")

    def _engine_is_ready(self, info: EngineInfo) -> None:
        self._window.canvas.set_notice(None)
        self._window.engine_facts.setText(DEVICES.get(info.device, info.device))
        self._window.engine_facts.setToolTip(f"{info.model} on {info.device}, {info.precision}, {info.threads} threads")

    def _engine_is_missing(self) -> None:
        self._window.canvas.set_notice(None)
        self._window.engine_facts.setText("No engine")

    def _show_busy(self, busy: bool) -> None:
        self._window.engine_facts.setEnabled(not busy)

    def _offer_recipe(self, photo: Photo, recipe: Recipe) -> None:
        self._window.banners.offer(
            f"{photo.name} was painted with Sfumato, and carries its recipe.",
            ("Restore its recipe", lambda: self._studio.restore_recipe(photo, recipe)),
        )

    def offer_recovery(self, offer: Offer) -> None:
        """Ask, without pressing, whether to go on with what a crash left."""
        documents = self._studio.documents
        name = f"“{offer.path.stem}”" if offer.path is not None else "A picture"
        when = offer.saved_at.astimezone().strftime("%d %B, %H:%M")
        self._window.banners.offer(
            f"{name} was not saved when Sfumato last stopped ({when}).",
            ("Bring it back", lambda: documents.recover(offer)),
            ("Discard", lambda: documents.discard(offer)),
        )

    def tell_crashes(self, reports: Sequence[Path]) -> None:
        """Say that the last sitting ended by a crash, and where its report is. What was unsaved is offered by itself."""

        def show() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(reports[0])))

        if reports:
            sentence = "Sfumato stopped unexpectedly last time. A report of it is kept on this machine."
            self._window.banners.offer(sentence, ("Show the report", show))
