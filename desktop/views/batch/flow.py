"""The window for many pictures, filled from the studio and served by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.state.library import style_key
from desktop.state.settings import BatchChoice, ExportChoice
from desktop.state.studio import Studio
from desktop.views.batch.window import BatchWindow
from desktop.views.dialogs import pictures_folder
from engine.api.recipe import Layer, Photo

NO_PHOTO = Photo("", 1, 1)
"""Stands for each photo of the queue in turn."""


def open_batch(parent: QWidget, studio: Studio) -> BatchWindow:
    """A new window; the styles on the canvas are ticked."""
    window = BatchWindow(studio.library.thumbnail, parent)
    layer = studio.session.current_layer
    window.set_styles(studio.library.entries, {style_key(use.style) for use in layer.styles} if layer is not None else set())
    _begin(window, studio)
    window.wanted.connect(lambda photos, keys, choice: _queue(studio, photos, keys, choice))
    queue, batch = window.queue, studio.batch
    queue.paused.connect(batch.pause)
    queue.moved.connect(batch.move)
    queue.cancelled.connect(batch.cancel)
    queue.retried.connect(batch.retry)
    queue.cleared.connect(batch.clear)

    def show() -> None:
        queue.set_items(batch.items, paused=batch.paused)

    def follow() -> None:
        export = studio.settings.settings.export
        window.set_last_export(in_words(export), export.colours, export.suffix)

    batch.changed.connect(show)
    studio.settings.changed.connect(follow)
    studio.library.changed.connect(lambda: window.set_styles(studio.library.entries, window.styles.ticked))
    show()
    follow()
    return window


def _begin(window: BatchWindow, studio: Studio) -> None:
    settings = studio.settings.settings
    known = settings.batch.folder
    folder = Path(known) if known and Path(known).is_dir() else studio.exporter.folder() or Path(pictures_folder())
    window.set_choice(settings.batch, folder)


def in_words(export: ExportChoice) -> str:
    """What of the last export holds for many pictures, too; empty where that is nothing."""
    parts = [f"{export.bits} bits"] if export.bits is not None else []
    parts += [f"{export.dpi:g} dpi"] if export.dpi is not None else []
    return f"As in the last export: {', '.join(parts)}." if parts else ""


def _queue(studio: Studio, photos: Sequence[Path], keys: Sequence[str], choice: BatchChoice) -> None:
    studio.settings.change(batch=choice)
    styles = [entry for key in keys if (entry := studio.library.find(key)) is not None]
    layer = studio.session.current_layer
    look = (
        Layer(NO_PHOTO)
        if layer is None
        else replace(Layer(NO_PHOTO), strength=layer.strength, style_scale=layer.style_scale, keep_colors=layer.keep_colors)
    )
    export = studio.settings.settings.export
    output = export.output(Path(choice.folder), choice.long_edge, choice.suffix, choice.colours or export.colours)
    studio.batch.add(photos, styles, look, output, choice.suffix)
