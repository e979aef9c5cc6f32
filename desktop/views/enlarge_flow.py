"""From the wish to enlarge a photo to the answer: the dialog, filled from the studio and served by it while it is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.state.studio import Studio
from desktop.views.dialogs import pictures_folder
from desktop.views.enlarge_dialog import EnlargeDialog
from engine.api.recipe import Photo


def ask_how_to_enlarge(parent: QWidget, studio: Studio) -> EnlargeDialog:
    """Ask how to enlarge the photo on the canvas, or another one where there is none, then enlarge it."""
    choice = studio.settings.settings.enlarge
    dialog = EnlargeDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    last = Path(choice.file.folder)
    known = last if choice.file.folder and last.is_dir() else studio.exporter.folder()
    dialog.set_choice(choice, known or Path(pictures_folder()), known=known is not None)
    dialog.set_photo(None)
    _serve(dialog, studio)
    dialog.open()
    recipe = studio.session.recipe
    photo = recipe.layers[0].source if recipe.layers else None
    if isinstance(photo, Photo):
        painted = any(layer.is_painted for layer in recipe.shown)
        dialog.set_painted(photo if painted else None)
        studio.enlargement.use(photo)
    else:
        dialog.ask_for_photo()
    return dialog


def _serve(dialog: EnlargeDialog, studio: Studio) -> None:
    """The photo, its spots in the loupes, and at the end the enlarging itself."""
    enlargement, loupe = studio.enlargement, studio.loupe

    dialog.file_chosen.connect(enlargement.take_file)
    dialog.spot_wanted.connect(loupe.look)
    dialog.enlarge_wanted.connect(studio.exporter.enlarge)
    dialog.finished.connect(loupe.close)
    dialog.finished.connect(enlargement.close)
    enlargement.reading.connect(dialog.set_reading)
    enlargement.failed.connect(dialog.set_sentence)
    enlargement.refused.connect(dialog.set_refusal)
    enlargement.taken.connect(dialog.set_photo)
    enlargement.shown.connect(dialog.set_image)
    loupe.compared.connect(dialog.show_pair)
    loupe.failed.connect(dialog.refuse)
    loupe.busy_changed.connect(dialog.loupe.set_busy)
