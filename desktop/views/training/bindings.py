"""What the workshop knows is shown, and what the artist's hand does on the pages reaches the workshop: nothing else happens here."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from desktop.state.studio import Studio
from desktop.state.training.generators import facts, in_few_words
from desktop.state.training.runs import size_in_words
from desktop.views.dialogs import ask_to_delete
from desktop.views.training.run_panel import RunState
from desktop.views.training.space import TrainingSpace
from desktop.views.training.welcome import Row, Standing
from engine.api.manifest import Manifest
from engine.api.training import RunDescription

EXPLORE = "Explore"
DELETE = "Delete…"


class TrainingBindings(QObject):
    """Connects the workspace to the workshop, once. `ask_for_folder` opens a dialog, `show_canvas` goes to the canvas, `explore` to the
    Explore workspace with a model."""

    def __init__(
        self,
        space: TrainingSpace,
        studio: Studio,
        ask_for_folder: Callable[[], None],
        show_canvas: Callable[[], None],
        explore: Callable[[str], None],
    ) -> None:
        super().__init__(space)
        self._space = space
        self._studio = studio
        self._workshop = studio.workshop
        self._ask_for_folder = ask_for_folder
        self._show_canvas = show_canvas
        self._explore = explore
        self._bind_pages()
        self._bind_plan()
        self._bind_run()
        self._bind_model()
        self._show_all()
        studio.tasks.spawn(self._add_charts(), "charts")

    def _bind_pages(self) -> None:
        workshop, welcome = self._workshop, self._space.welcome
        workshop.page_changed.connect(self._show_page)
        workshop.runs.changed.connect(self._show_lists)
        workshop.generators.changed.connect(self._show_lists)
        self._space.folder_dropped.connect(workshop.choose_folder)
        welcome.folder_wanted.connect(self._ask_for_folder)
        welcome.run_wanted.connect(self._open_run)
        welcome.model_wanted.connect(self._open_model)

    def _bind_plan(self) -> None:
        planning, page, choices = self._workshop.planning, self._space.plan, self._space.plan.choices
        planning.changed.connect(self._show_plan)
        planning.sheet_changed.connect(lambda: page.set_sheet(planning.sheet))
        choices.name_changed.connect(planning.set_name)
        choices.start_changed.connect(lambda id: planning.begin_with(self._workshop.generators.find(id)))
        choices.size_changed.connect(planning.set_size)
        choices.fit_changed.connect(planning.set_fit)
        choices.minutes_changed.connect(planning.set_minutes)
        choices.kind_changed.connect(planning.set_kind)
        page.begin_wanted.connect(self._workshop.begin)
        page.folder_wanted.connect(self._ask_for_folder)
        page.again_wanted.connect(planning.look_again)
        page.back_wanted.connect(self._workshop.go_back)

    def _bind_run(self) -> None:
        run, page = self._workshop.run, self._space.run
        panel = page.panel
        run.changed.connect(self._show_run)
        run.framed.connect(self._show_live)
        run.grids_changed.connect(lambda: page.time.set_grids(run.course.grids))
        run.judged.connect(self._show_verdict)
        run.measured.connect(self._show_losses)
        self._workshop.album.read.connect(self._show_read)
        page.time.looked_at.connect(self._look_at)
        panel.pause_wanted.connect(run.pause)
        panel.go_on_wanted.connect(run.go_on)
        panel.finish_wanted.connect(run.finish)
        panel.finish_later_wanted.connect(lambda: run.finish(at_checkpoint=True))
        panel.carry_on_wanted.connect(run.carry_on)
        panel.use_wanted.connect(self._use_result)
        panel.delete_wanted.connect(self._delete_run)
        panel.back_wanted.connect(self._workshop.go_back)

    def _bind_model(self) -> None:
        maker, page = self._workshop.maker, self._space.model
        maker.changed.connect(self._show_made)
        self._studio.session.recipe_changed.connect(self._show_has_canvas)
        page.seed_changed.connect(maker.set_seed)
        page.variety_changed.connect(maker.set_variety)
        page.layer_wanted.connect(lambda: self._hand_over(self._studio.intake.add_layer))
        page.photo_wanted.connect(lambda: self._hand_over(lambda file: self._studio.intake.open_photo(file, remember=False)))
        page.explore_wanted.connect(self._explore_model)
        page.back_wanted.connect(self._workshop.go_back)

    def _show_all(self) -> None:
        self._show_page()
        self._show_lists()
        self._show_plan()
        self._space.plan.set_sheet(self._workshop.planning.sheet)
        self._space.run.time.set_grids(self._workshop.run.course.grids)
        self._show_live(self._workshop.run.live)
        self._show_verdict()
        self._show_run()
        self._show_has_canvas()

    # The beginning

    def _show_page(self) -> None:
        self._space.open(self._workshop.page)
        if self._workshop.page == "model":
            self._show_model()
        self._show_lists()

    def _show_lists(self) -> None:
        workshop, run = self._workshop, self._workshop.run
        at_work = run.course.run if run.at_work else None
        rows: dict[Standing, list[Row]] = {
            "under way": [Row("", run.name, run.about, ("Look",))] if run.at_work else [],
            "waiting": [_run_row(known, "paused") for known in workshop.runs.paused if known.folder != at_work],
            "finished": [_run_row(known, "finished") for known in workshop.runs.finished if known.folder != at_work],
            "stuck": [_stuck_row(known) for known in workshop.runs.stuck if known.folder != at_work],
        }
        self._space.welcome.set_runs(rows)
        self._space.welcome.set_trouble("\n".join(filter(None, dict.fromkeys((workshop.runs.trouble, workshop.generators.trouble)))))
        self._space.welcome.set_models([_model_row(model, own=workshop.generators.is_own(model)) for model in workshop.generators.all])
        self._space.plan.choices.set_starts([(model.id, f"{model.id} ({in_few_words(model)})") for model in workshop.generators.all])

    def _open_run(self, key: str, action: str) -> None:
        if not key:
            self._workshop.show_run()
        for run in self._workshop.runs.all:
            if str(run.folder) == key and action == DELETE:
                self._ask_to_delete(run)
            elif str(run.folder) == key:
                self._workshop.open_run(run, go_on=action == "Go on")

    def _delete_run(self) -> None:
        """Ask whether the run on the table is to go, once it is known what it takes."""
        folder = self._workshop.run.course.run
        if folder is not None:
            self._studio.tasks.spawn(self._weighed(folder), "weigh a run")

    async def _weighed(self, folder: Path) -> None:
        run = await self._workshop.runs.weigh(folder)
        if run is not None:
            self._ask_to_delete(run)
        elif self._workshop.runs.trouble:
            self._studio.notices.trouble(self._workshop.runs.trouble)

    def _ask_to_delete(self, run: RunDescription) -> None:
        ask_to_delete(self._space, run, lambda: self._workshop.delete(run))

    def _open_model(self, id: str, action: str) -> None:
        if action == EXPLORE:
            self._explore(id)
        else:
            self._workshop.use_model(id)

    # The plan

    def _show_plan(self) -> None:
        planning, page = self._workshop.planning, self._space.plan
        folder = planning.plan.folder
        page.set_folder("" if folder is None else str(folder))
        page.choices.set_plan(planning.plan, planning.name_trouble if folder is not None else "")
        page.begin_button.setEnabled(planning.can_begin)
        if planning.trouble:
            page.set_trouble(planning.trouble)
        elif planning.report is not None:
            page.set_report(planning.report, planning.estimate)
        elif planning.progress is not None:
            page.set_progress(planning.progress)

    # The run

    def _show_run(self) -> None:
        run, course, page = self._workshop.run, self._workshop.run.course, self._space.run
        page.panel.set_state(RunState.of(run))
        page.watch.set_verdict(course.verdict, run.phase)
        page.notes.set_notes(course.notes)

    def _show_losses(self) -> None:
        if self._space.run.charts is not None:
            self._space.run.charts.set_losses(self._workshop.run.course.losses)

    def _show_live(self, image: QImage) -> None:
        if self._space.run.time.path is None:
            self._space.run.samples.show_image(image, "The first samples come in a moment")

    def _look_at(self, grid: Path | None) -> None:
        image = self._workshop.run.live if grid is None else self._workshop.album.image(grid)
        if image is not None:
            self._space.run.samples.show_image(image)

    def _show_verdict(self) -> None:
        course, page = self._workshop.run.course, self._space.run
        page.watch.set_verdict(course.verdict, self._workshop.run.phase)
        if page.charts is not None:
            page.charts.set_verdicts(course.verdicts)
        suspects = course.suspects
        image = QImage() if suspects is None else self._workshop.album.image(suspects)
        if image is not None:
            page.set_suspects(image)

    def _show_read(self, path: Path, image: QImage) -> None:
        """A file has been read: it is shown if it is still wanted."""
        if path == self._space.run.time.path:
            self._space.run.samples.show_image(image, "This grid cannot be read any more")
        if path == self._workshop.run.course.suspects:
            self._space.run.set_suspects(image)

    def _use_result(self) -> None:
        if self._workshop.run.model is not None:
            self._explore(self._workshop.run.model)

    async def _add_charts(self) -> None:
        """pyqtgraph takes a fifth of a second to import: in a thread, while the artist looks for a folder."""
        await asyncio.to_thread(importlib.import_module, "pyqtgraph")
        from desktop.views.training.charts import Charts

        self._space.run.add_charts(Charts())
        self._show_losses()
        self._show_verdict()

    # The generator

    def _show_model(self) -> None:
        model = self._workshop.generators.find(self._workshop.maker.model)
        if model is not None:
            self._space.model.set_model(model.id, in_few_words(model), facts(model))
        self._show_made()

    def _show_made(self) -> None:
        maker, page = self._workshop.maker, self._space.model
        page.set_picture(maker.image, maker.seed, maker.variety, maker.trouble)
        page.set_sheet(maker.sheet)

    def _explore_model(self) -> None:
        if self._workshop.maker.model is not None:
            self._explore(self._workshop.maker.model)

    def _show_has_canvas(self) -> None:
        self._space.model.set_has_canvas(bool(self._studio.session.recipe.layers))

    def _hand_over(self, take: Callable[[Path], None]) -> None:
        self._workshop.maker.hand_over(take)
        self._show_canvas()


def _run_row(run: RunDescription, state: str) -> Row:
    size = "" if run.size is None else f"{run.size} px · "
    when = "" if run.saved_at is None else f", {run.saved_at.astimezone().strftime('%d %B, %H:%M').lstrip('0')}"
    return Row(str(run.folder), run.title, f"{size}seen {run.seen:,} pictures · {state}{when}", ("Look", "Go on"))


def _stuck_row(run: RunDescription) -> Row:
    why = run.obstacle.removeprefix(f"{run.folder}: ")
    return Row(str(run.folder), run.title, f"{size_in_words(run.bytes)} · {why}", (DELETE,))


def _model_row(model: Manifest, *, own: bool) -> Row:
    return Row(model.id, model.id, f"{in_few_words(model)} · {'yours' if own else 'comes with Sfumato'}", ("About", EXPLORE))
